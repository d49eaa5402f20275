"""How often something was done lately, counted for all processes together: one row for each who and what."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base


class RateCount(Base):
    """One count within one window of time. Erased when the window is over; `key` is a hash and names nobody."""

    __tablename__ = "rate_count"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    hits: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(index=True)


def count_hits(session: Session, key: str, hits: int, *, expires_at: datetime, now: datetime) -> int:
    """Add to a count, in one statement, and return it. `expires_at` is when it starts anew, where it begins now."""
    return count_many_hits(session, {key: hits}, expires_at=expires_at, now=now)[key]


def count_many_hits(
    session: Session, hits: Mapping[str, int], *, expires_at: datetime, now: datetime
) -> dict[str, int]:
    """Add to several counts, in one statement, and return them. Others who count the same wait until the commit."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    # In one order for all, so that no two wait for each other.
    made = insert(RateCount).values([{"key": key, "hits": hits[key], "expires_at": expires_at} for key in sorted(hits)])
    over = RateCount.expires_at <= now
    statement = made.on_conflict_do_update(
        index_elements=[RateCount.key],
        set_={
            "hits": sa.case((over, made.excluded.hits), else_=RateCount.hits + made.excluded.hits),
            "expires_at": sa.case((over, made.excluded.expires_at), else_=RateCount.expires_at),
        },
    ).returning(RateCount.key, RateCount.hits)
    return {row.key: row.hits for row in session.execute(statement)}


def erase_old_counts(session: Session, now: datetime) -> int:
    """Erase the counts whose window is over. Returns how many."""
    # What somebody counts at this moment stays: who waits for them while others wait for us waits in a circle.
    over = sa.select(RateCount.key).where(RateCount.expires_at <= now).limit(500).with_for_update(skip_locked=True)
    old = session.scalars(over).all()
    session.execute(sa.delete(RateCount).where(RateCount.key.in_(old)))
    return len(old)
