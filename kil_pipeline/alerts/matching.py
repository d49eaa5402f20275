"""Does an event meet what somebody asked for? One pure function says so, and why, in words."""

from kil_pipeline.alerts.news_kinds import wants_kind
from kil_pipeline.events.types import EntryCorrected, EntryHandedOver, Event, Facets, PublicEvent, SessionUpdated
from kil_pipeline.plan.advice import CHANCES
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.money import describe_band
from kil_pipeline.reference.areas import area, related_areas, relation, same_areas
from kil_pipeline.reference.cpv import cpv_label
from kil_pipeline.reference.routes import route
from kil_pipeline.reference.themes import theme
from kil_pipeline.text import parse_query


def tells_anyone(event: Event) -> bool:
    """Whether an event is one that people are told of: no correction or rewording, no turn of the day, no merger."""
    if isinstance(event, EntryHandedOver) and event.merged:
        return False
    return isinstance(event, PublicEvent) and not isinstance(event, EntryCorrected | SessionUpdated)


def meets(event: PublicEvent, criteria: Criteria) -> bool:
    """Whether somebody who asked for `criteria` is to be told of an event."""
    return wants_kind(criteria, event) and explain_match(event.facets, criteria) is not None


def explain_match(facets: Facets, criteria: Criteria) -> str | None:
    """Return why what an event is about meets `criteria`, in words for the reader; None where it does not.

    Which kinds of news they want is another question: see `meets`.

    Values of one part are alternatives, parts add up, an empty part means any: as in `plan.queries`.
    """
    reasons: list[str] = []
    for part in (_references, _commissioners, _areas, _themes, _cpv, _routes, _value, _words):
        reason = part(facets, criteria)
        if reason is None:
            return None
        if reason:
            reasons.append(reason)
    return "you follow " + " and ".join(reasons) if reasons else "you follow everything in the plan"


def _references(facets: Facets, criteria: Criteria) -> str | None:
    if not criteria.references:
        return ""
    if facets.reference in criteria.references:
        return f"“{facets.title}”"
    followed = [reference for reference in facets.about if reference in criteria.references]
    return f"{followed[0]}, which this is about" if followed else None


def _commissioners(facets: Facets, criteria: Criteria) -> str | None:
    if not criteria.commissioners:
        return ""
    slugs = {facets.commissioner, *facets.formerly}
    return None if slugs.isdisjoint(criteria.commissioners) else facets.commissioner_name


def _areas(facets: Facets, criteria: Criteria) -> str | None:
    if not criteria.areas:
        return ""
    for wanted in criteria.areas:
        meant = same_areas(wanted) if criteria.exactly else related_areas(wanted)
        for code in facets.areas:
            if code in meant:
                return _area_words(code, wanted)
    return None


def _area_words(code: str, wanted: str) -> str:
    here, there = area(wanted).name, area(code).name
    how = relation(code, wanted)
    if how == "contains":
        return f"{here} (this is for all of {there})"
    if how == "within":
        return f"{here} (this is for {there})"
    return here if how == "same" else f"{here} (this is for {there}, which lies partly in it)"


def _themes(facets: Facets, criteria: Criteria) -> str | None:
    if not criteria.themes:
        return ""
    return next((theme(code).name for code in criteria.themes if code in facets.themes), None)


def _cpv(facets: Facets, criteria: Criteria) -> str | None:
    if not criteria.cpv:
        return ""
    for wanted in criteria.cpv:
        if any(code.startswith(wanted.rstrip("0")) for code in facets.cpv):
            return cpv_label(wanted)
    return None


def _routes(facets: Facets, criteria: Criteria) -> str | None:
    if criteria.statuses and (facets.subject == "session" or facets.status not in criteria.statuses):
        return None
    if criteria.chances and facets.chance not in criteria.chances:
        return None
    if criteria.routes and facets.route not in criteria.routes:
        return None
    if criteria.routes and facets.route:
        return f"“{route(facets.route).plain}”"
    return f"“{CHANCES[facets.chance]}”" if criteria.chances else ""


def _value(facets: Facets, criteria: Criteria) -> str | None:
    band = describe_band(criteria.value_least, criteria.value_most)
    if not band:
        return ""
    least, most = facets.value_least, facets.value_most
    if least is None and most is None:
        return f"what may be worth {band} (no figure yet)"
    if criteria.value_least is not None and most is not None and most < criteria.value_least:
        return None
    if criteria.value_most is not None and least is not None and least > criteria.value_most:
        return None
    return f"what may be worth {band}"


def _words(facets: Facets, criteria: Criteria) -> str | None:
    if not criteria.words:
        return ""
    query = parse_query(criteria.words)
    if not (query.must or query.phrases or query.must_not):
        return None  # nothing but stop words: search finds nothing either
    if any(_holds(facets.stems, phrase) for phrase in query.must_not):
        return None
    if not set(facets.stems).issuperset(query.must) or not all(_holds(facets.stems, p) for p in query.phrases):
        return None
    return f"the words “{criteria.words}”"


def _holds(stems: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    length = len(phrase)
    return any(stems[place : place + length] == phrase for place in range(len(stems) - length + 1))
