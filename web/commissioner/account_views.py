"""One's own account: where one is signed in, and how to end that."""

from uuid import UUID

from flask import flash, redirect, render_template, session
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.browser_sessions import end_own_session, end_sessions, own_sessions
from web.commissioner import blueprint
from web.commissioner.access import lifetimes, needs_person, person
from web.context import database, now


@blueprint.get("/workspace/account")
@needs_person
def account() -> str:
    """Show where one is signed in."""
    with database().read() as db:
        sessions = own_sessions(db, person().user_id, now(), lifetimes())
    return render_template("commissioner/account.html", person=person(), sessions=sessions, lifetimes=lifetimes())


@blueprint.post("/workspace/account/sessions/<uuid:session_id>/end")
@needs_person
def end_one(session_id: UUID) -> Response:
    """End one of one's own sessions."""
    with database().write() as db:
        end_own_session(db, person().user_id, session_id, now())
        _note(db, "end_session")
    if session_id == person().session_id:
        session.clear()
        return redirect("/")
    flash("That browser is signed out.")
    return redirect("/workspace/account")


@blueprint.post("/workspace/account/sign-out-everywhere")
@needs_person
def sign_out_everywhere() -> Response:
    """End all of one's sessions, this one too."""
    with database().write() as db:
        end_sessions(db, person().user_id, now())
        _note(db, "sign_out_everywhere")
    session.clear()
    return redirect("/")


def _note(db: Session, deed: str) -> None:
    found = person()
    organisation_id = found.member.organisation_id if found.member else None
    note_deed(db, deed, user_id=found.user_id, organisation_id=organisation_id, now=now())
