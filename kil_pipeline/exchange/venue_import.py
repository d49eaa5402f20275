"""Importing venues: from a spreadsheet, or from HSDS / Open Referral UK JSON.

A row finds its venue again by its reference, else by its name and postcode; the same file again changes nothing. What
a row does not say, stays; so does what the venue's owner corrected, unless the row was checked later. Rows that cannot
be read come out as a file to correct, as those of a plan do.
"""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.engagement.venue_corrections import keep_correction
from kil_pipeline.engagement.venue_directory import change_venue
from kil_pipeline.engagement.venues import PublicVenue, add_venue, find_imported, find_venue
from kil_pipeline.exchange.bad_rows import BadRows, file_to_correct
from kil_pipeline.exchange.batches import keep_in_batches
from kil_pipeline.exchange.columns import Columns
from kil_pipeline.exchange.hsds import locations_of, read_location
from kil_pipeline.exchange.json_files import get_text, read_json
from kil_pipeline.exchange.reports import ImportReport, Progress, RowProblem, UnreadableFile
from kil_pipeline.exchange.tables import Row, is_workbook, read_rows
from kil_pipeline.exchange.venue_fields import FIELDS, REFERENCE, ReadVenue, read_venue
from kil_pipeline.exchange.venue_mappings import OWN, VenueMapping, VenueSheet
from kil_pipeline.plan.answers import Problem
from kil_pipeline.reference.areas import find_area
from kil_pipeline.text import clean_line
from kil_pipeline.times import london_day

BATCH = 200
"""Rows in one transaction."""
FIRST_ROWS = 20
"""Rows among which the headings are looked for."""


@dataclass(frozen=True)
class VenueOptions:
    """How venues are imported."""

    mapping: VenueMapping = OWN
    area: str = ""
    """The local authority of all venues for which the file names none."""
    dry_run: bool = False
    to_correct: Path | None = None
    """Where the bad rows go; None: where the command runs, named after the file."""


@dataclass(frozen=True)
class _Item:
    """One row of a sheet, or one location of a JSON file (which has no cells), read as far as can be."""

    number: int
    cells: tuple[str, ...]
    read: ReadVenue | None
    """None where it is left out."""
    source: str = ""
    own_id: str = ""
    """Where it may be one of our own: its id."""


def import_venues(
    database: Database, path: Path, options: VenueOptions, *, now: datetime, progress: Progress = lambda line: None
) -> ImportReport:
    """Import a file. Raises `UnreadableFile` before anything was changed.

    Where a file turns out to be damaged further down, what came before is in, and the report says so.
    """
    if options.area and find_area(options.area) is None:
        raise UnreadableFile(f"We know no council “{clean_line(options.area)[:60]}”. Write its full name, or its code.")
    if path.suffix.lower() == ".json":
        run = _Run(options, Columns((), ()), None, now)
        items = _read_json(path, options, now)
    else:
        columns, items = _read_sheet(path, options, now)
        run = _Run(options, columns, BadRows(file_to_correct(path, options.to_correct), columns.headings), now)
    with run.bad_rows.open() if run.bad_rows else nullcontext():
        try:
            for done in run.keep_all(database, items):
                progress(f"{done} rows read")
        except UnreadableFile as error:
            run.report.broken_off = str(error)
    run.report.to_correct = run.bad_rows.path if run.bad_rows else None
    return run.report


def _read_sheet(path: Path, options: VenueOptions, now: datetime) -> tuple[Columns, Iterator[_Item]]:
    rows = read_rows(path)
    sheet, problem = None, UnreadableFile(f"{path.name} has no rows.")
    for place, row in enumerate(islice(rows, FIRST_ROWS)):
        try:
            sheet = VenueSheet(options.mapping, row.cells)
            break
        except UnreadableFile as error:
            problem = problem if place else error
    if sheet is None:
        raise problem
    exact_width = not is_workbook(path)
    return sheet.columns, (_read_row(sheet, row, options, now, exact_width) for row in rows)


def _read_row(sheet: VenueSheet, row: Row, options: VenueOptions, now: datetime, exact_width: bool) -> _Item:
    if exact_width and len(row.cells) > len(sheet.columns.headings):
        message = "The row has more cells than there are headings. A text with commas needs quotation marks."
        return _Item(row.number, row.cells, ReadVenue({}, (), (Problem("", "", message),)))
    if sheet.left_out(row.cells):
        return _Item(row.number, row.cells, None)
    raw = sheet.read(row.cells)
    read = read_venue(_with_area(raw, options), london_day(now))
    known_by = clean_line(raw.get(REFERENCE, "")) or read.place()
    return _Item(row.number, row.cells, read, f"{options.mapping.name or 'sheet'}:{known_by}"[:200])


def _read_json(path: Path, options: VenueOptions, now: datetime) -> Iterator[_Item]:
    locations = locations_of(read_json(path))
    if not locations:
        raise UnreadableFile(f"{path.name} has no places as HSDS or Open Referral UK give them.")
    return (_read_location(number, location, options, now) for number, location in enumerate(locations, 1))


def _read_location(number: int, location: object, options: VenueOptions, now: datetime) -> _Item:
    read = read_venue(_with_area(read_location(location), options), london_day(now))
    known_by = clean_line(get_text(location, "id"))
    return _Item(number, (), read, f"hsds:{known_by or read.place()}"[:200], known_by)


def _with_area(raw: dict[str, str], options: VenueOptions) -> dict[str, str]:
    return raw if raw.get("areas") or not options.area else {**raw, "areas": options.area}


class _Run:
    """One run over one file."""

    def __init__(self, options: VenueOptions, columns: Columns, bad_rows: BadRows | None, now: datetime) -> None:
        self.options, self.columns, self.bad_rows, self.now = options, columns, bad_rows, now
        self.report = ImportReport(dry_run=options.dry_run)
        self._seen: dict[str, int] = {}
        if options.mapping is OWN and columns.left_out:
            left = ", ".join(f"“{heading}”" for heading in columns.left_out)
            self.report.warnings.append(f"Columns left out: {left}.")

    def keep_all(self, database: Database, items: Iterator[_Item]) -> Iterator[int]:
        """Keep all, a batch in a transaction. Yields how many were read so far."""
        return keep_in_batches(database, items, self._take, size=BATCH, dry_run=self.options.dry_run)

    def _take(self, session: Session, item: _Item) -> None:
        if item.read is None:
            self.report.skipped["it is closed"] += 1
            return
        problems = list(item.read.problems)
        first = self._seen.setdefault(item.source, item.number) if not problems else item.number
        if first != item.number:
            problems.append(Problem("name", item.read.name, f"Row {first} is the same venue: keep one of them."))
        if problems:
            self._reject(item, problems)
        else:
            self._keep(session, item, item.read)

    def _keep(self, session: Session, item: _Item, read: ReadVenue) -> None:
        known = _known(session, item)
        said = read.over(known.facts if known else None)
        facts = keep_correction(session, known.id, known.facts, said) if known else said
        if facts != said:
            self.report.skipped["what the file says of access, where the venue’s owner has corrected it since"] += 1
        if known is None:
            add_venue(session, facts, source=item.source, now=self.now)
            self.report.count("created", f"New: {facts.name}")
        elif facts == known.facts:
            self.report.count("unchanged")
        else:
            change_venue(session, known.id, facts, now=self.now)
            self.report.count("changed", f"Changed: {facts.name}")

    def _reject(self, item: _Item, problems: Sequence[Problem]) -> None:
        found = [self._row_problem(item, problem) for problem in problems]
        self.report.reject(found)
        if self.bad_rows and not self.options.dry_run:
            self.bad_rows.add(item.cells, " ".join(problem.what_to_mend() for problem in found))

    def _row_problem(self, item: _Item, problem: Problem) -> RowProblem:
        columns = self.columns
        if not problem.field:
            return RowProblem(item.number, "", problem.value, problem.message)
        cell = columns.cell_of(problem.field, item.cells) or problem.value
        return RowProblem(item.number, _heading(columns, problem.field), cell[:300], problem.message)


def _heading(columns: Columns, field: str) -> str:
    pairs = zip(columns.headings, columns.keys, strict=True)
    return next((heading for heading, key in pairs if key == field), FIELDS[field])


def _known(session: Session, item: _Item) -> PublicVenue | None:
    if item.own_id:
        with suppress(ValueError):
            if own := find_venue(session, uuid.UUID(item.own_id)):
                return own
    return find_imported(session, item.source)
