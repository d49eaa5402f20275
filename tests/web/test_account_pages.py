"""One's own account: the code from the mail, the list of browsers, signing out everywhere."""

import re
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kil_pipeline.alerts.letters import SignInLetter
from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role, add_member
from tests.alerts.sinks import Post
from tests.web.conftest import NOW
from tests.web.forms import Form
from tests.web.html import HtmlPage
from web.commissioner.access import KEY
from web.commissioner.devices import describe_device
from web.commissioner.sign_in_views import WRONG_CODE

SignIn = Callable[..., FlaskClient]
ADDRESS = "author@council.example.org"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def known(sqlite_database: Database, council: uuid.UUID) -> Post:
    """The post office of an installation that knows one author."""
    with sqlite_database.write() as session:
        add_member(session, email=ADDRESS, organisation_id=council, role=Role.AUTHOR, now=NOW)
    return Post(sqlite_database)


def ask(client: FlaskClient, email: str = ADDRESS) -> HtmlPage:
    page = HtmlPage(client.get("/sign-in?next=/workspace/entries/new"))
    return HtmlPage(Form(page, "/sign-in").send(client, {"email": email}))


def mailed(post: Post) -> SignInLetter:
    post.tick(NOW)
    letter = post.letters[-1]
    assert isinstance(letter, SignInLetter)
    return letter


def test_the_code_signs_in_where_it_was_asked_for_and_goes_on(client: FlaskClient, known: Post) -> None:
    page = ask(client)
    answer = Form(page, "/sign-in/code").send(client, {"code": mailed(known).shown_code})
    assert (answer.status_code, answer.location) == (302, "/workspace/entries/new")
    HtmlPage(client.get("/workspace/entries/new"))


def test_a_code_that_somebody_was_talked_into_reading_out_opens_no_other_browser(
    client: FlaskClient, app: Flask, known: Post
) -> None:
    ask(client)
    code, thief = mailed(known).code, app.test_client()
    page = ask(thief, "nobody@example.org")
    refused = HtmlPage(Form(page, "/sign-in/code").send(thief, {"code": code}), 400)
    assert refused.texts("p", "govuk-error-message") == [f"Error: {WRONG_CODE}"]
    assert thief.get("/workspace").status_code == 302


def test_signing_in_ends_what_was_planted_before(app: Flask, client: FlaskClient, known: Post) -> None:
    thief = app.test_client()
    ask(thief)
    assert (
        Form(HtmlPage(thief.get("/sign-in/code")), "/sign-in/code")
        .send(thief, {"code": mailed(known).code})
        .status_code
        == 302
    )
    with thief.session_transaction() as cookie:
        planted = cookie[KEY]
    with client.session_transaction() as cookie:  # the thief's own session, planted in somebody's browser
        cookie[KEY] = planted
    letter = ask_elsewhere(app, known)
    assert (
        Form(HtmlPage(client.get(letter.sign_in_path)), letter.sign_in_path.partition("?")[0]).send(client).status_code
        == 302
    )
    with client.session_transaction() as cookie:
        assert cookie[KEY] != planted
    assert thief.get("/workspace").status_code == 302


def ask_elsewhere(app: Flask, known: Post) -> SignInLetter:
    ask(app.test_client())
    return mailed(known)


def test_one_sees_and_ends_ones_other_browsers(app: Flask, sign_in: SignIn, known: Post) -> None:
    here, there = sign_in(), app.test_client()
    there.environ_base["HTTP_USER_AGENT"] = FIREFOX
    page = ask(there)
    Form(page, "/sign-in/code").send(there, {"code": mailed(known).code})
    shown = HtmlPage(here.get("/workspace/account"))
    assert shown.texts("strong")[-2:] == ["Firefox on Windows", "A browser"]
    (action,) = [f.get("action") or "" for f in shown.elements("form") if (f.get("action") or "").endswith("/end")]
    assert Form(shown, action).send(here).location == "/workspace/account"
    assert [browser.get("/workspace").status_code for browser in (here, there)] == [200, 302]


def test_signing_out_everywhere_signs_out_here_too(sign_in: SignIn) -> None:
    here, there = sign_in(), sign_in()
    form = Form(HtmlPage(here.get("/workspace/account")), "/workspace/account/sign-out-everywhere")
    assert form.send(here).location == "/"
    assert [browser.get("/workspace").status_code for browser in (here, there)] == [302, 302]


def test_another_organisation_is_acted_for_with_a_new_key(
    author: FlaskClient, sqlite_database: Database, council: uuid.UUID
) -> None:
    with author.session_transaction() as cookie:
        before = cookie[KEY]
    page = author.get("/workspace").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    author.post("/workspace/organisation", data={"organisation": str(council), "csrf_token": token[1]})
    with author.session_transaction() as cookie:
        assert cookie[KEY] != before
        cookie[KEY] = before
    assert author.get("/workspace").status_code == 302


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_device_is_named_in_words(said: str, words: str) -> None:
    assert describe_device(said) == words
