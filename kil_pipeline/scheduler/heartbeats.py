"""Heartbeats: which workers are alive. On PostgreSQL the web is ready only while one is."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base

ALIVE = timedelta(minutes=5)
"""A worker that has not been heard of for this long is taken for dead."""


class Heartbeat(Base):
    """The last tick of one worker."""

    __tablename__ = "heartbeat"

    worker: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    beat_at: Mapped[datetime]
    said: Mapped[str] = mapped_column(sa.String(500), server_default="", default="")
    """What its last tick did, in one line."""
    failed: Mapped[bool] = mapped_column(server_default=sa.false(), default=False)
    """Whether a job of its last tick failed."""


def beat(session: Session, worker: str, now: datetime) -> None:
    """Note that a worker is alive; forget those who have been silent for a day."""
    session.execute(sa.delete(Heartbeat).where(Heartbeat.beat_at < now - timedelta(days=1)))
    row = session.get(Heartbeat, worker)
    if row is None:
        session.add(Heartbeat(worker=worker, beat_at=now))
    else:
        row.beat_at = now


def note_tick(session: Session, worker: str, said: str, *, failed: bool) -> None:
    """Note what a tick did."""
    row = session.get(Heartbeat, worker)
    if row is not None:
        row.said, row.failed = said[:500], failed


def last_ticks(session: Session) -> tuple[Heartbeat, ...]:
    """Return the heartbeats of a day, the latest first."""
    return tuple(session.scalars(sa.select(Heartbeat).order_by(Heartbeat.beat_at.desc(), Heartbeat.worker)))


def worker_alive(session: Session, now: datetime) -> bool:
    """Tell whether any worker was heard of lately."""
    last = session.scalar(sa.select(sa.func.max(Heartbeat.beat_at)))
    return last is not None and last > now - ALIVE
