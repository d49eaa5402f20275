"""For those who run the installation: one organisation, what it became, and its entries that go to another body."""

from datetime import date

from flask import flash, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kil_pipeline.errors import DomainError, InvalidTransition, NotFound
from kil_pipeline.exchange.mergers import belongings_of, merge_organisation
from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.organisations import (
    Organisation,
    OrganisationKind,
    find_organisation,
    public_organisations,
)
from kil_pipeline.organisations.successions import ended_bodies, find_ended
from kil_pipeline.plan.contents import Author
from kil_pipeline.plan.expected_date_parsing import parse_expected_date
from kil_pipeline.plan.expected_dates import Precision
from kil_pipeline.plan.handovers import move_entry
from kil_pipeline.text import clean_line, clean_text, drop_unwritable
from web.commissioner import blueprint
from web.commissioner.access import needs_person, person
from web.commissioner.moving_views import reason_problem
from web.commissioner.operator_views import second_factor_wanted
from web.commissioner.proofs import proof_wanted
from web.context import database, now, today

Problems = list[tuple[str, str]]


@blueprint.get("/workspace/operator/organisations/<slug>")
@needs_person
def operators_organisation(slug: str) -> str | Response:
    """Show one organisation: how much it has, and what can be done with it."""
    return second_factor_wanted() or _page(slug)


@blueprint.post("/workspace/operator/organisations/<slug>/merge")
@needs_person
def merge(slug: str) -> str | tuple[str, int] | Response:
    """Let it become another organisation."""
    page = second_factor_wanted() or proof_wanted()
    if page is not None:
        return page
    raw = {name: clean_line(drop_unwritable(request.form.get(name, "")))[:200] for name in ("heir", "on", "sure")}
    on, problems = _read_day(raw["on"])
    if raw["sure"] != "yes":
        problems.append(("sure", "Tick that it is to go over: it cannot be undone."))
    if problems or on is None:
        return _page(slug, raw, problems), 400
    try:
        with database().write() as db:
            old, heir = _living(db, slug), find_organisation(db, raw["heir"])
            merge_organisation(db, old.id, heir.id, on, user_id=person().user_id, now=now())
            said = f"{old.name} is {heir.name} now. All that it had went over."
    except NotFound:
        return _page(slug, raw, [("heir", "Choose an organisation from the list.")]), 400
    except InvalidTransition as error:
        return _page(slug, raw, [("heir", str(error))]), 400
    flash(said)
    return redirect("/workspace/operator")


@blueprint.post("/workspace/operator/organisations/<slug>/move-entry")
@needs_person
def move_others_entry(slug: str) -> str | tuple[str, int] | Response:
    """Move one entry of it to another commissioner."""
    page = second_factor_wanted() or proof_wanted()
    if page is not None:
        return page
    raw = {name: clean_line(drop_unwritable(request.form.get(name, "")))[:200] for name in ("reference", "to")}
    raw["why"] = clean_text(drop_unwritable(request.form.get("why", "")))
    if problem := reason_problem(raw["why"]):
        return _page(slug, raw, [("why", problem)]), 400
    field = "to"
    try:
        with database().write() as db:
            old, new = _living(db, slug), find_organisation(db, raw["to"])
            field, reference = "reference", raw["reference"].upper()
            move_entry(db, reference, old.id, new.id, raw["why"], by=Author(person().user_id), now=now())
            for organisation_id in (old.id, new.id):
                note_deed(
                    db,
                    "move_entry",
                    subject=reference,
                    user_id=person().user_id,
                    organisation_id=organisation_id,
                    now=now(),
                )
            said = f"{reference} is in the plan of {new.name} now."
    except (NotFound, InvalidTransition) as error:
        return _page(slug, raw, [(field, str(error))]), 400
    flash(said)
    return redirect(f"/workspace/operator/organisations/{slug}")


def _read_day(text: str) -> tuple[date | None, Problems]:
    try:
        when = parse_expected_date(text, today=today())
    except DomainError as error:
        return None, [("on", str(error))]
    if when.precision is not Precision.DAY:
        return None, [("on", "Write the day, such as 1 April 2026.")]
    return when.earliest, []


def _living(db: Session, slug: str) -> Organisation:
    """Return the organisation. Raises `NotFound`."""
    row = find_organisation(db, slug)
    if row.slug != slug:
        raise NotFound("There is no such organisation here.")
    return row


def _page(slug: str, raw: dict[str, str] | None = None, problems: Problems | None = None) -> str:
    with database().read() as db:
        row = _living(db, slug)
        kind = OrganisationKind(row.kind)
        name, others = row.name, [one for one in public_organisations(db, kind) if one.id != row.id]
        ended = find_ended(db, slug, kind)
        merged = ended_bodies(db, tuple(row.predecessors))
        moved = belongings_of(db, row.id)
    return render_template(
        "commissioner/operators_organisation.html",
        name=name,
        slug=slug,
        plans=kind is OrganisationKind.COMMISSIONER,
        others=others,
        ended=ended,
        merged=merged,
        moved=moved,
        raw=raw or {},
        problems=problems or [],
        problem_of=dict(problems or []),
    )
