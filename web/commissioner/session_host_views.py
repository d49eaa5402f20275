"""Asking hosts: whom, on which terms, and what they answered."""

import uuid

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from kil_pipeline.engagement.hosting import OPEN, accept_time, invite_host, take_back_invitation
from kil_pipeline.engagement.hosts import HostRole, HostTerms, invitations_of
from kil_pipeline.engagement.session_drafts import find_session_draft
from kil_pipeline.errors import DomainError, InvalidTransition, NotFound
from kil_pipeline.organisations.members import InvalidAddress, Role
from kil_pipeline.plan.contents import Author
from web.commissioner import blueprint
from web.commissioner.access import member, needs
from web.commissioner.session_views import note_session_deed, typed
from web.context import database, now


@blueprint.get("/workspace/sessions/<reference>/hosts")
@needs(Role.ENGAGEMENT_LEAD)
def session_hosts(reference: str) -> str:
    """Show who was asked and what they answered, and the form that asks another."""
    return _page(reference)


@blueprint.post("/workspace/sessions/<reference>/hosts")
@needs(Role.ENGAGEMENT_LEAD)
def ask_session_host(reference: str) -> str | tuple[str, int] | Response:
    """Ask an organisation by mail."""
    raw = typed()
    role = HostRole.CO_HOST if raw.get("role") == "co_host" else HostRole.HOST
    terms = HostTerms(raw.get("name", ""), raw.get("address", ""), role, raw.get("fee", ""), raw.get("room", ""))
    try:
        with database().write() as db:
            draft = find_session_draft(db, member().organisation_id, reference)
            invite_host(db, draft.session_id, terms.cleaned(), by=Author(member().user_id), now=now())
            note_session_deed("ask_host", reference, db)
    except InvalidTransition as error:
        return _page(reference, ("", str(error))), 409
    except InvalidAddress as error:
        return _page(reference, ("address", str(error))), 400
    except NotFound:
        raise
    except DomainError as error:
        return _page(reference, ("name", str(error))), 400
    flash(f"{terms.cleaned().name} is asked by email. You hear when they answer.")
    return redirect(f"/workspace/sessions/{reference}/hosts")


@blueprint.post("/workspace/sessions/<reference>/hosts/accept")
@needs(Role.ENGAGEMENT_LEAD)
def accept_host_time(reference: str) -> str | tuple[str, int] | Response:
    """Take the time that a host proposed."""
    try:
        with database().write() as db:
            draft = find_session_draft(db, member().organisation_id, reference)
            accept_time(db, draft.session_id, _host_id(), by=Author(member().user_id), now=now())
            note_session_deed("accept_host_time", reference, db)
    except (InvalidTransition, NotFound) as error:
        return _page(reference, ("", str(error))), 409
    flash("The session has that time now, and its host has confirmed.")
    return redirect(f"/workspace/sessions/{reference}/hosts")


@blueprint.post("/workspace/sessions/<reference>/hosts/take-back")
@needs(Role.ENGAGEMENT_LEAD)
def take_back_host(reference: str) -> str | tuple[str, int] | Response:
    """Ask a host no longer."""
    try:
        with database().write() as db:
            draft = find_session_draft(db, member().organisation_id, reference)
            take_back_invitation(db, draft.session_id, _host_id(), now=now())
            note_session_deed("take_back_host", reference, db)
    except (InvalidTransition, NotFound) as error:
        return _page(reference, ("", str(error))), 409
    flash("They are not asked any more, and are told so by email.")
    return redirect(f"/workspace/sessions/{reference}/hosts")


def _host_id() -> uuid.UUID:
    try:
        return uuid.UUID(request.form.get("host", ""))
    except ValueError:
        raise InvalidTransition("Choose one of the hosts below.") from None


def _page(reference: str, problem: tuple[str, str] | None = None) -> str:
    with database().read() as db:
        draft = find_session_draft(db, member().organisation_id, reference)
        hosts = invitations_of(db, draft.session_id)
    return render_template(
        "commissioner/session_hosts.html",
        draft=draft,
        hosts=hosts,
        open_states=OPEN,
        raw=typed(),
        problems=[problem] if problem else [],
        problem_of=dict([problem]) if problem else {},
    )
