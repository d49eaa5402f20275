"""A small organisation's profile: said once, then filled in wherever a form would ask again.

It is optional, has no password, and is opened by a signed link in a mail. Nobody else sees it, unless its owner chooses
that everyone does (see `support.public_profiles`).
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import LinkNotValid
from kil_pipeline.organisations.members import normalise_address
from kil_pipeline.support.mailed_links import LINK_LIFE, may_be_mailed, queue_link

UNSAVED_KEPT = LINK_LIFE
"""How long an address is kept that asked for a profile and saved none."""
SAVED_KEPT = timedelta(days=730)
"""How long a profile is kept after it was last saved."""

INCOMES = {
    "micro": "Under £10,000",
    "small": "£10,000 to £100,000",
    "medium": "£100,000 to £1 million",
    "large": "£1 million to £10 million",
    "major": "Over £10 million",
}
"""Yearly income, in the bands of the NCVO's Almanac."""
STAFF = {"none": "Volunteers only", "few": "1 to 5", "some": "6 to 20", "many": "21 to 50", "most": "More than 50"}
"""People employed."""


class Profile(Base):
    """What an organisation said of itself. Erased on request, `SAVED_KEPT` after saving, `UNSAVED_KEPT` without."""

    __tablename__ = "profile"
    __table_args__ = (sa.Index("ix_profile_public", "public", "name"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    name: Mapped[str] = mapped_column(sa.String(300), default="")
    about: Mapped[str] = mapped_column(sa.Text, default="")
    themes: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    areas: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    income: Mapped[str] = mapped_column(sa.String(10), default="")
    staff: Mapped[str] = mapped_column(sa.String(10), default="")
    charity_number: Mapped[str] = mapped_column(sa.String(20), default="")
    company_number: Mapped[str] = mapped_column(sa.String(20), default="")
    accreditations: Mapped[str] = mapped_column(sa.Text, default="")
    public: Mapped[bool] = mapped_column(default=False)
    """Whether everyone may see the public part of it."""
    asked_at: Mapped[datetime] = mapped_column(index=True)
    saved_at: Mapped[datetime | None] = mapped_column(index=True)


@dataclass(frozen=True)
class ProfileAnswers:
    """What a profile says. Everything may be empty."""

    name: str = ""
    about: str = ""
    themes: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    income: str = ""
    staff: str = ""
    charity_number: str = ""
    company_number: str = ""
    accreditations: str = ""
    public: bool = False


@dataclass(frozen=True)
class ProfileView:
    """A profile as its owner sees it."""

    id: uuid.UUID
    email: str
    saved: bool
    answers: ProfileAnswers = field(default_factory=ProfileAnswers)


def ask_for_profile(session: Session, email: str, now: datetime) -> None:
    """Queue the link to an address's profile, a new one where there is none. Tells nobody whether there was.

    Raises `InvalidAddress`.
    """
    address = normalise_address(email)
    if not may_be_mailed(session, address, "profile_link", now):
        return
    row = _row_of(session, address) or _new_row(session, address, now)
    row.asked_at = now
    session.flush()
    queue_link(session, "profile_link", address, row.id, now)


def _row_of(session: Session, address: str) -> Profile | None:
    return session.scalar(sa.select(Profile).where(Profile.email == address))


def _new_row(session: Session, address: str, now: datetime) -> Profile:
    row = Profile(id=new_id(), email=address, asked_at=now)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # asked twice at the same moment
        return session.scalars(sa.select(Profile).where(Profile.email == address)).one()
    return row


def profile_view(session: Session, profile_id: uuid.UUID) -> ProfileView:
    """Return a profile. Raises `LinkNotValid` where it was erased."""
    row = session.get(Profile, profile_id)
    if row is None:
        raise LinkNotValid("This profile has been erased. Ask for a new one.")
    answers = ProfileAnswers(
        name=row.name,
        about=row.about,
        themes=tuple(row.themes),
        areas=tuple(row.areas),
        income=row.income,
        staff=row.staff,
        charity_number=row.charity_number,
        company_number=row.company_number,
        accreditations=row.accreditations,
        public=row.public,
    )
    return ProfileView(row.id, row.email, row.saved_at is not None, answers)


def save_profile(session: Session, profile_id: uuid.UUID, answers: ProfileAnswers, now: datetime) -> None:
    """Store what a profile says. Raises `LinkNotValid` where it was erased."""
    profile_view(session, profile_id)
    row = session.get_one(Profile, profile_id, with_for_update=True)
    row.name, row.about, row.accreditations = answers.name, answers.about, answers.accreditations
    row.themes, row.areas = list(answers.themes), list(answers.areas)
    row.income, row.staff = answers.income, answers.staff
    row.charity_number, row.company_number = answers.charity_number, answers.company_number
    row.public, row.saved_at = answers.public, now
    session.flush()


def erase_profile(session: Session, profile_id: uuid.UUID) -> None:
    """Erase a profile. Doing it again changes nothing."""
    session.execute(sa.delete(Profile).where(Profile.id == profile_id))


def erase_old_profiles(session: Session, now: datetime) -> int:
    """Erase profiles whose time is over. Returns how many."""
    old = sa.or_(
        sa.and_(Profile.saved_at.is_(None), Profile.asked_at < now - UNSAVED_KEPT),
        sa.and_(Profile.saved_at < now - SAVED_KEPT, Profile.asked_at < now - UNSAVED_KEPT),
    )
    ids = session.scalars(sa.select(Profile.id).where(old).limit(500)).all()
    session.execute(sa.delete(Profile).where(Profile.id.in_(ids)))
    return len(ids)
