"""What one row of a list of organisations says, from a sheet or from 360Giving, read as far as can be."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kil_pipeline.errors import InvalidContent
from kil_pipeline.exchange.columns import Columns, plain_heading
from kil_pipeline.exchange.reports import UnreadableFile
from kil_pipeline.organisations.identifiers import Identifier, parse_identifier, read_identifier
from kil_pipeline.organisations.organisations import OrganisationKind, normalise_name
from kil_pipeline.plan.answers import Problem
from kil_pipeline.reference.areas import find_area, similar_area
from kil_pipeline.text import clean_line, shorten

FIELDS = {
    "name": "Name",
    "kind": "Kind",
    "names": "Other names",
    "identifiers": "Identifiers",
    "charity": "Charity number",
    "company": "Company number",
    "ods": "NHS code",
    "areas": "Areas",
    "website": "Website",
    "contact": "Contact",
}
"""Each field with the heading of its column."""
_SYNONYMS = {
    "name": ("organisation", "organisation name", "charity name", "company name", "title", "recipient org name"),
    "kind": ("type", "organisation type"),
    "names": ("also known as", "aliases", "other spellings", "alternative names", "working names"),
    "identifiers": ("identifier", "id", "org id", "organisation identifier", "org identifier",
                    "recipient org identifier"),
    "charity": ("charity", "charity no", "registered charity number", "recipient org charity number"),
    "company": ("company", "company no", "companies house number", "recipient org company number"),
    "ods": ("ods", "ods code", "nhs ods code"),
    "areas": ("area", "patch", "where"),
    "website": ("url", "web", "web address", "site", "recipient org web address"),
    "contact": ("public contact", "team address"),
}  # fmt: skip
_KINDS = {
    "commissioner": OrganisationKind.COMMISSIONER,
    "council": OrganisationKind.COMMISSIONER,
    "infrastructure body": OrganisationKind.INFRASTRUCTURE_BODY,
    "infrastructure_body": OrganisationKind.INFRASTRUCTURE_BODY,
    "local support organisation": OrganisationKind.INFRASTRUCTURE_BODY,
    "vcse": OrganisationKind.VCSE,
    "charity": OrganisationKind.VCSE,
}
_OF_FIELD = {"company": "GB-COH", "ods": "GB-NHS"}
MOST_PARTS = 50
"""How many identifiers, names or areas one row may give."""
_WEBSITE = re.compile(r"https?://[^\s/@:?#]+\.[^\s/@:?#]+([/?#]\S*)?", re.IGNORECASE)


@dataclass(frozen=True)
class ReadOrganisation:
    """What a row says."""

    name: str
    kind: OrganisationKind | None = None
    """None where it does not say."""
    names: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    areas: tuple[str, ...] = ()
    """Codes."""
    website: str = ""
    contact: str = ""
    problems: tuple[Problem, ...] = ()

    def known_by(self) -> str:
        """Return what tells it from other rows of the file."""
        return "-".join(self.identifiers[0]) if self.identifiers else normalise_name(self.name)


def organisation_columns(headings: Sequence[str]) -> Columns:
    """Return which column is which. Raises `UnreadableFile` where none has the name."""
    known = {plain_heading(heading): key for key, heading in FIELDS.items()}
    for key, names in _SYNONYMS.items():
        known |= {plain_heading(name): key for name in names if plain_heading(name) not in known}
    cleaned = tuple(clean_line(heading) for heading in headings)
    keys: list[str | None] = []
    for heading in cleaned:
        found = known.get(plain_heading(heading))
        keys.append(found if found not in keys else None)
    if "name" not in keys:
        raise UnreadableFile("No column is called “Name” (or Organisation): the first row must hold the headings.")
    return Columns(cleaned, tuple(keys))


def read_organisation(raw: Mapping[str, str]) -> ReadOrganisation:
    """Return what a row says, with what is wrong in it."""
    problems: list[Problem] = []
    name = clean_line(raw.get("name", ""))
    if not normalise_name(name):
        problems.append(Problem("name", name, "Write the organisation’s name."))
    elif len(name) > 300:
        problems.append(Problem("name", name, f"The name has {len(name)} characters. Use at most 300."))
    kind = _KINDS.get(clean_line(raw.get("kind", "")).casefold())
    if raw.get("kind") and kind is None:
        problems.append(
            Problem("kind", raw["kind"], "Write commissioner, infrastructure body or VCSE, or leave it empty.")
        )
    return ReadOrganisation(
        name=name,
        kind=kind,
        names=tuple(dict.fromkeys(_parts(raw.get("names", ""), r"[;|]"))),
        identifiers=_identifiers(raw, problems),
        areas=_areas(raw.get("areas", ""), problems),
        website=_website(raw.get("website", ""), problems),
        contact=_short(raw, "contact", problems),
        problems=tuple(problems),
    )


def read_website(text: str) -> str:
    """Return an address on the web, https where nothing else is said. Raises `InvalidContent`."""
    address = clean_line(text)
    if address and "://" not in address:
        address = f"https://{address}"
    if address and (len(address) > 300 or not _WEBSITE.fullmatch(address)):
        raise InvalidContent("Write the address of a website, such as https://example.org, or leave it empty.")
    return address


def _identifiers(raw: Mapping[str, str], problems: list[Problem]) -> tuple[Identifier, ...]:
    found: dict[Identifier, None] = {}
    for field, text in _written_identifiers(raw):
        try:
            if field == "identifiers":
                found[parse_identifier(text)] = None
            else:
                found[read_identifier(_charity_register(text) if field == "charity" else _OF_FIELD[field], text)] = None
        except InvalidContent as error:
            problems.append(Problem(field, text, str(error)))
    return tuple(found)


def _written_identifiers(raw: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for text in _parts(raw.get("identifiers", ""), r"[;|,]"):
        if not text.upper().startswith("360G-"):  # what a funder calls it, in no register
            yield "identifiers", text
    for field in ("charity", "company", "ods"):
        if text := clean_line(raw.get(field, "")).upper():
            yield field, text


def _charity_register(number: str) -> str:
    return "GB-SC" if number.startswith("SC") else "GB-NIC" if number.startswith("NIC") else "GB-CHC"


def _areas(text: str, problems: list[Problem]) -> tuple[str, ...]:
    found: list[str] = []
    for name in _parts(text, r"[;|]"):
        known = find_area(name)
        if known is None:
            said = f"We know no area “{shorten(name, 60)}”. {similar_area(name)}".strip()
            problems.append(Problem("areas", name, said))
        else:
            found.append(known.code)
    return tuple(dict.fromkeys(found))


def _website(text: str, problems: list[Problem]) -> str:
    try:
        return read_website(text)
    except InvalidContent as error:
        problems.append(Problem("website", text, str(error)))
        return ""


def _short(raw: Mapping[str, str], field: str, problems: list[Problem]) -> str:
    text = clean_line(raw.get(field, ""))
    if len(text) > 300:
        problems.append(Problem(field, text, f"That has {len(text)} characters. Use at most 300."))
    return text


def _parts(text: str, separators: str) -> Iterator[str]:
    parts: Iterable[str] = (clean_line(part) for part in re.split(separators, text))
    yield from [part for part in parts if part][:MOST_PARTS]
