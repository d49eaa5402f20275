"""The workspace of a local support organisation: its requests for help, and what it offers."""

import uuid

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from kil_pipeline.errors import InvalidContent, InvalidTransition, NotFound
from kil_pipeline.organisations.members import InvalidAddress, Role
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.reference.areas import choosable_areas
from kil_pipeline.reference.support_kinds import support_kinds
from kil_pipeline.support.help_requests import answer_help, close_help, count_requests, requests_to
from kil_pipeline.support.offers import SupportSettings, set_support, support_settings
from kil_pipeline.text import drop_unwritable
from web.commissioner import blueprint
from web.commissioner.access import acts_for_body, member, needs, note_own
from web.context import database, now, settings
from web.places import read_chosen_areas

ELSEWHERE = "/workspace"
"""Where members of other kinds of organisation are sent."""
MOST_HOW = 2_000
"""Characters of how to ask."""


@blueprint.get("/workspace/help")
@needs(Role.VIEWER)
def help_requests() -> str | Response:
    """List the requests for help, open ones first."""
    return _requests() if acts_for_body() else redirect(ELSEWHERE)


@blueprint.post("/workspace/help/answer")
@needs(Role.AUTHOR)
def answer_request() -> str | Response | tuple[str, int]:
    """Mail an answer to whoever asked."""
    if not acts_for_body():
        return redirect(ELSEWHERE)
    typed = drop_unwritable(request.form.get("answer", ""))
    try:
        with database().write() as session:
            asked = _which()
            answer_help(session, member().organisation_id, asked, typed, now())
            note_own(session, "answer_help", str(asked))
    except (InvalidContent, InvalidTransition) as error:
        return _requests(problem=str(error), typed=typed), 400
    flash("Your answer is on its way.")
    return redirect("/workspace/help")


@blueprint.post("/workspace/help/close")
@needs(Role.AUTHOR)
def close_request() -> Response:
    """Close a request."""
    if acts_for_body():
        with database().write() as session:
            asked = _which()
            close_help(session, member().organisation_id, asked, now())
            note_own(session, "close_help", str(asked))
        flash("Closed. It is erased after 12 months.")
    return redirect("/workspace/help")


@blueprint.get("/workspace/support")
@needs(Role.AUTHOR)
def support_offer() -> str | Response:
    """Show what the organisation offers, to be changed."""
    if not acts_for_body():
        return redirect(ELSEWHERE)
    with database().read() as session:
        return _offer(support_settings(session, member().organisation_id))


@blueprint.post("/workspace/support")
@needs(Role.AUTHOR)
def save_support() -> str | Response | tuple[str, int]:
    """Store what the organisation offers."""
    if not acts_for_body():
        return redirect(ELSEWHERE)
    where = read_chosen_areas(request.form)
    offer = SupportSettings(
        areas=where.codes,
        kinds=tuple(request.form.getlist("kind")),
        how_to_ask=drop_unwritable(request.form.get("how", "")),
        help_address=drop_unwritable(request.form.get("address", "")).strip(),
    )
    if where.problem:
        return _offer(offer, (("area", where.problem),)), 400
    if len(offer.how_to_ask) > MOST_HOW:
        return _offer(offer, (("how", f"Say how to ask in at most {MOST_HOW:,} characters."),)), 400
    try:
        with database().write() as session:
            set_support(session, member().organisation_id, offer, now())
            note_own(session, "save_support", str(member().organisation_id))
    except InvalidAddress as error:
        return _offer(offer, (("address", str(error)),)), 400
    flash("Saved. Your page says it now.")
    return redirect("/workspace/support")


def _which() -> uuid.UUID:
    try:
        return uuid.UUID(request.form.get("request", ""))
    except ValueError:
        raise NotFound("There is no such request for help here.") from None


def _requests(problem: str = "", typed: str = "") -> str:
    with database().read() as session:
        found = requests_to(session, member().organisation_id)
        counts = count_requests(session, member().organisation_id)
    return render_template(
        "commissioner/help_requests.html",
        member=member(),
        requests=found,
        counts=counts,
        problem=problem,
        typed=typed,
        about=request.form.get("request", ""),
        may_answer=member().may(Role.AUTHOR),
    )


def _offer(offer: SupportSettings, problems: tuple[tuple[str, str], ...] = ()) -> str:
    with database().read() as session:
        slug = session.get_one(Organisation, member().organisation_id).slug
    return render_template(
        "commissioner/support.html",
        member=member(),
        offer=offer,
        slug=slug,
        kinds=support_kinds(),
        areas=choosable_areas(sample=settings().development),
        typed=read_chosen_areas(request.form).unknown,
        problems=problems,
        problem_of=dict(problems),
    )
