"""A host's answer, by the signed link from the mail. Opening the link changes nothing; a button does."""

import uuid

from flask import render_template, request

from kil_pipeline.alerts.links import Signer
from kil_pipeline.engagement.host_letters import HOST_LINK
from kil_pipeline.engagement.hosting import confirm_hosting, decline_hosting, propose_time
from kil_pipeline.engagement.hosts import find_invitation
from kil_pipeline.engagement.session_answers import read_times
from kil_pipeline.engagement.session_drafts import SessionDraft, preview_session, read_session_draft
from kil_pipeline.errors import DomainError, InvalidTransition, LinkNotValid, NotFound
from web.commissioner import blueprint
from web.commissioner.session_views import typed
from web.context import database, now, settings, today


@blueprint.get("/hosting/<token>")
def show_host_invitation(token: str) -> str:
    """Show what one is asked to host, on which terms, and the three answers."""
    return _page(token)


@blueprint.post("/hosting/<token>")
def answer_host_invitation(token: str) -> str | tuple[str, int]:
    """Take the answer."""
    host_id = _host_id(token)
    raw = typed()
    note = raw.get("note", "")
    try:
        with database().write() as db:
            if raw.get("answer") == "yes":
                draft = read_session_draft(db, find_invitation(db, host_id).session_id)
                if raw.get("shown") != _shown(draft):
                    raise InvalidTransition("The session has another time or place by now: see below, then answer.")
                times = draft.content
                confirm_hosting(db, host_id, starts_at=times.starts_at, ends_at=times.ends_at, note=note, now=now())
            elif raw.get("answer") == "no":
                decline_hosting(db, host_id, note=note, now=now())
            elif raw.get("answer") == "other":
                starts_at, ends_at = read_times(raw, today())
                propose_time(db, host_id, starts_at=starts_at, ends_at=ends_at, note=note, now=now())
            else:
                return _page(token, "Choose one of the answers."), 400
    except NotFound:
        raise LinkNotValid("This invitation was taken back.") from None
    except InvalidTransition as error:
        return _page(token, str(error)), 409
    except DomainError as error:
        return _page(token, str(error)), 400
    return _page(token, answered=True)


def _shown(draft: SessionDraft) -> str:
    """Return what an answer is about: the times and the venue that the page showed."""
    place = f"/{draft.venue.id}" if draft.venue else ""
    return f"{draft.content.starts_at.isoformat()}/{draft.content.ends_at.isoformat()}{place}"


def _host_id(token: str) -> uuid.UUID:
    return Signer(settings().secret_keys).read(HOST_LINK, token)


def _page(token: str, problem: str = "", *, answered: bool = False) -> str:
    host_id = _host_id(token)
    try:
        with database().read() as db:
            invitation = find_invitation(db, host_id)
            draft = read_session_draft(db, invitation.session_id)
            found = preview_session(db, draft, now())
    except NotFound:
        raise LinkNotValid("This invitation was taken back.") from None
    return render_template(
        "commissioner/hosting.html",
        token=token,
        invitation=invitation,
        draft=draft,
        shown=_shown(draft),
        session=found,
        content=draft.content,
        raw=typed() if request.method == "POST" and not answered else {},
        answered=answered,
        problems=[("answer", problem)] if problem else [],
    )
