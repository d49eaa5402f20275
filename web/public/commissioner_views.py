"""Commissioners: all of them by name, and for each its plan and its early-notice record. Nobody is ranked."""

import io
from dataclasses import dataclass

from flask import Response, abort, make_response, render_template, request
from sqlalchemy.orm import Session

from kil_pipeline.engagement.early_notice_records import early_notice_records
from kil_pipeline.errors import NotFound
from kil_pipeline.exchange.record_exports import export_records_csv
from kil_pipeline.organisations.organisations import OrganisationKind, PublicOrganisation, public_organisations
from kil_pipeline.organisations.successions import ended_bodies, find_ended
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.queries import public_entries
from kil_pipeline.plan.statuses import Status
from web.context import database, settings, today
from web.public import blueprint
from web.public.about_organisations import about_organisation
from web.public.facet_counts import kept_counts
from web.public.feed_links import feed_links
from web.public.plan_views import row_facts
from web.queries import write_plan_query

PER_PAGE = 50
SOONEST_SHOWN = 5
LIVE = tuple(status.value for status in (Status.PUBLISHED, Status.OPEN, Status.ON_HOLD))


@dataclass(frozen=True)
class CommissionerPage:
    """One page of the list of commissioners."""

    commissioners: tuple[PublicOrganisation, ...]
    page: int
    pages: int


@blueprint.get("/commissioners")
def commissioners() -> str:
    """List all commissioners by name, those that publish nothing among them."""
    number = request.args.get("page", 1, type=int)
    with database().read() as session:
        everyone = _commissioners(session)
        pages = max(1, -(-len(everyone) // PER_PAGE))
        if not 1 <= number <= pages:
            abort(404)
        shown = CommissionerPage(everyone[(number - 1) * PER_PAGE : number * PER_PAGE], number, pages)
        records = early_notice_records(session, [known.id for known in shown.commissioners], today())
    return render_template("public/commissioners.html", page=shown, records=records, total=len(everyone))


@blueprint.get("/commissioners.csv")
def commissioners_csv() -> Response:
    """Give the records of all commissioners as a table."""
    table = io.StringIO()
    with database().read() as session:
        everyone = _commissioners(session)
        records = early_notice_records(session, [known.id for known in everyone], today())
    export_records_csv(everyone, records, table, base_url=settings().base_url)
    response = make_response(table.getvalue())
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="commissioners.csv"'
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"  # public data: any page may read it
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.get("/commissioners/<slug>")
def commissioner(slug: str) -> str:
    """Show a commissioner: whom to ask, what it plans, how early it told."""
    with database().read() as session:
        found = next((known for known in _commissioners(session) if known.slug == slug), None)
        if found is None:
            return _ended_page(session, slug)
        merged = ended_bodies(session, found.predecessors)
        about = about_organisation(session, found.id)
        record = early_notice_records(session, [found.id], today())[found.id]
        live = Criteria(commissioners=(slug,), statuses=LIVE)
        total = kept_counts().read(session, live).total
        soonest = public_entries(session, live, per_page=SOONEST_SHOWN, total=total)
    follow = Criteria(commissioners=(slug,))
    return render_template(
        "public/commissioner.html",
        commissioner=found,
        record=record,
        merged=merged,
        about=about,
        soonest=soonest,
        row_facts=row_facts,
        plan="/plan" + write_plan_query(follow),
        links=feed_links(follow),
        alerts="/alerts/new" + write_plan_query(follow),
    )


def _ended_page(session: Session, slug: str) -> str:
    ended = find_ended(session, slug, OrganisationKind.COMMISSIONER)
    if ended is None:
        raise NotFound("There is no such commissioner here.")
    return render_template("public/ended.html", ended=ended, listed="commissioners")


def _commissioners(session: Session) -> tuple[PublicOrganisation, ...]:
    """Return all commissioners by name, as people sort: small letters among the large ones."""
    found = public_organisations(session, OrganisationKind.COMMISSIONER)
    return tuple(sorted(found, key=lambda known: (known.name.casefold(), known.slug)))


@blueprint.app_template_filter("share")
def describe_share(share: float | None) -> str:
    """Return a share in whole per cent; what is neither nothing nor all never reads as if it were."""
    if share is None:
        return "–"
    if 0 < share < 0.005:
        return "under 1%"
    if 0.995 <= share < 1:
        return "over 99%"
    return f"{share:.0%}"


@blueprint.app_template_filter("distance")
def describe_distance(days: float) -> str:
    """Return a number of days in words: in weeks from two weeks on."""
    number, unit = (round(days / 7), "week") if days >= 14 else (round(days), "day")
    return f"{number} {unit}{'' if number == 1 else 's'}"


@blueprint.app_template_filter("weeks_number")
def describe_weeks(weeks: float) -> str:
    """Return a median of weeks in words: "23 weeks", "23.5 weeks"."""
    return f"{weeks:g} week{'' if weeks == 1 else 's'}"
