"""The event log (an outbox): events in commit order, each with a position that no reader can miss.

A position is taken at the outermost commit from one counter row. A sequence would not do: a transaction that took an
earlier number may commit later, and a reader that remembers "up to 7" would never see 6.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from kil_pipeline.codec import from_json, to_json
from kil_pipeline.database import Base, UTCDateTime, new_id
from kil_pipeline.events.change_index import Recorded, index_changes
from kil_pipeline.events.types import EVENT_TYPES, Event


class EventRow(Base):
    """One event. `position` is null only inside the transaction that records it."""

    __tablename__ = "event"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    position: Mapped[int | None] = mapped_column(sa.BigInteger, unique=True)
    kind: Mapped[str] = mapped_column(sa.String(60))
    subject_id: Mapped[str | None] = mapped_column(sa.String(36), index=True)
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    body: Mapped[dict[str, object]] = mapped_column(sa.JSON)


class LogHead(Base):
    """One row: the last position given, when, and the day for which what is public was last worked out."""

    __tablename__ = "log_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(sa.BigInteger)
    moved_at: Mapped[datetime]
    day: Mapped[date]


@dataclass(frozen=True)
class PublicVersion:
    """The state of all that is public: it moves with every public event and with nothing else."""

    n: int
    moved_at: datetime
    day: date
    """The Europe/London day for which sentences such as "what to do now" were worked out."""


@dataclass(frozen=True)
class LoggedEvent:
    """An event with its place in the log."""

    id: uuid.UUID
    position: int
    recorded_at: datetime
    event: Event


def record(session: Session, event: Event, now: datetime) -> uuid.UUID:
    """Write `event` into the log, in the caller's transaction. Returns its id; its position comes at the commit."""
    facets = getattr(event, "facets", None)
    row = EventRow(
        id=new_id(),
        position=None,
        kind=type(event).__name__,
        subject_id=facets.subject_id if facets else None,
        recorded_at=now,
        body=to_json(event),
    )
    session.add(row)
    session.info.setdefault("kil_events", []).append(row.id)
    return row.id


def _give_positions(session: Session) -> None:
    if session.in_nested_transaction():  # SQLAlchemy fires this at savepoints too
        return
    waiting: list[uuid.UUID] = session.info.pop("kil_events", [])
    if not waiting:
        return
    session.flush()
    rows = {row.id: row for row in session.scalars(sa.select(EventRow).where(EventRow.id.in_(waiting)))}
    kept = [rows[key] for key in waiting if key in rows]  # a rolled-back savepoint takes its events with it
    if not kept:
        return
    moved_at = sa.literal(max(row.recorded_at for row in kept), UTCDateTime())
    never_back = sa.case(
        (LogHead.moved_at > moved_at, LogHead.moved_at), else_=moved_at
    )  # who began first may end last
    last = session.execute(
        sa.update(LogHead)
        .where(LogHead.id == 1)
        .values(n=LogHead.n + len(kept), moved_at=never_back)
        .returning(LogHead.n)
    ).scalar_one()
    first = last - len(kept) + 1
    for position, row in enumerate(kept, start=first):
        row.position = position
        if row.kind == "DayTurned":
            session.execute(sa.update(LogHead).values(day=date.fromisoformat(str(row.body["day"]))))
    session.flush()
    index_changes(session, (Recorded(place, row.recorded_at, row.body) for place, row in enumerate(kept, start=first)))


def _forget(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:  # a savepoint that ends, rolled back or not, leaves what waits around it
        session.info.pop("kil_events", None)


sa.event.listen(Session, "before_commit", _give_positions)
sa.event.listen(Session, "after_transaction_end", _forget)


def public_version(session: Session) -> PublicVersion:
    """Return the version of what is public now: one row, read by primary key."""
    head = session.execute(sa.select(LogHead.n, LogHead.moved_at, LogHead.day).where(LogHead.id == 1)).one()
    return PublicVersion(head.n, head.moved_at, head.day)


def events_after(session: Session, position: int, *, limit: int = 500) -> Sequence[LoggedEvent]:
    """Return the events that follow `position`, oldest first, at most `limit`."""
    rows = session.scalars(
        sa.select(EventRow).where(EventRow.position > position).order_by(EventRow.position).limit(limit)
    )
    return [read_event(row) for row in rows]


def events_of(session: Session, subject_id: str, *, limit: int = 500) -> Sequence[LoggedEvent]:
    """Return what happened to one entry or session, newest first."""
    rows = session.scalars(
        sa.select(EventRow).where(EventRow.subject_id == subject_id).order_by(EventRow.position.desc()).limit(limit)
    )
    return [read_event(row) for row in rows]


def read_event(row: EventRow) -> LoggedEvent:
    """Turn a committed row back into its event."""
    assert row.position is not None  # only committed rows are read
    kind: type[Event] = EVENT_TYPES[row.kind]
    return LoggedEvent(row.id, row.position, row.recorded_at, from_json(kind, row.body))
