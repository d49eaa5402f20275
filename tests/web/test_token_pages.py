"""Tokens for programs, on the admin's page: shown once, listed, revoked."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.organisations.api_tokens import Scope, TokenNotValid, member_of_token
from kil_pipeline.organisations.members import Role
from tests.web.conftest import NOW, Clock
from tests.web.forms import Form
from tests.web.html import HtmlPage

SignIn = Callable[..., FlaskClient]
PATH = "/workspace/tokens"
FILLED: dict[str, str | list[str]] = {"name": "Nightly sync", "scope": ["read-private", "write"], "days": "30"}


@pytest.fixture
def admin(sign_in: SignIn) -> FlaskClient:
    """A browser in which an admin is signed in."""
    return sign_in("admin@council.example.org", Role.ADMIN)


def make(admin: FlaskClient) -> str:
    """Make a token; return it as the page shows it."""
    page = HtmlPage(Form(HtmlPage(admin.get(PATH)), PATH).send(admin, FILLED))
    return next(e.get("value") or "" for e in page.elements("input") if e.get("id") == "token")


def test_a_token_is_shown_once_and_works_until_it_is_revoked(admin: FlaskClient, sqlite_database: Database) -> None:
    token = make(admin)
    with sqlite_database.write() as session:
        assert member_of_token(session, token, Scope.WRITE, NOW).organisation_name == "Exampleshire Council"
    page = HtmlPage(admin.get(PATH))
    assert page.texts("p", "govuk-body-s")[0] == (
        "Made by admin@council.example.org on 23 November 2026; works until 23 December 2026; "
        "last used 23 November 2026 at 10:00"
    )
    assert [e for e in page.elements("input") if e.get("id") == "token"] == []
    (action,) = [a for f in page.elements("form") if (a := f.get("action") or "").endswith("/revoke")]
    assert Form(page, action).send(admin).location == PATH
    with sqlite_database.write() as session, pytest.raises(TokenNotValid):
        member_of_token(session, token, Scope.WRITE, NOW)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"name": " "}, "Error: Give it a name, such as the program that will use it."),
        ({"scope": []}, "Error: Choose at least one thing that it may do."),
        ({"scope": ["everything"]}, "Error: Choose at least one thing that it may do."),
        ({"days": "99999"}, "Error: A token lives for a year at most."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    admin: FlaskClient, changed: dict[str, str | list[str]], problem: str
) -> None:
    form = Form(HtmlPage(admin.get(PATH)), PATH)
    page = HtmlPage(form.send(admin, {**FILLED, **changed}), 400)
    assert page.texts("p", "govuk-error-message") == [problem]
    assert Form(page, PATH).fields["name"] == ({**FILLED, **changed})["name"]


def test_making_one_asks_for_a_proof(admin: FlaskClient, clock: Clock) -> None:
    form = Form(HtmlPage(admin.get(PATH)), PATH)
    clock.moment = NOW + timedelta(minutes=11)
    held = HtmlPage(form.send(admin, FILLED), 403)
    assert Form(held, PATH).fields.getlist("scope") == ["read-private", "write"]
