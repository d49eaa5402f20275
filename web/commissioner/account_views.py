"""One's own account: where one is signed in, and how to end that."""

from uuid import UUID

from flask import flash, redirect, render_template
from werkzeug.wrappers import Response

from kil_pipeline.organisations.browser_sessions import end_own_session, end_sessions, own_sessions
from kil_pipeline.organisations.second_factors import has_second_factor
from web.commissioner import blueprint
from web.commissioner.access import leave_browser, lifetimes, needs_person, note_own, own_kind, person
from web.commissioner.proofs import proof_wanted
from web.context import database, now


@blueprint.get("/workspace/account")
@needs_person
def account() -> str:
    """Show where one is signed in."""
    with database().read() as db:
        sessions = own_sessions(db, person().user_id, now(), lifetimes())
        protected = has_second_factor(db, person().user_id)
    return render_template(
        "commissioner/account.html",
        person=person(),
        sessions=sessions,
        lifetimes=lifetimes(),
        protected=protected,
        role_about=acting.role.about(own_kind()) if (acting := person().member) else "",
    )


@blueprint.post("/workspace/account/sessions/<uuid:session_id>/end")
@needs_person
def end_one(session_id: UUID) -> Response:
    """End one of one's own sessions. That asks who one is, but for the one that one uses."""
    here = session_id == person().session_id
    if not here and (page := proof_wanted()) is not None:
        return page
    with database().write() as db:
        end_own_session(db, person().user_id, session_id, now())
        note_own(db, "end_session")
    if here:
        return leave_browser()
    flash("That browser is signed out.")
    return redirect("/workspace/account")


@blueprint.post("/workspace/account/sign-out-everywhere")
@needs_person
def sign_out_everywhere() -> Response:
    """End all of one's sessions, this one too. That asks who one is."""
    if (page := proof_wanted()) is not None:
        return page
    with database().write() as db:
        end_sessions(db, person().user_id, now())
        note_own(db, "sign_out_everywhere")
    return leave_browser()
