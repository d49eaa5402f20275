"""What a spreadsheet would change, row by row, before anything is (done in `exchange.import_application`).

The preview is worked out anew each time it is looked at. Its fingerprint covers all that it says: whoever presses the
button sends the fingerprint of what they saw, and nothing is done where it is not the same any more.
"""

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.codec import to_json
from kil_pipeline.errors import DomainError, InvalidTransition
from kil_pipeline.exchange.heading_guesses import guess_columns
from kil_pipeline.exchange.import_questions import SheetQuestions, ask_about
from kil_pipeline.exchange.import_uploads import WaitingSheet
from kil_pipeline.exchange.plan_sheets import PlanSheet, SheetReader
from kil_pipeline.exchange.reports import RowProblem
from kil_pipeline.exchange.row_entries import Decision, OtherOrganisation, ReadRow, RowEntries, SaidBefore
from kil_pipeline.exchange.tables import Row
from kil_pipeline.plan.answers import Problem
from kil_pipeline.plan.changes import describe_changes
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.date_order import misplaced_dates
from kil_pipeline.plan.entries import Entry, WorkingCopy
from kil_pipeline.plan.statuses import Status, check_transition
from kil_pipeline.text import clean_line, shorten
from kil_pipeline.times import london_day

RowState = Literal["new", "changed", "unchanged", "conflict", "wrong", "left_out"]
_STATES: dict[str, RowState] = {
    "created": "new", "changed": "changed", "unchanged": "unchanged", "conflict": "conflict"
}  # fmt: skip


@dataclass(frozen=True)
class PreviewRow:
    """What would become of one row. Rows are counted as the spreadsheet counts them."""

    number: int
    state: RowState
    headline: str
    reference: str = ""
    lines: tuple[str, ...] = ()
    """What changes, or why the row is left out."""
    said_before: bool = False
    """Whether it has the headline or the reference of an earlier row."""
    odd_dates: tuple[str, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    cells: tuple[str, ...] = ()
    read: ReadRow | None = None
    decision: Decision | None = None


@dataclass(frozen=True)
class MissingEntry:
    """An entry that no row of the sheet is about. It stays as it is unless somebody asks otherwise."""

    entry_id: uuid.UUID
    reference: str
    headline: str
    status: Status

    @property
    def may_be_withdrawn(self) -> bool:
        """Whether it is public: a draft was never announced to anybody."""
        return self.status is not Status.DRAFT


@dataclass(frozen=True)
class ImportPreview:
    """What a whole sheet would change."""

    sheet: WaitingSheet
    rows: tuple[PreviewRow, ...]
    missing: tuple[MissingEntry, ...]
    warnings: tuple[str, ...]
    questions: SheetQuestions

    @property
    def counts(self) -> Counter[str]:
        """How many rows are in each state."""
        return Counter(row.state for row in self.rows)

    @property
    def fingerprint(self) -> str:
        """A hash of all that the preview says, and of what it would write."""
        said = [
            [
                row.number, row.state, row.reference, row.lines, [problem.line() for problem in row.problems],
                row.decision.draft.version if row.decision and row.decision.draft else 0,
                to_json(row.decision.content) if row.decision else None,
                sorted(row.read.withheld.items()) if row.read else [],
            ]
            for row in self.rows
        ]  # fmt: skip
        missing = [(entry.reference, entry.status) for entry in self.missing]
        return hashlib.sha256(json.dumps([said, missing]).encode()).hexdigest()

    def in_state(self, *states: RowState) -> tuple[PreviewRow, ...]:
        """Return the rows in these states."""
        return tuple(row for row in self.rows if row.state in states)


def preview_import(
    session: Session, organisation_id: uuid.UUID, sheet: WaitingSheet, *, now: datetime
) -> ImportPreview:
    """Return what a sheet would change. Nothing is stored."""
    columns = guess_columns(sheet.headings, sheet.choices.columns)
    plan_sheet = PlanSheet(columns, None, iter(()), sheet.others, sheet.exact_width)
    reader = SheetReader(plan_sheet, today=london_day(now), choices=sheet.choices)
    entries = RowEntries(apart=sheet.choices.same_headlines, now=now)
    rows = tuple(_preview_row(session, organisation_id, reader, entries, row) for row in sheet.rows)
    about = {row.decision.draft.entry_id for row in rows if row.decision and row.decision.draft}
    about |= _named(session, organisation_id, rows)
    warnings = (*reader.warnings(), *reader.late_warnings())
    bare = sum(row.read is not None and set(row.read.raw) == {"headline"} for row in rows)
    said_before = sum(row.said_before for row in rows)
    questions = ask_about(sheet, reader, said_before=said_before, bare=bare)
    return ImportPreview(sheet, rows, tuple(_missing(session, organisation_id, about)), warnings, questions)


def _preview_row(
    session: Session, organisation_id: uuid.UUID, reader: SheetReader, entries: RowEntries, row: Row
) -> PreviewRow:
    headline, reference = (
        shorten(clean_line(reader.sheet.columns.cell_of(key, row.cells)), 200) for key in ("headline", "reference")
    )
    base = PreviewRow(row.number, "left_out", headline, reference, cells=row.cells)
    read = reader.read(row)
    if isinstance(read, str):
        return replace(base, lines=(f"Left out: {read}.",))
    if isinstance(read, list):
        return _wrong(base, reader, row, read)
    try:
        decision = entries.decide(session, organisation_id, read)
        if decision.draft is not None and decision.draft.status is not Status.DRAFT:
            check_transition(decision.draft.status, decision.content.status)
    except OtherOrganisation as error:
        return replace(base, lines=(f"Left out: {error}",))
    except DomainError as error:
        at = "status" if isinstance(error, InvalidTransition) else "headline"
        before = isinstance(error, SaidBefore)
        return replace(_wrong(base, reader, row, [Problem(at, "", str(error))]), said_before=before)
    return replace(
        base,
        state=_STATES[decision.outcome],
        reference=decision.draft.reference if decision.draft else "",
        lines=decision.sentences if decision.draft else _first_lines(decision.content),
        odd_dates=() if decision.outcome == "unchanged" else tuple(misplaced_dates(read.content)),
        read=read,
        decision=decision,
    )


def _first_lines(content: EntryContent) -> tuple[str, ...]:
    """Return how a new entry was understood, a field a line."""
    return tuple(change.sentence for change in describe_changes(EntryContent(content.headline), content))


def _wrong(base: PreviewRow, reader: SheetReader, row: Row, problems: Sequence[Problem]) -> PreviewRow:
    found = tuple(reader.row_problem(row, problem) for problem in problems)
    return replace(base, state="wrong", problems=found)


def _named(session: Session, organisation_id: uuid.UUID, rows: Sequence[PreviewRow]) -> set[uuid.UUID]:
    """Return the entries that rows name that could not be read: such an entry is not missing."""
    named = {row.reference.upper() for row in rows if row.reference and row.decision is None}
    headlines = {row.headline.casefold() for row in rows if row.decision is None}
    if not named and not headlines:
        return set()
    found = session.execute(
        sa.select(Entry.id, Entry.reference, WorkingCopy.content)
        .join(WorkingCopy, WorkingCopy.entry_id == Entry.id)
        .where(Entry.organisation_id == organisation_id)
    )
    return {row.id for row in found if row.reference in named or row.content["headline"].casefold() in headlines}


def _missing(session: Session, organisation_id: uuid.UUID, about: Set[uuid.UUID]) -> Iterator[MissingEntry]:
    found = session.execute(
        sa.select(Entry.id, Entry.reference, Entry.status, WorkingCopy.content)
        .join(WorkingCopy, WorkingCopy.entry_id == Entry.id)
        .where(Entry.organisation_id == organisation_id)
        .order_by(Entry.reference)
    )
    for row in found:
        status = Status(row.status)
        if row.id not in about and not status.ended:
            yield MissingEntry(row.id, row.reference, row.content["headline"], status)
