"""The host's list of who comes: mailed as a link when the session is published, and again two days before it."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.notices import NoticeContext, WriteNotice, queue_notice
from kil_pipeline.engagement.hosts import HostRole, HostState, Invitation, find_invitation, invitations_of
from kil_pipeline.engagement.places import OPEN_STATES
from kil_pipeline.engagement.session_queries import make_public
from kil_pipeline.engagement.sessions import PublicSession, SessionRow, SessionState, describe_when
from kil_pipeline.errors import NotFound

LIST_LINK = "coming-host"
"""The purpose of the signed link that opens a session's list for its host."""
LIST_BEFORE = timedelta(days=2)


def tell_published(session: Session, session_id: uuid.UUID, now: datetime) -> None:
    """Mail the host, once a session is public: its page, and the list of who comes; that again two days before.

    Co-hosts get no list: the ticks of those who come speak of the host alone.
    """
    for host in _hosts(session, session_id):
        queue_notice(session, "host_published", host.address, {"host": str(host.id)}, now=now)
    queue_lists(session, session_id, now)


def queue_lists(session: Session, session_id: uuid.UUID, now: datetime) -> None:
    """Queue the mail of two days before, for the time that a session has now. One for an earlier time is not sent."""
    row = session.get_one(SessionRow, session_id)
    due = row.starts_at - LIST_BEFORE
    if due <= now:
        return  # the mail that goes out now has the list
    for host in _hosts(session, session_id):
        about = {"host": str(host.id), "moves": len(row.earlier_starts)}
        queue_notice(session, "host_list", host.address, about, due_at=due, now=now)


def _hosts(session: Session, session_id: uuid.UUID) -> tuple[Invitation, ...]:
    return tuple(
        host
        for host in invitations_of(session, session_id)
        if host.role is HostRole.HOST and host.state is HostState.CONFIRMED and host.address
    )


def write_published(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Tell the host that their session is public; not where it is off by now."""
    found = _find(session, about)
    if found is None:
        return None
    _, public = found
    return NoticeLetter(
        subject=f"It is public: {public.content.title}",
        heading="The session that you host is public",
        paragraphs=(
            "Everybody can see it now, and say that they come.",
            "Your list says how many come, and names those who agreed that you see their name. Keep the link to it.",
        ),
        facts=_facts(public),
        buttons=(("See who comes", list_path(context, public.id)), ("See its page", public.path)),
        ending=("You get the list once more, two days before.",),
    )


def write_list(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Give the host the list two days before; not where the session is off, or was moved since this was queued."""
    found = _find(session, about)
    if found is None or len(found[1].earlier_starts) != about["moves"]:
        return None
    _, public = found
    return NoticeLetter(
        subject=f"Who comes to your session: {public.content.title}",
        heading="Your session is in two days",
        paragraphs=("Your list says how many come, and names those who agreed that you see their name.",),
        facts=_facts(public),
        buttons=(("See who comes", list_path(context, public.id)),),
        ending=("Who comes can still change until it begins: the list always says what holds.",),
    )


def list_path(context: NoticeContext, session_id: uuid.UUID) -> str:
    """Return the address of the host's list."""
    return f"/coming/host/{context.signer.sign(LIST_LINK, session_id)}"


def _find(session: Session, about: Mapping[str, Any]) -> tuple[Invitation, PublicSession] | None:
    """Return the invitation and its session, where that takes place and they still host it."""
    try:
        invitation = find_invitation(session, uuid.UUID(about["host"]))
    except NotFound:
        return None
    row = session.get_one(SessionRow, invitation.session_id)
    if invitation.state is not HostState.CONFIRMED or SessionState(row.state) not in OPEN_STATES:
        return None
    return invitation, make_public(session, row)


def _facts(public: PublicSession) -> tuple[tuple[str, str], ...]:
    where = public.venue.facts.name if public.venue else "Online" if public.content.online else "Place to come"
    return (("Session", public.content.title), ("When", describe_when(public.content)), ("Where", where))


LIST_NOTICES: Mapping[str, WriteNotice] = {"host_published": write_published, "host_list": write_list}
"""The writers of this module, by the names with which they are queued."""
