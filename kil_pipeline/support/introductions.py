"""Putting two interested organisations in touch: nobody sees an address before both agreed, then both see the other's.

Whoever asks has agreed by asking.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.alerts.notices import queue_notice
from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import InvalidContent, InvalidTransition, LinkNotValid, NotFound
from kil_pipeline.plan.entries import PublicArea, PublicEntryRow
from kil_pipeline.reference.areas import related_areas
from kil_pipeline.support.interests import MOST_SAID, Interest, Visibility, owned
from kil_pipeline.support.public_interests import PublicInterest
from kil_pipeline.text import clean_text

MOST_ASKED = 20
"""How many others one interested organisation can ask."""


class Introduction(Base):
    """One interested organisation asks to be put in touch with another. Erased with the interest of either."""

    __tablename__ = "introduction"
    __table_args__ = (sa.UniqueConstraint("asker_id", "asked_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    asker_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("interest.id", ondelete="CASCADE"))
    asked_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("interest.id", ondelete="CASCADE"), index=True)
    message: Mapped[str] = mapped_column(sa.Text)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    agreed: Mapped[bool | None]


@dataclass(frozen=True)
class IntroductionView:
    """A request to be put in touch, as whoever is asked sees it. There is no address in it."""

    reference: str
    headline: str
    asker_name: str
    brings: str
    message: str
    agreed: bool | None


def ask_introduction(session: Session, asker_id: uuid.UUID, asked_id: uuid.UUID, message: str, now: datetime) -> None:
    """Ask another interested organisation, by mail, to be put in touch. Asking whoever asked first agrees with them.

    Asking again changes nothing. Raises `NotFound` where the other is not there to be asked, `InvalidTransition` where
    the asker has not confirmed or asked `MOST_ASKED`, `InvalidContent` where the message is too long.
    """
    asker = owned(session, asker_id, now, lock=True)
    if asker.confirmed_at is None:
        raise InvalidTransition("Confirm your own interest first.")
    first = session.scalar(_between(asked_id, asker_id))
    if first is not None:
        answer_introduction(session, first.id, agreed=True, now=now)
        return
    other = session.get(Interest, asked_id)
    if other is None or not _can_be_asked(other, asker):
        raise NotFound("That organisation is not interested any more, or does not want to be asked.")
    if session.scalar(_between(asker_id, asked_id)) is not None:
        return
    count = sa.select(sa.func.count()).select_from(Introduction).where(Introduction.asker_id == asker_id)
    if (session.scalar(count) or 0) >= MOST_ASKED:
        raise InvalidTransition(f"You have asked {MOST_ASKED} organisations already.")
    text = clean_text(message)
    if len(text) > MOST_SAID:
        raise InvalidContent(f"Write at most {MOST_SAID:,} characters; there are {len(text):,}.")
    row = Introduction(id=new_id(), asker_id=asker_id, asked_id=asked_id, message=text, asked_at=now)
    session.add(row)
    session.flush()
    queue_notice(session, "introduction_asked", other.email, {"id": str(row.id)}, now=now)


def _can_be_asked(other: Interest, asker: Interest) -> bool:
    seen = other.visibility != Visibility.COMMISSIONER.value and other.confirmed_at is not None
    return seen and other.wants_partners and other.entry_id == asker.entry_id and other.id != asker.id


def _between(asker_id: uuid.UUID, asked_id: uuid.UUID) -> sa.Select[Introduction]:
    return sa.select(Introduction).where(Introduction.asker_id == asker_id, Introduction.asked_id == asked_id)


def asked_introductions(session: Session, asker_id: uuid.UUID) -> dict[uuid.UUID, bool | None]:
    """Return whom an interested organisation asked, each with what they answered (None: nothing yet)."""
    rows = session.execute(
        sa.select(Introduction.asked_id, Introduction.agreed).where(Introduction.asker_id == asker_id)
    )
    return dict(rows.all())


def introduction_view(session: Session, introduction_id: uuid.UUID) -> IntroductionView:
    """Return a request for whoever is asked. Raises `LinkNotValid` where one of the two withdrew."""
    row = _row(session, introduction_id)
    asker = session.get_one(Interest, row.asker_id)
    entry = session.get_one(PublicEntryRow, asker.entry_id)
    return IntroductionView(
        entry.reference, str(entry.content["headline"]), asker.name, asker.brings, row.message, row.agreed
    )


def answer_introduction(session: Session, introduction_id: uuid.UUID, *, agreed: bool, now: datetime) -> None:
    """Agree or decline. Where both agreed, each gets the other's address by mail; else the asker is told.

    The first answer counts: another changes nothing, except that whoever declined can still agree.
    Raises `LinkNotValid`.
    """
    row = _row(session, introduction_id, lock=True)
    if row.agreed is not None and (row.agreed or not agreed):
        return
    row.agreed, row.answered_at = agreed, now
    asker, other = session.get_one(Interest, row.asker_id), session.get_one(Interest, row.asked_id)
    if not agreed:
        queue_notice(session, "introduction_declined", asker.email, {"id": str(row.id)}, now=now)
        return
    for to, about in ((asker, other), (other, asker)):
        queue_notice(session, "introduction_agreed", to.email, {"id": str(row.id), "about": str(about.id)}, now=now)


def _row(session: Session, introduction_id: uuid.UUID, *, lock: bool = False) -> Introduction:
    row = session.get(Introduction, introduction_id, with_for_update=lock)
    if row is None:
        raise LinkNotValid("One of the two organisations is not interested any more.")
    return row


def seeking_partners(
    session: Session, areas: Sequence[str], *, limit: int = 20
) -> tuple[tuple[str, str, PublicInterest], ...]:
    """Return who seeks partners in some areas, lets everyone see it and has found none here: reference, headline, who.

    The newest first. Without areas there is nobody.
    """
    codes = sorted({code for chosen in areas for code in related_areas(chosen)})
    partnered = sa.exists().where(
        Introduction.agreed.is_(True),
        sa.or_(Introduction.asker_id == Interest.id, Introduction.asked_id == Interest.id),
    )
    rows = session.execute(
        sa.select(PublicEntryRow.reference, PublicEntryRow.content["headline"].as_string(), Interest)
        .join(PublicEntryRow, PublicEntryRow.entry_id == Interest.entry_id)
        .where(
            Interest.confirmed_at.is_not(None),
            Interest.visibility == Visibility.EVERYONE.value,
            Interest.wants_partners,
            ~partnered,
            PublicEntryRow.ended.is_(False),
            PublicEntryRow.entry_id.in_(sa.select(PublicArea.entry_id).where(PublicArea.code.in_(codes))),
        )
        .order_by(Interest.confirmed_at.desc(), Interest.id)
        .limit(limit)
    )
    return tuple((reference, headline, PublicInterest.of(row)) for reference, headline, row in rows)
