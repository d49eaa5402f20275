"""The notices to hosts, and of their answers. Each is written when it is sent, from what holds then."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.notices import NoticeContext, WriteNotice
from kil_pipeline.engagement.host_lists import list_path
from kil_pipeline.engagement.hosts import HostRole, HostState, Invitation, find_invitation
from kil_pipeline.engagement.places import OPEN_STATES
from kil_pipeline.engagement.session_drafts import SessionDraft, read_session_draft
from kil_pipeline.engagement.sessions import SessionRow, SessionState, describe_moment, describe_when
from kil_pipeline.errors import NotFound
from kil_pipeline.organisations.organisations import Organisation

HOST_LINK = "host"
"""The purpose of the signed link with which a host answers."""


def write_invitation(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Ask an organisation to host; not where it has answered, or was asked about another time or place since."""
    found = _waiting(session, about)
    if found is None:
        return None
    invitation, draft, commissioner = found
    asked = "host" if invitation.role is HostRole.HOST else "co-host"
    return NoticeLetter(
        subject=f"Would you {asked} this session? {draft.content.title}",
        heading=f"Would {invitation.name} {asked} this session?",
        paragraphs=(
            f"{commissioner} plans a session and asks you to {asked} it.",
            draft.content.purpose,
            "You can say yes, say no, or propose another time. You need no account.",
        ),
        facts=_facts(invitation, draft),
        buttons=(("See it and answer", _path(context, invitation)),),
        ending=("It is public only once its host has said yes.",),
    )


def write_reminder(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Remind a host who has not answered."""
    letter = write_invitation(session, about, context)
    if letter is None:
        return None
    return NoticeLetter(
        subject=f"Reminder: {letter.subject}",
        heading=letter.heading,
        paragraphs=("You have not answered yet. This is the only reminder.", *letter.paragraphs),
        facts=letter.facts,
        buttons=letter.buttons,
        ending=letter.ending,
    )


def write_answer(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Tell the author who asked what a host answered; not where the answer has changed since."""
    found = _find(session, about)
    if found is None or found[0].state.value != about["state"]:
        return None
    invitation, draft, _ = found
    did = {
        HostState.CONFIRMED: "has confirmed",
        HostState.DECLINED: "has declined",
        HostState.PROPOSED: "proposes another time",
    }[invitation.state]
    facts = [("Session", f"{draft.content.title} ({draft.reference})"), ("When", describe_when(draft.content))]
    if invitation.proposed:
        facts.append(("They propose", invitation.proposed))
    if invitation.note:
        facts.append(("They write", " ".join(invitation.note.split())))
    return NoticeLetter(
        subject=f"{invitation.name} {did}: {draft.content.title}",
        heading=f"{invitation.name} {did}",
        paragraphs=(_next_step(invitation.state),),
        facts=tuple(facts),
        buttons=(("Open its hosts", f"/workspace/sessions/{draft.reference}/hosts"),),
    )


def write_not_asked(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Tell a host that they are not needed any more."""
    found = _find(session, about)
    if found is None or found[0].state is not HostState.WITHDRAWN:
        return None
    invitation, draft, commissioner = found
    return NoticeLetter(
        subject=f"Not needed any more: {draft.content.title}",
        heading="You are not asked to host this session any more",
        paragraphs=(f"{commissioner} has taken its invitation back. You need not do anything.",),
        facts=_facts(invitation, draft),
    )


def write_news(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Tell a host that their session was moved, postponed or cancelled, or is at another venue."""
    found = _find(session, about)
    if found is None or found[0].state is HostState.WITHDRAWN:
        return None
    invitation, draft, commissioner = found
    what = "At another place" if about.get("elsewhere") else draft.state.label
    return NoticeLetter(
        subject=f"{what}: {draft.content.title}",
        heading=f"{draft.content.title}: {what.lower()}",
        paragraphs=tuple(
            part
            for part in (
                "" if about.get("elsewhere") else _what_became(session, draft),
                f"The reason given: {draft.state_reason}" if draft.state_reason and not about.get("elsewhere") else "",
                f"You host this session for {commissioner}. Write to them if that does not suit you.",
            )
            if part
        ),
        facts=() if draft.state is SessionState.POSTPONED else _facts(invitation, draft),
        buttons=(("See its page", f"/sessions/{draft.reference}"), *_list_button(invitation, draft, context)),
    )


def _what_became(session: Session, draft: SessionDraft) -> str:
    if draft.state is SessionState.CANCELLED:
        return "It will not take place."
    if draft.state is SessionState.POSTPONED:
        return "It is put off, and its new date is not known yet."
    earlier = session.get_one(SessionRow, draft.session_id).earlier_starts
    was = f"It was to start on {describe_moment(datetime.fromisoformat(earlier[-1]))}. " if earlier else ""
    return f"{was}It has a new time."


def _list_button(invitation: Invitation, draft: SessionDraft, context: NoticeContext) -> tuple[tuple[str, str], ...]:
    if invitation.role is not HostRole.HOST or draft.state not in OPEN_STATES:
        return ()
    return (("See who comes", list_path(context, draft.session_id)),)


def _next_step(state: HostState) -> str:
    if state is HostState.CONFIRMED:
        return "The session can be published now."
    if state is HostState.PROPOSED:
        return "Accept the time, and the session moves there and its host has confirmed. Or ask somebody else."
    return "Ask somebody else, or plan it anew."


def _find(session: Session, about: Mapping[str, Any]) -> tuple[Invitation, SessionDraft, str] | None:
    try:
        invitation = find_invitation(session, uuid.UUID(about["host"]))
    except NotFound:  # the draft was thrown away
        return None
    draft = read_session_draft(session, invitation.session_id)
    return invitation, draft, session.get_one(Organisation, draft.organisation_id).name


def _waiting(session: Session, about: Mapping[str, Any]) -> tuple[Invitation, SessionDraft, str] | None:
    found = _find(session, about)
    if found is None or found[0].state is not HostState.INVITED:
        return None
    place = found[1].venue.id if found[1].venue else None
    if about.get("place", str(place)) != str(place):
        return None
    return found if found[0].asked_starts_at.isoformat() == about["asked"] else None


def _facts(invitation: Invitation, draft: SessionDraft) -> tuple[tuple[str, str], ...]:
    facts = [
        ("Session", draft.content.title),
        ("When", describe_when(draft.content)),
        ("Where", _where(draft)),
        ("Your fee", invitation.fee or "Nothing was said: ask"),
        ("The room", invitation.room_cost or "Nothing was said: ask"),
    ]
    return tuple(facts)


def _where(draft: SessionDraft) -> str:
    if draft.venue is None:
        return "Online" if draft.content.online else "To be agreed"
    return ", ".join(part for part in (draft.venue.facts.name, draft.venue.facts.where) if part)


def _path(context: NoticeContext, invitation: Invitation) -> str:
    return f"/hosting/{context.signer.sign(HOST_LINK, invitation.id)}"


HOST_NOTICES: Mapping[str, WriteNotice] = {
    "host_invitation": write_invitation,
    "host_reminder": write_reminder,
    "host_answer": write_answer,
    "host_not_asked": write_not_asked,
    "host_news": write_news,
}
"""The writers of this module, by the names with which they are queued."""
