"""How often something was done lately, counted for all processes together: one row for each who and what."""

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
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    over = RateCount.expires_at <= now
    statement = (
        insert(RateCount)
        .values(key=key, hits=hits, expires_at=expires_at)
        .on_conflict_do_update(
            index_elements=[RateCount.key],
            set_={
                "hits": sa.case((over, hits), else_=RateCount.hits + hits),
                "expires_at": sa.case((over, sa.literal(expires_at)), else_=RateCount.expires_at),
            },
        )
        .returning(RateCount.hits)
    )
    return session.execute(statement).scalar_one()


def erase_old_counts(session: Session, now: datetime) -> int:
    """Erase the counts whose window is over. Returns how many."""
    old = session.scalars(sa.select(RateCount.key).where(RateCount.expires_at <= now).limit(500)).all()
    session.execute(sa.delete(RateCount).where(RateCount.key.in_(old), RateCount.expires_at <= now))
    return len(old)
