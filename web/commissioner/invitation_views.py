"""Accepting an invitation. Opening its link changes nothing: a mail scanner would accept it."""

from flask import render_template
from werkzeug.wrappers import Response

from kil_pipeline.alerts.invitation_letters import WORK
from kil_pipeline.alerts.role_notices import tell_of_admin
from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.invitations import accept_invitation, read_invitation
from web.commissioner import blueprint
from web.commissioner.sign_in_views import begin, go_on
from web.context import database, now


@blueprint.get("/invitations/<token>")
def show_invitation(token: str) -> str:
    """Show who invites to what, and a button."""
    with database().read() as db:
        found = read_invitation(db, token, now())
    return render_template("commissioner/invitation.html", token=token, invitation=found, work=WORK[found.kind])


@blueprint.post("/invitations/<token>")
def accept(token: str) -> Response:
    """Become a member, and be signed in: the link has shown who it is."""
    with database().write() as db:
        user_id, organisation_id = accept_invitation(db, token, now())
        note_deed(db, "accept_invitation", user_id=user_id, organisation_id=organisation_id, now=now())
        tell_of_admin(db, organisation_id, user_id, now())
        begun = begin(db, user_id, organisation_id)
    return go_on(begun, "/workspace")
