"""The directory of venues: who owns them, who can get in, and what is on there."""

from collections.abc import Iterator
from dataclasses import replace

from flask import Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kil_pipeline.engagement.venue_corrections import corrections_of, has_contact
from kil_pipeline.engagement.venue_directory import VenueCriteria, coming_sessions_at, public_venues
from kil_pipeline.engagement.venues import ACCESS_QUESTIONS, find_venue
from kil_pipeline.exchange.hsds import hsds_page
from kil_pipeline.exchange.place_data import place_data
from kil_pipeline.reference.areas import area
from web.context import absolute, database, now
from web.json_documents import public_document
from web.public import blueprint
from web.public.plan_filters import Filter, Option, area_filter
from web.public.plan_views import Chosen
from web.venue_queries import read_venue_query, write_venue_query

PER_PAGE = 20
PER_FILE = 100


@blueprint.get("/venues")
def venues() -> str:
    """Show one page of the directory."""
    query = read_venue_query(request.args)
    with database().read() as session:
        page = public_venues(session, query.criteria, page=query.page, per_page=PER_PAGE)
    if query.page > page.pages:
        abort(404)
    return render_template(
        "public/venues.html",
        page=page,
        criteria=query.criteria,
        filters=make_filters(query.criteria),
        chosen=tuple(describe_chosen(query.criteria)),
        data="/venues.json" + write_venue_query(query.criteria),
        page_href=lambda number: "/venues" + write_venue_query(query.criteria, number),
    )


@blueprint.get("/venues.json")
def venues_json() -> Response:
    """Give one page of the directory to machines (HSDS 3.0), with the same filters."""
    query = read_venue_query(request.args)
    with database().read() as session:
        page = public_venues(session, query.criteria, page=query.page, per_page=PER_FILE)
    if query.page > page.pages:
        abort(404)
    response = public_document(hsds_page(page))
    response.make_conditional(request)
    return response


@blueprint.get("/venues/<name>")
def venue_page(name: str) -> str | AnyResponse:
    """Show one venue, by its name in addresses; its id leads there too."""
    with database().read() as session:
        found = find_venue(session, name)
        if found is None:
            abort(404)
        if found.slug != name:
            return redirect(found.path, 301)
        sessions = coming_sessions_at(session, found.id, after=now())
        owner_known, corrections = has_contact(session, found.id), corrections_of(session, found.id)
    return render_template(
        "public/venue.html",
        venue=found,
        facts=found.facts,
        sessions=sessions,
        questions=ACCESS_QUESTIONS,
        place=place_data(found, absolute(found.path)),
        owner_known=owner_known,
        corrections=corrections,
    )


def make_filters(criteria: VenueCriteria) -> dict[str, Filter]:
    """Return the filters of the form, by parameter."""
    needs = (Option(key, words, key in criteria.access) for key, words in ACCESS_QUESTIONS.items())
    owned = (Option("yes", "Only what the community owns", criteria.community_owned),)
    return {
        "access": Filter("access", tuple(needs)),
        "community": Filter("community", owned),
        "area": area_filter((criteria.area,) if criteria.area else ()),
    }


def describe_chosen(criteria: VenueCriteria) -> Iterator[Chosen]:
    """Yield each filter in force in words, with the address of the list without it."""
    if criteria.words:
        yield Chosen(f"Words: {criteria.words}", _list(replace(criteria, words="")))
    if criteria.area:
        yield Chosen(area(criteria.area).name, _list(replace(criteria, area="")))
    for question in criteria.access:
        rest = tuple(other for other in criteria.access if other != question)
        yield Chosen(ACCESS_QUESTIONS[question], _list(replace(criteria, access=rest)))
    if criteria.community_owned:
        yield Chosen("Community-owned", _list(replace(criteria, community_owned=False)))


def _list(criteria: VenueCriteria) -> str:
    return "/venues" + write_venue_query(criteria)
