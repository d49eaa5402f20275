"""Proposing a session to a commissioner: it lands there as a draft, with the name of who proposed it."""

from flask import flash, redirect
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kil_pipeline.engagement.session_answers import read_session_answers
from kil_pipeline.engagement.session_proposals import propose_session
from kil_pipeline.organisations.members import Role
from kil_pipeline.organisations.organisations import OrganisationKind, public_organisations
from kil_pipeline.plan.answers import Problem
from kil_pipeline.plan.contents import Author
from web.commissioner import blueprint
from web.commissioner.access import member, needs
from web.commissioner.session_views import note_session_deed, session_form, typed
from web.context import database, now, today


@blueprint.get("/workspace/sessions/propose")
@needs(Role.ENGAGEMENT_LEAD)
def new_proposal() -> str:
    """Show the empty form, with the commissioners that one may propose to."""
    with database().read() as db:
        commissioners = _commissioners(db)
    return session_form({}, None, 0, commissioners=commissioners)


@blueprint.post("/workspace/sessions/propose")
@needs(Role.ENGAGEMENT_LEAD)
def propose() -> str | tuple[str, int] | Response:
    """Hand the proposal to the commissioner."""
    raw = typed()
    with database().write() as db:
        commissioners = _commissioners(db)
        to = next((c for c in public_organisations(db, OrganisationKind.COMMISSIONER) if c.slug == _slug(raw)), None)
        answers = read_session_answers(db, raw, today=today())
        problems = answers.problems
        if to is None or to.id == member().organisation_id:
            problems = (Problem("commissioner", "", "Choose the commissioner that you propose it to."), *problems)
        if not problems and answers.content is not None and to is not None:
            draft = propose_session(
                db,
                to.id,
                answers.content,
                proposer=member(),
                hosting=raw.get("hosting") == "yes",
                venue_id=answers.venue_id,
                online_link=answers.online_link,
                by=Author(member().user_id),
                now=now(),
            )
            note_session_deed("propose_session", draft.reference, db)
    if problems:
        return session_form(raw, None, 0, problems, commissioners=commissioners), 400
    flash(f"Proposed as {draft.reference}. The commissioner decides whether to publish it.")
    return redirect("/workspace/sessions")


def _slug(raw: dict[str, str]) -> str:
    return raw.get("commissioner", "")


def _commissioners(db: Session) -> tuple[tuple[str, str], ...]:
    known = public_organisations(db, OrganisationKind.COMMISSIONER)
    return tuple((found.slug, found.name) for found in known if found.id != member().organisation_id)
