"""Tokens by which a program acts as a member of an organisation. Stored hashed; each has scopes and can be ended."""

import uuid
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base, new_id
from kil_pipeline.organisations.members import Member, Role, User, memberships_of
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.organisations.sign_in import hash_token, new_token

WRITE, PUBLISH = "write", "publish"
"""The scopes: writing drafts, and publishing what is written."""


class ApiToken(Base):
    """A token, hashed. Kept until its member is removed."""

    __tablename__ = "api_token"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(User.id), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id))
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


def mint_api_token(
    session: Session,
    member: Member,
    scopes: tuple[str, ...],
    now: datetime,
    *,
    random_token: Callable[[], str] = new_token,
) -> str:
    """Make a token for a member. Returns it: nobody can see it again."""
    token = random_token()
    session.add(
        ApiToken(
            id=new_id(),
            token_hash=hash_token(token),
            user_id=member.user_id,
            organisation_id=member.organisation_id,
            scopes=list(scopes),
            created_at=now,
            ended_at=None,
        )
    )
    session.flush()
    return token


def member_of_token(session: Session, token: str, scope: str, now: datetime) -> Member | None:
    """Return whom a token acts for, if it has this scope, has not ended, and they may still write."""
    row = session.scalar(sa.select(ApiToken).where(ApiToken.token_hash == hash_token(token)))
    if row is None or scope not in row.scopes or (row.ended_at is not None and row.ended_at <= now):
        return None
    members = (m for m in memberships_of(session, row.user_id) if m.organisation_id == row.organisation_id)
    member = next(members, None)
    return member if member is not None and member.may(Role.AUTHOR) else None
