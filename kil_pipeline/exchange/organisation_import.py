"""Importing organisations: from a spreadsheet, or from a 360Giving package of grants (JSON).

An organisation is found again by an identifier, else by its name in any usual spelling. A row adds what was not known,
and takes nothing away: what the organisation's own people wrote stays. Rows that cannot be read come out as a file.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.exchange.bad_rows import BadRows, file_to_correct
from kil_pipeline.exchange.batches import keep_in_batches
from kil_pipeline.exchange.columns import Columns
from kil_pipeline.exchange.json_files import read_json
from kil_pipeline.exchange.organisation_rows import (
    FIELDS,
    ReadOrganisation,
    organisation_columns,
    read_organisation,
)
from kil_pipeline.exchange.reports import ImportReport, Progress, RowProblem, UnreadableFile
from kil_pipeline.exchange.tables import is_workbook, read_rows
from kil_pipeline.exchange.three_sixty_giving import Who, organisations_of
from kil_pipeline.organisations.organisations import (
    Organisation,
    OrganisationIdentifier,
    OrganisationKind,
    add_organisation,
    current_organisation,
    learn_spelling,
    recognise_organisation,
)
from kil_pipeline.plan.answers import Problem
from kil_pipeline.support.patches import patch_of, set_patch

BATCH = 200
"""Rows in one transaction."""


@dataclass(frozen=True)
class OrganisationOptions:
    """How organisations are imported. `kind`: of those that are new and of which the file does not say it."""

    kind: OrganisationKind = OrganisationKind.VCSE
    who: Who = "recipients"
    dry_run: bool = False
    to_correct: Path | None = None
    """Where the bad rows go; None: beside the file, named after it."""


@dataclass(frozen=True)
class _Item:
    number: int
    cells: tuple[str, ...]
    read: ReadOrganisation


def import_organisations(
    database: Database,
    path: Path,
    options: OrganisationOptions,
    *,
    now: datetime,
    progress: Progress = lambda line: None,
) -> ImportReport:
    """Import a file. Raises `UnreadableFile` before anything was changed.

    Where a file turns out to be damaged further down, what came before is in, and the report says so.
    """
    grants = path.suffix.lower() == ".json"
    columns, items = _read_grants(path, options) if grants else _read_sheet(path)
    bad_rows = BadRows(file_to_correct(path, options.to_correct), columns.headings)
    run = _Run(options, columns, bad_rows, now, repeated=grants)
    with bad_rows.open():
        try:
            for done in run.keep_all(database, items):
                progress(f"{done} rows read")
        except UnreadableFile as error:
            run.report.broken_off = str(error)
    run.report.to_correct = bad_rows.path
    return run.report


def _read_sheet(path: Path) -> tuple[Columns, Iterator[_Item]]:
    rows = read_rows(path)
    first = next(rows, None)
    if first is None:
        raise UnreadableFile(f"{path.name} has no rows.")
    columns, exact_width = organisation_columns(first.cells), not is_workbook(path)

    def items() -> Iterator[_Item]:
        for row in rows:
            if exact_width and len(row.cells) > len(columns.headings):
                message = "The row has more cells than there are headings. A text with commas needs quotation marks."
                yield _Item(row.number, row.cells, ReadOrganisation("", problems=(Problem("", "", message),)))
            else:
                yield _Item(row.number, row.cells, read_organisation(columns.read(row.cells)))

    return columns, items()


def _read_grants(path: Path, options: OrganisationOptions) -> tuple[Columns, Iterator[_Item]]:
    """Read grants as if they were rows under our own headings: so that the bad ones can be corrected there."""
    found = organisations_of(read_json(path), options.who)
    columns = Columns(tuple(FIELDS.values()), tuple(FIELDS))

    def item(number: int, raw: Mapping[str, str]) -> _Item:
        return _Item(number, tuple(raw.get(field, "") for field in FIELDS), read_organisation(raw))

    return columns, (item(number, raw) for number, raw in found)


class _Run:
    """One run over one file. `repeated`: the same organisation may come often, as who gets several grants does."""

    def __init__(
        self, options: OrganisationOptions, columns: Columns, bad_rows: BadRows, now: datetime, *, repeated: bool
    ) -> None:
        self.options, self.columns, self.bad_rows, self.now, self.repeated = options, columns, bad_rows, now, repeated
        self.report = ImportReport(dry_run=options.dry_run)
        self._seen: dict[str, int] = {}
        if columns.left_out:
            left = ", ".join(f"“{heading}”" for heading in columns.left_out)
            self.report.warnings.append(f"Columns left out: {left}.")

    def keep_all(self, database: Database, items: Iterator[_Item]) -> Iterator[int]:
        """Keep all, a batch in a transaction. Yields how many were read so far."""
        return keep_in_batches(database, items, self._take, size=BATCH, dry_run=self.options.dry_run)

    def _take(self, session: Session, item: _Item) -> None:
        problems = list(item.read.problems)
        first = self._seen.setdefault(item.read.known_by(), item.number) if not problems else item.number
        if first != item.number:
            if self.repeated:
                self.report.skipped["another grant of the same organisation"] += 1
                return
            problems.append(Problem("name", item.read.name, f"Row {first} is the same organisation: keep one of them."))
        known = None if problems else _find(session, item.read)
        problems += _contradictions(session, item.read, known)
        if problems:
            self._reject(item, problems)
        else:
            self._keep(session, item.read, known)

    def _keep(self, session: Session, read: ReadOrganisation, known: Organisation | None) -> None:
        if known is None:
            row = add_organisation(
                session,
                name=read.name,
                kind=read.kind or self.options.kind,
                identifiers=read.identifiers,
                contact=read.contact or None,
                website=read.website or None,
                now=self.now,
            )
            _add_what_is_new(session, row, read)
            self.report.count("created", f"New: {row.name}")
        elif _add_what_is_new(session, known, read):
            self.report.count("changed", f"Added to: {known.name}")
        else:
            self.report.count("unchanged")

    def _reject(self, item: _Item, problems: Sequence[Problem]) -> None:
        found = [self._row_problem(item, problem) for problem in problems]
        self.report.reject(found)
        if not self.options.dry_run:
            self.bad_rows.add(item.cells, " ".join(problem.what_to_mend() for problem in found))

    def _row_problem(self, item: _Item, problem: Problem) -> RowProblem:
        heading = self.columns.heading_of(problem.field) if problem.field else ""
        return RowProblem(item.number, heading, problem.value[:300], problem.message)


def _find(session: Session, read: ReadOrganisation) -> Organisation | None:
    """Return the organisation that a row means. One with another number in the same register is another one."""
    known = recognise_organisation(session, name=read.name, identifiers=read.identifiers)
    if known is None or not read.identifiers:
        return known
    held = _identifiers_of(session, known)
    if held.isdisjoint(read.identifiers) and {scheme for scheme, _ in held} & {s for s, _ in read.identifiers}:
        return recognise_organisation(session, name="", identifiers=read.identifiers)
    return known


def _contradictions(session: Session, read: ReadOrganisation, known: Organisation | None) -> Iterator[Problem]:
    if known is not None and read.kind is not None and known.kind != read.kind.value:
        said = OrganisationKind(known.kind).value.replace("_", " ")
        yield Problem("kind", read.kind.value, f"{known.name} is here already, as a {said}.")
    owners = {
        current_organisation(session, row.organisation_id).name
        for row in (session.get(OrganisationIdentifier, identifier) for identifier in read.identifiers)
        if row is not None
    }
    if len(owners) > 1:
        names = ", ".join(sorted(owners))
        yield Problem("identifiers", "", f"Its numbers are those of several organisations: {names}.")


def _identifiers_of(session: Session, known: Organisation) -> set[tuple[str, str]]:
    chosen = sa.select(OrganisationIdentifier.scheme, OrganisationIdentifier.value)
    rows = session.execute(chosen.where(OrganisationIdentifier.organisation_id == known.id))
    return {(scheme, value) for scheme, value in rows}


def _add_what_is_new(session: Session, row: Organisation, read: ReadOrganisation) -> bool:
    """Add identifiers, spellings, areas, and what was empty. Returns whether anything was."""
    learned = [learn_spelling(session, row, name=name, identifiers=()) for name in (read.name, *read.names)]
    learned.append(learn_spelling(session, row, name="", identifiers=read.identifiers))
    changed = any(learned)
    for field in ("website", "contact"):
        if getattr(read, field) and not getattr(row, field):
            setattr(row, field, getattr(read, field))
            changed = True
    areas = set(patch_of(session, row.id))
    if not areas.issuperset(read.areas):
        set_patch(session, row.id, areas.union(read.areas))
        changed = True
    return changed
