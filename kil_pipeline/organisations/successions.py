"""Bodies that ended and became others: one successor each, many may become one, and never in a circle.

What belongs to other parts of the product goes over in `exchange.mergers`, which calls `succeed`.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.errors import InvalidTransition
from kil_pipeline.organisations.api_tokens import ApiToken
from kil_pipeline.organisations.browser_sessions import end_sessions
from kil_pipeline.organisations.invitations import Invitation
from kil_pipeline.organisations.members import Membership
from kil_pipeline.organisations.organisations import (
    Organisation,
    OrganisationKind,
    PublicOrganisation,
    current_organisation,
)
from kil_pipeline.times import london_day


@dataclass(frozen=True)
class Ended:
    """A body that became another on a day. `heir`: what it became in the end."""

    name: str
    slug: str
    on: date
    heir: PublicOrganisation


def succeed(session: Session, old_id: uuid.UUID, new_id: uuid.UUID, on: date, now: datetime) -> None:
    """Note that a body became another on a day, and give its people the same roles there.

    Whoever has a role there already keeps it. Everybody signs in anew, and tokens for programs end: what they may do
    reaches further now. Raises `InvalidTransition`.
    """
    pair = sorted((old_id, new_id))
    session.execute(
        sa.select(Organisation.id).where(Organisation.id.in_(pair)).order_by(Organisation.id).with_for_update()
    )
    old, new = (session.get_one(Organisation, key, populate_existing=True) for key in (old_id, new_id))
    _check(session, old, new, on, now)
    old.successor_id, old.ended_on = new.id, on
    heir: Organisation | None = new
    while heir is not None:
        heir.predecessors = list(dict.fromkeys([*heir.predecessors, *old.predecessors, old.slug]))
        heir = session.get(Organisation, heir.successor_id) if heir.successor_id else None
    _move_people(session, old.id, new.id, now)
    session.flush()


def find_ended(session: Session, slug: str, kind: OrganisationKind) -> Ended | None:
    """Return the body of a kind that has this slug and became another; None for any other slug."""
    chosen = (Organisation.slug == slug, Organisation.kind == kind.value, Organisation.successor_id.is_not(None))
    row = session.scalar(sa.select(Organisation).where(*chosen))
    return _ended(session, row) if row else None


def ended_bodies(session: Session, slugs: tuple[str, ...]) -> tuple[Ended, ...]:
    """Return the bodies with these slugs that became another, the last one first."""
    if not slugs:
        return ()
    rows = session.scalars(
        sa.select(Organisation)
        .where(Organisation.slug.in_(slugs), Organisation.successor_id.is_not(None))
        .order_by(Organisation.ended_on.desc(), Organisation.name)
    )
    return tuple(_ended(session, row) for row in rows)


def _ended(session: Session, row: Organisation) -> Ended:
    assert row.ended_on is not None  # `succeed` writes both
    return Ended(row.name, row.slug, row.ended_on, PublicOrganisation.of(current_organisation(session, row.id)))


def _check(session: Session, old: Organisation, new: Organisation, on: date, now: datetime) -> None:
    if old.successor_id is not None:
        became = session.get_one(Organisation, old.successor_id).name
        raise InvalidTransition(f"{old.name} has become {became} already.")
    if old.id == new.id or current_organisation(session, new.id).id == old.id:
        raise InvalidTransition(f"{old.name} cannot become itself.")
    if new.successor_id is not None:
        became = current_organisation(session, new.id).name
        raise InvalidTransition(f"{new.name} has ended. Name {became}, which it became.")
    if old.kind != new.kind:
        raise InvalidTransition("Both must be of the same kind: a commissioner becomes a commissioner.")
    if on > london_day(now):
        raise InvalidTransition("That day is still to come. Do this once the change has happened.")


def _move_people(session: Session, old_id: uuid.UUID, new_id: uuid.UUID, now: datetime) -> None:
    known = set(session.scalars(sa.select(Membership.user_id).where(Membership.organisation_id == new_id)))
    for membership in session.scalars(sa.select(Membership).where(Membership.organisation_id == old_id)).all():
        if membership.user_id not in known:
            session.add(Membership(user_id=membership.user_id, organisation_id=new_id, role=membership.role))
        session.delete(membership)
        end_sessions(session, membership.user_id, now)
    session.execute(sa.update(Invitation).where(Invitation.organisation_id == old_id).values(organisation_id=new_id))
    alive = (ApiToken.organisation_id == old_id, ApiToken.revoked_at.is_(None))
    session.execute(sa.update(ApiToken).where(*alive).values(revoked_at=now))
