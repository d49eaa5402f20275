"""An infrastructure body's patch: the areas that it works in, and whose patch covers a place."""

import uuid
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base
from kil_pipeline.reference.areas import area, related_areas, relation

NEARNESS = ("same", "within", "contains", "overlaps")
"""How a place can lie to a patch, the best match first: a patch of the place itself, one around it, one in it."""


class PatchArea(Base):
    """An area of an organisation's patch. Kept as long as the organisation."""

    __tablename__ = "patch_area"
    __table_args__ = (sa.Index("ix_patch_area_code", "code", "organisation_id"),)

    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(12), primary_key=True)


def set_patch(session: Session, organisation_id: uuid.UUID, codes: Iterable[str]) -> None:
    """Set the areas of a patch. Raises `UnknownCode`."""
    wanted = {area(code).code for code in codes}
    session.execute(sa.delete(PatchArea).where(PatchArea.organisation_id == organisation_id))
    session.add_all(PatchArea(organisation_id=organisation_id, code=code) for code in sorted(wanted))
    session.flush()


def patch_of(session: Session, organisation_id: uuid.UUID) -> tuple[str, ...]:
    """Return the codes of a patch, by name of the area."""
    return patches_of(session, (organisation_id,)).get(organisation_id, ())


def patches_of(session: Session, organisation_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[str, ...]]:
    """Return the codes of several patches, by organisation."""
    rows = session.execute(
        sa.select(PatchArea.organisation_id, PatchArea.code).where(PatchArea.organisation_id.in_(organisation_ids))
    )
    found: dict[uuid.UUID, list[str]] = {}
    for organisation_id, code in rows:
        found.setdefault(organisation_id, []).append(code)
    return {key: tuple(sorted(codes, key=lambda code: area(code).name)) for key, codes in found.items()}


def covering(session: Session, areas: Iterable[str]) -> dict[uuid.UUID, int]:
    """Return whose patch has a place in common with one of `areas`, each with its nearness (0 is nearest).

    Raises `UnknownCode`.
    """
    wanted = tuple(areas)
    codes = sorted({code for chosen in wanted for code in related_areas(chosen)})
    rows = session.execute(sa.select(PatchArea.organisation_id, PatchArea.code).where(PatchArea.code.in_(codes)))
    found: dict[uuid.UUID, int] = {}
    for organisation_id, code in rows:
        lies = [relation(chosen, code) for chosen in wanted]
        nearest = min((NEARNESS.index(how) for how in lies if how), default=len(NEARNESS))
        found[organisation_id] = min(nearest, found.get(organisation_id, nearest))
    return found
