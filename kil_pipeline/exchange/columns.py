"""Which column is which: the template's own headings, and those that people use instead."""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kil_pipeline.exchange.reports import UnreadableFile
from kil_pipeline.plan.answers import PARTS, answer_fields, path_of
from kil_pipeline.plan.disclosures import field_labels
from kil_pipeline.reference.milestones import milestone_kinds

REFERENCE = "reference"
"""The column of an entry's reference, ours or the commissioner's own."""
PROVIDER, EXTENSION = "provider", "extension"
"""Columns of a contracts register."""

_SYNONYMS: dict[str, tuple[str, ...]] = {
    REFERENCE: ("ref", "our reference", "reference number", "contract reference", "contract number", "id", "unique id"),
    "headline": (
        "title", "name", "service", "service name", "service title", "project", "project title", "contract title",
        "contract name", "contract", "opportunity", "opportunity title", "requirement", "procurement title", "scheme",
    ),
    "summary": ("description", "what it is", "details", "scope", "overview", "service description"),
    "themes": ("theme", "topic", "topics", "category", "categories"),
    "areas": ("area", "where", "location", "region", "place", "locality", "geography", "district"),
    "cpv": ("cpv code", "cpv codes", "cpvs"),
    "value": (
        "how much", "estimated value", "contract value", "total value", "budget", "amount", "annual value", "value gbp",
        "estimated contract value", "spend",
    ),
    "route": ("procedure", "procurement route", "route to market", "procurement procedure", "procurement method"),
    "length": ("duration", "contract length", "term", "contract term", "contract duration"),
    "contact": ("contact email", "contact details", "email", "lead contact"),
    "opens": (
        "tender date", "expected tender date", "tender start", "procurement start", "procurement start date",
        "publication date", "tender publication", "approach to market", "advert date", "opportunity opens", "opens on",
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


@dataclass(frozen=True)
class Columns:
    """The columns of a sheet: each place with what it holds, and the headings that nothing is known of."""

    headings: tuple[str, ...]
    keys: tuple[str | None, ...]

    def has(self, key: str) -> bool:
        """Tell whether there is a column for this."""
        return key in self.keys

    @property
    def unknown(self) -> tuple[str, ...]:
        """The headings that nothing is known of."""
        return tuple(h for h, key in zip(self.headings, self.keys, strict=True) if key is None and h)

    def read(self, cells: Sequence[str]) -> dict[str, str]:
        """Return a row's cells by what they hold; the first column of a kind counts where there are two."""
        found: dict[str, str] = {}
        for key, cell in zip(self.keys, cells, strict=False):
            if key is not None and cell and key not in found:
                found[key] = cell
        return found

    def heading_of(self, key: str) -> str:
        """Return the heading under which something stands, or its own name where it has no column."""
        return next((h for h, k in zip(self.headings, self.keys, strict=True) if k == key), key)


def recognise_columns(headings: Sequence[str]) -> Columns:
    """Return which column is which. The headline's may be missing: see `has`."""
    return Columns(tuple(headings), tuple(_known().get(plain_heading(heading)) for heading in headings))


def find_headings(rows: Sequence[Sequence[str]], wanted: str = "headline") -> tuple[int, Columns]:
    """Return the place of the heading row among the first rows (there may be a title above it), with its columns.

    Raises `UnreadableFile` where none has a column for `wanted`.
    """
    for place, cells in enumerate(rows):
        columns = recognise_columns(cells)
        if columns.has(wanted):
            return place, columns
    seen = ", ".join(f"“{cell}”" for cell in (rows[0] if rows else ())[:12] if cell)
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
        "cpv": "CPV codes", "status": "Status", "status_reason": "Reason for the status",
    }  # fmt: skip
    return {field: (own | plain | dates)[field] for field in answer_fields()}


def plain_heading(text: str) -> str:
    """Return a heading without what differs between spellings: case, punctuation, and units in brackets."""
    text = re.sub(r"\([^)]*\)", " ", text.casefold().replace("_", " "))
    return " ".join(re.sub(r"[^a-z0-9:]+", " ", text).replace(":", " : ").split())


@functools.cache
def _known() -> Mapping[str, str]:
    names: dict[str, list[str]] = {field: [field, heading] for field, heading in headings_of_fields().items()}
    for key, synonyms in _SYNONYMS.items():
        names.setdefault(key, [key]).extend(synonyms)
    known = {plain_heading(name): key for key, spelled in names.items() for name in spelled}
    for field in answer_fields():
        if path_of(field) is not None:
            for name in names[field]:
                for part in PARTS:
                    known[plain_heading(f"{name}: {part}")] = f"{field}: {part}"
                    known.setdefault(plain_heading(f"{name} {part}"), f"{field}: {part}")
    return known
