"""A sheet that holds a plan: found in its file, and read row by row. Nothing is stored here."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from pathlib import Path

from kil_pipeline.exchange.columns import (
    REFERENCE,
    VERSION,
    Columns,
    find_headings,
    plain_heading,
    recognise_columns,
)
from kil_pipeline.exchange.heading_guesses import guess_columns, guess_heading_row, guess_headline_place
from kil_pipeline.exchange.import_choices import ImportChoices, plain_word
from kil_pipeline.exchange.mappings import ColumnMapping, MappedSheet
from kil_pipeline.exchange.registers import answers_beside_provider, is_register, not_taken_from, register_answers
from kil_pipeline.exchange.reports import RowProblem, UnreadableFile
from kil_pipeline.exchange.row_entries import ReadRow
from kil_pipeline.exchange.tables import Row, is_workbook, read_rows, sheets_of
from kil_pipeline.plan.answers import Answers, Problem, answer_fields, path_of, read_answers
from kil_pipeline.plan.unknowns import is_unknown, say_none
from kil_pipeline.text import clean_line

FIRST_ROWS = 20
"""Rows among which the headings are looked for."""
_FEW_COLUMNS = 3
"""A sheet with no more columns than this has no rows that only part it."""
_FAILED_FORMULA = re.compile(r"#(?:REF|N/A|VALUE|NAME|DIV/0|NULL|NUM|SPILL|CALC|FIELD|FORMULA|GETTING_DATA)[!?]?|#{3,}")
_TOTALS = re.compile(r"(?:grand |overall |sub[- ]?)?totals?\b:?.*", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"[£\d,.\s-]+(?:k|m|bn)?|=.*|" + _FAILED_FORMULA.pattern)


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


def find_any_sheet(path: Path, *, named: str = "") -> PlanSheet:
    """Return the sheet that looks most like a plan, or the one of this name, though its headings are not ours.

    A person says then what its columns are. Raises `UnreadableFile` where there is none.
    """
    names = sheets_of(path)
    wanted = [name for name in names if plain_heading(name) == plain_heading(named)] if named else list(names)
    if not wanted:
        raise UnreadableFile(f"The file has no sheet “{named[:60]}”. It has: {', '.join(names)}.")
    found = []
    for name in wanted:
        first = list(islice(read_rows(path, name), FIRST_ROWS))
        place = _likely_headings([row.cells for row in first])
        if place is not None:
            guessed = guess_columns(first[place].cells, {})
            found.append((guessed.has("headline"), len(guessed.fields), -names.index(name), place, first[place].cells))
    if not found:
        return find_plan_sheet(path)  # which says what is wrong
    _, _, index, place, headings = max(found)
    rows = islice(read_rows(path, names[-index]), place + 1, None)
    others = tuple(name for name in names if name != names[-index])
    return PlanSheet(recognise_columns(headings), None, rows, others, not is_workbook(path))


def _likely_headings(first: Sequence[tuple[str, ...]]) -> int | None:
    try:
        return find_headings(first)[0]
    except UnreadableFile:
        place = guess_heading_row(first)
    if place is None:
        return None
    known = guess_columns(first[place], {}).has("headline")
    return place if known or guess_headline_place(first[place], first[place + 1 :]) is not None else None


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

    def __init__(
        self, sheet: PlanSheet, *, today: date, register: bool = False, choices: ImportChoices | None = None
    ) -> None:
        """`register`: whether it is a contracts register; else its columns tell. `choices`: what a person chose."""
        self.sheet, self.today, self.choices = sheet, today, choices or ImportChoices()
        self.register = register or (sheet.mapped is None and is_register(sheet.columns))
        self.blanks: Counter[str] = Counter()
        """Fields, with how many rows say nothing of them."""
        self.words: Counter[tuple[str, str]] = Counter()
        """Field and cell, with how many rows: what could not be read, and what was chosen to be read otherwise."""
        self._without_heading: set[int] = set()
        self._seen: set[tuple[str, ...]] = set()

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
        raw = self.sheet.mapped.read(row.cells) if self.sheet.mapped else self.sheet.columns.read(row.cells)
        why = self._left_out(row, raw)
        if why:
            return why
        self._without_heading |= {n for n, c in enumerate(row.cells) if c and not (n < len(headings) and headings[n])}
        return self._answers(row, raw)

    def _left_out(self, row: Row, raw: Mapping[str, str]) -> str:
        """Return why a row is no planned opportunity; empty where it may be one."""
        said = [cell for cell in row.cells if cell]
        headline = raw.get("headline", "")
        first = headline or next(iter(said), "")
        if _TOTALS.fullmatch(first) and all(_NUMBER.fullmatch(cell) for cell in said if cell != first):
            return "a row of totals"
        wide = len(self.sheet.columns.fields) > _FEW_COLUMNS
        if wide and len(said) == 1 and (not headline or (headline.isupper() and " " in headline)):
            return "a heading of a part of the sheet, or a note"
        if self.choices.without_bare and set(raw) == {"headline"}:
            return "nothing but a headline"
        return ""

    def _answers(self, row: Row, raw: dict[str, str]) -> ReadRow | list[Problem] | str:
        sheet = self.sheet
        seen, sent = raw.pop(VERSION, ""), dict(raw)
        for name, words in self.choices.words.items():
            if raw.get(name) and plain_word(raw[name]) in words:
                self.words[name, raw[name]] += 1
        raw = self.choices.mend(raw)
        fields = sheet.columns.fields
        if self.register:
            answered = register_answers(raw, self.today)
            if isinstance(answered, str):
                return answered
            raw, fields = answered, frozenset()
        elif sheet.mapped is None:
            raw = answers_beside_provider(raw)
        raw, answers = self._read(raw)
        if answers.content is None:
            return list(answers.problems)
        if row.cells in self._seen:
            return "the same as an earlier row"
        self._seen.add(row.cells)
        return ReadRow(
            self.choices.fill(raw),
            answers.content,
            answers.withheld,
            fields | {key.split(":")[0] for key in raw},
            reference=clean_line(raw.get(REFERENCE, "")),
            key=sheet.mapped.key(row.cells) if sheet.mapped else "",
            seen=seen,
            sent=sent,
            number=row.number,
        )

    def _read(self, raw: Mapping[str, str]) -> tuple[dict[str, str], Answers]:
        """Read a row; where something was chosen for whatever cannot be read in a column, read it again with that."""
        mended = dict(raw)
        answers = self._try(mended)
        for problem in answers.problems:
            if raw.get(problem.field):
                self.words[problem.field, raw[problem.field]] += 1
                mended = self.choices.mend_rest(mended, problem.field)
        if mended != raw:
            answers = self._try(mended)
        for field in answer_fields():
            if path_of(field) and f"{field}: why not" not in mended:
                self.blanks[field] += is_unknown(say_none(field, mended.get(field, "?")))
        return mended, answers

    def _try(self, raw: Mapping[str, str]) -> Answers:
        failed = [Problem(key, cell, "The formula has no saved result. Write the value itself, or save the file "
                          "in your spreadsheet program.")
                  for key, cell in raw.items() if _FAILED_FORMULA.fullmatch(cell)]  # fmt: skip
        return Answers(None, {}, tuple(failed)) if failed else read_answers(self.choices.fill(raw), today=self.today)

    def row_problem(self, row: Row, problem: Problem) -> RowProblem:
        """Return a problem with the sheet's own heading, and the cell as it stands there."""
        columns = self.sheet.columns
        if not problem.field:
            return RowProblem(row.number, "", problem.value, problem.message)
        cell = columns.cell_of(problem.field, row.cells) or problem.value
        return RowProblem(row.number, columns.heading_of(problem.field), cell[:300], problem.message)
