"""Browsers that are signed in: rows that can be listed, rotated and ended at once. The cookie holds a random key alone.

Keys are stored as SHA-256: they are long and random, so that a slow hash would add nothing.
"""

import hashlib
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import LinkNotValid, NotFound
from kil_pipeline.organisations.members import Member, User, memberships_of
from kil_pipeline.organisations.operators import is_operator


@dataclass(frozen=True)
class Lifetimes:
    """A session ends after so long without a request (`idle`), and after so long in any case (`longest`)."""

    idle: timedelta
    longest: timedelta


IDLE, LONGEST = timedelta(hours=2), timedelta(hours=12)
USUAL = Lifetimes(IDLE, LONGEST)
FRESH = timedelta(minutes=10)
"""For how long a proof of who one is holds for what is dangerous."""


class SignedIn(Base):
    """A browser that is signed in. Kept for a day after it ended."""

    __tablename__ = "signed_in"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    """Names it in the person's own list; the key cannot be told from it."""
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("user.id"), index=True)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organisation.id"))
    """Whom they act for; None for an operator who is a member of none."""
    device: Mapped[str] = mapped_column(sa.String(100))
    """The browser in words, such as "Firefox on Windows"."""
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    proved_at: Mapped[datetime]
    """When they last showed who they are: a link, a code or a second factor."""
    waits: Mapped[bool]
    """Whether the second factor is still to come: until then nobody is signed in."""
    ended_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in, with the organisation that they act for, where there is one."""

    session_id: uuid.UUID
    user_id: uuid.UUID
    email: str
    member: Member | None
    operator: bool
    proved_at: datetime
    waits: bool = False

    def proved_lately(self, now: datetime) -> bool:
        """Tell whether they showed who they are within the last ten minutes."""
        return now - self.proved_at <= FRESH


@dataclass(frozen=True)
class OwnSession:
    """One of a person's sessions, as their own list shows it."""

    id: uuid.UUID
    device: str
    started_at: datetime
    seen_at: datetime


def new_token() -> str:
    """Return a new unguessable text: 256 bits."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """Return how a token is stored."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def begin_session(
    session: Session,
    user_id: uuid.UUID,
    now: datetime,
    *,
    device: str = "",
    waits: bool = False,
    organisation_id: uuid.UUID | None = None,
    random_token: Callable[[], str] = new_token,
) -> tuple[str, Person]:
    """Sign a person in: for `organisation_id`, else for the first of theirs by name. Returns a new key, and who it is.

    Raises `LinkNotValid` where they are neither a member of anything nor an operator.
    """
    ids = [member.organisation_id for member in memberships_of(session, user_id)]
    if not ids and not is_operator(session, user_id):
        raise LinkNotValid("You are no member of an organisation here any more. Its admin can invite you again.")
    key = random_token()
    row = SignedIn(
        id=new_id(),
        token_hash=hash_token(key),
        user_id=user_id,
        organisation_id=organisation_id if organisation_id in ids else next(iter(ids), None),
        device=device[:100],
        started_at=now,
        seen_at=now,
        proved_at=now,
        waits=waits,
    )
    session.add(row)
    session.flush()
    return key, _person(session, row)


def find_person(
    session: Session, key: str, now: datetime, lifetimes: Lifetimes = USUAL, *, waiting: bool = False
) -> Person | None:
    """Return whom a key stands for, as their role is now; None where it ended, or they left what they act for.

    `waiting`: ask for somebody whose second factor is still to come, instead of somebody who is signed in.
    """
    row = _live(session, key, now, lifetimes)
    if row is None or row.waits != waiting:
        return None
    person = _person(session, row)
    return person if person.member is not None or (person.operator and row.organisation_id is None) else None


def note_seen(session: Session, key: str, now: datetime, lifetimes: Lifetimes = USUAL) -> None:
    """Note that a session is in use, at most once a minute. One that ended stays ended."""
    row = _live(session, key, now, lifetimes)
    if row is not None and row.seen_at < now - timedelta(minutes=1):
        row.seen_at = now


def note_proof(
    session: Session,
    key: str,
    now: datetime,
    lifetimes: Lifetimes = USUAL,
    *,
    random_token: Callable[[], str] = new_token,
) -> str:
    """Note that they showed who they are, with a second factor too. Returns the new key: the old one is worth nothing.

    Raises `LinkNotValid` where the session ended.
    """
    row = _rotated(session, key, now, lifetimes)
    row.proved_at, row.waits = now, False
    return _new_key(row, random_token)


def choose_organisation(
    session: Session,
    key: str,
    organisation_id: uuid.UUID,
    now: datetime,
    lifetimes: Lifetimes = USUAL,
    *,
    random_token: Callable[[], str] = new_token,
) -> str:
    """Act for another of one's organisations from now on. Returns the new key: the old one is worth nothing.

    Raises `LinkNotValid` where one is no member of it, or where the session ended.
    """
    row = _rotated(session, key, now, lifetimes)
    if row.waits or organisation_id not in {m.organisation_id for m in memberships_of(session, row.user_id)}:
        raise LinkNotValid("You are not a member of that organisation.")
    row.organisation_id, row.seen_at = organisation_id, now
    return _new_key(row, random_token)


def own_sessions(
    session: Session, user_id: uuid.UUID, now: datetime, lifetimes: Lifetimes = USUAL
) -> tuple[OwnSession, ...]:
    """Return where a person is signed in, last used first."""
    rows = session.scalars(
        sa.select(SignedIn)
        .where(
            SignedIn.user_id == user_id,
            SignedIn.ended_at.is_(None),
            SignedIn.waits.is_(False),
            SignedIn.seen_at >= now - lifetimes.idle,
            SignedIn.started_at >= now - lifetimes.longest,
        )
        .order_by(SignedIn.seen_at.desc(), SignedIn.id.desc())
        .limit(100)
    )
    return tuple(OwnSession(row.id, row.device, row.started_at, row.seen_at) for row in rows)


def end_session(session: Session, key: str, now: datetime) -> None:
    """Sign out: the key stands for nobody any more."""
    session.execute(sa.update(SignedIn).where(SignedIn.token_hash == hash_token(key)).values(ended_at=now))


def end_own_session(session: Session, user_id: uuid.UUID, session_id: uuid.UUID, now: datetime) -> None:
    """End one of a person's sessions. Raises `NotFound` where it is not theirs."""
    theirs = (SignedIn.id == session_id, SignedIn.user_id == user_id)
    if session.scalar(sa.update(SignedIn).where(*theirs).values(ended_at=now).returning(SignedIn.id)) is None:
        raise NotFound("That is not one of your sessions.")


def end_sessions(session: Session, user_id: uuid.UUID, now: datetime, *, but: uuid.UUID | None = None) -> None:
    """Sign a person out everywhere, `but` in one session of theirs."""
    live = (SignedIn.user_id == user_id, SignedIn.ended_at.is_(None), SignedIn.id.is_distinct_from(but))
    session.execute(sa.update(SignedIn).where(*live).values(ended_at=now))


def _person(session: Session, row: SignedIn) -> Person:
    email = session.get_one(User, row.user_id).email
    memberships = memberships_of(session, row.user_id)
    member = next((m for m in memberships if m.organisation_id == row.organisation_id), None)
    operator = is_operator(session, row.user_id)
    return Person(row.id, row.user_id, email, member, operator, row.proved_at, row.waits)


def _live(session: Session, key: str, now: datetime, lifetimes: Lifetimes, *, locked: bool = False) -> SignedIn | None:
    query = sa.select(SignedIn).where(SignedIn.token_hash == hash_token(key))
    row = session.scalar(query.with_for_update() if locked else query)
    if row is None or row.ended_at or now - row.seen_at > lifetimes.idle or now - row.started_at > lifetimes.longest:
        return None
    return row


def _rotated(session: Session, key: str, now: datetime, lifetimes: Lifetimes) -> SignedIn:
    row = _live(session, key, now, lifetimes, locked=True)
    if row is None:
        raise LinkNotValid("You were signed out. Sign in again.")
    return row


def _new_key(row: SignedIn, random_token: Callable[[], str]) -> str:
    key = random_token()
    row.token_hash = hash_token(key)
    return key
