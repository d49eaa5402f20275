"""Tokens with which an organisation's own programs act for it: scoped, expiring, shown once, stored hashed."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import DomainError, NotFound
from kil_pipeline.organisations.browser_sessions import hash_token, new_token
from kil_pipeline.organisations.members import Member, Role, User, memberships_of
from kil_pipeline.text import clean_line

LONGEST = timedelta(days=365)
MOST_TOKENS = 50
"""How many tokens of an organisation may be alive at once."""
KEPT = timedelta(days=30)
"""How long a token is kept after its end, so that the list can say what became of it."""
MARK = "kil_"
"""What every token begins with, so that a scanner for leaked secrets finds it."""


class Scope(StrEnum):
    """What a token may do."""

    READ_PRIVATE = "read-private"
    WRITE = "write"
    PUBLISH = "publish"

    @property
    def about(self) -> str:
        """What it may do, in plain words."""
        return {
            "read-private": "read drafts and private values",
            "write": "write drafts",
            "publish": "publish what is written",
        }[self.value]


ROLE_OF = {Scope.READ_PRIVATE: Role.VIEWER, Scope.WRITE: Role.AUTHOR, Scope.PUBLISH: Role.APPROVER}
"""As whom a token acts: never as more than its scope needs, whoever made it."""


class TokenNotValid(DomainError):
    """A token that was never ours, ran out, was revoked, or whose maker is no member any more."""


class ScopeMissing(DomainError):
    """A token that may not do this."""


class TokenNotMade(DomainError):
    """A token cannot be made as it was asked for."""


class ApiToken(Base):
    """A token, hashed. Kept for 30 days after its end."""

    __tablename__ = "api_token"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    made_by: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("user.id"), index=True)
    """Who answers for it: it ends with their role."""
    name: Mapped[str] = mapped_column(sa.String(100))
    scopes: Mapped[list[str]]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


@dataclass(frozen=True)
class TokenView:
    """A token as the organisation's admin sees it: never the token itself."""

    id: uuid.UUID
    name: str
    scopes: tuple[Scope, ...]
    made_by: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


def make_api_token(
    session: Session,
    *,
    organisation_id: uuid.UUID,
    made_by: uuid.UUID,
    name: str,
    scopes: Iterable[Scope],
    lives: timedelta,
    now: datetime,
    random_token: Callable[[], str] = new_token,
) -> tuple[str, TokenView]:
    """Make a token. Returns it, to be shown this once, and how it is listed. Raises `TokenNotMade`."""
    wanted = [scope.value for scope in Scope if scope in set(scopes)]
    name = clean_line(name)[:100]
    if not name:
        raise TokenNotMade("Give it a name, such as the program that will use it.")
    if not wanted:
        raise TokenNotMade("Choose at least one thing that it may do.")
    if not timedelta(0) < lives <= LONGEST:
        raise TokenNotMade("A token lives for a year at most.")
    alive = sa.select(sa.func.count()).where(ApiToken.organisation_id == organisation_id, *_alive(now))
    if (session.scalar(alive) or 0) >= MOST_TOKENS:
        raise TokenNotMade(f"There are {MOST_TOKENS} tokens already. Revoke one that is not used any more.")
    token = MARK + random_token()
    row = ApiToken(
        id=new_id(),
        organisation_id=organisation_id,
        made_by=made_by,
        name=name,
        scopes=wanted,
        token_hash=hash_token(token),
        created_at=now,
        expires_at=now + lives,
    )
    session.add(row)
    session.flush()
    return token, _view(row, session.get_one(User, made_by).email)


def api_tokens(session: Session, organisation_id: uuid.UUID, now: datetime) -> tuple[TokenView, ...]:
    """Return the tokens of an organisation that are alive, newest first."""
    rows = session.execute(
        sa.select(ApiToken, User.email)
        .join(User, User.id == ApiToken.made_by)
        .where(ApiToken.organisation_id == organisation_id, *_alive(now))
        .order_by(ApiToken.id.desc())
        .limit(MOST_TOKENS)
    )
    return tuple(_view(row, email) for row, email in rows)


def member_of_token(session: Session, token: str, scope: Scope, now: datetime) -> Member:
    """Return for whom a token acts, and note that it was used. It may no more than `scope` needs.

    Raises `TokenNotValid`, and `ScopeMissing` where it may not do this.
    """
    row = session.scalar(sa.select(ApiToken).where(ApiToken.token_hash == hash_token(token), *_alive(now)))
    memberships = memberships_of(session, row.made_by) if row is not None else ()
    maker = next((m for m in memberships if row is not None and m.organisation_id == row.organisation_id), None)
    if row is None or maker is None:
        raise TokenNotValid("This token is not ours, has run out, or was revoked. Ask your organisation’s admin.")
    if scope.value not in row.scopes or not maker.may(ROLE_OF[scope]):
        raise ScopeMissing(f"This token may not do that: it needs “{scope.value}”.")
    if row.last_used_at is None or row.last_used_at < now - timedelta(minutes=1):
        row.last_used_at = now
    return Member(maker.user_id, maker.email, maker.organisation_id, maker.organisation_name, ROLE_OF[scope])


def revoke_api_token(session: Session, organisation_id: uuid.UUID, token_id: uuid.UUID, now: datetime) -> str:
    """End a token at once. Returns its name. Raises `NotFound`."""
    name: str | None = session.scalar(
        sa.update(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.organisation_id == organisation_id, *_alive(now))
        .values(revoked_at=now)
        .returning(ApiToken.name)
    )
    if name is None:
        raise NotFound("There is no such token any more.")
    return name


def revoke_tokens_of(session: Session, organisation_id: uuid.UUID, made_by: uuid.UUID, now: datetime) -> None:
    """End all tokens that a person made for an organisation."""
    theirs = (ApiToken.organisation_id == organisation_id, ApiToken.made_by == made_by)
    session.execute(sa.update(ApiToken).where(*theirs, *_alive(now)).values(revoked_at=now))


def erase_old_tokens(session: Session, now: datetime) -> int:
    """Erase tokens that ended more than `KEPT` ago. Returns how many."""
    limit = now - KEPT
    ended = sa.or_(ApiToken.expires_at < limit, ApiToken.revoked_at < limit)
    old = session.scalars(sa.select(ApiToken.id).where(ended).limit(500)).all()
    session.execute(sa.delete(ApiToken).where(ApiToken.id.in_(old)))
    return len(old)


def _alive(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return ApiToken.revoked_at.is_(None), ApiToken.expires_at > now


def _view(row: ApiToken, email: str) -> TokenView:
    scopes = tuple(Scope(scope) for scope in row.scopes)
    return TokenView(row.id, row.name, scopes, email, row.created_at, row.expires_at, row.last_used_at)
