"""Importing a commissioner's spreadsheet. Good rows go in, bad ones come out as a file to correct; nothing is lost.

A row finds its entry again by its reference, by the mapping's key, or by its headline; reading the same file again
changes nothing. An entry that somebody edited on the site since is not overwritten.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy.orm import Session

from kil_pipeline.alerts.approval_notices import tell_approvers
from kil_pipeline.database import Database
from kil_pipeline.errors import DomainError, InvalidTransition
from kil_pipeline.exchange.bad_rows import BadRows, file_to_correct
from kil_pipeline.exchange.mappings import ColumnMapping
from kil_pipeline.exchange.plan_sheets import PlanSheet, SheetReader, find_plan_sheet
from kil_pipeline.exchange.reports import ImportReport, Progress, UnreadableFile
from kil_pipeline.exchange.row_entries import OtherOrganisation, ReadRow, RowEntries, named_organisation
from kil_pipeline.exchange.tables import Row
from kil_pipeline.organisations.organisations import current_organisation, find_organisation
from kil_pipeline.plan.answers import Problem
from kil_pipeline.plan.date_order import misplaced_dates
from kil_pipeline.plan.submissions import Request
from kil_pipeline.text import clean_line
from kil_pipeline.times import london_day

BATCH = 200
"""Rows in one transaction."""


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


def import_plan(
    database: Database, path: Path, options: ImportOptions, *, now: datetime, progress: Progress = lambda line: None
) -> ImportReport:
    """Import a spreadsheet (CSV, XLSX). Raises `UnreadableFile` and `NotFound` before anything was changed.

    Where a file turns out to be damaged further down, what came before is in, and the report says so.
    """
    organisation_id = _find_organisation(database, options)
    sheet = find_plan_sheet(path, options.mapping)
    bad_rows = BadRows(file_to_correct(path, options.to_correct), sheet.columns.headings)
    run = _Run(options, sheet, organisation_id, bad_rows, now)
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
        return current_organisation(session, find_organisation(session, options.organisation).id).id


class _Run:
    """One run over one sheet."""

    def __init__(
        self,
        options: ImportOptions,
        sheet: PlanSheet,
        organisation_id: uuid.UUID | None,
        bad_rows: BadRows,
        now: datetime,
    ) -> None:
        self.options, self.sheet, self.organisation_id, self.bad_rows = options, sheet, organisation_id, bad_rows
        self.now = now
        self.reader = SheetReader(sheet, today=london_day(now), register=options.register)
        publish = options.publish and not self.reader.register
        self.entries = RowEntries(publish=publish, overwrite=options.overwrite, now=now)
        self.report = ImportReport(dry_run=options.dry_run, warnings=list(self.reader.warnings()))
        self._told = False

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
        self.report.warnings += self.reader.late_warnings()

    def _read_row(self, session: Session, row: Row) -> None:
        answers = self.reader.read(row)
        if isinstance(answers, str):
            self.report.skipped[answers] += 1
        elif isinstance(answers, list):
            self._reject(row, answers)
        else:
            self._keep(session, row, answers)

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
        found = [self.reader.row_problem(row, problem) for problem in problems]
        self.report.reject(found)
        if not self.options.dry_run:
            self.bad_rows.add(row.cells, " ".join(problem.what_to_mend() for problem in found))
