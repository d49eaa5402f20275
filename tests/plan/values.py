"""Values of the plan for properties: dates, amounts, disclosures and whole contents, as authors could make them."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from kil_pipeline.plan.answers import TEXTS, answer_fields, path_of
from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.expected_dates import Confidence, Precision, expected_span
from kil_pipeline.plan.money import Money, Period, Vat
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.unknowns import is_unknown
from kil_pipeline.reference.benefits import benefits
from kil_pipeline.reference.milestones import milestone_kinds
from kil_pipeline.reference.reasons import reasons
from kil_pipeline.reference.routes import routes
from kil_pipeline.reference.stages import stages
from kil_pipeline.reference.themes import themes
from kil_pipeline.text import clean_line, clean_text

days = st.dates(date(2000, 1, 1), date(2098, 12, 31))
expected_dates = st.builds(expected_span, days, st.sampled_from(Precision), st.sampled_from(Confidence))

pence = st.integers(1, 10_000_000_000_000) | st.integers(1, 1_000_000).map(lambda k: k * 1_000_000)
"""A penny to a hundred billion pounds; whole tens of thousands of pounds among them, which are written in words."""
_ranges = st.tuples(pence, pence).map(sorted)
_bounds = st.one_of(
    pence.map(lambda one: (one, one)),
    pence.map(lambda most: (None, most)),
    pence.map(lambda least: (least, None)),
    _ranges.map(lambda both: (both[0], both[1])),
)
amounts = st.builds(
    lambda bounds, period, vat: Money(bounds[0], bounds[1], period, vat),
    _bounds,
    st.sampled_from(Period),
    st.sampled_from(Vat),
)

_words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
lines = _words.map(clean_line).filter(lambda text: bool(text) and not is_unknown(text))
texts = _words.map(clean_text).filter(lambda text: bool(text) and not is_unknown(text))
places = st.sampled_from(["E08000035", "E12000003", "E92000001", "E08000032", "E06000022"])
codes = st.sampled_from(["85000000", "85311100", "98000000"])


def _some(values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(values, min_size=1, max_size=3, unique=True).map(tuple)


_plain: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(TEXTS, texts),
    "themes": _some(st.sampled_from([theme.code for theme in themes()])),
    "areas": _some(places),
    "benefits": _some(st.sampled_from([benefit.code for benefit in benefits()])),
    "cpv": _some(codes),
    "stage": st.sampled_from([stage.code for stage in stages()]),
    "route": st.sampled_from([route.code for route in routes()]),
    "value": amounts,
}


@st.composite
def disclosures(draw: st.DrawFn, path: str) -> Disclosure:
    """Draw why the field at `path` has no public value."""
    known = draw(st.sampled_from(reasons()))
    state = DisclosureState(known.state)
    return Disclosure(
        path=path,
        state=state,
        reason=known.code,
        explanation=draw(st.just("") | texts),
        who_decides=draw(st.just("") | lines),
        expected_by=draw(days if known.needs_expected_by else st.none() | days),
        review_on=draw(st.none() | days),
        how_you_could_help=draw(st.just("") | texts),
        public_interest=draw(st.just("") | texts) if state is DisclosureState.WITHHELD else "",
    )


@st.composite
def contents(draw: st.DrawFn) -> EntryContent:
    """Draw what an author could say of an entry: each field stated, disclosed or neither."""
    values: dict[str, Any] = {}
    milestones: list[Milestone] = []
    accounts: list[Disclosure] = []
    kinds = {kind.code for kind in milestone_kinds()}
    chosen = draw(st.sets(st.sampled_from([f for f in answer_fields() if f in _plain or f in kinds]), max_size=6))
    for field in [field for field in answer_fields() if field in chosen]:
        path = path_of(field)
        if path is not None and draw(st.booleans()):
            accounts.append(draw(disclosures(path)))
        elif field in kinds:
            milestones.append(Milestone(field, draw(expected_dates)))
        else:
            values[field] = draw(_plain[field])
    status = draw(st.sampled_from([status for status in Status if status is not Status.DRAFT]))
    return EntryContent(
        headline=draw(lines),
        status=status,
        status_reason=draw(lines) if status.needs_reason else draw(st.just("") | lines),
        milestones=tuple(milestones),
        disclosures=tuple(accounts),
        **values,
    )
