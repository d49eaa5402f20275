"""Signing in without a password: a mail with a one-use link and, for another browser, a short code. Either works once.

Links are long and random: SHA-256 is enough for them. A code has 27 bits: it is stored under scrypt, tied to the
browser that asked for it, and can be tried five times.
"""

import hashlib
import hmac
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import LinkNotValid
from kil_pipeline.organisations.browser_sessions import USUAL, Lifetimes, Person, SignedIn, begin_session
from kil_pipeline.organisations.browser_sessions import hash_token as hash_token  # links are hashed in the same way
from kil_pipeline.organisations.browser_sessions import new_token as new_token
from kil_pipeline.organisations.members import Membership, User, normalise_address
from kil_pipeline.organisations.operators import Operator

MOST_LINKS_AN_HOUR = 5
"""How many sign-in mails one person can ask for within an hour."""
MOST_TRIES = 5
"""How often a code can be typed in."""
NOT_VALID = "A sign-in link works once, and only for a short time. Ask for a new one."


class SignInRequest(Base):
    """Somebody asked to sign in at this moment. Kept for a day: it bounds how many mails are sent.

    One for each question, whether or not we know the address: the work is the same.
    """

    __tablename__ = "sign_in_request"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    """None where no mail is sent; the address that was typed is not kept."""
    browser_hash: Mapped[str] = mapped_column(sa.String(64), index=True)
    code_hash: Mapped[str | None] = mapped_column(sa.String(64))
    code_expires_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    """When its link or its code signed somebody in; the other is worth nothing from then on."""


class SignInToken(Base):
    """A one-use link, hashed. Kept for a day after it expired."""

    __tablename__ = "sign_in_token"

    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("user.id"), index=True)
    request_id: Mapped[uuid.UUID | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


_MAY_SIGN_IN = sa.or_(sa.exists().where(Membership.user_id == User.id), sa.exists().where(Operator.user_id == User.id))


@dataclass(frozen=True)
class SignInAsked:
    """Someone asked to sign in. `user_id` is None, and `email` empty, where no mail goes out."""

    request_id: uuid.UUID
    user_id: uuid.UUID | None
    email: str


def ask_to_sign_in(session: Session, email: str, now: datetime, *, browser_key: str | None = None) -> SignInAsked:
    """Note that somebody asks to sign in. No mail is to be sent where they are unknown, or asked too often.

    The screens say the same, and the work is the same, in every case. `browser_key`: a random text that the asking
    browser alone holds. Raises `InvalidAddress` for what is no mail address at all.
    """
    recent = (
        sa.select(sa.func.count())
        .where(SignInRequest.user_id == User.id, SignInRequest.asked_at > now - timedelta(hours=1))
        .correlate(User)
        .scalar_subquery()
    )
    known = session.execute(
        sa.select(User.id, User.email).where(
            User.email == normalise_address(email), _MAY_SIGN_IN, recent < MOST_LINKS_AN_HOUR
        )
    ).first()
    row = SignInRequest(
        id=new_id(),
        user_id=known.id if known else None,
        browser_hash=hash_token(browser_key or new_token()),
        tries=0,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    return SignInAsked(row.id, known.id if known else None, known.email if known else "")


def find_who_may_sign_in(session: Session, email: str) -> uuid.UUID | None:
    """Return the person with an address, if they are a member of something or an operator. Raises `InvalidAddress`."""
    return session.scalar(sa.select(User.id).where(User.email == normalise_address(email), _MAY_SIGN_IN))


def mint_sign_in_token(
    session: Session,
    user_id: uuid.UUID,
    now: datetime,
    minutes: int,
    *,
    request_id: uuid.UUID | None = None,
    random_token: Callable[[], str] = new_token,
) -> str:
    """Make a one-use token that lives for `minutes`. What is stored cannot be used to sign in."""
    token = random_token()
    expires_at = now + timedelta(minutes=minutes)
    session.add(
        SignInToken(token_hash=hash_token(token), user_id=user_id, request_id=request_id, expires_at=expires_at)
    )
    session.flush()
    return token


def mint_sign_in_code(
    session: Session,
    request_id: uuid.UUID,
    now: datetime,
    minutes: int,
    *,
    random_token: Callable[[], str] = new_token,
) -> str:
    """Make the eight digits that sign in the browser which asked, within `minutes`. Returns "" where nobody asked."""
    row = session.get(SignInRequest, request_id)
    if row is None:
        return ""
    code = f"{int(hash_token(random_token())[:24], 16) % 10**8:08d}"
    row.code_hash, row.code_expires_at = _hash_code(code, request_id), now + timedelta(minutes=minutes)
    session.flush()
    return code


def check_sign_in_token(session: Session, token: str, now: datetime) -> None:
    """Raise `LinkNotValid` where a link would not sign anybody in; nothing is used up."""
    found = session.get(SignInToken, hash_token(token))
    if found is None or found.used_at is not None or found.expires_at <= now:
        raise LinkNotValid(NOT_VALID)


def use_link(session: Session, token: str, now: datetime) -> uuid.UUID:
    """Use up a one-use token. Returns whom it was made for. Raises `LinkNotValid`."""
    used = session.execute(
        sa.update(SignInToken)
        .where(SignInToken.token_hash == hash_token(token), SignInToken.used_at.is_(None), SignInToken.expires_at > now)
        .values(used_at=now)
        .returning(SignInToken.user_id, SignInToken.request_id)
    ).first()
    if used is None or (used.request_id is not None and not _use_request(session, used.request_id, now)):
        raise LinkNotValid(NOT_VALID)
    user_id: uuid.UUID = used.user_id
    return user_id


def use_code(session: Session, browser_key: str, code: str, now: datetime) -> uuid.UUID | None:
    """Try a code in the browser that asked for it; return whose it is. None where it is wrong, old or tried too often.

    The try counts in either case: commit.
    """
    tried = session.execute(
        sa.update(SignInRequest)
        .where(
            SignInRequest.browser_hash == hash_token(browser_key),
            SignInRequest.used_at.is_(None),
            SignInRequest.code_expires_at > now,
            SignInRequest.tries < MOST_TRIES,
        )
        .values(tries=SignInRequest.tries + 1)
        .returning(SignInRequest.id, SignInRequest.user_id, SignInRequest.code_hash)
    ).first()
    if tried is None:
        return None
    digits = "".join(character for character in code if character.isdigit())
    if not hmac.compare_digest(_hash_code(digits, tried.id), tried.code_hash):
        return None
    user_id: uuid.UUID | None = tried.user_id
    return user_id if _use_request(session, tried.id, now) else None


def start_session(
    session: Session, token: str, now: datetime, *, device: str = "", random_token: Callable[[], str] = new_token
) -> tuple[str, Person]:
    """Use up a one-use token. Returns a new session key, and whom it stands for. Raises `LinkNotValid`."""
    user_id = use_link(session, token, now)
    return begin_session(session, user_id, now, device=device, random_token=random_token)


def erase_old_sign_ins(session: Session, now: datetime, lifetimes: Lifetimes = USUAL) -> int:
    """Erase links, requests and sessions that ended more than a day ago. Returns how many."""
    limit = now - timedelta(days=1)
    erased = 0
    for condition in (
        sa.delete(SignInToken).where(SignInToken.expires_at < limit),
        sa.delete(SignInRequest).where(SignInRequest.asked_at < limit),
        sa.delete(SignedIn).where(sa.or_(SignedIn.ended_at < limit, SignedIn.started_at < limit - lifetimes.longest)),
    ):
        erased += session.execute(condition).rowcount  # type: ignore[attr-defined]  # a delete gives a CursorResult
    return erased


def _use_request(session: Session, request_id: uuid.UUID, now: datetime) -> bool:
    """Use up what a mail brought, link and code; False where one of them was used before."""
    unused = (SignInRequest.id == request_id, SignInRequest.used_at.is_(None))
    used = sa.update(SignInRequest).where(*unused).values(used_at=now).returning(SignInRequest.id)
    return session.scalar(used) is not None


def _hash_code(code: str, request_id: uuid.UUID) -> str:
    """Return how a code is stored: to try all of them takes weeks at 16 MB each, and it lives for minutes."""
    return hashlib.scrypt(code.encode(), salt=request_id.bytes, n=2**14, r=8, p=1, dklen=32).hex()
