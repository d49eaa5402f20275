"""What everyone may know of who is interested in an entry: names only of those who chose that."""

import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.support.interests import Interest, Visibility, confirmed_interests

FEWEST_COUNTED = 3
"""A smaller number of interested organisations is not told in public: it would say who they are."""


@dataclass(frozen=True)
class PublicInterest:
    """An interest as everyone may see it: only of those who chose that."""

    name: str
    brings: str
    seeks: str
    wants_partners: bool

    @classmethod
    def of(cls, row: Interest) -> "PublicInterest":
        """Make the public view. Raises ValueError for an interest that is not for everyone."""
        if row.visibility != Visibility.EVERYONE.value or row.confirmed_at is None:
            raise ValueError("this interest is not public")
        return cls(row.name, row.brings, row.seeks, row.wants_partners)


@dataclass(frozen=True)
class PublicInterests:
    """What everyone may know of who is interested in an entry."""

    count: int | None
    """None where there are too few to be told."""
    shown: tuple[PublicInterest, ...]


def public_interests(session: Session, entry_id: uuid.UUID) -> PublicInterests:
    """Return what everyone may know of who is interested in an entry."""
    by_choice = dict(
        session.execute(
            sa.select(Interest.visibility, sa.func.count())
            .where(Interest.entry_id == entry_id, Interest.confirmed_at.is_not(None))
            .group_by(Interest.visibility)
        ).all()
    )
    count = sum(by_choice.values())
    told = count >= FEWEST_COUNTED or set(by_choice) <= {Visibility.EVERYONE.value}
    rows = session.scalars(confirmed_interests(entry_id).where(Interest.visibility == Visibility.EVERYONE.value))
    return PublicInterests(count if told else None, tuple(PublicInterest.of(row) for row in rows))
