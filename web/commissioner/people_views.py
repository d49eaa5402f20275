"""An organisation's people, for its admin: invite, change a role, remove. And leaving, for everybody."""

from uuid import UUID

from flask import flash, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kil_pipeline.alerts.notices import queue_notice
from kil_pipeline.alerts.role_notices import tell_of_removal, tell_of_role
from kil_pipeline.errors import DomainError, InvalidTransition
from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.factor_rules import asks_for_second_factor
from kil_pipeline.organisations.invitations import invite, open_invitations, withdraw_invitation
from kil_pipeline.organisations.members import InvalidAddress, Role
from kil_pipeline.organisations.people import change_role, colleagues, find_colleague, remove_member
from kil_pipeline.plan.leavers import hand_on
from kil_pipeline.text import drop_unwritable
from web.commissioner import blueprint
from web.commissioner.access import leave_browser, member, needs, own_kind
from web.commissioner.proofs import proof_wanted
from web.context import database, now, settings
from web.rate_limits import count_mail


@blueprint.get("/workspace/people")
@needs(Role.ADMIN)
def people() -> str:
    """List the members and the invitations that wait; ask whom to invite."""
    return _people()


@blueprint.post("/workspace/people")
@needs(Role.ADMIN)
def invite_person() -> str | tuple[str, int] | Response:
    """Invite somebody. To make an admin asks for a proof of who one is."""
    email, role = drop_unwritable(request.form.get("email", "")), _role()
    if role is None:
        return _people(email, problems=[("role", "Choose a role.")]), 400
    if role is Role.ADMIN and (page := proof_wanted()) is not None:
        return page
    count_mail("invitation")
    try:
        with database().write() as db:
            invited = invite(db, organisation_id=member().organisation_id, email=email, role=role, now=now())
            about = {"invitation": str(invited.id), "by": str(member().user_id)}
            queue_notice(db, "invitation", invited.email, about, now=now())
            _note(db, "invite_person", role.value, invited.email)
    except (InvalidAddress, InvalidTransition) as error:
        return _people(email, role, [("email", str(error))]), 400
    flash(f"An invitation is on its way to {invited.email}. It works for seven days.")
    return redirect("/workspace/people")


@blueprint.post("/workspace/people/invitations/<uuid:invitation_id>/withdraw")
@needs(Role.ADMIN)
def withdraw(invitation_id: UUID) -> Response:
    """Take an invitation back."""
    with database().write() as db:
        taken_back = withdraw_invitation(db, member().organisation_id, invitation_id, now())
        _note(db, "withdraw_invitation", "", taken_back.email)
    flash(f"The invitation of {taken_back.email} does not work any more.")
    return redirect("/workspace/people")


@blueprint.get("/workspace/people/<uuid:user_id>")
@needs(Role.ADMIN)
def colleague(user_id: UUID) -> str:
    """Show one member."""
    return _colleague(user_id)


@blueprint.post("/workspace/people/<uuid:user_id>/role")
@needs(Role.ADMIN)
def give_role(user_id: UUID) -> str | tuple[str, int] | Response:
    """Give a member another role. They are signed out everywhere, and told by mail. Admins take a proof, both ways."""
    role = _role()
    with database().read() as db:
        found = find_colleague(db, member().organisation_id, user_id)
    if role is None:
        return _colleague(user_id, "Choose a role."), 400
    if Role.ADMIN in (role, found.role) and (page := proof_wanted()) is not None:
        return page
    try:
        with database().write() as db:
            if change_role(db, member().organisation_id, user_id, role, now()):
                tell_of_role(db, member().organisation_id, user_id, found.email, now())
            _note(db, "change_role", role.value, found.email)
    except InvalidTransition as error:
        return _colleague(user_id, str(error)), 409
    flash(f"{found.email}: {role.label.lower()} from now on.")
    return redirect("/workspace/people")


@blueprint.post("/workspace/people/<uuid:user_id>/remove")
@needs(Role.ADMIN)
def remove(user_id: UUID) -> str | tuple[str, int] | Response:
    """Take a member's role away. They are signed out everywhere and told by mail; what they made stays.

    What they were writing goes to the list of whoever removes them.
    """
    with database().read() as db:
        found = find_colleague(db, member().organisation_id, user_id)
    if (page := proof_wanted()) is not None:
        return page
    try:
        with database().write() as db:
            own, organisation_id = member().user_id, member().organisation_id
            remove_member(db, organisation_id, user_id, now())
            handed_on = hand_on(db, organisation_id, user_id, own if own != user_id else None)
            tell_of_removal(db, organisation_id, user_id, found.email, now())
            _note(db, "remove_person", "", found.email)
    except InvalidTransition as error:
        return _colleague(user_id, str(error)), 409
    flash(
        f"{found.email} is no member any more, and signed out everywhere. What they wrote stays.{_handed_on(handed_on)}"
    )
    return redirect("/workspace/people")


@blueprint.get("/workspace/account/leave")
@needs(Role.VIEWER)
def show_leave() -> str:
    """Ask whether one really leaves the organisation that one acts for."""
    return render_template("commissioner/leave.html", member=member(), problem="")


@blueprint.post("/workspace/account/leave")
@needs(Role.VIEWER)
def leave() -> Response | tuple[str, int]:
    """Leave the organisation that one acts for; one is signed out."""
    try:
        with database().write() as db:
            remove_member(db, member().organisation_id, member().user_id, now())
            hand_on(db, member().organisation_id, member().user_id)
            _note(db, "leave", "", member().email)
    except DomainError as error:
        return render_template("commissioner/leave.html", member=member(), problem=str(error)), 409
    return leave_browser()


def _handed_on(number: int) -> str:
    """Return the sentence that says what came to one's own list; nothing where nothing did."""
    if not number:
        return ""
    what = "opportunity" if number == 1 else "opportunities"
    return f" In your list now: {number} planned {what} that they changed last."


def _role() -> Role | None:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        return None


def _note(db: Session, deed: str, subject: str, concerned: str) -> None:
    who = member()
    note_deed(
        db,
        deed,
        subject=subject,
        user_id=who.user_id,
        organisation_id=who.organisation_id,
        concerned=concerned,
        now=now(),
    )


def _people(email: str = "", role: Role | None = None, problems: list[tuple[str, str]] | None = None) -> str:
    with database().read() as db:
        found = colleagues(db, member().organisation_id)
        waiting = open_invitations(db, member().organisation_id, now())
        asked = asks_for_second_factor(db, member().organisation_id)
    return render_template(
        "commissioner/people.html",
        member=member(),
        colleagues=found,
        invitations=waiting,
        role_items=_role_items(),
        factor_asked=asked,
        factor_everywhere=settings().second_factor,
        email=email,
        role=role,
        problems=problems or [],
    )


def _role_items() -> list[dict[str, object]]:
    """Return the roles, as the GOV.UK component takes them."""
    words = {role: role.about(own_kind()) for role in Role}
    return [
        {"value": role.value, "text": role.label, "hint": {"text": f"{about[0].upper()}{about[1:]}."}}
        for role, about in words.items()
    ]


def _colleague(user_id: UUID, problem: str = "") -> str:
    with database().read() as db:
        found = find_colleague(db, member().organisation_id, user_id)
    return render_template(
        "commissioner/colleague.html", member=member(), colleague=found, role_items=_role_items(), problem=problem
    )
