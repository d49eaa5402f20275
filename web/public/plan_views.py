"""The plan as a list, a table, by quarter and by month. All take the filters of feeds, calendars and alerts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import abort, render_template, request

from kil_pipeline.alerts.news_kinds import NEWS_KINDS
from kil_pipeline.organisations.organisations import OrganisationKind, public_organisations
from kil_pipeline.plan.advice import CHANCES
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.expected_dates import end_of_month
from kil_pipeline.plan.money import describe_band
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.queries import MOST_PER_PAGE, Order, entries_within, public_entries
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.wordings import Fact, describe_fact
from kil_pipeline.reference.areas import area, wider_areas
from kil_pipeline.reference.cpv import cpv_label
from kil_pipeline.reference.milestones import milestone_kind
from kil_pipeline.reference.routes import route
from kil_pipeline.reference.themes import theme
from web.context import database, today
from web.public import blueprint
from web.public.facet_counts import kept_counts
from web.public.feed_links import feed_links
from web.public.highlights import make_snippet, mark_words
from web.public.months import draw_month, read_month
from web.public.plan_filters import commissioner_names, make_filters
from web.public.plan_tables import make_headings
from web.public.timelines import draw_timeline
from web.queries import PARAMETERS, PlanQuery, read_plan_query, usual_order, write_plan_query

ORDERS = {
    Order.RELEVANCE: "Best match",
    Order.SOONEST: "Opening soonest",
    Order.NEWEST: "Newest",
    Order.UPDATED: "Last changed",
}
"""The orders that the list offers; the table's headings offer more."""
PER_PAGE = 20
PRINT = "print"
PRINTED = 300
"""How many planned opportunities a printed sheet holds at most: some 100 pages of paper."""
VIEWS = {"list": "List", "table": "Table", "timeline": "By quarter", "month": "By month"}


@dataclass(frozen=True)
class Chosen:
    """One filter in force, with the address of the list without it."""

    words: str
    without: str


@blueprint.get("/plan")
def plan() -> str:
    """Show one page of the plan."""
    query = read_plan_query(request.args)
    query = replace(query, criteria=query.criteria.without_kinds())
    view = request.args.get("view", "list")
    if view == PRINT:
        return show_sheet(query)
    if view not in VIEWS:
        abort(404)
    first = read_month(request.args.get("month"), query.criteria, today())
    with database().read() as session:
        if view == "month":
            page = entries_within(session, query.criteria, first, end_of_month(first), page=query.page)
        else:
            page = public_entries(session, query.criteria, page=query.page, per_page=PER_PAGE, order=query.order)
        filters = make_filters(session, query.criteria, kept_counts().read(session, query.criteria))
        commissioners = commissioner_names(public_organisations(session, OrganisationKind.COMMISSIONER))
    if query.page > page.pages:
        abort(404)
    href = addresses(query, view, first)
    return render_template(
        "public/plan.html",
        page=page,
        query=query,
        view=view,
        views=VIEWS,
        orders=[o for o in ORDERS if o is not Order.RELEVANCE or query.criteria.words],
        order_words=ORDERS,
        filters=filters,
        chosen=tuple(describe_chosen(query.criteria, commissioners, href)),
        wider=tuple(describe_areas(query.criteria)),
        row_facts=row_facts,
        mark=mark_words,
        snippet=make_snippet,
        clear=href(criteria=Criteria(), order=None),
        href=href,
        page_href=lambda number: href(page=number),
        links=feed_links(query.criteria),
        alerts="/alerts/new" + write_plan_query(query.criteria),
        headings=make_headings(query.order, href) if view == "table" else None,
        timeline=draw_timeline(page.entries, today()) if view == "timeline" else None,
        month=draw_month(page.entries, first) if view == "month" else None,
    )


def show_sheet(query: PlanQuery) -> str:
    """Show the whole list on one sheet for paper, with every field: the plan of one commissioner, say."""
    with database().read() as session:
        pages = [
            public_entries(session, query.criteria, page=page, per_page=MOST_PER_PAGE, order=query.order)
            for page in range(1, PRINTED // MOST_PER_PAGE + 1)
        ]
        commissioners = {o.slug: o for o in public_organisations(session, OrganisationKind.COMMISSIONER)}
    names = commissioner_names(tuple(commissioners.values()))
    href = addresses(query, "list", today())
    only = query.criteria.commissioners[0] if len(query.criteria.commissioners) == 1 else ""
    publisher = commissioners.get(only)
    others = replace(query.criteria, commissioners=()) if publisher else query.criteria
    return render_template(
        "public/print.html",
        entries=[entry for page in pages for entry in page.entries],
        total=pages[0].total,
        publisher=publisher,
        chosen=tuple(describe_chosen(others, names, href)),
        back=href(),
    )


def row_facts(entry: PublicEntry) -> tuple[Fact, ...]:
    """Return what a row of the list says besides the advice: where, how much, and when it opens."""
    known = route(entry.content.route) if entry.content.route else None
    opening = "opens" if known is None or known.tenders or entry.content.milestone("opens") else "intention_notice"
    labels = {"areas": "Where", "value": "How much", f"milestones.{opening}": milestone_kind(opening).short}
    return tuple(describe_fact(entry.content, path, label) for path, label in labels.items())


def addresses(query: PlanQuery, view: str, month: date, path: str = "/plan") -> Callable[..., str]:
    """Return a function that makes addresses of this list: another view, order, page or month of the same filters.

    `path`: of the page that has the filters.
    """

    def href(
        *,
        criteria: Criteria = query.criteria,
        view: str = view,
        order: Order | None = query.asked,
        month: date = month,
        page: int = 1,
    ) -> str:
        more: dict[str, str | int] = {}
        if view != "list":
            more["view"] = view
        if view == "month":
            more["month"] = f"{month:%Y-%m}"
        if order is not None and order is not usual_order(criteria):
            more["order"] = order.value
        if page > 1:
            more["page"] = page
        return path + write_plan_query(criteria, **more)

    return href


def describe_areas(criteria: Criteria) -> Iterator[str]:
    """Yield for each area that was chosen what else is found by it: what is for all of a wider area is for it too."""
    for code in criteria.areas:
        wider = [known.name for known in wider_areas(code)]
        if wider:
            yield f"{area(code).name} also finds what is for all of {join_words(wider)}."


def join_words(words: Sequence[str]) -> str:
    """Return words as one says them: "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def describe_chosen(criteria: Criteria, commissioners: dict[str, str], href: Callable[..., str]) -> Iterator[Chosen]:
    """Yield each filter in force in words."""
    say: dict[str, Callable[[str], str]] = {
        "area": lambda code: area(code).name,
        "theme": lambda code: theme(code).name,
        "commissioner": lambda slug: commissioners.get(slug, slug),
        "route": lambda code: route(code).name,
        "chance": lambda code: CHANCES[code],
        "status": lambda code: Status(code).label,
        "cpv": lambda code: f"CPV {code}: {cpv_label(code)}",
        "entry": lambda reference: f"Reference {reference}",
        "kind": lambda code: f"News: {NEWS_KINDS[code]}",
    }
    if criteria.words:
        yield Chosen(f"Words: {criteria.words}", href(criteria=criteria.without_words()))
    for parameter, words in say.items():
        part = PARAMETERS[parameter]
        values: tuple[str, ...] = getattr(criteria, part)
        for value in values:
            rest: dict[str, Any] = {part: tuple(other for other in values if other != value)}
            yield Chosen(words(value), href(criteria=replace(criteria, **rest)))
    if criteria.exactly:
        yield Chosen("Only exactly there", href(criteria=replace(criteria, exactly=False)))
    if band := describe_band(criteria.value_least, criteria.value_most):
        yield Chosen(f"Worth {band}", href(criteria=replace(criteria, value_least=None, value_most=None)))
