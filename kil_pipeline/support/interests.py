"""Who is interested in an entry, what they bring, and whom they seek: seen by whom they choose, withdrawn at any time.

The commissioner always sees who is interested. Addresses are shown to nobody: see `introductions`.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import InvalidContent, InvalidTransition, LinkNotValid
from kil_pipeline.organisations.members import normalise_address
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.support.mailed_links import LINK_LIFE, may_be_mailed, queue_link, still_lives
from kil_pipeline.text import clean_line, clean_text

UNCONFIRMED_KEPT = LINK_LIFE
"""How long interest is kept that nobody confirmed."""
CONFIRMED_KEPT = timedelta(days=730)
"""How long interest is kept after it was confirmed."""
MOST_SAID = 1_000
"""Characters of what is brought, and of what is sought."""
MOST_SHOWN = 100


class Visibility(StrEnum):
    """Who sees that an organisation is interested, besides itself."""

    COMMISSIONER = "commissioner"
    INTERESTED = "interested"
    EVERYONE = "everyone"

    @property
    def label(self) -> str:
        """The choice in plain words."""
        return {
            "commissioner": "Only the commissioner",
            "interested": "The commissioner, and other organisations that are interested",
            "everyone": "Everyone, on the public page",
        }[self.value]


class Interest(Base):
    """One organisation's interest in one entry. Erased when withdrawn, `CONFIRMED_KEPT`, `UNCONFIRMED_KEPT`."""

    __tablename__ = "interest"
    __table_args__ = (sa.Index("ix_interest_entry", "entry_id", "confirmed_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("entry.id"))
    email: Mapped[str] = mapped_column(sa.String(254), index=True)
    name: Mapped[str] = mapped_column(sa.String(300))
    brings: Mapped[str] = mapped_column(sa.Text)
    seeks: Mapped[str] = mapped_column(sa.Text)
    wants_partners: Mapped[bool]
    visibility: Mapped[str] = mapped_column(sa.String(12))
    asked_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None]


@dataclass(frozen=True)
class InterestAnswers:
    """What an organisation says of its interest."""

    name: str
    email: str
    brings: str = ""
    seeks: str = ""
    wants_partners: bool = False
    visibility: Visibility = Visibility.COMMISSIONER


@dataclass(frozen=True)
class InterestView:
    """An interest as those see it who may. There is no address in it."""

    id: uuid.UUID
    name: str
    brings: str
    seeks: str
    wants_partners: bool
    confirmed_at: datetime

    @classmethod
    def of(cls, row: Interest) -> "InterestView":
        """Make the view of a confirmed interest."""
        assert row.confirmed_at is not None  # the queries ask for it
        return cls(row.id, row.name, row.brings, row.seeks, row.wants_partners, row.confirmed_at)


@dataclass(frozen=True)
class OwnInterest:
    """An interest as its owner sees it."""

    id: uuid.UUID
    entry_id: uuid.UUID
    reference: str
    headline: str
    answers: InterestAnswers
    confirmed: bool


def show_interest(session: Session, entry: PublicEntry, answers: InterestAnswers, now: datetime) -> None:
    """Note an interest and queue the mail that asks for confirmation. Tells nobody whether the address is known.

    Raises `InvalidAddress`, `InvalidContent`, and `InvalidTransition` where the entry has ended.
    """
    if entry.content.status.ended:
        raise InvalidTransition(f"{entry.reference} is {entry.content.status.label.lower()}: nobody can go for it.")
    address = normalise_address(answers.email)
    said = _said(answers)
    if not may_be_mailed(session, address, "interest_confirm", now):
        return
    row = Interest(id=new_id(), entry_id=entry.id, email=address, asked_at=now)
    _write(row, said)
    session.add(row)
    session.flush()
    queue_link(session, "interest_confirm", address, row.id, now)


def _said(answers: InterestAnswers) -> InterestAnswers:
    """Return the answers, cleaned. Raises `InvalidContent`."""
    name = clean_line(answers.name)[:300]
    if not name:
        raise InvalidContent("Enter your organisation’s name.")
    brings, seeks = clean_text(answers.brings), clean_text(answers.seeks)
    for text, what in ((brings, "what you bring"), (seeks, "what you seek")):
        if len(text) > MOST_SAID:
            raise InvalidContent(f"Say {what} in at most {MOST_SAID:,} characters; there are {len(text):,}.")
    return InterestAnswers(name, answers.email, brings, seeks, answers.wants_partners, answers.visibility)


def _write(row: Interest, said: InterestAnswers) -> None:
    row.name, row.brings, row.seeks = said.name, said.brings, said.seeks
    row.wants_partners, row.visibility = said.wants_partners, said.visibility.value


def own_interest(session: Session, interest_id: uuid.UUID, now: datetime) -> OwnInterest:
    """Return an interest for its owner. Raises `LinkNotValid` where it was withdrawn, or not confirmed in time."""
    row = owned(session, interest_id, now)
    answers = InterestAnswers(
        row.name, row.email, row.brings, row.seeks, row.wants_partners, Visibility(row.visibility)
    )
    entry = session.get_one(PublicEntryRow, row.entry_id)
    headline = str(entry.content["headline"])
    return OwnInterest(row.id, row.entry_id, entry.reference, headline, answers, row.confirmed_at is not None)


def owned(session: Session, interest_id: uuid.UUID, now: datetime, *, lock: bool = False) -> Interest:
    """Return the row of an interest for its owner. Raises `LinkNotValid`."""
    row = session.get(Interest, interest_id, with_for_update=lock)
    if row is None:
        raise LinkNotValid("This interest was withdrawn or has been erased.")
    if row.confirmed_at is None:
        still_lives(row.asked_at, now)
    return row


def confirm_interest(session: Session, interest_id: uuid.UUID, now: datetime) -> None:
    """Let an interest be seen by whom it is for. What the same address said before of the same entry is replaced.

    A second press changes nothing. Raises `LinkNotValid`.
    """
    row = owned(session, interest_id, now, lock=True)
    if row.confirmed_at is not None:
        return
    same = sa.and_(Interest.entry_id == row.entry_id, Interest.email == row.email, Interest.id != row.id)
    erase_interests(session, session.scalars(sa.select(Interest.id).where(same)))
    row.confirmed_at = now
    session.flush()


def change_interest(session: Session, interest_id: uuid.UUID, answers: InterestAnswers, now: datetime) -> None:
    """Change what an interest says and who sees it; its address stays. Raises `LinkNotValid` and `InvalidContent`."""
    _write(owned(session, interest_id, now, lock=True), _said(answers))
    session.flush()


def erase_interests(session: Session, interest_ids: Iterable[uuid.UUID]) -> int:
    """Erase interests; introductions go with them (ON DELETE CASCADE). Returns how many."""
    ids = tuple(interest_ids)
    session.execute(sa.delete(Interest).where(Interest.id.in_(ids)))
    session.expire_all()
    return len(ids)


def interests_in(session: Session, entry_id: uuid.UUID) -> tuple[InterestView, ...]:
    """Return all who are interested in an entry, for its commissioner, first come first."""
    return tuple(InterestView.of(row) for row in session.scalars(confirmed_interests(entry_id)))


def other_interests(session: Session, own: OwnInterest) -> tuple[InterestView, ...]:
    """Return who else is interested and lets those who are interested see it."""
    seen = (Visibility.INTERESTED.value, Visibility.EVERYONE.value)
    rows = session.scalars(
        confirmed_interests(own.entry_id).where(Interest.visibility.in_(seen), Interest.id != own.id)
    )
    return tuple(InterestView.of(row) for row in rows)


def confirmed_interests(entry_id: uuid.UUID) -> sa.Select[Interest]:
    """Return the query of who is interested in an entry, first come first, at most `MOST_SHOWN`."""
    return (
        sa.select(Interest)
        .where(Interest.entry_id == entry_id, Interest.confirmed_at.is_not(None))
        .order_by(Interest.confirmed_at, Interest.id)
        .limit(MOST_SHOWN)
    )


def erase_old_interests(session: Session, now: datetime) -> int:
    """Erase interests whose time is over. Returns how many."""
    old = sa.or_(
        sa.and_(Interest.confirmed_at.is_(None), Interest.asked_at < now - UNCONFIRMED_KEPT),
        Interest.confirmed_at < now - CONFIRMED_KEPT,
    )
    return erase_interests(session, session.scalars(sa.select(Interest.id).where(old).limit(500)))
