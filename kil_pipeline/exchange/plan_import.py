"""Importing a commissioner's spreadsheet. Good rows go in, bad ones come out as a file to correct; nothing is lost.

A row finds its entry again by its reference, by the mapping's key, or by its headline; reading the same file again
changes nothing. An entry that somebody edited on the site since is not overwritten.
"""

import csv
import hashlib
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.errors import DomainError
from kil_pipeline.exchange.columns import PROVIDER, REFERENCE, Columns, find_headings
from kil_pipeline.exchange.mappings import ColumnMapping, MappedSheet
from kil_pipeline.exchange.registers import register_answers
from kil_pipeline.exchange.reports import ImportReport, Progress, RowProblem, UnreadableFile
from kil_pipeline.exchange.tables import Row, read_rows
from kil_pipeline.organisations.organisations import (
    Organisation,
    OrganisationKind,
    add_organisation,
    find_organisation,
    recognise_organisation,
)
from kil_pipeline.plan.answers import Answers, read_answers
from kil_pipeline.plan.changes import describe_changes
from kil_pipeline.plan.drafts import create_entry, read_draft, save_draft
from kil_pipeline.plan.entries import Entry, WorkingCopy
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.text import clean_line, safe_cell
from kil_pipeline.times import london_day

BATCH = 200
"""Rows in one transaction."""
TO_MEND = "What to mend"
"""The column that is put in front of the rows that could not be read."""


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
    to_correct: Path | None = None
    """Where the bad rows go; None: beside where the command runs, named after the file."""


def import_plan(
    database: Database, path: Path, options: ImportOptions, *, now: datetime, progress: Progress = lambda line: None
) -> ImportReport:
    """Import a spreadsheet (CSV, XLSX). Raises `UnreadableFile` and `NotFound` before anything was changed."""
    rows = read_rows(path)
    first = list(islice(rows, 10))
    place, columns, sheet = _headings(first, options)
    importer = _Importer(database, columns, sheet, options, now)
    importer.is_register = options.register or (sheet is None and columns.has(PROVIDER) and columns.has("service_ends"))
    target = options.to_correct or Path(f"{path.stem}.to-correct.csv")
    with importer.bad_rows_to(target, columns.headings):
        importer.read(chain(first[place + 1 :], rows), progress)
    return importer.report


def _headings(first: list[Row], options: ImportOptions) -> tuple[int, Columns, MappedSheet | None]:
    if options.mapping is None:
        place, columns = find_headings([row.cells for row in first])
        return place, columns, None
    if not first:
        raise UnreadableFile("The file has no rows.")
    headings = first[0].cells
    return 0, Columns(headings, (None,) * len(headings)), MappedSheet(options.mapping, headings)


class _Importer:
    """One run over one file."""

    def __init__(
        self, database: Database, columns: Columns, sheet: MappedSheet | None, options: ImportOptions, now: datetime
    ) -> None:
        self.database, self.columns, self.sheet, self.options, self.now = database, columns, sheet, options, now
        self.report = ImportReport(dry_run=options.dry_run)
        self.is_register = False
        self._bad_file: TextIO | None = None
        self.seen: set[str] = set()
        self.organisation_id = self._find_organisation()
        if sheet is None and columns.unknown:
            self.report.warnings.append("Columns that we do not know, left out: " + ", ".join(columns.unknown) + ".")

    def _find_organisation(self) -> uuid.UUID | None:
        if not self.options.organisation:
            if self.options.mapping is None or not self.options.mapping.organisation:
                raise UnreadableFile("Say whose plan it is: --organisation with its slug, prefix or full name.")
            return None
        with self.database.read() as session:
            return find_organisation(session, self.options.organisation).id

    @contextmanager
    def bad_rows_to(self, target: Path, headings: tuple[str, ...]) -> Iterator[None]:
        """Write rows that cannot be read to `target`, which is made when the first one comes."""
        self._target, self._bad_headings = target, headings
        try:
            yield
        finally:
            if self._bad_file is not None:
                self._bad_file.close()

    def read(self, rows: Iterator[Row], progress: Progress) -> None:
        done = 0
        while batch := list(islice(rows, BATCH)):
            with self.database.write() as session:
                for row in batch:
                    self._read_row(session, row)
                if self.options.dry_run:
                    session.rollback()
            done += len(batch)
            progress(f"{done} rows read")

    def _read_row(self, session: Session, row: Row) -> None:
        raw = self.sheet.read(row.cells) if self.sheet else self.columns.read(row.cells)
        if self.is_register:
            answered = register_answers(raw, london_day(self.now))
            if isinstance(answered, str):
                self.report.skipped[answered] += 1
                return
            raw = answered
        answers = read_answers(raw, today=london_day(self.now))
        if answers.content is None:
            problems = [(p.field, p.value, p.message) for p in answers.problems]
            self._reject(row, problems)
            return
        try:
            with session.begin_nested():
                self._keep(session, row, raw, answers)
        except DomainError as error:
            self._reject(row, [("headline", raw.get("headline", ""), str(error))])

    def _keep(self, session: Session, row: Row, raw: dict[str, str], answers: Answers) -> None:
        assert answers.content is not None  # checked by the caller
        organisation_id = self.organisation_id or self._organisation_of(session, row)
        digest = hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()
        entry, key = self._find_entry(session, organisation_id, row, raw)
        if entry is None:
            draft = create_entry(
                session, organisation_id, answers.content, withheld=answers.withheld, source_key=key,
                source_digest=digest, now=self.now,
            )  # fmt: skip
            self.report.created += 1
            self.report.preview(f"New: {answers.content.headline}")
            self._publish(session, draft.entry_id)
            return
        if entry.source_digest == digest:
            self.report.unchanged += 1
            self._publish(session, entry.id)
            return
        self._change(session, entry, answers, digest)

    def _change(self, session: Session, entry: Entry, answers: Answers, digest: str) -> None:
        assert answers.content is not None  # checked by the caller
        draft = read_draft(session, entry.id)
        content = replace(answers.content, notices=draft.content.notices)  # nobody types them: they stay
        changes = describe_changes(draft.content, content)
        edited_here = session.scalar(sa.select(WorkingCopy.updated_by).where(WorkingCopy.entry_id == entry.id))
        if edited_here is not None and changes:
            raise DomainError(
                f"{entry.reference} was edited on the site since the last import: mend it there, or here after it."
            )
        save_draft(session, entry.id, content, withheld=answers.withheld, version=draft.version, now=self.now)
        entry.source_digest = digest
        if changes:
            self.report.changed += 1
            self.report.preview(f"{entry.reference}: " + " ".join(change.sentence for change in changes))
        else:
            self.report.unchanged += 1
        self._publish(session, entry.id)

    def _publish(self, session: Session, entry_id: uuid.UUID) -> None:
        if self.options.publish and not self.is_register:
            number = publish_entry(session, entry_id, why="", now=self.now)
            self.report.published += number is not None

    def _find_entry(
        self, session: Session, organisation_id: uuid.UUID, row: Row, raw: dict[str, str]
    ) -> tuple[Entry | None, str]:
        """Return the entry that a row is about, with the key by which it is found again."""
        own = raw.get(REFERENCE, "")
        if own:
            known = session.scalar(
                sa.select(Entry).where(Entry.reference == own, Entry.organisation_id == organisation_id)
            )
            if known is not None:
                return known, known.source_key or ""
        told_apart = own or clean_line(raw["headline"]).casefold()
        if self.sheet and self.sheet.mapping.key:
            told_apart = f"{self.sheet.mapping.name}:{self.sheet.cell(row.cells, self.sheet.mapping.key)}"
        key = f"sheet:{organisation_id}:{hashlib.sha256(told_apart.encode()).hexdigest()}"
        if key in self.seen:
            raise DomainError(
                "Two rows have the same headline. Give each a reference of its own, in a column “Reference”."
            )
        self.seen.add(key)
        return session.scalar(sa.select(Entry).where(Entry.source_key == key)), key

    def _organisation_of(self, session: Session, row: Row) -> uuid.UUID:
        assert self.sheet is not None  # only a mapping has a column for it
        name = clean_line(self.sheet.cell(row.cells, self.sheet.mapping.organisation))
        if not name:
            raise DomainError("The row names no commissioner.")
        known: Organisation | None = recognise_organisation(session, name=name)
        if known is None:
            known = add_organisation(session, name=name, kind=OrganisationKind.COMMISSIONER, now=self.now)
        return known.id

    def _reject(self, row: Row, problems: list[tuple[str, str, str]]) -> None:
        self.report.bad_rows += 1
        for name, value, message in problems:
            self.report.problems.append(RowProblem(row.number, self.columns.heading_of(name), value, message))
        if self.options.dry_run:
            return
        if self._bad_file is None:
            self._bad_file = self._target.open("w", encoding="utf-8-sig", newline="")
            self.report.to_correct = self._target
            csv.writer(self._bad_file).writerow([TO_MEND, *map(safe_cell, self._bad_headings)])
        said = " ".join(f"{self.columns.heading_of(name)}: {message}" for name, _, message in problems)
        csv.writer(self._bad_file).writerow([safe_cell(said), *map(safe_cell, row.cells)])
