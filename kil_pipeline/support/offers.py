"""What infrastructure bodies offer to small organisations, and who of them is near a place."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base
from kil_pipeline.errors import DomainError, NotFound
from kil_pipeline.organisations.members import normalise_address
from kil_pipeline.organisations.organisations import Organisation, OrganisationKind
from kil_pipeline.reference.support_kinds import known_support
from kil_pipeline.support.patches import covering, patches_of, set_patch
from kil_pipeline.text import clean_text

MOST_NEAR = 20
"""How many bodies one list has: what is planned for all England is near everybody."""


class SupportOffer(Base):
    """What a body offers. `help_address` is where requests go; it is never shown. Kept as long as the organisation."""

    __tablename__ = "support_offer"

    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    kinds: Mapped[list[str]]
    how_to_ask: Mapped[str] = mapped_column(sa.Text)
    help_address: Mapped[str | None] = mapped_column(sa.String(254))
    updated_at: Mapped[datetime]


@dataclass(frozen=True)
class PublicSupport:
    """What everyone may know of an infrastructure body. No address of it is here: requests are passed on."""

    id: uuid.UUID
    name: str
    slug: str
    website: str | None
    areas: tuple[str, ...]
    """Its patch: codes, by name."""
    kinds: tuple[str, ...]
    how_to_ask: str
    can_be_asked: bool
    """Whether there is an address that a request can be passed on to."""

    @property
    def path(self) -> str:
        """The path of its page."""
        return f"/local-support/{self.slug}"


@dataclass(frozen=True)
class SupportSettings:
    """A body's offer as its own people see and change it."""

    areas: tuple[str, ...]
    kinds: tuple[str, ...]
    how_to_ask: str
    help_address: str


def help_address(session: Session, organisation_id: uuid.UUID) -> str | None:
    """Return where a body's requests go: the address it names for them, else its contact where that is an address."""
    offer = session.get(SupportOffer, organisation_id)
    return _reachable(offer, session.get_one(Organisation, organisation_id))


def _reachable(offer: SupportOffer | None, organisation: Organisation) -> str | None:
    if offer is not None and offer.help_address:
        return offer.help_address
    try:
        return normalise_address(organisation.contact or "")
    except DomainError:
        return None


def local_support(session: Session) -> tuple[PublicSupport, ...]:
    """Return all infrastructure bodies, by name."""
    return _publish(session, _bodies())


def one_support(session: Session, slug: str) -> PublicSupport:
    """Return one infrastructure body. Raises `NotFound`."""
    found = _publish(session, _bodies().where(Organisation.slug == slug))
    if not found:
        raise NotFound("There is no such local support organisation here.")
    return found[0]


def support_near(session: Session, areas: Iterable[str]) -> tuple[PublicSupport, ...]:
    """Return the bodies whose patch covers one of `areas`, the nearest first, at most `MOST_NEAR`."""
    near = covering(session, areas)
    found = _publish(session, _bodies().where(Organisation.id.in_(near)))
    return tuple(sorted(found, key=lambda body: (near[body.id], body.name.casefold())))[:MOST_NEAR]


def _bodies() -> sa.Select[Organisation]:
    living = Organisation.successor_id.is_(None)
    return sa.select(Organisation).where(Organisation.kind == OrganisationKind.INFRASTRUCTURE_BODY.value, living)


def _publish(session: Session, chosen: sa.Select[Organisation]) -> tuple[PublicSupport, ...]:
    bodies = sorted(session.scalars(chosen), key=lambda row: (row.name.casefold(), row.slug))
    ids = [body.id for body in bodies]
    patches = patches_of(session, ids)
    rows = session.scalars(sa.select(SupportOffer).where(SupportOffer.organisation_id.in_(ids)))
    offers = {offer.organisation_id: offer for offer in rows}
    return tuple(_public(body, patches.get(body.id, ()), offers.get(body.id)) for body in bodies)


def _public(body: Organisation, areas: tuple[str, ...], offer: SupportOffer | None) -> PublicSupport:
    return PublicSupport(
        id=body.id,
        name=body.name,
        slug=body.slug,
        website=body.website,
        areas=areas,
        kinds=known_support(tuple(offer.kinds)) if offer else (),
        how_to_ask=offer.how_to_ask if offer else "",
        can_be_asked=_reachable(offer, body) is not None,
    )


def support_settings(session: Session, organisation_id: uuid.UUID) -> SupportSettings:
    """Return a body's offer for its own people."""
    offer = session.get(SupportOffer, organisation_id)
    areas = patches_of(session, (organisation_id,)).get(organisation_id, ())
    if offer is None:
        return SupportSettings(areas, (), "", "")
    return SupportSettings(areas, known_support(tuple(offer.kinds)), offer.how_to_ask, offer.help_address or "")


def set_support(session: Session, organisation_id: uuid.UUID, settings: SupportSettings, now: datetime) -> None:
    """Store a body's offer and patch. Raises `InvalidAddress` and `UnknownCode`."""
    address = normalise_address(settings.help_address) if settings.help_address.strip() else None
    set_patch(session, organisation_id, settings.areas)
    row = session.get(SupportOffer, organisation_id) or SupportOffer(organisation_id=organisation_id)
    row.kinds = list(known_support(settings.kinds))
    row.how_to_ask = clean_text(settings.how_to_ask)
    row.help_address, row.updated_at = address, now
    session.add(row)
    session.flush()
