"""Profiles that their owners chose to show: what everyone sees of a VCSE organisation, never its address or size."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.errors import NotFound
from kil_pipeline.support.profiles import Profile


@dataclass(frozen=True)
class PublicProfile:
    """A VCSE organisation as it chose to be seen. Made by `of` alone."""

    id: uuid.UUID
    name: str
    about: str
    themes: tuple[str, ...]
    areas: tuple[str, ...]
    charity_number: str
    company_number: str
    accreditations: str

    @classmethod
    def of(cls, row: Profile) -> "PublicProfile":
        """Make the public view of a stored profile."""
        return cls(
            id=row.id,
            name=row.name,
            about=row.about,
            themes=tuple(row.themes),
            areas=tuple(row.areas),
            charity_number=row.charity_number,
            company_number=row.company_number,
            accreditations=row.accreditations,
        )

    @property
    def path(self) -> str:
        """Its address on the site."""
        return f"/vcse-organisations/{self.id}"


def public_profiles(session: Session, *, limit: int, offset: int = 0) -> tuple[PublicProfile, ...]:
    """Return the profiles that everyone may see, by name."""
    rows = session.scalars(
        sa.select(Profile).where(*_shown()).order_by(Profile.name, Profile.id).limit(limit).offset(offset)
    )
    return tuple(PublicProfile.of(row) for row in rows)


def count_public_profiles(session: Session) -> int:
    """Return how many profiles everyone may see."""
    return session.scalar(sa.select(sa.func.count()).select_from(Profile).where(*_shown())) or 0


def public_profile(session: Session, profile_id: uuid.UUID) -> PublicProfile:
    """Return a profile that everyone may see. Raises `NotFound`."""
    row = session.scalar(sa.select(Profile).where(Profile.id == profile_id, *_shown()))
    if row is None:
        raise NotFound("There is no such organisation here, or it no longer shows its profile.")
    return PublicProfile.of(row)


def _shown() -> Sequence[sa.ColumnElement[bool]]:
    return Profile.public.is_(True), Profile.saved_at.is_not(None), Profile.name != ""
