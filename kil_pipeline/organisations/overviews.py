"""What an operator sees of organisations: their names and how many people look after them. Nothing of a plan."""

import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.organisations.members import Membership, Role
from kil_pipeline.organisations.organisations import Organisation


@dataclass(frozen=True)
class Overview:
    """One organisation with its numbers of members and of admins."""

    id: uuid.UUID
    name: str
    slug: str
    members: int
    admins: int
    ended: bool


def overviews(session: Session, *, limit: int, offset: int = 0) -> tuple[Overview, ...]:
    """Return organisations by name."""
    admin = sa.case((Membership.role == Role.ADMIN.value, 1))
    rows = session.execute(
        sa.select(
            Organisation.id,
            Organisation.name,
            Organisation.slug,
            sa.func.count(Membership.user_id),
            sa.func.count(admin),
            Organisation.successor_id.is_not(None),
        )
        .outerjoin(Membership, Membership.organisation_id == Organisation.id)
        .group_by(Organisation.id, Organisation.name, Organisation.slug, Organisation.successor_id)
        .order_by(Organisation.name, Organisation.id)
        .limit(limit)
        .offset(offset)
    )
    return tuple(Overview(*row[:-1], ended=bool(row[-1])) for row in rows)


def count_organisations(session: Session) -> int:
    """Return how many organisations there are."""
    return session.scalar(sa.select(sa.func.count()).select_from(Organisation)) or 0
