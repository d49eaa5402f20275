"""Searching as people and programs do, on both databases: found, not found or refused; never an error of ours."""

from collections.abc import Iterable

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from kil_pipeline.database import Database
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.queries import public_entries
from kil_pipeline.reference.areas import areas
from kil_pipeline.reference.themes import themes
from tests.factories import NOW, a_commissioner, publish
from tests.web.conftest import make_app
from tests.web.html import HtmlPage
from web.queries import read_plan_query

WORDS = {
    '"': [],
    '"link worker': ["Link workers"],
    '"worker link"': [],
    "'link'": ["Link workers"],
    "link' OR '1'='1": [],
    "link AND worker": ["Link workers"],
    "link NOT worker": ["Link workers"],
    "link* NEAR(worker, 2)": [],
    "headline:link": [],
    "stems:link": [],
    "{link}: ^link": ["Link workers"],
    "link & worker | !x": [],
    "link & !worker": ["Link workers"],
    "link:*": ["Link workers"],
    "link <-> worker": ["Link workers"],
    "(((": [],
    "\\": [],
    "%_": [],
    "-": [],
    "-worker": ["Café for dads", "½ hour of 日本語 and жизнь"],
    "-link -dads": ["½ hour of 日本語 and жизнь"],
    "link -worker": [],
    "the and of": [],
    "🦊": [],
    "🦊 link": ["Link workers"],
    "CAFE": ["Café for dads"],
    "cafe\u0301 dad’s": ["Café for dads"],
    "日本語": ["½ hour of 日本語 and жизнь"],
    "ЖИЗНЬ": ["½ hour of 日本語 and жизнь"],
    "½": ["½ hour of 日本語 and жизнь"],
    "\0link\0": ["Link workers"],
}


HEADLINES = ["Café for dads", "Link workers", "½ hour of 日本語 and жизнь"]


@pytest.fixture
def plan(database: Database) -> Database:
    """A plan of three."""
    with database.write() as session:
        council = a_commissioner(session)
        for headline in HEADLINES:
            publish(session, council.id, EntryContent(headline, themes=("carers",), areas=("X-EXA-N",)))
    return database


def found(plan: Database, criteria: Criteria) -> list[str]:
    with plan.read() as session:
        return sorted(entry.headline for entry in public_entries(session, criteria).entries)


@pytest.fixture
def reader(plan: Database) -> FlaskClient:
    """A reader of that plan."""
    return make_app(plan, lambda: NOW, {"KIL_ENV": "development"}).test_client()


def test_words_are_words_whatever_they_look_like(plan: Database) -> None:
    asked = {words: read_plan_query(MultiDict({"q": words})).criteria for words in WORDS}
    assert {words: found(plan, criteria) for words, criteria in asked.items()} == WORDS


@pytest.mark.parametrize("sign", ["", "-"])
def test_five_hundred_words_are_looked_for_at_once(plan: Database, sign: str) -> None:
    words = " ".join(f"{sign}word{letter}{number}" for number in range(50) for letter in "abcdefghij")
    expected = [] if sign == "" else found(plan, Criteria())
    assert found(plan, Criteria(words=words)) == expected


@pytest.mark.parametrize("quote", [True, False])
def test_a_long_search_finds_what_has_all_of_it(plan: Database, quote: bool) -> None:
    text = " ".join(f"breathe{number}" for number in range(200))
    with plan.write() as session:
        publish(session, a_commissioner(session, "Trust").id, EntryContent("Long", summary=text))
    assert found(plan, Criteria(words=f'"{text}"' if quote else text)) == ["Long"]


def _query(name: str, values: Iterable[str]) -> str:
    return "&".join(f"{name}={value}" for value in list(values)[:50])


def test_filters_take_fifty_values_each_all_at_once(reader: FlaskClient) -> None:
    """What is asked for meets every filter; the limit of one statement's parameters is not met."""
    own = ["X-EXA-N", *(code for code in areas() if code.startswith("E06"))]
    topics = ["carers", *(theme.code for theme in themes() if theme.code != "carers")]
    parts = [
        _query("area", own),
        _query("theme", topics),
        _query("commissioner", ["exampleshire-council", *(f"nobody-{n}" for n in range(49))]),
        _query("entry", (f"EXA-{n:04}" for n in range(50))),
    ]
    page = HtmlPage(reader.get("/plan?" + "&".join(parts)))
    assert sorted(page.texts("h3", "row__headline")) == HEADLINES


@pytest.mark.parametrize(
    "path",
    ["/entries/%00", "/entries/a%00b.json", "/sessions/%00", "/plan?commissioner=%00&entry=%00"],
)
def test_a_nul_in_an_address_is_asked_of_no_database(reader: FlaskClient, path: str) -> None:
    assert reader.get(path).status_code == (200 if "?" in path else 404)
