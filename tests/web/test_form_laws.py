"""Laws of every form: whatever is sent is taken or refused, never an error of ours; what was typed comes back."""

from urllib.parse import parse_qsl

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from kil_pipeline.plan.advice import CHANCES
from kil_pipeline.plan.answers import PARTS, answer_fields
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.statuses import Status
from kil_pipeline.reference.areas import areas
from kil_pipeline.reference.cpv import normalise_cpv
from kil_pipeline.reference.routes import routes
from kil_pipeline.reference.themes import themes
from kil_pipeline.text import clean_line, drop_unwritable
from tests.web.forms import Form
from tests.web.html import HtmlPage
from web.queries import MOST_WORDS, QueryNotUnderstood, read_plan_query, write_plan_query
from web.rate_limits import limiter

NEW = "/workspace/entries/new"
BOXES = [*answer_fields(), *(f"{field}: {part}" for field in answer_fields() for part in PARTS)]
ANSWERS = [
    "",
    "TBC",
    "£400k to £650k a year",
    "Q3 2027/28",
    "undecided.budget",
    "withheld.commercial",
    "On hold",
    "Draft",
]
HOSTILE = [
    "\0",
    "a\0b",
    "\ufffe\x07",
    "x" * 10_001,
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "'; --",
    "🦊\u202e\u200b",
]

typed = st.sampled_from(ANSWERS + HOSTILE) | st.text(max_size=40)
on_one_client = settings(
    max_examples=12,
    phases=[Phase.generate],  # a page takes long: shrinking would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def some(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=5).map(tuple)


anything = st.builds(
    Criteria,
    words=st.text(max_size=MOST_WORDS).map(clean_line).filter(lambda words: len(words) <= MOST_WORDS),
    areas=some(sorted(areas())),
    themes=some([theme.code for theme in themes()]),
    commissioners=some(["exampleshire-council", "100-and-more"]),
    routes=some([route.code for route in routes()]),
    chances=some(list(CHANCES)),
    statuses=some([status.value for status in Status if status is not Status.DRAFT]),
    cpv=some([code for code in ("85000000", "85312310") if normalise_cpv(code)]),
    references=some(["EXC-0001", "EXC-0002"]),
)


@settings(max_examples=100)
@given(anything)
def test_the_address_of_a_list_reads_back_as_the_same_list(criteria: Criteria) -> None:
    pairs = MultiDict(_pairs(write_plan_query(criteria)))
    assert read_plan_query(pairs).criteria == criteria


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.sampled_from(["q", "area", "cpv", "page", "order", "chance", "entry"]), typed), max_size=6)
)
def test_any_query_is_understood_or_refused_with_how_to_mend_it(pairs: list[tuple[str, str]]) -> None:
    problems: dict[str, list[str]] = {}
    try:
        found = read_plan_query(MultiDict(pairs)).criteria
    except QueryNotUnderstood as error:
        found, problems = error.understood, dict(error.problems)
    assert [parameter for parameter, lines in problems.items() if not "".join(lines)] == []
    assert [parameter for parameter in problems if parameter not in dict(pairs)] == []
    assert clean_line(found.words) == found.words


@pytest.mark.slow
@on_one_client
@given(filled=st.dictionaries(st.sampled_from(BOXES), typed, max_size=8))
def test_any_entry_is_saved_or_comes_back_as_it_was_typed(author: FlaskClient, filled: dict[str, str]) -> None:
    token = Form(HtmlPage(author.get("/workspace")), "/sign-out").fields["csrf_token"]
    answer = author.post(NEW, data={"headline": "Beds", "csrf_token": token} | filled)
    assert answer.status_code in (302, 400)
    if answer.status_code == 400:
        back = Form(HtmlPage(answer, 400), NEW).fields
        boxes = {name: text for name, text in filled.items() if name in back}
        assert {name: _seen(back[name]) for name in boxes} == {name: _seen(text) for name, text in boxes.items()}


@pytest.mark.slow
@on_one_client
@given(
    filled=st.dictionaries(st.sampled_from(["email", "q", "area", "theme", "chance", "frequency", "weekday"]), typed)
)
def test_any_request_for_alerts_is_taken_or_refused(client: FlaskClient, filled: dict[str, str]) -> None:
    with client.application.app_context():
        limiter().storage.reset()
    form = Form(HtmlPage(client.get("/alerts/new")), "/alerts/new")
    answer = client.post("/alerts/new", data=dict(form.fields) | filled)
    HtmlPage(answer, answer.status_code)
    assert answer.status_code in (200, 400)


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(author: FlaskClient, client: FlaskClient, text: str) -> None:
    """In every field of text at once: saved, previewed, published and listed."""
    fields = ("summary", "length", "lots", "current", "suitability", "portal", "contact")
    form = Form(HtmlPage(author.get(NEW)), NEW)
    answer = form.send(author, {"headline": f"Beds {text[:50]}"} | dict.fromkeys(fields, text[:10000]))
    preview = Form(HtmlPage(author.get(f"{answer.location}/preview")), f"{answer.location}/publish")
    assert preview.send(author).location == "/workspace"
    for path in ("/workspace", answer.location):
        HtmlPage(author.get(path))
    for path in ("/", "/plan", "/plan?view=timeline", "/entries/EXC-0001", "/entries/EXC-0001/changes/1"):
        response = client.get(path)
        HtmlPage(response)
        assert "<script>alert" not in response.text


@pytest.mark.parametrize("headline", ["x" * 10_000, "word " * 2_000, "<b>" + "y" * 301])
def test_a_headline_without_end_comes_back_to_be_shortened(author: FlaskClient, headline: str) -> None:
    form = Form(HtmlPage(author.get(NEW)), NEW)
    assert Form(HtmlPage(form.send(author, {"headline": headline}), 400), NEW).fields["headline"] == headline


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query.removeprefix("?"), keep_blank_values=True)


def _seen(text: str) -> str:
    """What a person sees of a text: lines and spaces as a browser gives them back, nothing that cannot be written."""
    return " ".join(drop_unwritable(text).split())
