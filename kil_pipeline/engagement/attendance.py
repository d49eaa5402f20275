"""Who comes, as the organiser, the host and the others see it; checking in, and noting who did not come.

`SEEN_BY` is the one table of who sees what. The organiser is told so on the form: "The organiser sees your name".
"""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.engagement.places import Places, count_places, lock_session, places_row
from kil_pipeline.engagement.programme import make_public
from kil_pipeline.engagement.registrations import (
    WITH_PLACE,
    AccessNeed,
    Registration,
    RegistrationState,
    SessionPlaces,
    Way,
    change_state,
)
from kil_pipeline.engagement.sessions import PUBLIC_STATES, PublicSession, SessionRow
from kil_pipeline.engagement.venues import Venue
from kil_pipeline.errors import InvalidTransition, NotFound
from kil_pipeline.organisations.organisations import Organisation

MOST_SESSIONS = 100
S = RegistrationState


class Viewer(StrEnum):
    """Who looks at who comes."""

    ORGANISER = "organiser"
    HOST = "host"
    OTHERS = "others"


SEEN_BY: Mapping[Viewer, frozenset[str]] = {
    Viewer.ORGANISER: frozenset({"names", "ticks", "needs", "waiting names", "counts"}),
    Viewer.HOST: frozenset({"names ticked for the host", "counts"}),
    Viewer.OTHERS: frozenset({"names ticked for the others"}),
}
"""Who sees what. Nobody sees an address."""


@dataclass(frozen=True)
class Comer:
    """Somebody on a list. `id` leads to them on the organiser's page alone."""

    id: uuid.UUID
    name: str
    organisation_name: str
    way: Way
    state: RegistrationState
    number: int
    needs: str = ""
    host_sees: bool = False
    others_see: bool = False


@dataclass(frozen=True)
class Attendance:
    """How many come. After a session, who came; walk-ins came without having registered."""

    registered: int
    waiting: int
    offered: int
    attended: int
    no_show: int
    walk_ins: int
    needs: int
    places: tuple[Places, ...]


def own_session(session: Session, organisation_id: uuid.UUID, reference: str) -> PublicSession:
    """Return a session of an organisation's own. Raises `NotFound` for anybody else's."""
    row = session.scalar(
        sa.select(SessionRow).where(SessionRow.reference == reference, SessionRow.organisation_id == organisation_id)
    )
    if row is None:
        raise NotFound(f"There is no session {reference} of yours.")
    return make_public(session, row)


def own_sessions(session: Session, organisation_id: uuid.UUID) -> tuple[PublicSession, ...]:
    """Return an organisation's public sessions, the latest first, at most `MOST_SESSIONS`."""
    rows = session.execute(
        sa.select(SessionRow, Venue, Organisation)
        .outerjoin(Venue, Venue.id == SessionRow.venue_id)
        .join(Organisation, Organisation.id == SessionRow.organisation_id)
        .where(
            SessionRow.organisation_id == organisation_id,
            SessionRow.state.in_([state.value for state in PUBLIC_STATES]),
        )
        .order_by(SessionRow.starts_at.desc(), SessionRow.reference)
        .limit(MOST_SESSIONS)
    )
    return tuple(PublicSession.of(row, venue, organisation) for row, venue, organisation in rows)


def count_comers(session: Session, ids: Sequence[uuid.UUID]) -> Counter[tuple[uuid.UUID, RegistrationState]]:
    """Return how many registrations of each session are in each state."""
    rows = session.execute(
        sa.select(Registration.session_id, Registration.state, sa.func.count())
        .where(Registration.session_id.in_(ids))
        .group_by(Registration.session_id, Registration.state)
    )
    return Counter({(session_id, RegistrationState(state)): number for session_id, state, number in rows})


def count_attendance(session: Session, public: PublicSession) -> Attendance:
    """Count who comes to a session."""
    rows = session.execute(
        sa.select(Registration.state, sa.func.count())
        .where(Registration.session_id == public.id)
        .group_by(Registration.state)
    )
    counts = dict(rows.all())
    kept = session.get(SessionPlaces, public.id)
    needs = sa.select(sa.func.count()).select_from(AccessNeed).join(Registration)
    return Attendance(
        registered=sum(counts.get(state.value, 0) for state in WITH_PLACE),
        waiting=counts.get(S.WAITLISTED.value, 0),
        offered=counts.get(S.OFFERED.value, 0),
        attended=counts.get(S.ATTENDED.value, 0),
        no_show=counts.get(S.NO_SHOW.value, 0),
        walk_ins=kept.walk_ins if kept else 0,
        needs=(session.scalar(needs.where(Registration.session_id == public.id)) or 0)
        + (kept.needs_erased if kept else 0),
        places=tuple(count_places(session, public).values()),
    )


def comers_for_organiser(session: Session, public: PublicSession) -> tuple[Comer, ...]:
    """Return everybody who comes, is offered a place or waits, with what they need: those with a place by name."""
    shown = (*WITH_PLACE, S.OFFERED, S.WAITLISTED)
    rows = session.execute(
        sa.select(Registration, AccessNeed.needs)
        .outerjoin(AccessNeed, AccessNeed.registration_id == Registration.id)
        .where(
            Registration.session_id == public.id,
            Registration.state.in_([state.value for state in shown]),
            Registration.erased_at.is_(None),
        )
        .order_by(sa.func.lower(Registration.name), Registration.number)
    )
    return tuple(_comer(row, needs or "", ticks=True) for row, needs in rows)


def addresses_of_comers(session: Session, session_id: uuid.UUID) -> tuple[str, ...]:
    """Return the addresses of those who came; of all who had a place, where nobody was checked in."""
    rows = session.execute(
        sa.select(Registration.state, Registration.email)
        .where(
            Registration.session_id == session_id,
            Registration.state.in_([state.value for state in WITH_PLACE]),
            Registration.email.is_not(None),
        )
        .order_by(Registration.number)
    ).all()
    attended = [email or "" for state, email in rows if state == S.ATTENDED.value]
    return tuple(attended or [email or "" for state, email in rows if state == S.REGISTERED.value])


def comers_for_host(session: Session, public: PublicSession) -> tuple[Comer, ...]:
    """Return those who come and ticked that the host may see their name, by name."""
    return _ticked(session, public, Registration.host_sees)


def comers_for_others(session: Session, public: PublicSession, but: uuid.UUID) -> tuple[Comer, ...]:
    """Return those who come and ticked that the others may see their name, by name; `but` is who looks."""
    return tuple(comer for comer in _ticked(session, public, Registration.others_see) if comer.id != but)


def _ticked(session: Session, public: PublicSession, tick: sa.orm.Mapped[bool]) -> tuple[Comer, ...]:
    rows = session.scalars(
        sa.select(Registration)
        .where(
            Registration.session_id == public.id,
            Registration.state.in_([state.value for state in WITH_PLACE]),
            Registration.erased_at.is_(None),
            tick.is_(True),
        )
        .order_by(sa.func.lower(Registration.name), Registration.number)
    )
    return tuple(_comer(row, "", ticks=False) for row in rows)


def _comer(row: Registration, needs: str, *, ticks: bool) -> Comer:
    return Comer(
        row.id,
        row.name,
        row.organisation_name,
        Way(row.way),
        RegistrationState(row.state),
        row.number or 0,
        needs,
        ticks and row.host_sees,
        ticks and row.others_see,
    )


def check_in(session: Session, public: PublicSession, registration_id: uuid.UUID, *, here: bool) -> None:
    """Note that somebody is here, or take it back. A second press changes nothing. Raises `NotFound`."""
    lock_session(session, public.id)
    row = session.get(Registration, registration_id, populate_existing=True)
    if row is None or row.session_id != public.id or RegistrationState(row.state) not in WITH_PLACE:
        raise NotFound("There is nobody of that kind on the list: they may have left meanwhile.")
    wanted = S.ATTENDED if here else S.REGISTERED
    if row.state != wanted.value:
        change_state(row, wanted)
    session.flush()


def count_walk_in(session: Session, public: PublicSession, *, more: bool) -> None:
    """Count one more, or one fewer, who came without having registered."""
    lock_session(session, public.id)
    row = places_row(session, public.id)
    row.walk_ins = max(0, row.walk_ins + (1 if more else -1))
    session.flush()


def mark_no_shows(session: Session, public: PublicSession, now: datetime) -> int:
    """Note that the rest of those with a place did not come. Returns how many. Raises `InvalidTransition` before it."""
    if public.content.starts_at > now:
        raise InvalidTransition("The session has not started yet: nobody is missing.")
    lock_session(session, public.id)
    rows = session.scalars(
        sa.select(Registration).where(Registration.session_id == public.id, Registration.state == S.REGISTERED.value)
    ).all()
    for row in rows:
        change_state(row, S.NO_SHOW)
    session.flush()
    return len(rows)
