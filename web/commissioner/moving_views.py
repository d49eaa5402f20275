"""Moving one planned opportunity to another body: by whoever is an admin of both."""

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from kil_pipeline.errors import InvalidTransition
from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.members import Member, Role, memberships_of
from kil_pipeline.organisations.organisations import OrganisationKind, public_organisations
from kil_pipeline.plan.contents import Author
from kil_pipeline.plan.drafts import find_draft
from kil_pipeline.plan.handovers import move_entry
from kil_pipeline.text import MAX_TEXT, clean_text, drop_unwritable
from web.commissioner import blueprint
from web.commissioner.access import member, needs
from web.commissioner.proofs import proof_wanted
from web.context import database, now


@blueprint.get("/workspace/entries/<reference>/move")
@needs(Role.ADMIN)
def show_move(reference: str) -> str:
    """Show where an entry can go."""
    return _page(reference)


@blueprint.post("/workspace/entries/<reference>/move")
@needs(Role.ADMIN)
def move(reference: str) -> str | tuple[str, int] | Response:
    """Move it. Readers are told, with the reason."""
    proof = proof_wanted()
    if proof is not None:
        return proof
    why = clean_text(drop_unwritable(request.form.get("why", "")))
    to = next((one for one in _others() if str(one.organisation_id) == request.form.get("to")), None)
    problems = [] if to else [("to", "Choose the body that plans it from now on.")]
    problems += [("why", problem)] if (problem := reason_problem(why)) else []
    if problems or to is None:
        return _page(reference, why, problems), 400
    who = member()
    try:
        with database().write() as db:
            find_draft(db, who.organisation_id, reference)
            by = Author(who.user_id)
            move_entry(db, reference, who.organisation_id, to.organisation_id, why, by=by, now=now())
            for organisation_id in (who.organisation_id, to.organisation_id):
                note_deed(
                    db,
                    "move_entry",
                    subject=reference,
                    user_id=who.user_id,
                    organisation_id=organisation_id,
                    now=now(),
                )
    except InvalidTransition as error:
        return _page(reference, why, [("to", str(error))]), 400
    flash(f"{reference} is in the plan of {to.organisation_name} now. Its reference and its address are the same.")
    return redirect("/workspace")


def reason_problem(why: str) -> str:
    """Return what to mend in the reason for a move; empty where nothing."""
    if not why:
        return "Write a reason: readers are told it."
    return f"That is {len(why)} characters long. Use at most {MAX_TEXT}." if len(why) > MAX_TEXT else ""


def _others() -> list[Member]:
    """Return the commissioners, besides the one acted for, of which the person is an admin."""
    with database().read() as db:
        plans = {one.id for one in public_organisations(db, OrganisationKind.COMMISSIONER)}
        own = memberships_of(db, member().user_id)
    here = member().organisation_id
    return [m for m in own if m.role is Role.ADMIN and m.organisation_id in plans and m.organisation_id != here]


def _page(reference: str, why: str = "", problems: list[tuple[str, str]] | None = None) -> str:
    with database().read() as db:
        draft = find_draft(db, member().organisation_id, reference)
    return render_template(
        "commissioner/move.html",
        draft=draft,
        others=_others(),
        chosen=request.form.get("to", ""),
        why=why,
        problems=problems or [],
        problem_of=dict(problems or []),
    )
