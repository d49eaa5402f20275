"""What the mails about coming to a session say. Written when they are sent, from what holds then.

`make_writers` is given where the online link comes from: it stands in these mails alone, for those who come online.
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.notices import NoticeContext, WriteNotice
from kil_pipeline.engagement.coming import CONFIRM_DAYS
from kil_pipeline.engagement.places import OPEN_STATES
from kil_pipeline.engagement.programme import make_public
from kil_pipeline.engagement.registrations import Registration, RegistrationState, Way
from kil_pipeline.engagement.session_letters import Case, SessionLetter, say_how_soon
from kil_pipeline.engagement.sessions import SessionRow, describe_moment, describe_when
from kil_pipeline.engagement.waiting_lists import place_in_line
from kil_pipeline.installation import tag_authority

OnlineLinkOf = Callable[[Session, uuid.UUID], str]
"""Returns the private online link of a session, empty where it has none."""
S = RegistrationState


def make_writers(online_link_of: OnlineLinkOf) -> Mapping[str, WriteNotice]:
    """Return who writes which notice about coming to a session."""
    written: Mapping[str, Callable[[Case, Mapping[str, Any]], NoticeLetter | None]] = {
        "coming_confirm": _confirm,
        "coming_place": _place,
        "coming_waiting": _waiting,
        "coming_offer": _offer,
        "coming_lapsed": _lapsed,
        "coming_left": _left,
        "coming_reminder": _reminder,
        "coming_changed": _changed,
    }
    return {name: partial(_write, online_link_of, write) for name, write in written.items()} | {
        "coming_filling": _filling
    }


def _write(
    online_link_of: OnlineLinkOf,
    write: Callable[[Case, Mapping[str, Any]], NoticeLetter | None],
    session: Session,
    about: Mapping[str, Any],
    context: NoticeContext,
) -> NoticeLetter | None:
    row = session.get(Registration, uuid.UUID(about["registration"]))
    if row is None or row.email is None:
        return None
    public = make_public(session, session.get_one(SessionRow, row.session_id))
    comes_online = row.way == Way.ONLINE.value and row.state == S.REGISTERED.value
    link = online_link_of(session, public.id) if comes_online else ""
    case = Case(row, public, context, tag_authority(session), link)
    if row.state == S.WAITLISTED.value:
        about = {**about, "place": place_in_line(session, row)}
    return write(case, about)


def _confirm(case: Case, about: Mapping[str, Any]) -> NoticeLetter | None:
    if case.row.state != S.REQUESTED.value or case.public.state not in OPEN_STATES:
        return None
    title = case.public.content.title
    return SessionLetter(
        subject=f"Please confirm that you are coming: {title}",
        heading="Please confirm that you are coming",
        paragraphs=(
            f"Somebody, we hope you, asked for a place at “{title}”.",
            "You have none yet: open the link and press the button.",
        ),
        facts=case.facts,
        buttons=(("Confirm that I am coming", case.manage_path),),
        ending=(f"The link works for {CONFIRM_DAYS} days. If it was not you, do nothing: you hear no more.",),
    )


def _place(case: Case, about: Mapping[str, Any]) -> NoticeLetter | None:
    if case.row.state != S.REGISTERED.value or case.public.state not in OPEN_STATES:
        return None
    title = case.public.content.title
    return SessionLetter(
        subject=f"You have a place: {title}",
        heading="You have a place",
        paragraphs=(f"You are coming to “{title}”, {case.way.label.lower()}.", *case.offered()),
        facts=case.facts,
        buttons=case.buttons(),
        ending=("If you cannot come, please say so with the first link: somebody else may be waiting for the place.",),
        invitation=case.invite("REQUEST"),
    )


def _waiting(case: Case, about: Mapping[str, Any]) -> NoticeLetter | None:
    if case.row.state != S.WAITLISTED.value or case.public.state not in OPEN_STATES:
        return None
    title = case.public.content.title
    return SessionLetter(
        subject=f"You are on the waiting list: {title}",
        heading=f"You are number {about['place']} on the waiting list",
        paragraphs=(
            f"“{title}” is full at the moment. When a place falls free, it is offered by email to whoever asked first.",
        ),
        facts=case.facts,
        buttons=case.buttons(),
        ending=("You need not do anything. With the first link you can leave the list at any time.",),
    )


def _offer(case: Case, about: Mapping[str, Any]) -> NoticeLetter | None:
    until = case.row.offered_until
    if case.row.state != S.OFFERED.value or until is None or until <= case.context.now:
        return None
    title = case.public.content.title
    return SessionLetter(
        subject=f"A place is free for you: {title}",
        heading="A place is free for you",
        paragraphs=(f"A place at “{title}” is kept for you until {describe_moment(until)}.",),
        facts=(*case.facts, ("Answer by", describe_moment(until))),
        buttons=case.buttons("Take the place, or let it go"),
        ending=("Without an answer by then, it goes to the next on the list.",),
    )


def _lapsed(case: Case, about: Mapping[str, Any]) -> NoticeLetter | None:
    if case.row.state != S.WITHDRAWN.value or case.public.state not in OPEN_STATES:
        return None
    title = case.public.content.title
    return SessionLetter(
        subject=f"The place has gone to the next: {title}",
        heading="The place has gone to the next",
        paragraphs=(f"We kept a place at “{title}” for you and had no answer in time. You are off the list.",),
        facts=case.facts,
        buttons=(("Ask for a place again", f"{case.public.path}/come"), ("Your data", case.manage_path)),
    )


def _left(case: Case, about: Mapping[str, Any]) -> NoticeLetter | None:
    if case.row.state != S.WITHDRAWN.value:
        return None
    title = case.public.content.title
    return SessionLetter(
        subject=f"You are not coming: {title}",
        heading="You have given up your place",
        paragraphs=(f"You are not coming to “{title}”. Thank you for saying so: the place goes to somebody else.",),
        facts=case.facts,
        buttons=(("Ask for a place again", f"{case.public.path}/come"), ("Your data", case.manage_path)),
        invitation=case.invite("CANCEL"),
    )


def _reminder(case: Case, about: Mapping[str, Any]) -> NoticeLetter | None:
    starts = case.public.content.starts_at
    comes = case.row.state == S.REGISTERED.value and case.public.state in OPEN_STATES
    if not comes or about["starts"] != starts.isoformat() or starts <= case.context.now:
        return None
    title = case.public.content.title
    return SessionLetter(
        subject=f"{say_how_soon(starts, case.context.now)}: {title}",
        heading=f"{say_how_soon(starts, case.context.now)}: {title}",
        paragraphs=(f"You are coming to “{title}”, {case.way.label.lower()}.", *case.offered()),
        facts=case.facts,
        buttons=case.buttons(),
        ending=("If you cannot come after all, please say so with the first link: others may be waiting.",),
    )


def _changed(case: Case, about: Mapping[str, Any]) -> NoticeLetter | None:
    public, state = case.public, RegistrationState(case.row.state)
    if state not in (S.REGISTERED, S.WAITLISTED, S.OFFERED) or public.sequence > about["sequence"]:
        return None  # what came after is told by a notice of its own
    on, was = public.state in OPEN_STATES, datetime.fromisoformat(about["was"])
    moved = on and was != public.content.starts_at
    news = "Moved to a new time" if moved else "Changed" if on else public.state.label
    title, why = public.content.title, public.state_reason if not on or moved else ""
    first = (
        f"“{title}” was to start on {describe_moment(was)}. It has a new time."
        if moved
        else f"Something about “{title}” has changed. What holds now:"
        if on
        else f"“{title}” does not take place on {describe_moment(was)}. {public.state.label}."
    )
    place = {S.REGISTERED: "You keep your place.", S.WAITLISTED: "You keep your number on the waiting list."}
    invitation = case.invite("REQUEST" if on else "CANCEL") if state is S.REGISTERED else None
    return SessionLetter(
        subject=f"{news}: {title}",
        heading=news,
        paragraphs=(
            first,
            *((f"The reason given: {why}",) if why else ()),
            *((place[state],) if on and state in place else ()),
        ),
        facts=case.facts if on else (("It was to be", describe_when(public.content)),),
        buttons=case.buttons("See or give up your place" if on else "Your data"),
        invitation=invitation,
    )


def _filling(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    row, percent = session.get(SessionRow, uuid.UUID(about["session"])), about["percent"]
    if row is None:
        return None
    public = make_public(session, row)
    title = public.content.title
    news = "Full" if percent == 100 else f"{percent} per cent full"
    waits = " Whoever asks from now on goes to the waiting list, which moves up by itself." if percent == 100 else ""
    return SessionLetter(
        subject=f"{news}: {title}",
        heading=news,
        paragraphs=(f"“{title}” is {news.lower()}.{waits}",),
        facts=(("When", describe_when(public.content)),),
        buttons=(("See who is coming", f"/workspace/coming/{public.reference}"),),
    )
