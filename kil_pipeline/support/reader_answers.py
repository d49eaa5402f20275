"""Readers answer “how you could help us decide” (step 3 of the guide), without an account.

Nothing is passed on before the button in a mail is pressed. What the commissioner does with an answer is in
`answer_replies`; what everyone sees of it in `public_answers`. An address is shown to nobody.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import InvalidContent, LinkNotValid, NotFound
from kil_pipeline.organisations.members import normalise_address
from kil_pipeline.plan.disclosures import Disclosure
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.support.mailed_links import LINK_LIFE, may_be_mailed, queue_link, still_lives
from kil_pipeline.support.spam_checks import check_for_spam
from kil_pipeline.text import clean_line, clean_text

UNCONFIRMED_KEPT = LINK_LIFE
"""How long an answer is kept that nobody confirmed."""
KEPT = timedelta(days=365)
"""How long it is known who answered, counted from the answer. What was published stays, without a name."""
MOST_TEXT = 3_000
MOST_NAME = 120
"""Characters."""
REPEATS_LOOKED_FOR = timedelta(days=30)
"""The same text from another address is refused for so long."""


class ReaderAnswer(Base):
    """A reader's answer. Erased after `UNCONFIRMED_KEPT` or `KEPT`; once published, its address and name alone are."""

    __tablename__ = "reader_answer"
    __table_args__ = (sa.Index("ix_reader_answer_entry", "entry_id", "confirmed_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("entry.id"))
    path: Mapped[str] = mapped_column(sa.String(60))
    """The field that is not known yet."""
    question: Mapped[str] = mapped_column(sa.Text)
    """What was asked of readers, as it read then."""
    email: Mapped[str] = mapped_column(sa.String(254), index=True)
    """Empty once it is erased."""
    name: Mapped[str] = mapped_column(sa.String(MOST_NAME))
    """As its writer wants to be named; empty for no name."""
    text: Mapped[str] = mapped_column(sa.Text)
    may_publish: Mapped[bool]
    asked_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    """When the commissioner responded, or set it aside."""
    response: Mapped[str] = mapped_column(sa.Text)
    published_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    hidden_why: Mapped[str] = mapped_column(sa.Text)
    withdrawn_at: Mapped[datetime | None]


@dataclass(frozen=True)
class WrittenAnswer:
    """An answer as it was typed."""

    text: str
    email: str
    name: str = ""
    may_publish: bool = False


@dataclass(frozen=True)
class OwnAnswer:
    """An answer as its writer sees it."""

    id: uuid.UUID
    reference: str
    headline: str
    path: str
    question: str
    name: str
    text: str
    may_publish: bool
    confirmed: bool
    closed: bool
    response: str
    published: bool
    hidden_why: str
    """Why the commissioner hid it; empty where it did not."""


def questions_of(entry: PublicEntry) -> tuple[Disclosure, ...]:
    """Return what a published entry asks of its readers: nothing where it has ended."""
    if entry.content.status.ended:
        return ()
    return tuple(said for said in entry.content.disclosures if said.how_you_could_help)


def question_of(entry: PublicEntry, path: str) -> Disclosure:
    """Return what is asked about a field. Raises `NotFound` where nothing is, or not any more."""
    for asked in questions_of(entry):
        if asked.path == path:
            return asked
    raise NotFound(f"{entry.reference} asks its readers nothing about this, or not any more.")


def send_answer(session: Session, entry: PublicEntry, path: str, written: WrittenAnswer, now: datetime) -> None:
    """Keep an answer and queue the mail that asks for confirmation. Tells nobody whether the address is known.

    Raises `InvalidAddress`, `InvalidContent`, and `NotFound` where nothing is asked.
    """
    asked = question_of(entry, path)
    row = make_answer(session, entry, asked, written, now)
    if not may_be_mailed(session, row.email, "answer_confirm", now):
        return
    _drop_unconfirmed(session, row)
    session.add(row)
    session.flush()
    queue_link(session, "answer_confirm", row.email, row.id, now)


def make_answer(
    session: Session, entry: PublicEntry, asked: Disclosure, written: WrittenAnswer, now: datetime
) -> ReaderAnswer:
    """Return an answer that is not kept yet. Raises `InvalidAddress` and `InvalidContent`."""
    email, name, text = normalise_address(written.email), clean_line(written.name), clean_text(written.text)
    if not text:
        raise InvalidContent("Write your answer.")
    if len(text) > MOST_TEXT:
        raise InvalidContent(f"Write your answer in at most {MOST_TEXT:,} characters; it has {len(text):,}.")
    if len(name) > MOST_NAME:
        raise InvalidContent(f"Give a name of at most {MOST_NAME} characters; it has {len(name)}.")
    check_for_spam(f"{name}\n{text}")
    _refuse_repeated(session, text, email, now)
    return ReaderAnswer(
        id=new_id(), entry_id=entry.id, path=asked.path, question=asked.how_you_could_help, email=email, name=name,
        text=text, may_publish=written.may_publish, asked_at=now, response="", hidden_why="",
    )  # fmt: skip


def _refuse_repeated(session: Session, text: str, email: str, now: datetime) -> None:
    same = sa.select(ReaderAnswer.id).where(
        ReaderAnswer.text == text,
        ReaderAnswer.asked_at > now - REPEATS_LOOKED_FOR,
        sa.or_(ReaderAnswer.email != email, ReaderAnswer.confirmed_at.is_not(None)),
    )
    if session.scalar(same.limit(1)) is not None:
        raise InvalidContent("Just this answer was sent already. Say it in your own words.")


def _drop_unconfirmed(session: Session, row: ReaderAnswer) -> None:
    """Forget what the same address sent before and did not confirm: it sends it again, or better."""
    before = (
        ReaderAnswer.entry_id == row.entry_id,
        ReaderAnswer.path == row.path,
        ReaderAnswer.email == row.email,
        ReaderAnswer.confirmed_at.is_(None),
    )
    session.execute(sa.delete(ReaderAnswer).where(*before))


def own_answer(session: Session, answer_id: uuid.UUID, now: datetime) -> OwnAnswer:
    """Return an answer for its writer. Raises `LinkNotValid` where it was withdrawn, or not confirmed in time."""
    row = _owned(session, answer_id, now)
    entry = session.get_one(PublicEntryRow, row.entry_id)
    return OwnAnswer(
        row.id, entry.reference, str(entry.content["headline"]), row.path, row.question, row.name, row.text,
        row.may_publish, row.confirmed_at is not None, row.closed_at is not None, row.response,
        row.published_at is not None, row.hidden_why,
    )  # fmt: skip


def confirm_answer(session: Session, answer_id: uuid.UUID, now: datetime) -> None:
    """Pass an answer on to the commissioner. A second press changes nothing. Raises `LinkNotValid`."""
    row = _owned(session, answer_id, now, lock=True)
    row.confirmed_at = row.confirmed_at or now
    session.flush()


def withdraw_answer(session: Session, answer_id: uuid.UUID, now: datetime) -> None:
    """Erase an answer. Of one that was published it stays that there was one, and what the commissioner said."""
    row = session.get(ReaderAnswer, answer_id, with_for_update=True)
    if row is None:
        return
    if row.published_at is None:
        session.delete(row)
    else:
        row.email = row.name = row.text = ""
        row.withdrawn_at = row.withdrawn_at or now
    session.flush()


def _owned(session: Session, answer_id: uuid.UUID, now: datetime, *, lock: bool = False) -> ReaderAnswer:
    row = session.get(ReaderAnswer, answer_id, with_for_update=lock)
    if row is None or row.withdrawn_at is not None:
        raise LinkNotValid("This answer was withdrawn or has been erased.")
    if row.confirmed_at is None:
        still_lives(row.asked_at, now)
    return row


def erase_old_reader_answers(session: Session, now: datetime) -> int:
    """Erase answers whose time is over, and of those that are published the address and the name. Returns how many."""
    over = ReaderAnswer.asked_at < now - KEPT
    old = sa.or_(
        sa.and_(ReaderAnswer.confirmed_at.is_(None), ReaderAnswer.asked_at < now - UNCONFIRMED_KEPT),
        sa.and_(ReaderAnswer.published_at.is_(None), over),
    )
    gone = session.scalars(sa.select(ReaderAnswer.id).where(old).limit(500)).all()
    session.execute(sa.delete(ReaderAnswer).where(ReaderAnswer.id.in_(gone)))
    named = sa.or_(ReaderAnswer.email != "", ReaderAnswer.name != "")
    known = session.scalars(sa.select(ReaderAnswer.id).where(over, named).limit(500)).all()
    session.execute(sa.update(ReaderAnswer).where(ReaderAnswer.id.in_(known)).values(email="", name=""))
    return len(gone) + len(known)
