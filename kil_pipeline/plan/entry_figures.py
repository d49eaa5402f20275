"""What each entry adds to the figures of its commissioner's plan, kept beside what is public of it.

Counted in the transaction that publishes, so that a reader's page sums up narrow rows. Each figure has its formula in
docs/guides/early-notice-record.md. All of it is made from what was published, and none of it depends on the day.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.codec import from_json
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.disclosures import field_labels
from kil_pipeline.plan.entries import PublicEntryRow, PublicSlip, Revision
from kil_pipeline.plan.expected_dates import weeks_of_notice
from kil_pipeline.plan.key_dates import opening_of
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.slips import Slip, find_slips
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.wordings import State

BATCH = 500
"""Entries in one transaction."""
_KnownSlip = tuple[uuid.UUID, int, bool]
"""Whose it is, of how many days, and whether the date was indicative."""


@dataclass(frozen=True)
class EntryFigures:
    """What one entry adds. Fields that are not filled in follow from the others: the list of fields is closed."""

    notice_weeks: int | None = None
    """Whole weeks; None where it has no part in the median."""
    fields_stated: int = 0
    fields_undecided: int = 0
    fields_withheld: int = 0
    dates_stated: int = 0
    """Key dates that were ever stated."""
    slips: tuple[Slip, ...] = ()


@dataclass(frozen=True)
class Publication:
    """The part of a revision that is followed from one to the next."""

    status: Status = Status.PUBLISHED
    milestones: tuple[Milestone, ...] = ()


def figures_of_entry(entry: PublicEntry, history: Sequence[Publication]) -> EntryFigures:
    """Return what an entry adds. `history`: its publications, oldest first."""
    content = entry.content
    if content.status is Status.WITHDRAWN:
        return EntryFigures()
    opening = opening_of(content)
    noticed = opening and content.status is not Status.CANCELLED and not history[0].status.ended
    states = Counter(_states(content)) if not content.status.ended else Counter[State]()
    return EntryFigures(
        notice_weeks=weeks_of_notice(entry.first_told_on(), opening)[0] if opening and noticed else None,
        fields_stated=states["stated"],
        fields_undecided=states["undecided"],
        fields_withheld=states["withheld"],
        dates_stated=len({milestone.kind for said in history for milestone in said.milestones}),
        slips=find_slips(said.milestones for said in history),
    )


def _states(content: EntryContent) -> list[State]:
    """Return the state of each field of the closed list that has a value or a reason."""
    stated: list[State] = ["stated" for path in field_labels() if content.states(path)]
    return stated + [disclosure.state.value for disclosure in content.disclosures]


def count_entries(session: Session, entries: Sequence[tuple[PublicEntryRow, PublicEntry]]) -> int:
    """Write what entries add where it is something else now; `session` is flushed by the caller. Returns how many."""
    again = [row.entry_id for row, _ in entries if row.revision > 1]
    histories, slips = (_histories(session, again), _slips(session, again)) if again else ({}, {})
    changed = 0
    for row, entry in entries:
        said = Publication(entry.content.status, entry.content.milestones)
        figures = figures_of_entry(entry, histories.get(entry.id, [said]))
        changed += _write(session, row, figures, slips.get(entry.id, []))
    return changed


def uncounted_entries(session: Session) -> int:
    """Return how many entries `count_uncounted` has still to count. Walks an index that holds all it asks for."""
    number = sa.select(sa.func.count()).select_from(PublicEntryRow).where(PublicEntryRow.dates_stated.is_(None))
    return session.scalar(number) or 0


def count_uncounted(session: Session) -> int:
    """Count the next entries that were published by a version that did not keep figures. Returns how many.

    Those that are being published at this moment are left out: publishing counts them.
    """
    rows = session.execute(
        sa.select(PublicEntryRow, Organisation)
        .join(Organisation, Organisation.id == PublicEntryRow.organisation_id)
        .where(PublicEntryRow.dates_stated.is_(None))
        .limit(BATCH)
        .with_for_update(of=PublicEntryRow, skip_locked=True)
    )
    counted = count_entries(session, [(row, PublicEntry.of(row, organisation)) for row, organisation in rows])
    session.flush()
    return counted


def _histories(session: Session, entry_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, list[Publication]]:
    """Return every publication of some entries, oldest first."""
    rows = session.execute(
        sa.select(Revision.entry_id, Revision.content["status"], Revision.content["milestones"])
        .where(Revision.entry_id.in_(entry_ids))
        .order_by(Revision.entry_id, Revision.number)
    )
    found: defaultdict[uuid.UUID, list[Publication]] = defaultdict(list)
    before: tuple[object, ...] = ()
    for row in rows:
        if tuple(row) == before:  # most publications change no date: reading it again would cost most of the time
            found[row.entry_id].append(found[row.entry_id][-1])
            continue
        before = entry_id, status, milestones = tuple(row)
        parts = {"status": status, "milestones": milestones}
        stored = {name: part for name, part in parts.items() if part is not None}  # what has its default is not
        found[entry_id].append(from_json(Publication, stored))
    return found


def _slips(session: Session, entry_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, list[_KnownSlip]]:
    """Return the slips of some entries as they are kept."""
    rows = session.execute(
        sa.select(PublicSlip.entry_id, PublicSlip.organisation_id, PublicSlip.days, PublicSlip.indicative)
        .where(PublicSlip.entry_id.in_(entry_ids))
        .order_by(PublicSlip.entry_id, PublicSlip.number)
    )
    found: defaultdict[uuid.UUID, list[_KnownSlip]] = defaultdict(list)
    for entry_id, by, days, indicative in rows:
        found[entry_id].append((by, days, indicative))
    return found


def _write(session: Session, row: PublicEntryRow, figures: EntryFigures, known: Sequence[_KnownSlip]) -> bool:
    counts = {name: count for name, count in vars(figures).items() if name != "slips"}  # named as the columns are
    slips = [(row.organisation_id, slip.days, slip.indicative) for slip in figures.slips]
    if slips == known and all(getattr(row, name) == count for name, count in counts.items()):
        return False
    for name, count in counts.items():
        setattr(row, name, count)
    if slips != known:
        session.execute(sa.delete(PublicSlip).where(PublicSlip.entry_id == row.entry_id))
        session.add_all(
            PublicSlip(entry_id=row.entry_id, number=number, organisation_id=by, days=days, indicative=indicative)
            for number, (by, days, indicative) in enumerate(slips, start=1)
        )
    return True
