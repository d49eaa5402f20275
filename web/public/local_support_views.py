"""Local support organisations: all of them, each one's page, and who of them is near a place or an entry."""

from flask import render_template, request

from kil_pipeline.errors import UnknownCode
from kil_pipeline.organisations.organisations import OrganisationKind
from kil_pipeline.organisations.successions import find_ended
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.queries import public_entries, public_entry
from kil_pipeline.reference.areas import area, find_area
from kil_pipeline.reference.support_kinds import support_kind
from kil_pipeline.support.offers import local_support as all_support
from kil_pipeline.support.offers import one_support, support_near
from web.context import database, today
from web.public import blueprint
from web.public.plan_filters import area_filter
from web.public.plan_views import row_facts
from web.queries import write_plan_query

SOONEST_SHOWN = 5
MOST_AREAS = 50
"""How many areas one question takes, as the plan's filter does."""


@blueprint.app_template_filter("support_name")
def support_name(code: str) -> str:
    """Return the name of a kind of support."""
    return support_kind(code).name


@blueprint.get("/local-support")
def local_support() -> str:
    """List all local support organisations by name."""
    with database().read() as session:
        bodies = all_support(session)
    return render_template("public/local_support.html", bodies=bodies, areas=area_filter(()))


@blueprint.get("/local-support/<slug>")
def local_support_page(slug: str) -> str:
    """Show one: where it works, what it offers, how to ask it, and what is planned in its patch."""
    with database().read() as session:
        ended = find_ended(session, slug, OrganisationKind.INFRASTRUCTURE_BODY)
        if ended is not None:
            return render_template("public/ended.html", ended=ended, listed="local-support")
        body = one_support(session, slug)
        planned = public_entries(session, Criteria(areas=body.areas), per_page=SOONEST_SHOWN) if body.areas else None
    return render_template(
        "public/local_support_page.html",
        body=body,
        kinds=[support_kind(code) for code in body.kinds],
        planned=planned,
        plan="/plan" + write_plan_query(Criteria(areas=body.areas)),
        alerts="/alerts/new" + write_plan_query(Criteria(areas=body.areas)),
        row_facts=row_facts,
        today=today(),
    )


@blueprint.get("/help-near-you")
def help_near_you() -> str:
    """Show who can help a small organisation in a place, or in the areas of an entry."""
    with database().read() as session:
        entry = public_entry(session, request.args["entry"].upper()) if request.args.get("entry") else None
        areas = _asked_areas(entry)
        bodies = support_near(session, areas) if areas else ()
    return render_template(
        "public/help_near_you.html",
        entry=entry,
        chosen=areas,
        bodies=bodies,
        areas=area_filter(areas[:1]),
    )


def _asked_areas(entry: PublicEntry | None) -> tuple[str, ...]:
    """Return the areas of the address, else those of the entry. Raises `UnknownCode`."""
    typed = [text for text in request.args.getlist("area") if text.strip()][:MOST_AREAS]
    if not typed:
        return tuple(entry.content.areas) if entry else ()
    found = []
    for text in typed:
        known = find_area(text)
        if known is None:
            raise UnknownCode("areas", text[:100])
        found.append(area(known.code).code)
    return tuple(dict.fromkeys(found))
