"""A person's own place at a session, as they see it on the page that their link opens."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kil_pipeline.engagement.attendance import Comer, comers_for_others
from kil_pipeline.engagement.places import Places, count_places, is_open
from kil_pipeline.engagement.programme import make_public
from kil_pipeline.engagement.registrations import (
    WITH_PLACE,
    RegistrationState,
    Way,
    load_registration,
    needs_of,
)
from kil_pipeline.engagement.sessions import PublicSession, SessionRow
from kil_pipeline.engagement.waiting_lists import place_in_line


@dataclass(frozen=True)
class OwnPlace:
    """Everything that somebody may see of their own registration."""

    id: uuid.UUID
    state: RegistrationState
    name: str
    email: str
    organisation_name: str
    way: Way
    host_sees: bool
    others_see: bool
    needs: str
    place_in_line: int
    """0 where they do not wait."""
    offered_until: datetime | None
    session: PublicSession
    open: bool
    """Whether anything can still be changed but leaving."""
    places: Mapping[Way, Places]
    others: tuple[Comer, ...]
    """Those who ticked that the others may see their name; for those who come alone."""


def own_place(session: Session, registration_id: uuid.UUID, now: datetime) -> OwnPlace:
    """Return somebody's place. Raises `LinkNotValid` where it was erased."""
    row = load_registration(session, registration_id)
    state = RegistrationState(row.state)
    public = make_public(session, session.get_one(SessionRow, row.session_id))
    return OwnPlace(
        id=row.id,
        state=state,
        name=row.name,
        email=row.email or "",
        organisation_name=row.organisation_name,
        way=Way(row.way),
        host_sees=row.host_sees,
        others_see=row.others_see,
        needs=needs_of(session, row.id),
        place_in_line=place_in_line(session, row) if state is RegistrationState.WAITLISTED else 0,
        offered_until=row.offered_until,
        session=public,
        open=is_open(public, now),
        places=count_places(session, public),
        others=comers_for_others(session, public, row.id) if state in WITH_PLACE else (),
    )
