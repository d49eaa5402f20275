"""Early notice of what is overdue, and of the day's turn: raised once, and never lost by a missed run.

Of what approaches: `plan.approaching_dates`.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base
from kil_pipeline.events.log import LogHead, public_version, record
from kil_pipeline.events.types import DayTurned, DisclosureOverdue
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.disclosures import field_label
from kil_pipeline.plan.entries import PublicDisclosure, PublicEntryRow, PublicMilestone
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.publishing import facets_of
from kil_pipeline.plan.statuses import Status
from kil_pipeline.reference.working_days import add_working_days, is_england_working_day
from kil_pipeline.times import london_day

BATCH = 200
WARNED_AHEAD = 10
"""How many working days before readers see that an answer is overdue its owner is warned."""


class EarlyNotice(Base):
    """An alert that was raised. Kept as long as the entry."""

    __tablename__ = "early_notice"

    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("entry.id"), primary_key=True)
    what: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    """The kind of a key date, or the path of an overdue field."""
    days: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """How many days ahead; -1 for overdue."""
    on: Mapped[date] = mapped_column(primary_key=True)
    """The earliest day of the key date, or the day by which the field was expected."""


def raise_overdue(session: Session, now: datetime) -> int:
    """Record `DisclosureOverdue` for the next fields whose day has passed, once each. Returns how many."""
    today = london_day(now)
    rows = session.execute(
        sa.select(PublicEntryRow, Organisation, PublicDisclosure.path, PublicDisclosure.expected_by)
        .join(PublicDisclosure, PublicDisclosure.entry_id == PublicEntryRow.entry_id)
        .join(Organisation, Organisation.id == PublicEntryRow.organisation_id)
        .where(
            PublicDisclosure.expected_by < today,
            PublicEntryRow.ended.is_not(True),  # "is false" would make SQLite start from every entry that has not ended
            ~sa.exists().where(
                EarlyNotice.entry_id == PublicEntryRow.entry_id,
                EarlyNotice.what == PublicDisclosure.path,
                EarlyNotice.days == -1,
                EarlyNotice.on == PublicDisclosure.expected_by,
            ),
        )
        .order_by(PublicDisclosure.expected_by, PublicEntryRow.entry_id)
        .limit(BATCH)
    ).all()
    for row, organisation, path, expected_by in rows:
        assert expected_by is not None  # the condition above leaves out those without a day
        session.add(EarlyNotice(entry_id=row.entry_id, what=path, days=-1, on=expected_by))
        said = f"{expected_by.day} {expected_by:%B %Y}"
        event = DisclosureOverdue(
            facets=facets_of(PublicEntry.of(row, organisation), now),
            sentence=f"{field_label(path)}: was expected by {said} and is still not public.",
            path=path,
            expected_by=expected_by,
        )
        record(session, event, now)
    session.flush()
    return len(rows)


@dataclass(frozen=True)
class DueAnswer:
    """A published field that readers see as overdue, or will, unless something is published by the day named."""

    reference: str
    headline: str
    path: str
    expected_by: date

    def overdue(self, today: date) -> bool:
        """Tell whether readers see the flag."""
        return self.expected_by < today


def due_answers(session: Session, organisation_id: uuid.UUID, today: date, *, limit: int = 50) -> list[DueAnswer]:
    """Return the fields of an organisation's that are overdue or turn so within ten working days, oldest first.

    Readers see the flag on the day after the one that was named. On the first day that this lists a field, ten working
    days (as England counts them) are left before that.
    """
    rows = session.execute(
        sa.select(PublicEntryRow.reference, PublicEntryRow.content, PublicDisclosure.path, PublicDisclosure.expected_by)
        .join(PublicDisclosure, PublicDisclosure.entry_id == PublicEntryRow.entry_id)
        .where(
            PublicEntryRow.organisation_id == organisation_id,
            PublicEntryRow.ended.is_not(True),
            PublicDisclosure.expected_by < add_working_days(today, WARNED_AHEAD + 1, is_england_working_day),
        )
        .order_by(PublicDisclosure.expected_by, PublicEntryRow.reference, PublicDisclosure.path)
        .limit(limit)
    )
    return [
        DueAnswer(reference, str(content["headline"]), path, expected_by)
        for reference, content, path, expected_by in rows
        if expected_by is not None
    ]


def turn_day(session: Session, now: datetime) -> bool:
    """Record `DayTurned` where a date has passed since what is public was worked out last. Returns whether it did."""
    old, today = public_version(session).day, london_day(now)
    if old >= today:
        return False
    session.execute(
        sa.update(PublicEntryRow)
        .where(
            PublicEntryRow.stale.is_(False),
            PublicEntryRow.opens_until < today,
            PublicEntryRow.status.in_([status.value for status in Status if status.waits]),
        )
        .values(stale=True)
    )
    if _something_passed(session, old, today):
        record(session, DayTurned(day=today), now)
        return True
    session.execute(sa.update(LogHead).values(day=today))  # nothing reads differently: the version stays
    return False


def _something_passed(session: Session, old: date, today: date) -> bool:
    """Tell whether a key date began or passed, or a field became overdue, after `old` and up to `today`."""
    passed = (
        sa.exists().where(PublicMilestone.earliest > old, PublicMilestone.earliest <= today),
        sa.exists().where(PublicMilestone.latest >= old, PublicMilestone.latest < today),
        sa.exists().where(PublicDisclosure.expected_by >= old, PublicDisclosure.expected_by < today),
    )
    return bool(session.scalar(sa.select(sa.or_(*passed))))
