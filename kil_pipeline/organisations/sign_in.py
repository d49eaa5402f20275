"""Signing in without a password: a one-use link by mail, and a session that can be ended at once.

Tokens are stored as SHA-256: they are long and random, so that a slow hash would add nothing.
"""

import hashlib
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base
from kil_pipeline.errors import LinkNotValid
from kil_pipeline.organisations.members import Member, User, memberships_of, normalise_address

LINK_IS_SPENT = "A sign-in link works once, and only for a short time. Ask for a new one."
MOST_LINKS_AN_HOUR = 5
"""How many sign-in links one person can ask for within an hour."""
IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
"""A session ends after this long without a request, and after this long in any case."""


def new_token() -> str:
    """Return a new unguessable text: 256 bits."""
    return secrets.token_urlsafe(32)


class SignInToken(Base):
    """A one-use link, hashed. Kept for a day after it expired."""

    __tablename__ = "sign_in_token"

    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("user.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class SignInRequest(Base):
    """Somebody asked for a link at this moment. Kept for a day: it bounds how many are sent."""

    __tablename__ = "sign_in_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("user.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(index=True)


class SignedIn(Base):
    """A browser that is signed in. Kept for a day after it ended."""

    __tablename__ = "signed_in"

    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("user.id"), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


@dataclass(frozen=True)
class SignInAsked:
    """Someone we know asked for a link: where it goes."""

    user_id: uuid.UUID
    email: str


def ask_to_sign_in(session: Session, email: str, now: datetime) -> SignInAsked | None:
    """Note that somebody asks for a link. Returns None where none is to be sent: unknown, or asked too often.

    The screens say the same in every case. Raises `InvalidAddress` for what is no mail address at all.
    """
    user = session.scalar(sa.select(User).where(User.email == normalise_address(email)))
    if user is None or not memberships_of(session, user.id):
        return None
    recent = sa.select(sa.func.count()).where(
        SignInRequest.user_id == user.id, SignInRequest.asked_at > now - timedelta(hours=1)
    )
    if (session.scalar(recent) or 0) >= MOST_LINKS_AN_HOUR:
        return None
    session.add(SignInRequest(user_id=user.id, asked_at=now))
    return SignInAsked(user.id, user.email)


def mint_sign_in_token(
    session: Session, user_id: uuid.UUID, now: datetime, minutes: int, *, random_token: Callable[[], str] = new_token
) -> str:
    """Make a one-use token that lives for `minutes`. What is stored cannot be used to sign in."""
    token = random_token()
    session.add(SignInToken(token_hash=hash_token(token), user_id=user_id, expires_at=now + timedelta(minutes=minutes)))
    session.flush()
    return token


def check_sign_in_token(session: Session, token: str, now: datetime) -> None:
    """Raise `LinkNotValid` where a link would not sign anybody in; nothing is used up."""
    found = session.get(SignInToken, hash_token(token))
    if found is None or found.used_at is not None or found.expires_at <= now:
        raise LinkNotValid(LINK_IS_SPENT)


def start_session(
    session: Session, token: str, now: datetime, *, random_token: Callable[[], str] = new_token
) -> tuple[str, Member]:
    """Use up a one-use token. Returns a new session token and whom it stands for. Raises `LinkNotValid`."""
    user_id = session.scalar(
        sa.update(SignInToken)
        .where(SignInToken.token_hash == hash_token(token), SignInToken.used_at.is_(None), SignInToken.expires_at > now)
        .values(used_at=now)
        .returning(SignInToken.user_id)
    )
    memberships = memberships_of(session, user_id) if user_id else ()
    if not memberships:
        raise LinkNotValid(LINK_IS_SPENT)
    member = memberships[0]
    key = random_token()
    session.add(
        SignedIn(
            token_hash=hash_token(key),
            user_id=member.user_id,
            organisation_id=member.organisation_id,
            started_at=now,
            seen_at=now,
        )
    )
    session.flush()
    return key, member


def find_session(session: Session, key: str, now: datetime) -> Member | None:
    """Return whom a session token stands for, as their role is now; None where it ended."""
    row = _live_session(session, key, now)
    if row is None:
        return None
    return next((m for m in memberships_of(session, row.user_id) if m.organisation_id == row.organisation_id), None)


def _live_session(session: Session, key: str, now: datetime) -> SignedIn | None:
    row = session.get(SignedIn, hash_token(key))
    if row is None or row.ended_at or now - row.seen_at > IDLE or now - row.started_at > LONGEST:
        return None
    return row


def note_seen(session: Session, key: str, now: datetime) -> None:
    """Note that a session is in use, at most once a minute. One that ended stays ended."""
    row = _live_session(session, key, now)
    if row is not None and row.seen_at < now - timedelta(minutes=1):
        row.seen_at = now


def choose_organisation(session: Session, key: str, organisation_id: uuid.UUID, now: datetime) -> None:
    """Act for another of one's organisations from now on.

    Raises `LinkNotValid` where one is no member of it, or where the session ended.
    """
    row = _live_session(session, key, now)
    if row is None or organisation_id not in {m.organisation_id for m in memberships_of(session, row.user_id)}:
        raise LinkNotValid("You are not a member of that organisation.")
    row.organisation_id, row.seen_at = organisation_id, now


def end_session(session: Session, key: str, now: datetime) -> None:
    """Sign out: the token stands for nobody any more."""
    session.execute(sa.update(SignedIn).where(SignedIn.token_hash == hash_token(key)).values(ended_at=now))


def erase_old_sign_ins(session: Session, now: datetime) -> int:
    """Erase links, requests and sessions that ended more than a day ago. Returns how many."""
    limit = now - timedelta(days=1)
    erased = 0
    for condition in (
        sa.delete(SignInToken).where(SignInToken.expires_at < limit),
        sa.delete(SignInRequest).where(SignInRequest.asked_at < limit),
        sa.delete(SignedIn).where(sa.or_(SignedIn.ended_at < limit, SignedIn.started_at < limit - LONGEST)),
    ):
        erased += session.execute(condition).rowcount  # type: ignore[attr-defined]  # a delete gives a CursorResult
    return erased


def hash_token(token: str) -> str:
    """Return how a token is stored."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
