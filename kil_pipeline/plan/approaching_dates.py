"""Early notice of key dates that approach: raised once, and never lost by a missed run.

An alert stands for (entry, key date, days ahead, *earliest* day): when the date moves, it is a new alert; when a run
was missed, the nearest one is raised and the earlier ones are passed over.

Each public key date says when it is to be looked at next (`PublicMilestone.alert_on`), from its publication on. What a
tick costs is therefore what is due, and not what is planned.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base
from kil_pipeline.events.log import record
from kil_pipeline.events.types import MilestoneApproaching
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.early_notices import BATCH, EarlyNotice
from kil_pipeline.plan.entries import Entry, PublicEntryRow, PublicMilestone
from kil_pipeline.plan.expected_dates import Precision, describe
from kil_pipeline.plan.key_dates import key_dates
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.publishing import facets_of
from kil_pipeline.plan.statuses import Status
from kil_pipeline.reference.milestones import MilestoneKind, milestone_kind, milestone_kinds
from kil_pipeline.times import london_day


class AlertRule(Base):
    """By which distances the key dates of a kind were looked at, and when last. One row for each kind, permanent."""

    __tablename__ = "alert_rule"

    kind: Mapped[str] = mapped_column(sa.String(30), primary_key=True)
    alert_days: Mapped[str] = mapped_column(sa.String(200))
    looked_on: Mapped[date]


class DueKeyDate(NamedTuple):
    """A key date that is to be looked at: an alert of it has fallen due since it was last."""

    entry_id: uuid.UUID
    kind: str
    earliest: date


def raise_approaching(session: Session, now: datetime) -> int:
    """Record `MilestoneApproaching` for the next key dates that have come near. Returns how many were looked at."""
    today = london_day(now)
    _look_anew(session, today)
    due = _lock_entries(session, due_key_dates(session, today))
    told = _alerts_noted(session, due)
    public = _public_entries(session, due)
    for one in sorted(due, key=_place):
        kind, row = milestone_kind(one.kind), public[one.entry_id]
        days = kind.alert_due((one.earliest - today).days)
        if days is None or row.entry.content.status not in _wanted_statuses(kind) or (one, days) in told:
            continue
        session.add(EarlyNotice(entry_id=one.entry_id, what=one.kind, days=days, on=one.earliest))
        if london_day(row.first_published_at) < one.earliest - timedelta(days=days):
            _record_approaching(session, row.entry, kind, days, one.earliest, now)
        # else it was first published nearer than that: the news of its publication says it already
    session.flush()
    _set_next(session, due, today)
    return len(due)


def due_key_dates(session: Session, today: date, *, limit: int = BATCH) -> list[DueKeyDate]:
    """Return the key dates that are to be looked at by `today`, those that were due first before the others."""
    rows = session.execute(
        sa.select(PublicMilestone.entry_id, PublicMilestone.kind, PublicMilestone.earliest)
        .where(PublicMilestone.alert_on <= today)
        .order_by(PublicMilestone.alert_on, PublicMilestone.entry_id)
        .limit(limit)
    )
    return list(map(DueKeyDate._make, rows))


def _lock_entries(session: Session, due: Sequence[DueKeyDate]) -> list[DueKeyDate]:
    """Return those whose entry nobody is publishing just now: the rest is left for the next run."""
    ids = {one.entry_id for one in due}
    free = sa.select(Entry.id).where(Entry.id.in_(ids)).with_for_update(read=True, key_share=True, skip_locked=True)
    locked = set(session.scalars(free))
    return [one for one in due if one.entry_id in locked]


def _place(one: DueKeyDate) -> tuple[int, date, uuid.UUID]:
    """Alerts are raised by the order of the commissioning cycle, then the soonest first."""
    codes = [kind.code for kind in milestone_kinds(computed=True)]
    return codes.index(one.kind), one.earliest, one.entry_id


def _look_anew(session: Session, today: date) -> None:
    """Have every key date of a kind looked at where its distances are others than they were, or the clock went back."""
    known = {rule.kind: rule for rule in session.scalars(sa.select(AlertRule))}
    for kind in milestone_kinds(computed=True):
        days, rule = ",".join(map(str, sorted(kind.alert_days))), known.get(kind.code)
        if rule is not None and rule.alert_days == days and rule.looked_on <= today:
            rule.looked_on = today
            continue
        session.merge(AlertRule(kind=kind.code, alert_days=days, looked_on=today))
        session.execute(
            sa.update(PublicMilestone)
            .where(PublicMilestone.kind == kind.code, PublicMilestone.earliest >= today)
            .values(alert_on=today if kind.alert_days else None)
        )
    session.flush()


def _alerts_noted(session: Session, due: Iterable[DueKeyDate]) -> set[tuple[DueKeyDate, int]]:
    noted = session.execute(
        sa.select(EarlyNotice.entry_id, EarlyNotice.what, EarlyNotice.on, EarlyNotice.days).where(
            EarlyNotice.entry_id.in_({one.entry_id for one in due})
        )
    )
    return {(DueKeyDate(entry_id, what, on), days) for entry_id, what, on, days in noted}


@dataclass(frozen=True)
class _Published:
    entry: PublicEntry
    first_published_at: datetime


def _public_entries(session: Session, due: Iterable[DueKeyDate]) -> dict[uuid.UUID, _Published]:
    rows = session.execute(
        sa.select(PublicEntryRow, Organisation)
        .join(Organisation, Organisation.id == PublicEntryRow.organisation_id)
        .where(PublicEntryRow.entry_id.in_({one.entry_id for one in due}))
    )
    return {
        row.entry_id: _Published(PublicEntry.of(row, organisation), row.first_published_at)
        for row, organisation in rows
    }


def _set_next(session: Session, due: Sequence[DueKeyDate], today: date) -> None:
    if not due:
        return
    table = PublicMilestone.__table__
    found = (table.c.entry_id == sa.bindparam("of_entry"), table.c.kind == sa.bindparam("of_kind"))
    session.connection().execute(
        sa.update(PublicMilestone).where(*found).values(alert_on=sa.bindparam("next_on")),
        [
            {
                "of_entry": one.entry_id,
                "of_kind": one.kind,
                "next_on": milestone_kind(one.kind).next_alert_on(one.earliest, today),
            }
            for one in due
        ],
    )


def _wanted_statuses(kind: MilestoneKind) -> tuple[Status, ...]:
    """An opening that is out needs no notice that it approaches; the closing of bids does."""
    return (Status.PUBLISHED, Status.OPEN) if kind.code == "bids_due" else (Status.PUBLISHED,)


def _record_approaching(
    session: Session, entry: PublicEntry, kind: MilestoneKind, days: int, earliest: date, now: datetime
) -> None:
    when = next(milestone.when for milestone in key_dates(entry.content) if milestone.kind == kind.code)
    left = (earliest - london_day(now)).days
    distance = "today" if left == 0 else f"in {left} day{'' if left == 1 else 's'}"
    if when.precision is not Precision.DAY:
        distance += " at the earliest"
    record(
        session,
        MilestoneApproaching(
            facets=facets_of(entry, now),
            sentence=f"{kind.label} {distance}: {describe(when)}.",
            milestone=kind.code,
            days=days,
            earliest=earliest,
            when=describe(when),
        ),
        now,
    )
