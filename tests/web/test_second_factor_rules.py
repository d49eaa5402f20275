"""Asking for a second factor on screen, and what setting one up or taking it off does to other browsers."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role
from tests.web.conftest import NOW, Clock, make_app
from tests.web.forms import Form
from tests.web.html import HtmlPage
from web.commissioner.access import KEY

SignIn = Callable[..., FlaskClient]
PEOPLE = "/workspace/people"
RULE = "/workspace/people/second-factor"
OWN = "/workspace/account/second-factor"
ADMIN = "admin@council.example.org"


@pytest.fixture
def admin(sign_in: SignIn) -> FlaskClient:
    """A browser in which an admin is signed in."""
    return sign_in(ADMIN, Role.ADMIN)


def ask(admin: FlaskClient) -> None:
    """Press the button that asks approvers and admins for a second factor, or asks no more."""
    assert Form(HtmlPage(admin.get(PEOPLE)), RULE).send(admin).location == PEOPLE


def set_up(browser: FlaskClient) -> str:
    """Set a second factor up. Returns the app's secret."""
    Form(HtmlPage(browser.get(OWN)), f"{OWN}/start").send(browser)
    page = HtmlPage(browser.get(OWN))
    secret = page.texts("code")[0].replace(" ", "")
    HtmlPage(Form(page, f"{OWN}/confirm").send(browser, {"code": pyotp.TOTP(secret).at(NOW)}))
    return secret


def test_an_admin_asks_and_whoever_approves_sets_it_up_before_they_go_on(admin: FlaskClient, sign_in: SignIn) -> None:
    browsers = {
        role: sign_in(f"{role.value}.one@council.example.org", role)
        for role in (Role.VIEWER, Role.AUTHOR, Role.APPROVER)
    }
    ask(admin)
    went = {role: browser.get("/workspace").location for role, browser in browsers.items()}
    assert went == {Role.VIEWER: None, Role.AUTHOR: None, Role.APPROVER: OWN}
    assert admin.get(PEOPLE).location == OWN
    set_up(admin)
    page = HtmlPage(admin.get(PEOPLE))
    assert page.texts("p", "govuk-body-s")[0].startswith("Admin · second factor")
    ask(admin)
    assert browsers[Role.APPROVER].get("/workspace").status_code == 200


def test_what_was_being_written_when_it_was_asked_for_is_held(admin: FlaskClient, sign_in: SignIn) -> None:
    approver = sign_in("bob@council.example.org", Role.APPROVER)
    form = Form(HtmlPage(approver.get("/workspace/entries/new")), "/workspace/entries/new")
    ask(admin)
    held = HtmlPage(form.send(approver, {"headline": "Breaks for carers"}), 403)
    assert held.texts("h1") == ["Set up a second factor first"]
    set_up(approver)
    answer = Form(held, "/workspace/entries/new").send(approver)
    assert Form(HtmlPage(approver.get(answer.location)), answer.location).fields["headline"] == "Breaks for carers"


def test_choosing_asks_who_one_is(admin: FlaskClient, clock: Clock) -> None:
    form = Form(HtmlPage(admin.get(PEOPLE)), RULE)
    clock.moment = NOW + timedelta(minutes=11)
    assert HtmlPage(form.send(admin), 403).texts("h1") == ["Show that it is you"]
    assert admin.get(PEOPLE).status_code == 200


def test_setting_it_up_asks_who_one_is(author: FlaskClient, clock: Clock) -> None:
    form = Form(HtmlPage(author.get(OWN)), f"{OWN}/start")
    clock.moment = NOW + timedelta(minutes=11)
    assert HtmlPage(form.send(author), 403).texts("h1") == ["Show that it is you"]
    assert HtmlPage(author.get(OWN)).texts("code") == []


def test_setting_it_up_changes_the_key_and_signs_other_browsers_out(sign_in: SignIn) -> None:
    here, there = sign_in(), sign_in()
    with here.session_transaction() as cookie:
        before = cookie[KEY]
    set_up(here)
    with here.session_transaction() as cookie:
        assert cookie[KEY] != before
    assert [browser.get("/workspace").status_code for browser in (here, there)] == [200, 302]


def test_taking_it_off_signs_other_browsers_out(sign_in: SignIn, sqlite_database: Database) -> None:
    here = sign_in()
    set_up(here)
    there = sign_in()
    assert Form(HtmlPage(here.get(OWN)), f"{OWN}/remove").send(here).location == "/workspace/account"
    assert [browser.get("/workspace").status_code for browser in (here, there)] == [200, 302]


def test_an_admin_signs_a_colleague_out_everywhere(admin: FlaskClient, author: FlaskClient, sign_in: SignIn) -> None:
    other = sign_in("other@council.example.org")
    path = HtmlPage(admin.get(PEOPLE)).links()["author@council.example.org"]
    assert Form(HtmlPage(admin.get(path)), f"{path}/sign-out").send(admin).location == path
    assert HtmlPage(admin.get(path)).texts("p", "govuk-notification-banner__heading") == [
        "author@council.example.org is signed out everywhere."
    ]
    assert [browser.get("/workspace").status_code for browser in (author, other, admin)] == [302, 200, 200]


def test_other_browsers_are_ended_only_by_whoever_shows_who_they_are(sign_in: SignIn, clock: Clock) -> None:
    here, there = sign_in(), sign_in()
    page = HtmlPage(here.get("/workspace/account"))
    other = next(a for f in page.elements("form") if (a := f.get("action") or "").endswith("/end"))
    clock.moment = NOW + timedelta(minutes=11)
    for action in (other, "/workspace/account/sign-out-everywhere"):
        assert HtmlPage(Form(page, action).send(here), 403).texts("h1") == ["Show that it is you"]
    assert [browser.get("/workspace").status_code for browser in (here, there)] == [200, 200]


@pytest.mark.parametrize(
    ("page", "action"),
    [
        ("/workspace", "/sign-out"),
        ("/workspace/account", "/workspace/account/sign-out-everywhere"),
        ("/workspace/account/leave", "/workspace/account/leave"),
    ],
)
def test_a_browser_that_is_signed_out_keeps_nothing(author: FlaskClient, page: str, action: str) -> None:
    answer = Form(HtmlPage(author.get(page)), action).send(author)
    assert (answer.location, answer.headers["Clear-Site-Data"]) == ("/", '"cache", "storage"')


def test_a_site_that_asks_everybody_has_no_button(
    sqlite_database: Database, clock: Clock, tmp_path: Path, admin: FlaskClient
) -> None:
    with admin.session_transaction() as cookie:
        key = cookie[KEY]
    strict = make_app(
        sqlite_database, clock, {"KIL_ENV": "development", "KIL_VAR": str(tmp_path), "KIL_SECOND_FACTOR": "everybody"}
    )
    browser = strict.test_client()
    with browser.session_transaction() as cookie:
        cookie[KEY] = key
    assert browser.get(PEOPLE).location == OWN
    set_up(browser)
    page = HtmlPage(browser.get(PEOPLE))
    assert [f.get("action") for f in page.elements("form") if f.get("action") == RULE] == []
