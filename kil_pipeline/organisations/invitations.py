"""Inviting people: a mail with a one-use link that lives for a week. Whoever opens it is a member once they accept."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import InvalidTransition, LinkNotValid, NotFound
from kil_pipeline.organisations.browser_sessions import hash_token, new_token
from kil_pipeline.organisations.members import Membership, Role, User, add_member, find_or_add_user, normalise_address
from kil_pipeline.organisations.organisations import Organisation, OrganisationKind

LIVES = timedelta(days=7)
KEPT = timedelta(days=30)
"""How long an invitation is kept after its week."""
NOT_VALID = (
    "An invitation works once, for seven days, and only until it is withdrawn. If you accepted it already, sign in with"
    " your address. Otherwise ask for a new one."
)


class Invitation(Base):
    """Somebody is asked to become a member. Kept for 30 days after its week."""

    __tablename__ = "invitation"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    email: Mapped[str] = mapped_column(sa.String(254))
    role: Mapped[str] = mapped_column(sa.String(20))
    token_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    """Of the link in the mail that was sent last; None until one was."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    """When it was accepted, withdrawn, or replaced by another one."""


@dataclass(frozen=True)
class OpenInvitation:
    """An invitation that waits to be accepted."""

    id: uuid.UUID
    email: str
    role: Role
    organisation_name: str
    kind: OrganisationKind
    """Of the organisation."""
    expires_at: datetime


def invite(session: Session, *, organisation_id: uuid.UUID, email: str, role: Role, now: datetime) -> OpenInvitation:
    """Invite somebody; an invitation that waited is replaced.

    Raises `InvalidAddress`, and `InvalidTransition` where they are a member already.
    """
    address = normalise_address(email)
    member = sa.exists().where(
        Membership.organisation_id == organisation_id, Membership.user_id == User.id, User.email == address
    )
    if session.scalar(sa.select(member)):
        raise InvalidTransition(f"{address} is a member already. Change their role in the list.")
    waiting = (Invitation.organisation_id == organisation_id, Invitation.email == address)
    session.execute(sa.update(Invitation).where(*waiting, Invitation.ended_at.is_(None)).values(ended_at=now))
    row = Invitation(
        id=new_id(), organisation_id=organisation_id, email=address, role=role.value, expires_at=now + LIVES
    )
    session.add(row)
    session.flush()
    return _view(session, row)


def open_invitations(session: Session, organisation_id: uuid.UUID, now: datetime) -> tuple[OpenInvitation, ...]:
    """Return the invitations of an organisation that wait, by address."""
    rows = session.scalars(
        sa.select(Invitation)
        .where(Invitation.organisation_id == organisation_id, *_open(now))
        .order_by(Invitation.email)
        .limit(500)
    )
    return tuple(_view(session, row) for row in rows)


def withdraw_invitation(
    session: Session, organisation_id: uuid.UUID, invitation_id: uuid.UUID, now: datetime
) -> OpenInvitation:
    """Take an invitation back: its link is worth nothing. Raises `NotFound`."""
    row = session.scalar(
        sa.select(Invitation)
        .where(Invitation.id == invitation_id, Invitation.organisation_id == organisation_id, *_open(now))
        .with_for_update()
    )
    if row is None:
        raise NotFound("That invitation does not wait any more.")
    row.ended_at = now
    return _view(session, row)


def mint_invitation_token(
    session: Session, invitation_id: uuid.UUID, now: datetime, *, random_token: Callable[[], str] = new_token
) -> tuple[str, OpenInvitation] | None:
    """Make the token of an invitation's link, in place of an earlier one. None where the invitation does not wait."""
    row = session.scalar(sa.select(Invitation).where(Invitation.id == invitation_id, *_open(now)))
    if row is None:
        return None
    token = random_token()
    row.token_hash = hash_token(token)
    session.flush()
    return token, _view(session, row)


def read_invitation(session: Session, token: str, now: datetime) -> OpenInvitation:
    """Return what a link invites to; uses nothing up. Raises `LinkNotValid`."""
    row = session.scalar(sa.select(Invitation).where(Invitation.token_hash == hash_token(token), *_open(now)))
    if row is None:
        raise LinkNotValid(NOT_VALID)
    return _view(session, row)


def accept_invitation(session: Session, token: str, now: datetime) -> tuple[uuid.UUID, uuid.UUID]:
    """Make the invited person a member, once. Returns their id and the organisation's. Raises `LinkNotValid`."""
    row = session.execute(
        sa.update(Invitation)
        .where(Invitation.token_hash == hash_token(token), *_open(now))
        .values(ended_at=now)
        .returning(Invitation.organisation_id, Invitation.email, Invitation.role)
    ).first()
    if row is None:
        raise LinkNotValid(NOT_VALID)
    organisation_id: uuid.UUID = row.organisation_id
    user = find_or_add_user(session, row.email, now)
    if session.get(Membership, (user.id, organisation_id)) is None:  # who became one otherwise keeps their role
        add_member(session, email=row.email, organisation_id=organisation_id, role=Role(row.role), now=now)
    return user.id, organisation_id


def erase_old_invitations(session: Session, now: datetime) -> int:
    """Erase invitations whose week ended more than `KEPT` ago. Returns how many."""
    old = session.scalars(sa.select(Invitation.id).where(Invitation.expires_at < now - KEPT).limit(500)).all()
    session.execute(sa.delete(Invitation).where(Invitation.id.in_(old)))
    return len(old)


def _open(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return Invitation.ended_at.is_(None), Invitation.expires_at > now


def _view(session: Session, row: Invitation) -> OpenInvitation:
    asking = session.get_one(Organisation, row.organisation_id)
    return OpenInvitation(row.id, row.email, Role(row.role), asking.name, OrganisationKind(asking.kind), row.expires_at)
