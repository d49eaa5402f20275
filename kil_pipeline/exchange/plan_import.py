"""Importing a commissioner's spreadsheet. Good rows go in, bad ones come out as a file to correct; nothing is lost.

A row finds its entry again by its reference, by the mapping's key, or by its headline; reading the same file again
changes nothing. An entry that somebody edited on the site since is not overwritten.
"""

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

from sqlalchemy.orm import Session

from kil_pipeline.alerts.approval_notices import tell_approvers
from kil_pipeline.database import Database
from kil_pipeline.errors import DomainError, InvalidTransition
from kil_pipeline.exchange.bad_rows import BadRows, file_to_correct
from kil_pipeline.exchange.columns import REFERENCE, Columns, find_headings
from kil_pipeline.exchange.mappings import ColumnMapping, MappedSheet
from kil_pipeline.exchange.registers import answers_beside_provider, is_register, not_taken_from, register_answers
from kil_pipeline.exchange.reports import ImportReport, Progress, RowProblem, UnreadableFile
from kil_pipeline.exchange.row_entries import OtherOrganisation, ReadRow, RowEntries, named_organisation
from kil_pipeline.exchange.tables import Row, is_workbook, read_rows, sheets_of
from kil_pipeline.organisations.organisations import find_organisation
from kil_pipeline.plan.answers import Problem, read_answers
from kil_pipeline.plan.date_order import misplaced_dates
from kil_pipeline.plan.submissions import Request
from kil_pipeline.text import clean_line
from kil_pipeline.times import london_day

BATCH = 200
"""Rows in one transaction."""
FIRST_ROWS = 20
"""Rows among which the headings are looked for."""
_FAILED_FORMULA = re.compile(r"#(?:REF|N/A|VALUE|NAME|DIV/0|NULL|NUM|SPILL|CALC|FIELD|FORMULA|GETTING_DATA)[!?]?|#{3,}")
_TOTALS = re.compile(r"(?:grand |sub[- ]?)?totals?:?", re.IGNORECASE)


@dataclass(frozen=True)
class ImportOptions:
    """How a spreadsheet is imported."""

    organisation: str = ""
    """Slug, prefix or name of the commissioner; needed unless the mapping has a column for it."""
    mapping: ColumnMapping | None = None
    register: bool = False
    """Whether it is a contracts register; else its columns tell."""
    dry_run: bool = False
    publish: bool = False
    overwrite: bool = False
    """Whether the sheet wins over what was edited on the site since."""
    to_correct: Path | None = None
    """Where the bad rows go; None: where the command runs, named after the file. Never a file that is there."""


@dataclass(frozen=True)
class _Sheet:
    """The sheet of a file that holds the plan."""

    columns: Columns
    mapped: MappedSheet | None
    rows: Iterator[Row]
    others: tuple[str, ...]
    """The names of the sheets that are not read."""


def import_plan(
    database: Database, path: Path, options: ImportOptions, *, now: datetime, progress: Progress = lambda line: None
) -> ImportReport:
    """Import a spreadsheet (CSV, XLSX). Raises `UnreadableFile` and `NotFound` before anything was changed.

    Where a file turns out to be damaged further down, what came before is in, and the report says so.
    """
    organisation_id = _find_organisation(database, options)
    sheet = _find_sheet(path, options.mapping)
    bad_rows = BadRows(file_to_correct(path, options.to_correct), sheet.columns.headings)
    run = _Run(options, sheet, organisation_id, bad_rows, now, exact_width=not is_workbook(path))
    with bad_rows.open():
        try:
            for done in run.read(database):
                progress(f"{done} row{'' if done == 1 else 's'} read")
        except UnreadableFile as error:
            run.report.broken_off = str(error)
    run.finish()
    return run.report


def _find_organisation(database: Database, options: ImportOptions) -> uuid.UUID | None:
    """Return whose plan it is; None where the mapping says that a column tells."""
    if not options.organisation:
        if options.mapping is None or not options.mapping.organisation:
            raise UnreadableFile("Say whose plan it is: --organisation with its slug, prefix or full name.")
        return None
    with database.read() as session:
        return find_organisation(session, options.organisation).id


def _find_sheet(path: Path, mapping: ColumnMapping | None) -> _Sheet:
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
        return _Sheet(columns, mapped, chain(first[place + 1 :], rows), others)
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


class _Run:
    """One run over one sheet."""

    def __init__(
        self,
        options: ImportOptions,
        sheet: _Sheet,
        organisation_id: uuid.UUID | None,
        bad_rows: BadRows,
        now: datetime,
        *,
        exact_width: bool,
    ) -> None:
        self.options, self.sheet, self.organisation_id, self.bad_rows = options, sheet, organisation_id, bad_rows
        self.now, self.today, self.exact_width = now, london_day(now), exact_width
        self.register = options.register or (sheet.mapped is None and is_register(sheet.columns))
        self.entries = RowEntries(publish=options.publish and not self.register, overwrite=options.overwrite, now=now)
        self.report = ImportReport(dry_run=options.dry_run)
        self._told = False
        self._without_heading: set[int] = set()
        self._warn()

    def _warn(self) -> None:
        columns, warnings = self.sheet.columns, self.report.warnings
        if self.register:
            warnings.append("Read as a contracts register: each contract that ends soon makes a draft.")
        left_out = not_taken_from(columns) if self.register else columns.left_out if not self.sheet.mapped else ()
        if left_out:
            warnings.append("Columns left out: " + ", ".join(f"“{heading}”" for heading in left_out) + ".")
        if self.sheet.others:
            names = ", ".join(f"“{name}”" for name in self.sheet.others)
            warnings.append(f"Sheets that were not read: {names}. Save one as a file of its own to import it.")

    def read(self, database: Database) -> Iterator[int]:
        """Keep all rows, a batch in a transaction. Yields how many were read so far."""
        done = 0
        while batch := list(islice(self.sheet.rows, BATCH)):
            with database.write() as session:
                for row in batch:
                    self._read_row(session, row)
                self._tell_approvers(session)
                if self.options.dry_run:
                    session.rollback()
            done += len(batch)
            yield done

    def _tell_approvers(self, session: Session) -> None:
        """Queue one mail for the whole file, with the first rows that wait."""
        if self.entries.asked[Request.WAITING] and self.organisation_id and not self._told:
            tell_approvers(session, self.organisation_id, None, self.now)
            self._told = True

    def finish(self) -> None:
        """Say at the end what is only known then."""
        self.report.to_correct = self.bad_rows.path
        self.report.asked = self.entries.asked
        if self._without_heading:
            places = ", ".join(str(place + 1) for place in sorted(self._without_heading)[:20])
            self.report.warnings.append(f"Columns without a heading, left out (counted from the left): {places}.")

    def _read_row(self, session: Session, row: Row) -> None:
        headings = self.sheet.columns.headings
        if self.exact_width and len(row.cells) > len(headings):
            message = "The row has more cells than there are headings. A text with commas needs quotation marks."
            self._reject(row, [Problem("", row.cells[len(headings)], message)])
            return
        if row.cells == headings:
            self.report.skipped["the headings again"] += 1
            return
        self._without_heading |= {n for n, c in enumerate(row.cells) if c and not (n < len(headings) and headings[n])}
        answers = self._answers(row)
        if isinstance(answers, str):
            self.report.skipped[answers] += 1
        elif isinstance(answers, list):
            self._reject(row, answers)
        else:
            self._keep(session, row, answers)

    def _answers(self, row: Row) -> ReadRow | list[Problem] | str:
        """Return what a row says, what is wrong with it, or why it is left out."""
        sheet = self.sheet
        raw = sheet.mapped.read(row.cells) if sheet.mapped else sheet.columns.read(row.cells)
        if _TOTALS.fullmatch(raw.get("headline", "")):
            return "a row of totals"
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
        )

    def _keep(self, session: Session, row: Row, read: ReadRow) -> None:
        try:
            with session.begin_nested():
                organisation_id = self.organisation_id or self._named_organisation(session, row)
                kept = self.entries.keep(session, organisation_id, read)
        except OtherOrganisation:
            self.report.skipped["the reference of another organisation’s planned opportunity"] += 1
        except DomainError as error:
            field = "status" if isinstance(error, InvalidTransition) else "headline"
            self._reject(row, [Problem(field, read.raw.get(field, ""), str(error))])
        else:
            self.report.count(kept.outcome, kept.sentence, published=kept.published)
            if kept.outcome != "unchanged":
                self.report.warn_of_dates(row.number, misplaced_dates(read.content))

    def _named_organisation(self, session: Session, row: Row) -> uuid.UUID:
        assert self.sheet.mapped is not None  # only a mapping has a column for it
        mapped = self.sheet.mapped
        return named_organisation(session, clean_line(mapped.cell(row.cells, mapped.mapping.organisation)), self.now)

    def _reject(self, row: Row, problems: Sequence[Problem]) -> None:
        found = [self._row_problem(row, problem) for problem in problems]
        self.report.reject(found)
        if not self.options.dry_run:
            self.bad_rows.add(row.cells, " ".join(problem.what_to_mend() for problem in found))

    def _row_problem(self, row: Row, problem: Problem) -> RowProblem:
        """Return a problem with the sheet's own heading, and the cell as it stands there."""
        columns = self.sheet.columns
        if not problem.field:
            return RowProblem(row.number, "", problem.value, problem.message)
        cell = columns.cell_of(problem.field, row.cells) or problem.value
        return RowProblem(row.number, columns.heading_of(problem.field), cell[:300], problem.message)
