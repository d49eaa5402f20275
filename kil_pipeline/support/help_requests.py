"""Asking a local support organisation for help, without an account.

Nothing is passed on before the button in a mail is pressed. The asker's address is shown to the body only where they
said so; else the answer is relayed.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.alerts.notices import queue_notice
from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import InvalidContent, InvalidTransition, LinkNotValid, NotFound
from kil_pipeline.organisations.members import normalise_address
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.reference.support_kinds import known_support
from kil_pipeline.support.mailed_links import LINK_LIFE, may_be_mailed, queue_link, still_lives
from kil_pipeline.support.offers import help_address
from kil_pipeline.text import clean_line, clean_text

UNCONFIRMED_KEPT = LINK_LIFE
"""How long a request is kept that nobody confirmed."""
CLOSED_KEPT = timedelta(days=365)
"""How long a request is kept after it was closed."""
OPEN_KEPT = timedelta(days=730)
"""How long one is kept that nobody closes."""
MOST_NEED = 3_000
"""Characters of what somebody needs, and of an answer."""


class HelpRequest(Base):
    """Somebody asks a body for help. Erased 12 months after it was closed, 7 days after asking if not confirmed."""

    __tablename__ = "help_request"
    __table_args__ = (sa.Index("ix_help_request_body", "organisation_id", "confirmed_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    """Of the body that is asked."""
    reference: Mapped[str] = mapped_column(sa.String(30))
    """Of the entry that it is about; empty where it is about none."""
    kinds: Mapped[list[str]]
    need: Mapped[str] = mapped_column(sa.Text)
    name: Mapped[str] = mapped_column(sa.String(300))
    email: Mapped[str] = mapped_column(sa.String(254), index=True)
    show_address: Mapped[bool]
    asked_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class HelpAnswer(Base):
    """An answer of the body's, mailed to the asker. Erased with the request."""

    __tablename__ = "help_answer"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("help_request.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)
    answered_at: Mapped[datetime]


@dataclass(frozen=True)
class AskedHelp:
    """What somebody asks for, as it was typed."""

    name: str
    email: str
    need: str
    kinds: tuple[str, ...] = ()
    reference: str = ""
    show_address: bool = False


@dataclass(frozen=True)
class HelpView:
    """A request as the body sees it. `email` is empty unless the asker lets it be shown."""

    id: uuid.UUID
    name: str
    email: str
    need: str
    kinds: tuple[str, ...]
    reference: str
    asked_at: datetime
    closed: bool
    answers: tuple[tuple[datetime, str], ...]

    @property
    def waiting(self) -> bool:
        """Whether nobody has answered or closed it yet."""
        return not self.closed and not self.answers


@dataclass(frozen=True)
class OwnHelp:
    """A request as the asker sees it."""

    body_name: str
    body_slug: str
    need: str
    confirmed: bool
    closed: bool


def ask_for_help(session: Session, body_id: uuid.UUID, asked: AskedHelp, now: datetime) -> None:
    """Note a request and queue the mail that asks for confirmation. Tells nobody whether the address is known.

    Raises `InvalidAddress`, and `InvalidContent` where nothing is asked or too much.
    """
    address = normalise_address(asked.email)
    need = written(asked.need, "what you need")
    if not may_be_mailed(session, address, "help_confirm", now):
        return
    row = HelpRequest(
        id=new_id(),
        organisation_id=body_id,
        reference=clean_line(asked.reference)[:30],
        kinds=list(known_support(asked.kinds)),
        need=need,
        name=clean_line(asked.name)[:300],
        email=address,
        show_address=asked.show_address,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    queue_link(session, "help_confirm", address, row.id, now)


def written(text: str, what: str) -> str:
    """Return a text, cleaned; `what` names it. Raises `InvalidContent` where it is empty or too long."""
    cleaned = clean_text(text)
    if not cleaned:
        raise InvalidContent(f"Write {what}.")
    if len(cleaned) > MOST_NEED:
        raise InvalidContent(f"Write {what} in at most {MOST_NEED:,} characters; it has {len(cleaned):,}.")
    return cleaned


def own_help(session: Session, request_id: uuid.UUID, now: datetime) -> OwnHelp:
    """Return a request for its asker. Raises `LinkNotValid` where it was erased, or was not confirmed in time."""
    row = _own(session, request_id, now)
    body = session.get_one(Organisation, row.organisation_id)
    return OwnHelp(body.name, body.slug, row.need, row.confirmed_at is not None, row.closed_at is not None)


def confirm_help(session: Session, request_id: uuid.UUID, now: datetime) -> None:
    """Pass a request on to its body. A second press changes nothing. Raises `LinkNotValid`."""
    row = _own(session, request_id, now, lock=True)
    if row.confirmed_at is not None:
        return
    row.confirmed_at = now
    address = help_address(session, row.organisation_id)
    if address is not None:
        queue_notice(session, "help_passed_on", address, {"id": str(row.id)}, now=now)


def withdraw_help(session: Session, request_id: uuid.UUID) -> None:
    """Erase a request with its answers, as its asker wishes."""
    session.execute(sa.delete(HelpAnswer).where(HelpAnswer.request_id == request_id))
    session.execute(sa.delete(HelpRequest).where(HelpRequest.id == request_id))


def _own(session: Session, request_id: uuid.UUID, now: datetime, *, lock: bool = False) -> HelpRequest:
    row = session.get(HelpRequest, request_id, with_for_update=lock)
    if row is None:
        raise LinkNotValid("This request was withdrawn or has been erased.")
    if row.confirmed_at is None:
        still_lives(row.asked_at, now)
    return row


def requests_to(session: Session, body_id: uuid.UUID, *, limit: int = 200) -> tuple[HelpView, ...]:
    """Return the confirmed requests to a body: those that wait for an answer, then open ones; the newest first."""
    answered = sa.exists().where(HelpAnswer.request_id == HelpRequest.id)
    rows = session.scalars(
        sa.select(HelpRequest)
        .where(HelpRequest.organisation_id == body_id, HelpRequest.confirmed_at.is_not(None))
        .order_by(HelpRequest.closed_at.is_not(None), answered, HelpRequest.confirmed_at.desc(), HelpRequest.id.desc())
        .limit(limit)
    ).all()
    given: dict[uuid.UUID, list[tuple[datetime, str]]] = {row.id: [] for row in rows}
    for answer in session.scalars(
        sa.select(HelpAnswer).where(HelpAnswer.request_id.in_(given)).order_by(HelpAnswer.answered_at, HelpAnswer.id)
    ):
        given[answer.request_id].append((answer.answered_at, answer.text))
    return tuple(_view(row, tuple(given[row.id])) for row in rows)


def _view(row: HelpRequest, answers: tuple[tuple[datetime, str], ...]) -> HelpView:
    email = row.email if row.show_address else ""
    return HelpView(
        row.id, row.name, email, row.need, tuple(row.kinds), row.reference, row.asked_at,
        row.closed_at is not None, answers,
    )  # fmt: skip


def count_requests(session: Session, body_id: uuid.UUID) -> Mapping[str, int]:
    """Return how many confirmed requests to a body are waiting, answered and closed."""
    answered = sa.exists().where(HelpAnswer.request_id == HelpRequest.id)
    closed = HelpRequest.closed_at.is_not(None)
    state = sa.case((closed, "closed"), (answered, "answered"), else_="waiting").label("state")
    theirs = sa.select(state).where(HelpRequest.organisation_id == body_id, HelpRequest.confirmed_at.is_not(None))
    found = theirs.subquery()
    rows = session.execute(sa.select(found.c.state, sa.func.count()).group_by(found.c.state))
    return {"waiting": 0, "answered": 0, "closed": 0} | dict(rows.all())


def answer_help(session: Session, body_id: uuid.UUID, request_id: uuid.UUID, text: str, now: datetime) -> None:
    """Answer a request: the asker gets it by mail. Raises `NotFound`, `InvalidTransition` and `InvalidContent`."""
    row = _asked_of(session, body_id, request_id)
    if row.closed_at is not None:
        raise InvalidTransition("This request is closed. It can be answered no more.")
    answer = HelpAnswer(id=new_id(), request_id=row.id, text=written(text, "your answer"), answered_at=now)
    session.add(answer)
    session.flush()
    queue_notice(session, "help_answered", row.email, {"id": str(answer.id)}, now=now)


def close_help(session: Session, body_id: uuid.UUID, request_id: uuid.UUID, now: datetime) -> None:
    """Close a request. Closing it again changes nothing. Raises `NotFound`."""
    row = _asked_of(session, body_id, request_id)
    row.closed_at = row.closed_at or now


def _asked_of(session: Session, body_id: uuid.UUID, request_id: uuid.UUID) -> HelpRequest:
    row = session.get(HelpRequest, request_id, with_for_update=True)
    if row is None or row.organisation_id != body_id or row.confirmed_at is None:
        raise NotFound("There is no such request for help here.")
    return row


def erase_old_help(session: Session, now: datetime) -> int:
    """Erase requests whose time is over, with their answers. Returns how many."""
    old = sa.or_(
        sa.and_(HelpRequest.confirmed_at.is_(None), HelpRequest.asked_at < now - UNCONFIRMED_KEPT),
        HelpRequest.closed_at < now - CLOSED_KEPT,
        HelpRequest.asked_at < now - OPEN_KEPT,
    )
    ids = session.scalars(sa.select(HelpRequest.id).where(old).limit(500)).all()
    session.execute(sa.delete(HelpAnswer).where(HelpAnswer.request_id.in_(ids)))
    session.execute(sa.delete(HelpRequest).where(HelpRequest.id.in_(ids)))
    return len(ids)
