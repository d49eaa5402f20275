"""A mapping says how a sheet that is not ours is read: which column fills which field, and what is changed."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from cattrs.errors import BaseValidationError

from kil_pipeline.codec import from_json
from kil_pipeline.exchange.columns import REFERENCE, Columns, plain_heading
from kil_pipeline.exchange.reports import UnreadableFile
from kil_pipeline.plan.answer_values import split_list
from kil_pipeline.plan.answers import answer_fields
from kil_pipeline.reference.areas import find_area
from kil_pipeline.reference.cpv import normalise_cpv
from kil_pipeline.reference.milestones import milestone_kinds
from kil_pipeline.reference.themes import themes_of_cpv, themes_of_text
from kil_pipeline.text import clean_line


@dataclass(frozen=True)
class ColumnMapping:
    """How a foreign sheet is read (see docs/guides/spreadsheets.md)."""

    name: str
    columns: dict[str, str]
    """Field → heading of its column."""
    key: str = ""
    """Heading of the column that tells rows apart; empty: the headline does."""
    organisation: str = ""
    """Heading of the column that names the commissioner; empty: the one given on the command line."""
    constants: dict[str, str] = field(default_factory=dict)
    """Field → text that every row has."""
    no_date: tuple[str, ...] = ()
    """Texts that stand for "no date"."""
    sum_of: tuple[str, ...] = ()
    """Headings of amounts (a year each) that add up to the value in total."""
    confidence: str = ""
    """Heading of the column that says how sure the dates are."""
    confidence_words: dict[str, str] = field(default_factory=dict)
    """What stands in it → what is put behind each date, such as "(indicative)"."""
    lenient: tuple[str, ...] = ()
    """Fields (areas, cpv) of which what cannot be read is left out, where a row would be refused otherwise."""


def read_mapping(path: Path) -> ColumnMapping:
    """Read a mapping. Raises `UnreadableFile` with what is wrong in it."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        mapping = from_json(ColumnMapping, table)
    except OSError as error:
        raise UnreadableFile(f"The mapping {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"The mapping {path} is not TOML: {error}") from error
    except BaseValidationError as error:
        raise UnreadableFile(f"The mapping {path} needs at least “name” and a table “columns”.") from error
    strange = sorted(set(mapping.columns) - {*answer_fields(), REFERENCE})
    if strange or "headline" not in mapping.columns:
        what = f"it fills “{strange[0]}”, which is no field" if strange else "it fills no headline"
        raise UnreadableFile(f"The mapping {path} does not work: {what}.")
    return mapping


class MappedSheet:
    """Reads the rows of one sheet by a mapping."""

    def __init__(self, mapping: ColumnMapping, headings: tuple[str, ...]) -> None:
        """Raises `UnreadableFile` where the sheet lacks a column that the mapping names."""
        self.mapping, self.headings = mapping, headings
        self.places = {plain_heading(heading): place for place, heading in enumerate(headings)}
        named = [*mapping.columns.values(), mapping.key, mapping.organisation, mapping.confidence, *mapping.sum_of]
        missing = [heading for heading in named if heading and plain_heading(heading) not in self.places]
        if missing:
            raise UnreadableFile(
                f"The mapping “{mapping.name}” needs a column “{missing[0]}”, which this file has not."
            )

    def columns(self) -> Columns:
        """Return the sheet's columns, with what each fills."""
        fills = {plain_heading(heading): name for name, heading in self.mapping.columns.items()}
        return Columns(self.headings, tuple(fills.get(plain_heading(heading)) for heading in self.headings))

    def key(self, cells: tuple[str, ...]) -> str:
        """Return what tells a row apart by the mapping's word; empty where the mapping names no column for it."""
        if not self.mapping.key:
            return ""
        return f"{self.mapping.name}:{clean_line(self.cell(cells, self.mapping.key))}"

    def cell(self, cells: tuple[str, ...], heading: str) -> str:
        """Return a cell by the heading of its column; empty where the row is short."""
        place = self.places[plain_heading(heading)] if heading else len(cells)
        return cells[place] if place < len(cells) else ""

    def read(self, cells: tuple[str, ...]) -> dict[str, str]:
        """Return a row as answers (see `plan.answers`)."""
        mapping = self.mapping
        raw = dict(mapping.constants)
        for name, heading in mapping.columns.items():
            text = self.cell(cells, heading)
            raw[name] = "" if text in mapping.no_date else text
        sure = mapping.confidence_words.get(self.cell(cells, mapping.confidence), "") if mapping.confidence else ""
        for name in mapping.columns:
            if sure and raw[name] and name in _DATES:
                raw[name] = f"{raw[name]} {sure}"
        total = self._total(cells)
        if total and not raw.get("value"):
            raw["value"] = f"£{total} in total"
        return {name: self._lenient(name, text) for name, text in raw.items()} | self._topics(raw)

    def _total(self, cells: tuple[str, ...]) -> Decimal:
        total = Decimal(0)
        for heading in self.mapping.sum_of:
            try:
                amount = Decimal(self.cell(cells, heading).replace(",", "") or 0)
            except InvalidOperation:
                continue
            total += amount if amount.is_finite() and amount > 0 else 0
        return total

    def _lenient(self, name: str, text: str) -> str:
        if name not in self.mapping.lenient:
            return text
        find = _find_cpv if name == "cpv" else _find_area
        return "; ".join(code for part in split_list(text) if (code := find(part)))

    def _topics(self, raw: Mapping[str, str]) -> dict[str, str]:
        """Where no column names topics, CPV codes and words do."""
        return {} if raw.get("themes") else topics_told(raw.get("headline", ""), raw.get("cpv", ""))


def topics_told(headline: str, cpv: str) -> dict[str, str]:
    """Return the topics that CPV codes tell of, or else the words of a headline, as an answer."""
    codes = [code for part in split_list(cpv) if (code := normalise_cpv(part))]
    found = themes_of_cpv(codes) or themes_of_text(headline)
    return {"themes": "; ".join(found[:5])}


def _find_cpv(text: str) -> str | None:
    return normalise_cpv(text)


def _find_area(text: str) -> str | None:
    found = find_area(text)
    return found.code if found else None


_DATES = frozenset(kind.code for kind in milestone_kinds())
