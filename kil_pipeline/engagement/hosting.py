"""Asking hosts, and what they answer. Every answer mails the author who asked; an unanswered one is reminded once."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kil_pipeline.alerts.notices import queue_notice
from kil_pipeline.codec import from_json, to_json
from kil_pipeline.engagement.host_lists import queue_lists
from kil_pipeline.engagement.hosts import (
    HostRole,
    HostState,
    HostTerms,
    Invitation,
    SessionHost,
    add_host,
    find_invitation,
    invitations_of,
    load_host,
    note_answer,
)
from kil_pipeline.engagement.programme import show_hosts
from kil_pipeline.engagement.session_drafts import load_session
from kil_pipeline.engagement.session_states import Command, is_possible, next_state
from kil_pipeline.engagement.sessions import (
    OVER_STATES,
    PUBLIC_STATES,
    SessionContent,
    SessionRow,
    SessionState,
)
from kil_pipeline.errors import InvalidContent, InvalidTransition
from kil_pipeline.organisations.members import User, normalise_address
from kil_pipeline.plan.contents import NOBODY, Author
from kil_pipeline.reference.working_days import add_working_days, is_england_working_day
from kil_pipeline.times import london_day

REMIND_AFTER = 5
"""Working days in England, after which a host who has not answered is reminded, once."""
MOST_HOSTS = 12
OPEN = (HostState.INVITED, HostState.CONFIRMED, HostState.PROPOSED)


def invite_host(
    session: Session, session_id: uuid.UUID, terms: HostTerms, *, by: Author = NOBODY, now: datetime
) -> Invitation:
    """Ask an organisation by mail to host a session, or to co-host one that is planned or public already.

    Raises `InvalidAddress`, `InvalidContent` and `InvalidTransition`.
    """
    terms = replace(terms.cleaned(), address=normalise_address(terms.address))
    row, copy = load_session(session, session_id)
    known = [host for host in invitations_of(session, session_id) if host.state in OPEN]
    if any(host.address == terms.address for host in known):
        raise InvalidContent(f"{terms.address} has been asked already. Take that back first to ask again.")
    if len(known) >= MOST_HOSTS:
        raise InvalidContent(f"More than {MOST_HOSTS} hosts can’t be asked.")
    _check_may_ask(SessionState(row.state), terms.role)
    if SessionState(row.state) not in PUBLIC_STATES:
        row.state = next_state(SessionState(row.state), Command.ASK_HOST).value
    content = from_json(SessionContent, copy.content)
    host = add_host(session, session_id, terms, content, invited_by=by.user_id, now=now)
    _send_invitation(session, host, now)
    return find_invitation(session, host.id)


def _check_may_ask(state: SessionState, role: HostRole) -> None:
    if state in OVER_STATES or state is SessionState.CANCELLED:
        raise InvalidTransition(f"Nobody can be asked to host a session that is “{state.label}”.")
    if state in PUBLIC_STATES and role is HostRole.HOST:
        raise InvalidTransition("It is public with its host. Ask for a co-host.")


def _send_invitation(session: Session, host: SessionHost, now: datetime) -> None:
    _, copy = load_session(session, host.session_id)
    about = {"host": str(host.id), "asked": host.asked_starts_at.isoformat(), "place": str(copy.venue_id)}
    queue_notice(session, "host_invitation", host.address, about, now=now)
    today = london_day(now)
    wait = add_working_days(today, REMIND_AFTER, is_england_working_day) - today
    queue_notice(session, "host_reminder", host.address, about, due_at=now + timedelta(days=wait.days), now=now)


def take_back_invitation(session: Session, session_id: uuid.UUID, host_id: uuid.UUID, *, now: datetime) -> None:
    """Ask a host no longer. Raises `InvalidTransition` for the only host of what is public, and `NotFound`."""
    host = load_host(session, host_id)
    row, _ = load_session(session, host.session_id)
    if host.session_id != session_id or HostState(host.state) not in OPEN:
        raise InvalidTransition("That invitation is not open any more.")
    if SessionState(row.state) in PUBLIC_STATES and host.role == HostRole.HOST.value:
        raise InvalidTransition("A session that is public keeps its host.")
    host.state, host.answered_at = HostState.WITHDRAWN.value, now
    session.flush()
    queue_notice(session, "host_not_asked", host.address, {"host": str(host.id)}, now=now)
    _settle(session, row, now)


def confirm_hosting(
    session: Session, host_id: uuid.UUID, *, starts_at: datetime, ends_at: datetime, note: str, now: datetime
) -> None:
    """Agree to host at the time that was shown. Raises `InvalidTransition` where it has another time by now."""
    host, row, content = _open(session, host_id)
    if (starts_at, ends_at) != (content.starts_at, content.ends_at):
        raise InvalidTransition("The session has another time by now. Open the link again to see it, then answer.")
    note_answer(host, HostState.CONFIRMED, note, now)
    host.asked_starts_at, host.asked_ends_at = starts_at, ends_at
    _answered(session, host, row, now)


def decline_hosting(session: Session, host_id: uuid.UUID, *, note: str, now: datetime) -> None:
    """Say no. Raises `InvalidTransition` where it is public with this host."""
    host, row, _ = _open(session, host_id)
    note_answer(host, HostState.DECLINED, note, now)
    _answered(session, host, row, now)


def propose_time(
    session: Session, host_id: uuid.UUID, *, starts_at: datetime, ends_at: datetime, note: str, now: datetime
) -> None:
    """Say that another time would do. Raises `InvalidContent` for a time that has passed, or ends before it starts."""
    host, row, _ = _open(session, host_id)
    if SessionState(row.state) in PUBLIC_STATES:
        raise InvalidTransition("Its time is public already. Write to the commissioner.")
    if starts_at <= now:
        raise InvalidContent("That time has passed already.")
    if ends_at <= starts_at:
        raise InvalidContent("A session must end after it starts.")
    note_answer(host, HostState.PROPOSED, note, now, times=(starts_at, ends_at))
    _answered(session, host, row, now)


def accept_time(session: Session, session_id: uuid.UUID, host_id: uuid.UUID, *, by: Author, now: datetime) -> None:
    """Give a session the time that a host proposed: that host has then confirmed, the others are asked again."""
    host = load_host(session, host_id)
    row, copy = load_session(session, session_id)
    times = host.proposed_starts_at, host.proposed_ends_at
    if host.session_id != session_id or host.state != HostState.PROPOSED.value or times[0] is None or times[1] is None:
        raise InvalidTransition("There is no proposed time to accept.")
    if SessionState(row.state) in PUBLIC_STATES:
        raise InvalidTransition("It is public by now. Move it, with the reason.")
    content = replace(from_json(SessionContent, copy.content), starts_at=times[0], ends_at=times[1])
    row.content = copy.content = to_json(content)
    row.starts_at, copy.version = content.starts_at, copy.version + 1
    copy.updated_at, copy.updated_by = now, by.user_id
    host.state = HostState.CONFIRMED.value
    host.asked_starts_at, host.asked_ends_at = content.starts_at, content.ends_at
    session.flush()
    ask_again(session, session_id, now)


def ask_again(session: Session, session_id: uuid.UUID, now: datetime, *, elsewhere: bool = False) -> None:
    """Ask everybody again whose answer was about another time than a planned session has now.

    `elsewhere`: its venue is another one too, so that nobody's answer holds.
    """
    row, copy = load_session(session, session_id)
    content = from_json(SessionContent, copy.content)
    if SessionState(row.state) in PUBLIC_STATES:
        return
    for known in invitations_of(session, session_id):
        asked = (known.asked_starts_at, known.asked_ends_at)
        if known.state in OPEN and (elsewhere or asked != (content.starts_at, content.ends_at)):
            host = load_host(session, known.id)
            host.state, host.answered_at = HostState.INVITED.value, None
            host.proposed_starts_at = host.proposed_ends_at = None
            host.asked_starts_at, host.asked_ends_at = content.starts_at, content.ends_at
            session.flush()
            _send_invitation(session, host, now)


def tell_hosts(session: Session, session_id: uuid.UUID, now: datetime, *, elsewhere: bool = False) -> None:
    """Mail those who host a session that was moved, postponed or cancelled; `elsewhere`: or got another venue."""
    row, _ = load_session(session, session_id)
    if SessionState(row.state) is SessionState.RESCHEDULED and not elsewhere:
        queue_lists(session, session_id, now)
    for host in invitations_of(session, session_id):
        if host.state is HostState.CONFIRMED and host.address:
            about = {"host": str(host.id), **({"elsewhere": "yes"} if elsewhere else {})}
            queue_notice(session, "host_news", host.address, about, now=now)
        elif host.state is HostState.INVITED and SessionState(row.state) is SessionState.RESCHEDULED:
            _send_invitation(session, load_host(session, host.id), now)  # the one before was about another time


def _open(session: Session, host_id: uuid.UUID) -> tuple[SessionHost, SessionRow, SessionContent]:
    host = load_host(session, host_id)
    row, copy = load_session(session, host.session_id)
    state = SessionState(row.state)
    if host.state == HostState.WITHDRAWN.value:
        raise InvalidTransition("You are not asked to host this session any more.")
    if state in OVER_STATES or state is SessionState.CANCELLED:
        raise InvalidTransition(f"The session is “{state.label}”: there is nothing to answer.")
    if host.state == HostState.CONFIRMED.value and state in PUBLIC_STATES:
        raise InvalidTransition("The session is public with your name. To change that, write to the commissioner.")
    return host, row, from_json(SessionContent, copy.content)


def _answered(session: Session, host: SessionHost, row: SessionRow, now: datetime) -> None:
    session.flush()
    asker = session.get(User, host.invited_by) if host.invited_by else None
    if asker is not None:
        answer: Mapping[str, str] = {"host": str(host.id), "state": host.state}
        queue_notice(session, "host_answer", asker.email, answer, now=now)
    _settle(session, row, now)


def _settle(session: Session, row: SessionRow, now: datetime) -> None:
    """Bring a session's state and its public hosts into line with the answers."""
    waiting = any(host.state in OPEN for host in invitations_of(session, row.id))
    if not waiting and is_possible(SessionState(row.state), Command.TAKE_BACK):
        row.state = next_state(SessionState(row.state), Command.TAKE_BACK).value
    if waiting and SessionState(row.state) is SessionState.DRAFT:  # who had declined thought better of it
        row.state = next_state(SessionState.DRAFT, Command.ASK_HOST).value
    session.flush()
    show_hosts(session, row.id, now)
