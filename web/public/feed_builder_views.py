"""The page that puts a feed or a calendar together: every choice is in its address, and in those that it gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask import render_template, request

from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.text import clean_line
from web.context import absolute, database, today
from web.places import offered_places, typed_places
from web.public import blueprint
from web.public.facet_counts import kept_counts
from web.public.feed_links import calendar_ways, feed_links, session_criteria
from web.public.feed_views import document_title
from web.public.plan_filters import make_filters
from web.public.plan_views import addresses, describe_chosen
from web.queries import PlanQuery, QueryNotUnderstood, read_plan_query, write_plan_query

FORMATS = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed"}


@dataclass(frozen=True)
class Calendar:
    """A calendar with its whole address, and the ways to subscribe to it with one click."""

    name: str
    address: str
    ways: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class TypedFilters:
    """What stands in the boxes of the form, and what has to be mended in it."""

    places: list[str]
    names: list[str]
    band: tuple[str, str]
    problem_of: Mapping[str, str]


@blueprint.get("/feeds")
def feed_builder() -> str | tuple[str, int]:
    """Show the form, the addresses that it comes to, and what to do with them."""
    try:
        return _page(read_plan_query(request.args))
    except QueryNotUnderstood as error:
        return _page(PlanQuery(error.understood), error.problems), 400


def _page(query: PlanQuery, problems: Mapping[str, list[str]] = MappingProxyType({})) -> str:
    plan = query.criteria.without_kinds()
    with database().read() as session:
        total = kept_counts().read(session, query.criteria).total
        filters = make_filters(session, query.criteria)
    commissioners = {option.value: option.text for option in filters["commissioner"].options}
    chosen, of_plan = write_plan_query(query.criteria), write_plan_query(plan)
    href = addresses(query, "list", today(), "/feeds")
    return render_template(
        "public/feeds.html",
        query=query,
        filters=filters,
        chosen=tuple(describe_chosen(query.criteria, commissioners, href)),
        total=total,
        plan="/plan" + of_plan,
        problems=[(parameter, line) for parameter, lines in problems.items() for line in lines],
        typed=typed_filters(problems),
        alerts="/alerts/new" + chosen,
        webhook="/webhooks/new" + chosen,
        bulletin="/bulletins" + chosen,
        changes=_addresses("changes", chosen),
        entries=_addresses("entries", of_plan),
        calendars=(
            _calendar("Key dates", "milestones", plan),
            _calendar("Engagement sessions", "sessions", session_criteria(query.criteria)),
        ),
        links=feed_links(query.criteria),
    )


def typed_filters(problems: Mapping[str, list[str]]) -> TypedFilters:
    """Return what this request holds for the boxes of the form."""
    band = (clean_line(request.args.get("value_from", "")), clean_line(request.args.get("value_to", "")))
    problem_of = {parameter: " ".join(lines) for parameter, lines in problems.items()}
    return TypedFilters(typed_places(request.args), offered_places(), band, problem_of)


def _addresses(feed: str, query: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, absolute(f"/feeds/{feed}.{kind}{query}")) for kind, name in FORMATS.items())


def _calendar(name: str, file: str, criteria: Criteria) -> Calendar:
    address = absolute(f"/calendars/{file}.ics{write_plan_query(criteria)}")
    return Calendar(name, address, calendar_ways(address, document_title(name, criteria)))
