"""Who is to be told of what an organisation does: its members by what they may do."""

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.organisations.members import Member, Membership, Role, User
from kil_pipeline.organisations.organisations import Organisation


def colleagues(session: Session, organisation_id: uuid.UUID, role: Role) -> tuple[Member, ...]:
    """Return the members of an organisation who may do what `role` may, by address."""
    rows = session.execute(
        sa.select(User.id, User.email, Membership.role, Organisation.name)
        .join(Membership, Membership.user_id == User.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.organisation_id == organisation_id)
        .order_by(User.email)
    )
    members = (Member(row.id, row.email, organisation_id, row.name, Role(row.role)) for row in rows)
    return tuple(member for member in members if member.may(role))


def colleague(session: Session, organisation_id: uuid.UUID, user_id: uuid.UUID | None, role: Role) -> Member | None:
    """Return one of them; None where that person is no such member any more."""
    return next((member for member in colleagues(session, organisation_id, role) if member.user_id == user_id), None)
