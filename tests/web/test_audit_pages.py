"""Who did what, as an organisation's admin reads it and takes it along."""

import csv
import io
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.members import Role
from tests.web.conftest import NOW, Clock
from tests.web.forms import Form
from tests.web.html import HtmlPage

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def admin(sign_in: SignIn, author: FlaskClient, sqlite_database: Database, council: uuid.UUID) -> FlaskClient:
    """A browser in which an admin is signed in; an author has signed out, and 60 things happened a day ago."""
    assert Form(HtmlPage(author.get("/workspace")), "/sign-out").send(author).status_code == 302
    with sqlite_database.write() as session:
        for number in range(60):
            at = NOW - timedelta(days=1, minutes=number)
            note_deed(session, "flag", subject=f"=1+{number}", organisation_id=council, now=at)
    return sign_in("admin@council.example.org", Role.ADMIN)


def lines(page: HtmlPage) -> list[str]:
    return page.texts("li", "result")


def test_it_says_who_did_what_when_and_from_where(admin: FlaskClient) -> None:
    page = HtmlPage(admin.get("/workspace/audit"))
    assert lines(page)[0] == "author@council.example.org signed out 23 November 2026 at 10:00 · from 127.0.0.0/24"
    assert lines(page)[1] == "the installation flag (=1+0) 22 November 2026 at 10:00"
    assert len(lines(page)) == 50
    assert len(lines(HtmlPage(admin.get("/workspace/audit?page=2")))) == 11


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("email=author@council.example.org", 1),
        ("deed=sign_out&until=2026-11-22", 0),
        ("since=2026-11-23", 1),
        ("deed=flag&page=2", 10),
    ],
)
def test_it_is_filtered(admin: FlaskClient, query: str, found: int) -> None:
    assert len(lines(HtmlPage(admin.get(f"/workspace/audit?{query}")))) == found


def test_a_day_that_is_none_is_said(admin: FlaskClient) -> None:
    page = HtmlPage(admin.get("/workspace/audit?since=yesterday"), 400)
    assert page.texts("p", "govuk-error-message") == ["Error: From: write a day as 2026-11-23."]
    assert Form(page, "/workspace/audit").fields["since"] == "yesterday"


def test_it_is_taken_along_with_formulas_neutralised_and_that_is_noted(admin: FlaskClient, clock: Clock) -> None:
    page = HtmlPage(admin.get("/workspace/audit?deed=flag"))
    form = Form(page, "/workspace/audit/export")
    clock.moment = NOW + timedelta(minutes=11)
    HtmlPage(form.send(admin), 403)
    clock.moment = NOW
    answer = form.send(admin)
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert (answer.status_code, answer.headers["Cache-Control"], len(rows)) == (200, "no-store", 61)
    assert rows[1] == ["2026-11-22 10:00:00", "the installation", "flag", "flag", "'=1+0", "", ""]
    newest = lines(HtmlPage(admin.get("/workspace/audit")))[0]
    assert newest.startswith("admin@council.example.org took along this record (60 lines)")
