"""Random plans and random wishes, from so small a choice of values that they often meet."""

from hypothesis import strategies as st

from kil_pipeline.alerts.letters import Frequency
from kil_pipeline.alerts.news_kinds import NEWS_KINDS
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.money import Money
from kil_pipeline.plan.statuses import Status

AREAS = ("E92000001", "E12000003", "E08000035", "E08000032", "E06000014")
"""England; a region in it; two councils in the region; one that is in it too."""
THEMES = ("falls", "carers", "loneliness")
CPV = ("85000000", "85300000", "85311200", "80000000")
ROUTES = ("grant.open", "psr.direct-award-c", "pa.light-touch")
COMMISSIONERS = ("exampleshire-council", "otherham-council")
HEADLINES = ("Falls classes", "Link workers for carers", "A link for workers", "Estates and dying well")
BOUNDS = (0, 50_000_00, 100_000_00)
VALUES = (Money(None, 50_000_00), Money(60_000_00, 60_000_00), Money(70_000_00, None), Money(1_00, 900_000_00))
WORDS = (
    "",
    "falls",
    '"link worker"',
    "link worker",
    "-estates",
    "dying -class",
    'carers -"link worker"',
    "the of",
    "!",
)


def _some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


contents = st.builds(
    EntryContent,
    st.sampled_from(HEADLINES),
    status=st.sampled_from([Status.PUBLISHED, Status.OPEN]),
    areas=_some(AREAS),
    themes=_some(THEMES),
    cpv=_some(CPV),
    route=st.none() | st.sampled_from(ROUTES),
    value=st.none() | st.sampled_from(VALUES),
)
criteria = st.builds(
    Criteria,
    words=st.sampled_from(WORDS),
    areas=_some(AREAS),
    themes=_some(THEMES),
    commissioners=_some(COMMISSIONERS),
    routes=_some(ROUTES),
    chances=_some(("open", "grant", "current_provider", "undecided")),
    statuses=_some(("published", "open")),
    cpv=_some(CPV),
    kinds=_some(tuple(NEWS_KINDS)),
    notice_days=st.sampled_from([(), (30,), (7, 180)]),
    value_least=st.none() | st.sampled_from(BOUNDS),
    value_most=st.none() | st.sampled_from(BOUNDS),
    exactly=st.booleans(),
    references=st.just(()) | st.sampled_from([("EXC-0001",), ("EXC-0002", "OTH-0001")]),
)
wide_criteria = (
    st.builds(Criteria, areas=_some(AREAS), themes=_some(THEMES), exactly=st.booleans())
    | st.builds(Criteria, kinds=_some(tuple(NEWS_KINDS)))
    | st.builds(Criteria, value_least=st.none() | st.sampled_from(BOUNDS), value_most=st.sampled_from(BOUNDS))
    | criteria
)
"""Of these, enough meet something."""
frequencies = st.sampled_from(Frequency)
