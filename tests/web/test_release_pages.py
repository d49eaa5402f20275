"""Timed release as a commissioner uses it, and the whole way from the choice to the public page."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.publishing_rules import PublishingRules, choose_rules
from kil_pipeline.plan.timed_releases import release_due
from kil_pipeline.scheduler.jobs import run_tick
from tests.alerts.sinks import Post
from tests.web.conftest import NOW
from tests.web.forms import Form
from tests.web.html import HtmlPage

FIRST = "/workspace/entries/EXC-0001"
RELEASES = f"{FIRST}/releases"
NEW = "/workspace/entries/new"


@pytest.fixture
def kept_back(author: FlaskClient) -> None:
    """A published entry whose value is kept back."""
    filled = {"headline": "Beds", "value": "£450,000 a year", "value: why not": "withheld.commercial"}
    Form(HtmlPage(author.get(NEW)), NEW).send(author, filled)
    Form(HtmlPage(author.get(f"{FIRST}/preview")), f"{FIRST}/publish").send(author)


def tick(post: Post, now: datetime) -> tuple[str, ...]:
    return run_tick(replace(post.jobs(), release_values=release_due), now).lines()


@pytest.mark.usefixtures("kept_back")
def test_it_is_chosen_warned_of_and_released(
    author: FlaskClient, client: FlaskClient, sqlite_database: Database
) -> None:
    post = Post(sqlite_database)
    Form(HtmlPage(author.get(RELEASES)), RELEASES).send(author, {"on": "14 December 2026"})
    page = HtmlPage(author.get(RELEASES))
    assert "Planned for 14 December 2026." in page.texts("p", "govuk-body")
    tick(post, NOW)
    tick(post, NOW + timedelta(days=14))
    (letter,) = [letter for letter in post.letters if isinstance(letter, NoticeLetter)]
    assert (letter.heading, letter.facts) == (
        "It becomes public on 14 December 2026",
        (("What", "How much"), ("Of", "Beds (EXC-0001)")),
    )
    assert [outgoing.to for outgoing in post.sent] == ["author@council.example.org"]
    assert client.get("/entries/EXC-0001.json").get_json()["value"] is None
    assert "values released: 1" in tick(post, NOW + timedelta(days=21))
    assert client.get("/entries/EXC-0001.json").get_json()["value"]["least"] == 45_000_000  # pence


@pytest.mark.usefixtures("kept_back")
def test_it_is_stopped_by_a_button_and_nobody_is_warned_then(author: FlaskClient, sqlite_database: Database) -> None:
    Form(HtmlPage(author.get(RELEASES)), RELEASES).send(author, {"on": "14 December 2026"})
    Form(HtmlPage(author.get(RELEASES)), f"{RELEASES}/stop").send(author)
    post = Post(sqlite_database)
    tick(post, NOW + timedelta(days=14))
    assert post.letters == []


@pytest.mark.usefixtures("kept_back")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("March 2027", "Name the day, such as 14 March 2027."),
        ("1 January 2020", "Choose a day to come. To publish it today, take its reason out in the form."),
    ],
)
def test_a_day_that_will_not_do_is_said_and_kept(author: FlaskClient, typed: str, said: str) -> None:
    page = HtmlPage(Form(HtmlPage(author.get(RELEASES)), RELEASES).send(author, {"on": typed}), 400)
    assert page.texts("ul", "govuk-error-summary__list") == [said]
    assert Form(page, RELEASES).answers()["on"] == [typed]


@pytest.mark.usefixtures("kept_back")
def test_with_four_eyes_a_colleague_approves_it(
    author: FlaskClient, sign_in: Callable[..., FlaskClient], sqlite_database: Database, council: uuid.UUID
) -> None:
    approver = sign_in("approver@council.example.org", Role.APPROVER)
    with sqlite_database.write() as session:
        choose_rules(session, council, PublishingRules(four_eyes=True))
    Form(HtmlPage(author.get(RELEASES)), RELEASES).send(author, {"on": "14 December 2026"})
    post = Post(sqlite_database)
    tick(post, NOW)
    assert [letter.subject for letter in post.letters if isinstance(letter, NoticeLetter)] == [
        "To approve: Beds: release of “How much”"
    ]
    assert HtmlPage(approver.get("/workspace/approvals")).texts("ul", "govuk-list--bullet") == [
        "14 December 2026: How much, Beds (EXC-0001). It waits for approval"
    ]
    approve = f"{RELEASES}/approve"
    assert [form.get("action") for form in HtmlPage(author.get(RELEASES)).elements("form")].count(approve) == 0
    Form(HtmlPage(approver.get(RELEASES)), approve).send(approver)
    assert HtmlPage(approver.get("/workspace/approvals")).texts("ul", "govuk-list--bullet") == [
        "14 December 2026: How much, Beds (EXC-0001)"
    ]


def test_where_nothing_is_kept_back_there_is_nothing_to_choose(
    author: FlaskClient, publish: Callable[..., str]
) -> None:
    Form(HtmlPage(author.get(NEW)), NEW).send(author, {"headline": "Beds"})
    assert HtmlPage(author.get(RELEASES)).texts("p", "govuk-body")[1].startswith("Nothing is kept back with a value.")
