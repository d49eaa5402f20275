"""Which column of a sheet of venues fills which field: by our own headings, or by a mapping."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cattrs.errors import BaseValidationError

from kil_pipeline.codec import from_json
from kil_pipeline.exchange.columns import Columns, plain_heading
from kil_pipeline.exchange.reports import UnreadableFile
from kil_pipeline.exchange.venue_fields import FIELDS
from kil_pipeline.text import clean_line


@dataclass(frozen=True)
class VenueMapping:
    """How a foreign sheet of venues is read (see docs/guides/spreadsheets.md)."""

    name: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    """Field (see `venue_fields.FIELDS`) → heading of its column."""
    constants: dict[str, str] = field(default_factory=dict)
    """Field → text that every row has."""
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    """Field → what stands in its cells → what is read instead."""
    empty: tuple[str, ...] = ()
    """Texts that stand for an empty cell."""
    leave_out: str = ""
    """Heading of the column that says, where it says anything, that the place is closed: the row is left out."""
    name_ending: str = ""
    """A word that a name gets where it lacks it: "Barking" is a library in a list of libraries."""


OWN = VenueMapping(columns=FIELDS)
"""How a sheet with our own headings is read."""


def read_venue_mapping(path: Path) -> VenueMapping:
    """Read a mapping. Raises `UnreadableFile` with what is wrong in it."""
    try:
        mapping = from_json(VenueMapping, tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise UnreadableFile(f"The mapping {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"The mapping {path} is not TOML: {error}") from error
    except (BaseValidationError, AttributeError, TypeError) as error:
        raise UnreadableFile(f"The mapping {path} does not work: its tables hold texts only.") from error
    strange = sorted({*mapping.columns, *mapping.constants, *mapping.words} - set(FIELDS))
    if strange or not mapping.name or "name" not in mapping.columns:
        what = f"it fills “{strange[0]}”, which is no field of a venue" if strange else "it needs a name, and fills one"
        raise UnreadableFile(f"The mapping {path} does not work: {what}.")
    return mapping


class VenueSheet:
    """Reads the rows of one sheet."""

    def __init__(self, mapping: VenueMapping, headings: Sequence[str]) -> None:
        """Raises `UnreadableFile` where the sheet lacks a column that the mapping names (of ours, it may lack most)."""
        self.mapping = mapping
        cleaned = tuple(clean_line(heading) for heading in headings)
        self.places = {plain_heading(heading): place for place, heading in enumerate(cleaned)}
        needed = [FIELDS["name"]] if mapping is OWN else [*mapping.columns.values(), mapping.leave_out]
        missing = [heading for heading in needed if heading and plain_heading(heading) not in self.places]
        if missing:
            raise UnreadableFile(f"There is no column “{missing[0]}” in this file.")
        fills = {plain_heading(heading): name for name, heading in mapping.columns.items()}
        self.columns = Columns(cleaned, tuple(fills.get(plain_heading(heading)) for heading in cleaned))

    def read(self, cells: Sequence[str]) -> dict[str, str]:
        """Return a row's cells by field."""
        raw = dict(self.mapping.constants)
        for name, heading in self.mapping.columns.items():
            text = self._cell(cells, heading)
            text = self.mapping.words.get(name, {}).get(text, text)
            if text and text not in self.mapping.empty:
                raw[name] = text
        ending = self.mapping.name_ending
        if ending and raw.get("name") and ending.casefold() not in raw["name"].casefold():
            raw["name"] = f"{raw['name']} {ending}"
        return raw

    def left_out(self, cells: Sequence[str]) -> bool:
        """Tell whether a row is of a place that is closed."""
        return bool(self.mapping.leave_out and self._cell(cells, self.mapping.leave_out))

    def _cell(self, cells: Sequence[str], heading: str) -> str:
        place = self.places.get(plain_heading(heading), len(cells))
        return cells[place] if place < len(cells) else ""
