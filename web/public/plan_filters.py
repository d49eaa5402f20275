"""The filters of the plan's form: each with its choices."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from kil_pipeline.alerts.news_kinds import NEWS_KINDS
from kil_pipeline.organisations.organisations import OrganisationKind, PublicOrganisation, public_organisations
from kil_pipeline.plan.advice import CHANCES
from kil_pipeline.plan.choice_counts import Counts
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.statuses import Status
from kil_pipeline.reference.areas import Area, choosable_areas
from kil_pipeline.reference.routes import routes
from kil_pipeline.reference.themes import themes
from web.context import settings

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
    count: int | None = None
    """How many entries it would leave, under all the other filters; None where that is not counted."""


@dataclass(frozen=True)
class Filter:
    """One filter of the form. `more`: chosen values that the form's one select cannot show, carried along."""

    name: str
    options: tuple[Option, ...]
    groups: tuple[tuple[str, tuple[Option, ...]], ...] = ()
    more: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    """What chosen values are called that are no options any more, and those that are."""


def make_filters(session: Session, criteria: Criteria, counts: Counts | None = None) -> dict[str, Filter]:
    """Return the filters of the form, by parameter; with what each choice would leave where `counts` has it."""
    numbers = counts.choices if counts else {}
    commissioners = public_organisations(session, OrganisationKind.COMMISSIONER)
    chosen = living_commissioners(commissioners, criteria.commissioners)
    planned = ((s.value, s.label) for s in Status if s is not Status.DRAFT)
    return {
        "area": area_filter(criteria.areas, numbers.get("areas")),
        "theme": _select("theme", ((t.code, t.name) for t in themes()), criteria.themes, numbers.get("themes")),
        "commissioner": replace(
            _select("commissioner", _names(commissioners), chosen, numbers.get("commissioners")),
            names=commissioner_names(commissioners),
        ),
        "chance": _boxes("chance", CHANCES.items(), criteria.chances, numbers.get("chances")),
        "status": _boxes("status", planned, criteria.statuses, numbers.get("statuses")),
        "route": _boxes("route", ((r.code, r.name) for r in routes()), criteria.routes, numbers.get("routes")),
        "kind": _boxes("kind", NEWS_KINDS.items(), criteria.kinds, None),
        "cpv": Filter("cpv", (), more=criteria.cpv),
        "entry": Filter("entry", (), more=criteria.references),
    }


def commissioner_names(organisations: tuple[PublicOrganisation, ...]) -> dict[str, str]:
    """Return the names of commissioners by slug; under the slug of a body that has ended: what it became."""
    found = {slug: organisation.name for organisation in organisations for slug in organisation.predecessors}
    return found | dict(_names(organisations))


def living_commissioners(organisations: Iterable[PublicOrganisation], slugs: Iterable[str]) -> tuple[str, ...]:
    """Return slugs, with that of what it became in place of a body that has ended."""
    became = {ended: organisation.slug for organisation in organisations for ended in organisation.predecessors}
    return tuple(dict.fromkeys(became.get(slug, slug) for slug in slugs))


def _names(organisations: Iterable[PublicOrganisation]) -> Iterator[tuple[str, str]]:
    return ((organisation.slug, organisation.name) for organisation in organisations)


def _boxes(
    name: str, choices: Iterable[tuple[str, str]], chosen: tuple[str, ...], counts: Mapping[str, int] | None
) -> Filter:
    def count(value: str) -> int | None:
        return None if counts is None else counts.get(value, 0)

    return Filter(name, tuple(Option(value, text, value in chosen, count(value)) for value, text in choices))


def _select(
    name: str, choices: Iterable[tuple[str, str]], chosen: tuple[str, ...], counts: Mapping[str, int] | None
) -> Filter:
    return replace(_boxes(name, choices, chosen[:1], counts), more=chosen[1:])


def area_filter(chosen: tuple[str, ...], counts: Mapping[str, int] | None = None) -> Filter:
    """Return the filter by area, its choices grouped by kind."""
    listed = choosable_areas(sample=settings().development)
    found = _select("area", ((a.code, a.name) for a in listed), chosen, counts)
    if chosen and all(option.value != chosen[0] for option in found.options):
        found = replace(found, more=chosen)  # an area that is understood but not in the list, such as an ITL region
    return replace(found, groups=tuple(_grouped(listed, found.options)))


def _grouped(listed: tuple[Area, ...], options: tuple[Option, ...]) -> Iterator[tuple[str, tuple[Option, ...]]]:
    for kind, label in AREA_KINDS.items():
        of_kind = tuple(option for a, option in zip(listed, options, strict=True) if a.kind == kind)
        if of_kind:
            yield label, of_kind
