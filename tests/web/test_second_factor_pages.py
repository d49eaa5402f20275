"""The second factor on screen: set up, asked for at sign-in and for what is dangerous, and needed by operators."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role, User, add_member
from kil_pipeline.organisations.operators import add_operator
from kil_pipeline.organisations.sign_in import mint_sign_in_token
from tests.alerts.sinks import Post
from tests.web.conftest import NOW, Clock
from tests.web.forms import Form
from tests.web.html import HtmlPage
from tests.web.visitors import enrol, follow, sign_in_operator
from web.commissioner.access import KEY
from web.commissioner.second_factor_views import WRONG

SignIn = Callable[..., FlaskClient]
ADDRESS = "author@council.example.org"
SETTINGS = "/workspace/account/second-factor"
LATER = NOW + timedelta(minutes=5)


def test_it_is_set_up_with_a_picture_and_a_first_code(author: FlaskClient) -> None:
    page = HtmlPage(author.get(SETTINGS))
    assert Form(page, f"{SETTINGS}/start").send(author).location == SETTINGS
    page = HtmlPage(author.get(SETTINGS))
    (picture,) = [image.get("src") or "" for image in page.elements("img")]
    assert picture.startswith("data:image/svg+xml")
    (secret,) = page.texts("code")
    wrong = HtmlPage(Form(page, f"{SETTINGS}/confirm").send(author, {"code": "0"}), 400)
    assert wrong.texts("p", "govuk-error-message") == [f"Error: {WRONG}"]
    done = HtmlPage(
        Form(page, f"{SETTINGS}/confirm").send(author, {"code": pyotp.TOTP(secret.replace(" ", "")).at(NOW)})
    )
    assert len(done.texts("code")) == 10
    assert HtmlPage(author.get(SETTINGS)).texts("code") == []


@pytest.fixture
def secret(sqlite_database: Database, council: uuid.UUID) -> str:
    """The secret of an author's app."""
    with sqlite_database.write() as session:
        user = add_member(session, email=ADDRESS, organisation_id=council, role=Role.AUTHOR, now=NOW).user_id
        return enrol(session, user)


def through_the_link(app: Flask, database: Database) -> FlaskClient:
    """Return a browser in which the author has followed a link, and no more."""
    browser = app.test_client()
    with database.write() as session:
        user = session.scalars(sa.select(User.id).where(User.email == ADDRESS)).one()
        token = mint_sign_in_token(session, user, NOW, 60)
    path = f"/sign-in/{token}"
    answer = Form(HtmlPage(browser.get(path)), path).send(browser, {"next": "/workspace/entries/new"})
    assert answer.location == "/sign-in/second?next=/workspace/entries/new"
    return browser


def test_a_link_alone_signs_nobody_in_who_has_a_second_factor(
    app: Flask, sqlite_database: Database, secret: str, clock: Clock
) -> None:
    clock.moment = LATER
    browser = through_the_link(app, sqlite_database)
    assert browser.get("/workspace").status_code == 302
    with browser.session_transaction() as cookie:
        waiting = cookie[KEY]
    page = HtmlPage(browser.get("/sign-in/second?next=/workspace/entries/new"))
    HtmlPage(Form(page, "/sign-in/second").send(browser, {"code": "123"}), 400)
    answer = Form(page, "/sign-in/second").send(browser, {"code": pyotp.TOTP(secret).at(LATER)})
    assert answer.location == "/workspace/entries/new"
    HtmlPage(browser.get("/workspace"))
    with browser.session_transaction() as cookie:
        assert cookie[KEY] != waiting


def test_who_waits_for_nothing_is_sent_to_sign_in(client: FlaskClient, author: FlaskClient) -> None:
    assert [browser.get("/sign-in/second").location for browser in (client, author)] == ["/sign-in", "/sign-in"]


def test_what_is_dangerous_asks_for_the_app_and_not_for_a_mail(
    app: Flask, sqlite_database: Database, secret: str, clock: Clock
) -> None:
    clock.moment = LATER
    browser = through_the_link(app, sqlite_database)
    page = HtmlPage(browser.get("/sign-in/second"))
    Form(page, "/sign-in/second").send(browser, {"code": pyotp.TOTP(secret).at(LATER)})
    off = Form(HtmlPage(browser.get(SETTINGS)), f"{SETTINGS}/remove")
    clock.moment = LATER + timedelta(minutes=11)
    held = HtmlPage(off.send(browser), 403)
    prove = HtmlPage(browser.get("/workspace/prove"))
    assert prove.texts("label") == ["Code from your app"]
    code = pyotp.TOTP(secret).at(clock.moment)
    assert Form(prove, "/workspace/prove").send(browser, {"code": code}).location == "/workspace"
    assert Form(held, f"{SETTINGS}/remove").send(browser).location == "/workspace/account"
    assert HtmlPage(browser.get(SETTINGS)).texts("button")[-1] == "Set it up"


def test_an_operator_without_a_second_factor_is_sent_to_set_it_up(app: Flask, sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        token = mint_sign_in_token(session, add_operator(session, email="op@example.org", now=NOW), NOW, 15)
    browser = follow(app.test_client(), token)
    assert browser.get("/workspace/operator").location == SETTINGS
    HtmlPage(browser.get(SETTINGS))


def test_an_operator_sees_organisations_and_invites_their_first_admin(
    app: Flask, sqlite_database: Database, council: uuid.UUID
) -> None:
    operator, post = sign_in_operator(app.test_client(), sqlite_database), Post(sqlite_database)
    page = HtmlPage(operator.get("/workspace/operator"))
    assert page.texts("li", "result") == ["Exampleshire Council 0 members, no admins"]
    form = Form(page, "/workspace/operator")
    HtmlPage(form.send(operator, {"email": "nobody"}), 400)
    assert form.send(operator, {"email": "ann@council.example.org"}).location == "/workspace/operator"
    post.tick(NOW)
    letter = post.letters[-1]
    assert isinstance(letter, NoticeLetter)
    newcomer, path = app.test_client(), letter.buttons[0][1]
    Form(HtmlPage(newcomer.get(path)), path).send(newcomer)
    HtmlPage(newcomer.get("/workspace/people"))


def test_an_operator_goes_to_their_own_page_after_signing_in(app: Flask, sqlite_database: Database) -> None:
    operator = sign_in_operator(app.test_client(), sqlite_database)
    assert operator.get("/workspace").location == "/workspace/operator"
