"""Which column is which: the template's own headings, and those that people use instead."""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kil_pipeline.exchange.amount_headings import complete_amount, without_amount_words
from kil_pipeline.exchange.reports import UnreadableFile
from kil_pipeline.plan.answers import FURTHER, PARTS, answer_fields, path_of
from kil_pipeline.plan.changes import OTHER_FIELDS
from kil_pipeline.plan.disclosures import field_labels
from kil_pipeline.reference.milestones import milestone_kinds
from kil_pipeline.text import clean_line, shorten

REFERENCE = "reference"
"""The column of an entry's reference, ours or the commissioner's own."""
VERSION = "version"
"""The hidden column of a downloaded plan: which version of the entry the row was made from."""
VERSION_HEADING = "Keep it Local version (please leave)"
PROVIDER, EXTENSION = "provider", "extension"
"""Columns of a contracts register."""

_SYNONYMS: dict[str, tuple[str, ...]] = {  # the more telling first: of two columns for one thing, it is read
    REFERENCE: ("ref", "our reference", "reference number", "contract reference", "contract number", "contract ref",
                "project ref", "project reference", "ref no", "id", "unique id"),
    "headline": (
        "title", "contract title", "service title", "project title", "opportunity title", "procurement title",
        "service name", "contract name", "project name", "opportunity", "project", "scheme", "requirement", "service",
        "contract", "name",
    ),
    "summary": ("description", "what it is", "details", "scope", "overview", "service description"),
    "themes": ("theme", "topic", "topics", "category", "categories"),
    "areas": ("area", "where", "location", "region", "place", "locality", "geography", "district", "ward"),
    "cpv": ("cpv code", "cpv codes", "cpvs"),
    "value": (
        "how much", "estimated value", "contract value", "total value", "budget", "amount", "annual value", "value gbp",
        "estimated contract value", "spend",
    ),
    "route": ("procedure", "procurement route", "route to market", "procurement procedure", "procurement method"),
    "route_why": ("route rationale", "procurement rationale", "route justification"),
    "length": ("duration", "contract length", "term", "contract term", "contract duration"),
    "contact": ("contact email", "contact details", "email", "lead contact"),
    "opens": (
        "tender date", "expected tender date", "tender start", "procurement start", "procurement start date",
        "publication date", "tender publication", "approach to market", "advert date", "advert", "opportunity opens",
        "opens on", "go live date", "tender issue date", "itt date", "out to tender",
    ),
    "bids_due": ("deadline", "closing date", "tender deadline", "bids due", "applications due"),
    "service_starts": ("start date", "contract start", "contract start date", "service start", "start"),
    "service_ends": (
        "end date", "contract end", "contract end date", "expiry date", "expiry", "contract expiry",
        "contract expiry date",
        "end", "service end",
    ),
    "suitability": ("suitable for", "suitable for vcse", "vcse"),
    PROVIDER: ("supplier", "contractor", "current provider", "current supplier", "provider name", "incumbent"),
    EXTENSION: ("extension options", "extensions", "option to extend", "extension option", "extension available"),
}  # fmt: skip


OWN_COLUMNS = ("Commissioner", "First published", "Last changed", "Please note", "What to mend", "Readers’ answers")
"""Columns that we write ourselves and read nothing from."""
_YES_NO = {
    "yes": "VCSE organisations", "y": "VCSE organisations", "true": "VCSE organisations",
    "no": "Not marked as suitable for VCSE organisations", "n": "Not marked as suitable for VCSE organisations",
    "false": "Not marked as suitable for VCSE organisations",
}  # fmt: skip
"""What a tick in a column "Suitable for VCSE" says."""


@dataclass(frozen=True)
class Columns:
    """The columns of a sheet: each place with what it holds, and the headings that nothing is known of."""

    headings: tuple[str, ...]
    keys: tuple[str | None, ...]

    def has(self, key: str) -> bool:
        """Tell whether there is a column for this."""
        return key in self.keys

    @property
    def left_out(self) -> tuple[str, ...]:
        """The headings that nothing is read from: unknown ones, and second ones for the same thing."""
        own = {plain_heading(heading) for heading in OWN_COLUMNS}
        pairs = zip(self.headings, self.keys, strict=True)
        return tuple(h for h, key in pairs if key is None and h and plain_heading(h) not in own)

    @property
    def fields(self) -> frozenset[str]:
        """The fields that the sheet has a column for."""
        return frozenset(key.split(":")[0] for key in self.keys if key is not None)

    def read(self, cells: Sequence[str]) -> dict[str, str]:
        """Return a row's cells by what they hold."""
        found: dict[str, str] = {}
        for heading, key, cell in zip(self.headings, self.keys, cells, strict=False):
            if key == "value":
                found[key] = complete_amount(heading, cell)
            elif key == "suitability":
                found[key] = _YES_NO.get(cell.casefold(), cell)
            elif key is not None:
                found[key] = cell
        return {key: cell for key, cell in found.items() if cell}

    def cell_of(self, key: str, cells: Sequence[str]) -> str:
        """Return a row's cell for this, as it stands there; empty where there is none."""
        return next((cell for k, cell in zip(self.keys, cells, strict=False) if k == key), "")

    def heading_of(self, key: str) -> str:
        """Return the heading under which something stands, or that of the template where it has no column."""
        standing = next((h for h, k in zip(self.headings, self.keys, strict=True) if k == key), "")
        field, _, part = key.partition(":")
        return standing or headings_of_fields().get(field, field.capitalize()) + (f":{part}" if part else "")


def recognise_columns(headings: Sequence[str]) -> Columns:
    """Return which column is which. Of two for the same thing, the one with the more usual heading counts."""
    headings = tuple(clean_line(heading) for heading in headings)
    best: dict[str, tuple[int, int]] = {}
    for place, heading in enumerate(headings):
        key, rank = _find_key(heading)
        if key is not None:
            best[key] = min(best.get(key, (rank, place)), (rank, place))
    places = {place: key for key, (_, place) in best.items()}
    return Columns(headings, tuple(places.get(place) for place in range(len(headings))))


def _find_key(heading: str) -> tuple[str | None, int]:
    """Return what a heading means, with how unusual it is."""
    plain = plain_heading(heading)
    found = known_headings().get(plain)
    if found is None and known_headings().get(without_amount_words(plain), ("", 0))[0] == "value":
        return "value", len(known_headings())
    return found or (None, 0)


def find_headings(rows: Sequence[Sequence[str]], wanted: str = "headline") -> tuple[int, Columns]:
    """Return the place of the heading row among the first rows, with its columns.

    There may be a title above it, and who keeps the sheet: the row with the most headings that we know counts. One that
    is less than half as wide as the rows below it only groups them (“Service”, “Money”, “Dates” over merged cells).
    Raises `UnreadableFile` where none has a column for `wanted`.
    """
    widest = max((sum(map(bool, cells)) for cells in rows), default=0)
    found = [(place, recognise_columns(cells)) for place, cells in enumerate(rows)]
    fitting = [
        (len(columns.fields), -place, columns)
        for place, columns in found
        if columns.has(wanted) and 2 * sum(map(bool, columns.headings)) >= widest
    ]
    if fitting:
        _, place, columns = max(fitting, key=lambda fit: fit[:2])
        return -place, columns
    seen = ", ".join(f"“{shorten(clean_line(cell), 60)}”" for cell in (rows[0] if rows else ())[:12] if cell)
    raise UnreadableFile(
        f"No column is called “Headline” (or Title, or Service name). The first row has: {seen or 'nothing'}. "
        "`kil template` prints a sheet with the right columns."
    )


def template_headings() -> tuple[str, ...]:
    """Return the headings of the template: every field, each with its "why not" where it may have one."""
    labels = headings_of_fields()
    found = ["Reference"]
    for field in answer_fields():
        found.append(labels[field])
        if path_of(field) is not None:
            found.append(f"{labels[field]}: why not")
    return tuple(found)


def headings_of_fields() -> Mapping[str, str]:
    """Return the heading of every field."""
    dates = {kind.code: kind.label for kind in milestone_kinds()}
    plain = {path: label for path, label in field_labels().items() if "." not in path}
    own = {
        "headline": "Headline", "themes": "Topics", "benefits": "Benefits sought", "stage": "Stage",
        "contact": "Contact",
        **{field: OTHER_FIELDS[field] for field in FURTHER},
        "cpv": "CPV codes", "status": "Status", "status_reason": "Reason for the status",
    }  # fmt: skip
    return {field: (own | plain | dates)[field] for field in answer_fields()}


def plain_heading(text: str) -> str:
    """Return a heading without what differs between spellings: case, punctuation, and units in brackets."""
    text = re.sub(r"\([^)]*\)", " ", text.casefold().replace("_", " "))
    return " ".join(re.sub(r"[^a-z0-9:]+", " ", text).replace(":", " : ").split())


@functools.cache
def known_headings() -> Mapping[str, tuple[str, int]]:
    """Return every plain heading that we know: what it means, and how unusual it is."""
    names: dict[str, list[str]] = {VERSION: ["keep it local version"]}
    names |= {field: [field, heading] for field, heading in headings_of_fields().items()}
    for key, synonyms in _SYNONYMS.items():
        names.setdefault(key, [key]).extend(synonyms)
    known = {plain_heading(name): (key, rank) for key, spelled in names.items() for rank, name in enumerate(spelled)}
    for field in answer_fields():
        if path_of(field) is not None:
            for rank, name in enumerate(names[field]):
                for part in PARTS:
                    known[plain_heading(f"{name}: {part}")] = (f"{field}: {part}", rank)
                    known.setdefault(plain_heading(f"{name} {part}"), (f"{field}: {part}", rank))
    return known
