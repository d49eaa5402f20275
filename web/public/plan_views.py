"""The plan as a list and by quarter. Both take the same filters, which feeds, calendars and alerts take too."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from flask import abort, render_template, request
from sqlalchemy.orm import Session

from kil_pipeline.organisations.organisations import OrganisationKind, PublicOrganisation, public_organisations
from kil_pipeline.plan.advice import CHANCES
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.queries import Order, public_entries
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.wordings import Fact, describe_fact
from kil_pipeline.reference.areas import Area, area, choosable_areas
from kil_pipeline.reference.cpv import cpv_label
from kil_pipeline.reference.milestones import milestone_kind
from kil_pipeline.reference.routes import route, routes
from kil_pipeline.reference.themes import theme, themes
from web.context import database, settings, today
from web.public import blueprint
from web.public.feed_links import feed_links
from web.public.timelines import draw_timeline
from web.queries import PARAMETERS, PlanQuery, read_plan_query, write_plan_query

ORDERS = {Order.SOONEST: "Opening soonest", Order.NEWEST: "Newest", Order.UPDATED: "Last changed"}
PER_PAGE = 20
VIEWS = {"list": "List", "timeline": "By quarter"}
AREA_KINDS = {
    "country": "Countries",
    "region": "Regions",
    "icb": "Integrated care board areas",
    "upper_tier": "Counties, cities and boroughs",
    "district": "Districts",
}


@dataclass(frozen=True)
class Option:
    """One choice of a filter."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True)
class Filter:
    """One filter of the form. `more`: chosen values that the form's one select cannot show, carried along."""

    name: str
    options: tuple[Option, ...]
    groups: tuple[tuple[str, tuple[Option, ...]], ...] = ()
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chosen:
    """One filter in force, with the address of the list without it."""

    words: str
    without: str


@blueprint.get("/plan")
def plan() -> str:
    """Show one page of the plan."""
    query = read_plan_query(request.args)
    view = request.args.get("view", "list")
    if view not in VIEWS:
        abort(404)
    with database().read() as session:
        page = public_entries(session, query.criteria, page=query.page, per_page=PER_PAGE, order=query.order)
        filters = make_filters(session, query.criteria)
        commissioners = {o.value: o.text for o in filters["commissioner"].options}
    if query.page > page.pages:
        abort(404)
    href = addresses(query, view)
    return render_template(
        "public/plan.html",
        page=page,
        query=query,
        view=view,
        views=VIEWS,
        orders=ORDERS,
        filters=filters,
        chosen=tuple(describe_chosen(query, view, commissioners)),
        row_facts=row_facts,
        href=href,
        page_href=lambda number: href(page=number),
        links=feed_links(query.criteria),
        alerts="/alerts/new" + write_plan_query(query.criteria),
        timeline=draw_timeline(page.entries, today()) if view == "timeline" else None,
    )


def row_facts(entry: PublicEntry) -> tuple[Fact, ...]:
    """Return what a row of the list says besides the advice: where, how much, and when it opens."""
    known = route(entry.content.route) if entry.content.route else None
    opening = "opens" if known is None or known.tenders or entry.content.milestone("opens") else "intention_notice"
    labels = {"areas": "Where", "value": "How much", f"milestones.{opening}": milestone_kind(opening).short}
    return tuple(describe_fact(entry.content, path, label) for path, label in labels.items())


def addresses(query: PlanQuery, view: str, path: str = "/plan") -> Callable[..., str]:
    """Return a function that makes addresses of this list: another view, order or page of the same filters."""

    def href(
        *, criteria: Criteria = query.criteria, view: str = view, order: Order = query.order, page: int = 1
    ) -> str:
        more: dict[str, str | int] = {}
        if view != "list":
            more["view"] = view
        if order is not Order.SOONEST:
            more["order"] = order.value
        if page > 1:
            more["page"] = page
        return path + write_plan_query(criteria, **more)

    return href


def make_filters(session: Session, criteria: Criteria) -> dict[str, Filter]:
    """Return the filters of the form, by parameter."""
    commissioners = public_organisations(session, OrganisationKind.COMMISSIONER)
    return {
        "area": area_filter(criteria.areas),
        "theme": _select("theme", ((t.code, t.name) for t in themes()), criteria.themes),
        "commissioner": _select("commissioner", _names(commissioners), criteria.commissioners),
        "chance": _boxes("chance", CHANCES.items(), criteria.chances),
        "status": _boxes("status", ((s.value, s.label) for s in Status if s is not Status.DRAFT), criteria.statuses),
        "route": _boxes("route", ((r.code, r.name) for r in routes()), criteria.routes),
        "cpv": Filter("cpv", (), more=criteria.cpv),
        "entry": Filter("entry", (), more=criteria.references),
    }


def _names(organisations: Iterable[PublicOrganisation]) -> Iterator[tuple[str, str]]:
    return ((organisation.slug, organisation.name) for organisation in organisations)


def _boxes(name: str, choices: Iterable[tuple[str, str]], chosen: tuple[str, ...]) -> Filter:
    return Filter(name, tuple(Option(value, text, value in chosen) for value, text in choices))


def _select(name: str, choices: Iterable[tuple[str, str]], chosen: tuple[str, ...]) -> Filter:
    return Filter(name, tuple(Option(value, text, value in chosen[:1]) for value, text in choices), more=chosen[1:])


def area_filter(chosen: tuple[str, ...]) -> Filter:
    """Return the filter by area, its choices grouped by kind."""
    listed = choosable_areas(sample=settings().development)
    found = _select("area", ((a.code, a.name) for a in listed), chosen)
    if chosen and all(option.value != chosen[0] for option in found.options):
        found = replace(found, more=chosen)  # an area that is understood but not in the list, such as an ITL region
    return replace(found, groups=tuple(_grouped(listed, found.options)))


def _grouped(listed: tuple[Area, ...], options: tuple[Option, ...]) -> Iterator[tuple[str, tuple[Option, ...]]]:
    for kind, label in AREA_KINDS.items():
        of_kind = tuple(option for a, option in zip(listed, options, strict=True) if a.kind == kind)
        if of_kind:
            yield label, of_kind


def describe_chosen(
    query: PlanQuery, view: str, commissioners: dict[str, str], path: str = "/plan"
) -> Iterator[Chosen]:
    """Yield each filter in force in words. `path`: of the page that has the filters."""
    say: dict[str, Callable[[str], str]] = {
        "area": lambda code: area(code).name,
        "theme": lambda code: theme(code).name,
        "commissioner": lambda slug: commissioners.get(slug, slug),
        "route": lambda code: route(code).name,
        "chance": lambda code: CHANCES[code],
        "status": lambda code: Status(code).label,
        "cpv": lambda code: f"CPV {code}: {cpv_label(code)}",
        "entry": lambda reference: f"Reference {reference}",
    }
    href = addresses(query, view, path)
    if query.criteria.words:
        yield Chosen(f"Words: {query.criteria.words}", href(criteria=query.criteria.without_words()))
    for parameter, words in say.items():
        part = PARAMETERS[parameter]
        values: tuple[str, ...] = getattr(query.criteria, part)
        for value in values:
            rest: dict[str, Any] = {part: tuple(other for other in values if other != value)}
            yield Chosen(words(value), href(criteria=replace(query.criteria, **rest)))
