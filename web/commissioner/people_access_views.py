"""How an organisation's people get in, for its admin: asking for a second factor, and signing somebody out."""

from uuid import UUID

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.browser_sessions import end_sessions
from kil_pipeline.organisations.factor_rules import choose_factor_rule
from kil_pipeline.organisations.members import Role
from kil_pipeline.organisations.people import find_colleague
from web.commissioner import blueprint
from web.commissioner.access import member, needs
from web.commissioner.proofs import proof_wanted
from web.context import database, now


@blueprint.post("/workspace/people/second-factor")
@needs(Role.ADMIN)
def ask_for_second_factor() -> Response:
    """Ask approvers and admins for a second factor, or ask no more. That asks who one is."""
    if (page := proof_wanted()) is not None:
        return page
    wanted, who = request.form.get("wanted") == "yes", member()
    with database().write() as db:
        choose_factor_rule(db, who.organisation_id, wanted=wanted)
        deed = "ask_for_second_factor" if wanted else "ask_no_second_factor"
        note_deed(db, deed, user_id=who.user_id, organisation_id=who.organisation_id, now=now())
    flash(f"Approvers and admins {'need' if wanted else 'do not need'} a second factor from now on.")
    return redirect("/workspace/people")


@blueprint.post("/workspace/people/<uuid:user_id>/sign-out")
@needs(Role.ADMIN)
def sign_colleague_out(user_id: UUID) -> Response:
    """Sign a member out everywhere, such as where a phone was lost. Their role stays."""
    who = member()
    with database().write() as db:
        found = find_colleague(db, who.organisation_id, user_id)
        end_sessions(db, user_id, now())
        note_deed(
            db,
            "sign_colleague_out",
            user_id=who.user_id,
            organisation_id=who.organisation_id,
            concerned=found.email,
            now=now(),
        )
    flash(f"{found.email} is signed out everywhere.")
    return redirect(f"/workspace/people/{user_id}")
