"""What goes wrong gets a clear message, the right status and a way on; never a traceback, never a page of nothing."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from tests.web.conftest import Clock, make_app
from tests.web.html import HtmlPage

UNKNOWN = ["/nothing", "/entries/EXC-9999", "/sessions/EXC-S9999", "/plan?page=2", "/plan?view=pie", "/entries/%00"]
NONSENSE = {
    "/plan?page=0": "Pages count from 1.",
    "/plan?page=-1": "Pages count from 1.",
    "/plan?page=abc": "The page must be a number, such as 2.",
    "/plan?page=1.5": "The page must be a number, such as 2.",
    "/plan?page=99999999": "The list is not that long.",
    f"/plan?page={'9' * 5000}": "The page must be a number, such as 2.",
    "/plan?area=nonsense": "We know no area “nonsense”. Choose one from the list, or try a council’s name.",
    "/plan?theme=nonsense": "We know no topic “nonsense”. Choose one from the list.",
    "/plan?status=draft": "We know no status “draft”. Choose one from the list.",
    "/plan?cpv=12": "“12” is not a CPV code. A CPV code has 8 digits, such as 85000000.",
    f"/plan?q={'x' * 10_000}": "Search for at most 200 characters.",
    f"/plan?entry={'x' * 31}": "That is not one of our references.",
    f"/plan?{'theme=food&' * 51}": "Choose at most 50.",
    "/sessions?area=nonsense": "We know no area “nonsense”. Choose one from the list, or try a council’s name.",
    "/alerts/new?area=nonsense": "We know no area “nonsense”. Choose one from the list, or try a council’s name.",
}


@pytest.mark.parametrize("path", UNKNOWN)
def test_what_is_not_there_says_so_and_leads_to_the_plan(client: FlaskClient, path: str) -> None:
    page = HtmlPage(client.get(path), 404)
    assert page.texts("h1") == ["Page not found"]
    assert page.links()["See all planned opportunities"] == "/plan"


@pytest.mark.parametrize(("path", "message"), NONSENSE.items())
def test_an_address_that_makes_no_sense_says_how_to_mend_it(client: FlaskClient, path: str, message: str) -> None:
    page = HtmlPage(client.get(path), 400)
    assert page.texts("h1") == ["We did not understand that address"]
    assert page.texts("main")[0].split("address ", 1)[1].startswith(message)


@pytest.mark.parametrize(
    "path", ["/feeds/entries.atom", "/feeds/entries.rss", "/feeds/changes.json", "/calendars/milestones.ics"]
)
def test_programs_get_the_same_message_as_plain_text(client: FlaskClient, path: str) -> None:
    answer = client.get(f"{path}?area=nonsense&theme=nonsense")
    assert (answer.status_code, answer.content_type) == (400, "text/plain; charset=utf-8")
    assert answer.text == (
        "We did not understand that address\n"
        "We know no area “nonsense”. Choose one from the list, or try a council’s name.\n"
        "We know no topic “nonsense”. Choose one from the list.\n"
    )


@pytest.mark.parametrize(
    "query", ["%", "%ff%fe", "q=%00", "q=%ed%a0%80", "&&==&", "commissioner=%00", "q[]=1", "page="]
)
def test_a_broken_query_is_read_as_far_as_it_goes(client: FlaskClient, query: str) -> None:
    HtmlPage(client.get(f"/plan?{query}"))


def test_several_mistakes_are_all_said(client: FlaskClient) -> None:
    page = HtmlPage(client.get("/plan?area=nonsense&theme=nonsense&page=0"), 400)
    assert page.texts("ul", "govuk-list--bullet") == [
        (
            "We know no area “nonsense”. Choose one from the list, or try a council’s name. "
            "We know no topic “nonsense”. Choose one from the list. Pages count from 1."
        )
    ]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/plan", ["GET", "HEAD", "OPTIONS"]),
        ("DELETE", "/entries/EXC-0001", ["GET", "HEAD", "OPTIONS"]),
        ("GET", "/sign-out", ["OPTIONS", "POST"]),
        ("PUT", "/alerts/new", ["GET", "HEAD", "OPTIONS", "POST"]),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(app: Flask, method: str, path: str, allowed: list[str]) -> None:
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # else the missing token is found first
    answer = app.test_client().open(path, method=method)
    assert HtmlPage(answer, 405).texts("h1") == ["That does not work here"]
    assert sorted(answer.allow) == allowed


@pytest.mark.parametrize(
    "path", ["/alerts/new", "/sign-in", "/workspace/entries/new", "/sign-out", "/workspace/organisation"]
)
def test_a_form_without_its_token_changes_nothing_and_says_why(client: FlaskClient, path: str) -> None:
    page = HtmlPage(client.post(path, data={"email": "reader@example.org", "headline": "Beds"}), 400)
    assert page.texts("h1") == ["Please send the form again"]
    assert page.texts("p", "govuk-body")[0] == "The page was open for too long, or cookies are off."


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain"])
def test_what_is_too_large_is_refused_in_plain_words(client: FlaskClient, content_type: str) -> None:
    answer = client.post("/alerts/new", data=b"q=" + b"x" * (13 * 1024 * 1024), content_type=content_type)
    assert HtmlPage(answer, 413).texts("h1") == ["That is too large"]


def test_an_error_is_kept_by_nobody(client: FlaskClient) -> None:
    assert client.get("/nothing").headers["Cache-Control"] == "no-store"


def test_what_nobody_expected_shows_nothing_of_itself(sqlite_database: Database, clock: Clock) -> None:
    def broken() -> str:
        raise RuntimeError("secret detail")

    app = make_app(sqlite_database, clock, {"KIL_ENV": "development"})
    app.add_url_rule("/broken", view_func=broken)
    answer = app.test_client().get("/broken")
    assert HtmlPage(answer, 500).texts("main") == [
        (
            "Sorry, something went wrong Nothing that you sent was half saved. Try again in a minute. "
            "See all planned opportunities"
        )
    ]


def test_pages_still_speak_when_the_database_is_gone(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        session.connection().exec_driver_sql("DROP TABLE public_milestone")
        session.connection().exec_driver_sql("DROP TABLE log_head")
    assert HtmlPage(client.get("/"), 500).texts("h1") == ["Sorry, something went wrong"]
