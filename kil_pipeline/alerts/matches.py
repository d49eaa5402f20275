"""Matching the log: which stored criteria does each event meet? Goes through the log in order, once."""

import uuid
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.alerts.criteria_index import checked_matches, event_numbers, sure_matches
from kil_pipeline.alerts.matching import tells_anyone
from kil_pipeline.database import Base
from kil_pipeline.events.log import EventRow, LoggedEvent, events_after
from kil_pipeline.events.types import PublicEvent


class AlertState(Base):
    """One row: the position up to which the log was matched, and when old records were erased last."""

    __tablename__ = "alert_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    matched_position: Mapped[int] = mapped_column(sa.BigInteger)
    erased_at: Mapped[datetime | None]


class Match(Base):
    """An event that meets criteria. Kept for 30 days, and as long as somebody is still to be told (see `erasure`)."""

    __tablename__ = "match"

    criteria_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("criteria.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False, index=True)
    subject_id: Mapped[str] = mapped_column(sa.String(36))
    recorded_at: Mapped[datetime] = mapped_column(index=True)


def matched_position(session: Session) -> int:
    """Return the position up to which the log was matched."""
    return session.scalars(sa.select(AlertState.matched_position).where(AlertState.id == 1)).one()


def lock_alerts(session: Session) -> AlertState:
    """Make other workers wait until this transaction ends."""
    return session.get_one(AlertState, 1, with_for_update=True)


def match_events(session: Session, *, limit: int = 200) -> int:
    """Match the next events of the log. Returns how many were looked at; 0 where there were none."""
    state = lock_alerts(session)
    events = events_after(session, state.matched_position, limit=limit)
    for logged in events:
        if not isinstance(logged.event, PublicEvent) or not tells_anyone(logged.event):
            continue
        _keep_matches(session, logged.event, logged)
    if events:
        state.matched_position = events[-1].position
    return len(events)


def _keep_matches(session: Session, event: PublicEvent, logged: LoggedEvent) -> None:
    about = {
        "position": logged.position,
        "subject_id": event.facets.subject_id,
        "recorded_at": logged.recorded_at,
    }
    dialect = session.get_bind().dialect.name
    told = {f"event_{name}": value for name, value in about.items()}
    session.execute(_keep_sure_matches(dialect), event_numbers(dialect, event) | told)
    checked = checked_matches(session, event)
    if checked:
        session.execute(sa.insert(Match), [{"criteria_id": criteria_id, **about} for criteria_id in checked])


@cache
def _keep_sure_matches(dialect: str) -> sa.Insert:
    """Return what keeps all sure matches of an event, without a way through this process."""
    table: Any = Match.__table__
    about = ("position", "subject_id", "recorded_at")
    told = [sa.bindparam(f"event_{name}", type_=table.c[name].type) for name in about]
    return sa.insert(table).from_select(["criteria_id", *about], sure_matches(dialect).add_columns(*told))


def events_at(session: Session, positions: set[int]) -> dict[int, EventRow]:
    """Return events by their positions."""
    rows = session.scalars(sa.select(EventRow).where(EventRow.position.in_(positions)))
    return {row.position: row for row in rows if row.position is not None}
