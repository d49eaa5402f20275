"""A sheet that holds a plan: found in its file, and read row by row. Nothing is stored here."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from pathlib import Path

from kil_pipeline.exchange.columns import REFERENCE, VERSION, Columns, find_headings
from kil_pipeline.exchange.mappings import ColumnMapping, MappedSheet
from kil_pipeline.exchange.registers import answers_beside_provider, is_register, not_taken_from, register_answers
from kil_pipeline.exchange.reports import RowProblem, UnreadableFile
from kil_pipeline.exchange.row_entries import ReadRow
from kil_pipeline.exchange.tables import Row, is_workbook, read_rows, sheets_of
from kil_pipeline.plan.answers import Problem, read_answers
from kil_pipeline.text import clean_line

FIRST_ROWS = 20
"""Rows among which the headings are looked for."""
_FAILED_FORMULA = re.compile(r"#(?:REF|N/A|VALUE|NAME|DIV/0|NULL|NUM|SPILL|CALC|FIELD|FORMULA|GETTING_DATA)[!?]?|#{3,}")
_TOTALS = re.compile(r"(?:grand |sub[- ]?)?totals?:?", re.IGNORECASE)


@dataclass(frozen=True)
class PlanSheet:
    """The sheet of a file that holds the plan."""

    columns: Columns
    mapped: MappedSheet | None
    rows: Iterator[Row]
    others: tuple[str, ...]
    """The names of the sheets that are not read."""
    exact_width: bool
    """Whether a row with more cells than there are headings is broken: in CSV it is."""


def find_plan_sheet(path: Path, mapping: ColumnMapping | None = None) -> PlanSheet:
    """Return the first sheet that has the headings of a plan. Raises `UnreadableFile` where none has."""
    names, problem = sheets_of(path), None
    for name in names:
        rows = read_rows(path, name)
        first = list(islice(rows, FIRST_ROWS))
        try:
            place, columns, mapped = _headings([row.cells for row in first], mapping)
        except UnreadableFile as error:
            problem = problem or error
            continue
        others = tuple(other for other in names if other != name)
        return PlanSheet(columns, mapped, chain(first[place + 1 :], rows), others, not is_workbook(path))
    raise problem or UnreadableFile(f"{path.name} has no rows.")


def _headings(
    first: Sequence[tuple[str, ...]], mapping: ColumnMapping | None
) -> tuple[int, Columns, MappedSheet | None]:
    if mapping is None:
        return *find_headings(first), None
    problem = UnreadableFile("The file has no rows.")
    for place, cells in enumerate(first):
        try:
            sheet = MappedSheet(mapping, cells)
        except UnreadableFile as error:
            problem = problem if place else error
            continue
        return place, sheet.columns(), sheet
    raise problem


class SheetReader:
    """Reads the rows of a sheet: what each says, what is wrong with it, or why it is left out."""

    def __init__(self, sheet: PlanSheet, *, today: date, register: bool = False) -> None:
        """`register`: whether it is a contracts register; else its columns tell."""
        self.sheet, self.today = sheet, today
        self.register = register or (sheet.mapped is None and is_register(sheet.columns))
        self._without_heading: set[int] = set()

    def warnings(self) -> Iterator[str]:
        """Yield what the person should know of the whole sheet. What has no heading is known at the end only."""
        columns = self.sheet.columns
        if self.register:
            yield "Read as a contracts register: each contract that ends soon makes a draft."
        left_out = not_taken_from(columns) if self.register else columns.left_out if not self.sheet.mapped else ()
        if left_out:
            yield "Columns left out: " + ", ".join(f"“{heading}”" for heading in left_out) + "."
        if self.sheet.others:
            names = ", ".join(f"“{name}”" for name in self.sheet.others)
            yield f"Sheets that were not read: {names}. Save one as a file of its own to import it."

    def late_warnings(self) -> Iterator[str]:
        """Yield what is only known once all rows are read."""
        if self._without_heading:
            places = ", ".join(str(place + 1) for place in sorted(self._without_heading)[:20])
            yield f"Columns without a heading, left out (counted from the left): {places}."

    def read(self, row: Row) -> ReadRow | list[Problem] | str:
        """Return what a row says, what is wrong with it, or why it is left out."""
        headings = self.sheet.columns.headings
        if self.sheet.exact_width and len(row.cells) > len(headings):
            message = "The row has more cells than there are headings. A text with commas needs quotation marks."
            return [Problem("", row.cells[len(headings)], message)]
        if row.cells == headings:
            return "the headings again"
        self._without_heading |= {n for n, c in enumerate(row.cells) if c and not (n < len(headings) and headings[n])}
        return self._answers(row)

    def _answers(self, row: Row) -> ReadRow | list[Problem] | str:
        sheet = self.sheet
        raw = sheet.mapped.read(row.cells) if sheet.mapped else sheet.columns.read(row.cells)
        if _TOTALS.fullmatch(raw.get("headline", "")):
            return "a row of totals"
        seen = raw.pop(VERSION, "")
        failed = [Problem(key, cell, "The formula has no saved result. Write the value itself, or save the file "
                          "in your spreadsheet program.")
                  for key, cell in raw.items() if _FAILED_FORMULA.fullmatch(cell)]  # fmt: skip
        if failed:
            return failed
        columns = sheet.columns.fields
        if self.register:
            answered = register_answers(raw, self.today)
            if isinstance(answered, str):
                return answered
            raw, columns = answered, frozenset()
        elif sheet.mapped is None:
            raw = answers_beside_provider(raw)
        answers = read_answers(raw, today=self.today)
        if answers.content is None:
            return list(answers.problems)
        return ReadRow(
            raw,
            answers.content,
            answers.withheld,
            columns | {key.split(":")[0] for key in raw},
            reference=clean_line(raw.get(REFERENCE, "")),
            key=sheet.mapped.key(row.cells) if sheet.mapped else "",
            seen=seen,
        )

    def row_problem(self, row: Row, problem: Problem) -> RowProblem:
        """Return a problem with the sheet's own heading, and the cell as it stands there."""
        columns = self.sheet.columns
        if not problem.field:
            return RowProblem(row.number, "", problem.value, problem.message)
        cell = columns.cell_of(problem.field, row.cells) or problem.value
        return RowProblem(row.number, columns.heading_of(problem.field), cell[:300], problem.message)
