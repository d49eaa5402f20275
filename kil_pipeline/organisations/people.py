"""An organisation's people: who they are, another role, leaving, being removed. One admin always stays.

What they made belongs to the organisation and stays. Whoever loses a role loses their sessions and tokens at once.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.errors import InvalidTransition, NotFound
from kil_pipeline.organisations.api_tokens import revoke_tokens_of
from kil_pipeline.organisations.browser_sessions import SignedIn, end_sessions
from kil_pipeline.organisations.members import Member, Membership, Role, User, add_member, find_or_add_user
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.organisations.second_factors import SecondFactor


@dataclass(frozen=True)
class Colleague:
    """A member, as the organisation's admin sees them."""

    user_id: uuid.UUID
    email: str
    role: Role
    seen_at: datetime | None
    """When they last used the workspace, if that was within the last day or so."""
    protected: bool = False
    """Whether they have a second factor."""


def colleagues(session: Session, organisation_id: uuid.UUID) -> tuple[Colleague, ...]:
    """Return the members of an organisation, by address."""
    seen = sa.select(sa.func.max(SignedIn.seen_at)).where(SignedIn.user_id == User.id).correlate(User)
    protected = sa.exists().where(SecondFactor.user_id == User.id, SecondFactor.confirmed_at.is_not(None))
    rows = session.execute(
        sa.select(
            User.id,
            User.email,
            Membership.role,
            seen.scalar_subquery().label("seen_at"),
            protected.label("protected"),
        )
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id == organisation_id)
        .order_by(User.email)
        .limit(1000)
    )
    return tuple(Colleague(row.id, row.email, Role(row.role), row.seen_at, row.protected) for row in rows)


def find_colleague(session: Session, organisation_id: uuid.UUID, user_id: uuid.UUID) -> Colleague:
    """Return a member of an organisation. Raises `NotFound`."""
    membership = session.get(Membership, (user_id, organisation_id))
    if membership is None:
        raise NotFound("Nobody of your organisation is known by this address.")
    return Colleague(user_id, session.get_one(User, user_id).email, Role(membership.role), None)


def take_in(session: Session, *, email: str, organisation_id: uuid.UUID, role: Role, now: datetime) -> Member:
    """Make a person a member, by an operator's word. One who was a member with another role is signed out.

    Raises `InvalidAddress`, and `InvalidTransition` for the last admin.
    """
    user = find_or_add_user(session, email, now)
    if session.get(Membership, (user.id, organisation_id)) is not None:
        change_role(session, organisation_id, user.id, role, now)
    return add_member(session, email=email, organisation_id=organisation_id, role=role, now=now)


def change_role(session: Session, organisation_id: uuid.UUID, user_id: uuid.UUID, role: Role, now: datetime) -> bool:
    """Give a member another role, and end their sessions. Returns whether it is another one.

    Raises `NotFound`, and `InvalidTransition` for the last admin.
    """
    _lock(session, organisation_id)
    membership = _membership(session, organisation_id, user_id)
    if membership.role == role.value:
        return False
    if role is not Role.ADMIN:
        _keep_an_admin(session, membership)
    membership.role = role.value
    end_access(session, organisation_id, user_id, now)
    return True


def remove_member(session: Session, organisation_id: uuid.UUID, user_id: uuid.UUID, now: datetime) -> None:
    """Take somebody's role away, and end their sessions.

    Raises `NotFound`, and `InvalidTransition` for the last admin.
    """
    _lock(session, organisation_id)
    membership = _membership(session, organisation_id, user_id)
    _keep_an_admin(session, membership)
    session.delete(membership)
    session.flush()
    end_access(session, organisation_id, user_id, now)


def end_access(session: Session, organisation_id: uuid.UUID, user_id: uuid.UUID, now: datetime) -> None:
    """End whatever somebody could go on acting with after their role changed: sessions, and tokens that they made."""
    end_sessions(session, user_id, now)
    revoke_tokens_of(session, organisation_id, user_id, now)


def _lock(session: Session, organisation_id: uuid.UUID) -> None:
    """Let nobody else change who is an admin meanwhile: two admins could remove each other."""
    session.execute(sa.select(Organisation.id).where(Organisation.id == organisation_id).with_for_update())


def _membership(session: Session, organisation_id: uuid.UUID, user_id: uuid.UUID) -> Membership:
    found = session.get(Membership, (user_id, organisation_id), populate_existing=True)
    if found is None:
        raise NotFound("Nobody of your organisation is known by this address.")
    return found


def _keep_an_admin(session: Session, leaving: Membership) -> None:
    if leaving.role != Role.ADMIN.value:
        return
    others = sa.exists().where(
        Membership.organisation_id == leaving.organisation_id,
        Membership.role == Role.ADMIN.value,
        Membership.user_id != leaving.user_id,
    )
    if not session.scalar(sa.select(others)):
        raise InvalidTransition("This is the only admin. Make somebody else an admin first.")
