"""Coming to a session: asking, confirming, taking an offered place, changing one's mind. No account is needed.

Every function here that takes or frees a place locks the session first, so that its places are given out one by one.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.suppressions import is_suppressed
from kil_pipeline.database import new_id
from kil_pipeline.engagement.fullness import tell_organiser
from kil_pipeline.engagement.places import check_open, count_places, lock_session, next_number, ways_of
from kil_pipeline.engagement.registrations import (
    LONGEST_NAME,
    NOTHING_LEFT,
    Registration,
    RegistrationState,
    Way,
    change_state,
    keep_needs,
    load_registration,
)
from kil_pipeline.engagement.sessions import PublicSession
from kil_pipeline.engagement.waiting_lists import offer_places, tell
from kil_pipeline.errors import InvalidContent, InvalidTransition, LinkNotValid
from kil_pipeline.organisations.members import normalise_address

CONFIRM_DAYS = 7
"""How many days a request waits to be confirmed."""
MOST_AN_HOUR = 10
"""How many sessions one address is asked about within an hour."""
PAUSE = timedelta(minutes=10)
"""Whoever asks again sooner gets no further mail: the first is under way."""

S = RegistrationState
_STATUS_NOTICES = {S.REGISTERED: "coming_place", S.WAITLISTED: "coming_waiting", S.OFFERED: "coming_offer"}
"""Which mail tells somebody how it stands."""


@dataclass(frozen=True)
class Person:
    """What somebody says who wants to come. Raises `InvalidContent`, `InvalidAddress`."""

    name: str
    email: str
    organisation_name: str = ""
    way: Way = Way.IN_PERSON
    host_sees: bool = False
    others_see: bool = False
    needs: str = ""

    def __post_init__(self) -> None:
        if not self.name or max(len(self.name), len(self.organisation_name)) > LONGEST_NAME:
            raise InvalidContent(f"A name has from 1 to {LONGEST_NAME} characters.")
        normalise_address(self.email)


def ask_to_come(session: Session, session_id: uuid.UUID, person: Person, now: datetime) -> None:
    """Note that somebody wants to come, and queue the mail in which they confirm it. Nobody has a place before.

    Tells nobody whether the address is known. Whoever is registered already gets a mail that says how it stands, and
    nothing of theirs changes. Raises `InvalidTransition` where the session is not open, or not in that way.
    """
    public = lock_session(session, session_id)
    check_open(public, now)
    _check_way(public, person.way)
    address = normalise_address(person.email)
    lately = sa.select(sa.func.count()).where(
        Registration.email == address, Registration.asked_at > now - timedelta(hours=1)
    )
    if is_suppressed(session, address) or (session.scalar(lately) or 0) >= MOST_AN_HOUR:
        return
    known = sa.select(Registration).where(Registration.session_id == session_id, Registration.email == address)
    row = session.scalar(known.execution_options(populate_existing=True))
    if row is not None and row.state not in (S.REQUESTED.value, S.WITHDRAWN.value):
        _answer_again(session, row, public, now)
        return
    asked_lately = row is not None and row.state == S.REQUESTED.value and row.asked_at > now - PAUSE
    row = _write_request(session, row, public, person, now)
    if not asked_lately:
        tell(session, row, "coming_confirm", public, now)


def confirm(session: Session, registration_id: uuid.UUID, offer_for: timedelta, now: datetime) -> RegistrationState:
    """Give whoever confirms a place, or the next number on the waiting list. A second press changes nothing.

    Raises `LinkNotValid`, `InvalidTransition`.
    """
    public, row = _lock(session, registration_id)
    if row.state != S.REQUESTED.value:
        return RegistrationState(row.state)
    check_open(public, now)
    way = Way(row.way)
    _check_way(public, way)
    places = count_places(session, public)
    state = S.REGISTERED if places[way].open else S.WAITLISTED
    row.number, row.confirmed_at = next_number(session, public.id), now
    change_state(row, state)
    tell(session, row, _STATUS_NOTICES[state], public, now)
    session.flush()
    if state is S.WAITLISTED and places[way].left:  # a place is free that nobody has been offered yet
        offer_places(session, public, offer_for, now)
    if state is S.REGISTERED:
        taken = replace(places[way], taken=places[way].taken + 1)
        tell_organiser(session, public, (*places.values(), taken), now)
    return state


def take_offer(session: Session, registration_id: uuid.UUID, now: datetime) -> None:
    """Take the place that is offered. Raises `InvalidTransition` where the offer has run out."""
    public, row = _lock(session, registration_id)
    if row.state == S.REGISTERED.value:
        return
    check_open(public, now)
    if row.state == S.OFFERED.value and row.offered_until is not None and row.offered_until <= now:
        raise InvalidTransition("The offer has run out, and the place goes to the next on the list.")
    change_state(row, S.REGISTERED)
    row.offered_until = None
    tell(session, row, "coming_place", public, now)
    session.flush()


def leave(session: Session, registration_id: uuid.UUID, offer_for: timedelta | None, now: datetime) -> None:
    """Give up a place, an offer, the waiting list or a request.

    What falls free is offered at once, for so long; None: by the next tick.

    What was said of access needs is erased: nobody needs to know any more.
    """
    public, row = _lock(session, registration_id)
    if row.state == S.WITHDRAWN.value:
        return
    had_place = row.state == S.REGISTERED.value
    change_state(row, S.WITHDRAWN)
    row.offered_until, row.own_changes = None, row.own_changes + 1
    keep_needs(session, row.id, "")
    if had_place:
        tell(session, row, "coming_left", public, now)
    session.flush()
    if offer_for is not None:
        offer_places(session, public, offer_for, now)


def change_way(session: Session, registration_id: uuid.UUID, way: Way, offer_for: timedelta, now: datetime) -> None:
    """Come in person instead of online, or the other way round. Who has not confirmed yet may change it too.

    Who has a place needs a free one there: raises `InvalidTransition` where there is none, and nothing changes. Who
    waits keeps their number.
    """
    public, row = _lock(session, registration_id)
    if row.way == way.value:
        return
    check_open(public, now)
    _check_way(public, way)
    state = RegistrationState(row.state)
    if state not in (S.REQUESTED, S.REGISTERED, S.WAITLISTED):
        raise InvalidTransition("That cannot be changed now. If you are offered a place, answer that first.")
    if state is S.REGISTERED and not count_places(session, public)[way].open:
        raise InvalidTransition(f"No place is free ({way.label.lower()}). You keep the place that you have.")
    row.way, row.own_changes = way.value, row.own_changes + 1
    if state is not S.REQUESTED:
        tell(session, row, _STATUS_NOTICES[state], public, now)
    session.flush()
    offer_places(session, public, offer_for, now)
    tell_organiser(session, public, count_places(session, public).values(), now)


def change_details(
    session: Session, registration_id: uuid.UUID, *, host_sees: bool, others_see: bool, needs: str
) -> None:
    """Change who may see the name, and what is needed to take part."""
    _, row = _lock(session, registration_id)
    if row.state == S.WITHDRAWN.value:
        raise InvalidTransition("You are not coming, so there is nothing to change.")
    row.host_sees, row.others_see = host_sees, others_see
    keep_needs(session, row.id, needs)


def _lock(session: Session, registration_id: uuid.UUID) -> tuple[PublicSession, Registration]:
    """Return a registration as it stands, with its session, which nobody else changes meanwhile."""
    session_id = session.scalar(sa.select(Registration.session_id).where(Registration.id == registration_id))
    if session_id is None:
        raise LinkNotValid(NOTHING_LEFT)
    public = lock_session(session, session_id)
    return public, load_registration(session, registration_id)


def _check_way(public: PublicSession, way: Way) -> None:
    if way not in ways_of(public):
        raise InvalidTransition(f"One cannot come to this session {way.label.lower()}.")


def _answer_again(session: Session, row: Registration, public: PublicSession, now: datetime) -> None:
    if row.asked_at > now - PAUSE:
        return
    row.asked_at = now
    notice = _STATUS_NOTICES.get(RegistrationState(row.state))
    if notice:
        tell(session, row, notice, public, now)


def _write_request(
    session: Session, row: Registration | None, public: PublicSession, person: Person, now: datetime
) -> Registration:
    if row is None:
        row = Registration(id=new_id(), session_id=public.id, email=normalise_address(person.email), own_changes=0)
        row.state = S.REQUESTED.value
        session.add(row)
    elif row.state == S.WITHDRAWN.value:
        change_state(row, S.REQUESTED)
        row.own_changes += 1  # the invitation that may come outranks the one that was taken back
    row.name, row.organisation_name, row.way = person.name, person.organisation_name, person.way.value
    row.host_sees, row.others_see = person.host_sees, person.others_see
    row.asked_at, row.confirmed_at, row.number, row.offered_until = now, None, None, None
    row.told_sequence, row.told_starts_at, row.told_at = public.sequence, public.content.starts_at, now
    session.flush()
    keep_needs(session, row.id, person.needs)
    return row
