"""“What do you hold about my address?” in a browser: the mail's link shows all of it, a button erases it."""

import json

from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.reference.personal_data_register import held_kinds
from tests.alerts.sinks import Post
from tests.support.test_data_requests import ME, fill
from tests.web.conftest import NOW
from tests.web.forms import Form
from tests.web.html import HtmlPage, text_of
from tests.web.test_interest_pages import button


def ask(client: FlaskClient, post: Post, email: str) -> str:
    Form(HtmlPage(client.get("/my-data")), "/my-data").send(client, {"email": email})
    post.tick(NOW)
    return button(post, "See, download or erase it")


def test_it_is_shown_downloaded_and_erased(client: FlaskClient, sqlite_database: Database) -> None:
    post = Post(sqlite_database)
    fill(sqlite_database, ME, "MEE")
    path = ask(client, post, ME)
    page = HtmlPage(client.get(path))
    headings = page.texts("h2", "govuk-heading-m")
    data = json.loads(client.get(f"{path}/my-data.json").text)
    assert [*data["held"], "Erase it"] == headings
    assert data["address"] == ME
    profile = data["held"]["Your organisation’s profile"]
    assert [row["email"] for row in profile] == [ME]
    assert "Asked at 2026-11-23 10:00 UTC" in page.texts("div", "facts__row")
    assert [text for text in page.texts("dt") if text.lower() == "id" or text.endswith(" id")] == []
    gone = HtmlPage(Form(page, path).send(client))
    assert [text_of(item) for item in gone.elements("ul", "govuk-list--bullet")[0]] == [
        "Your account. You need it to sign in. Ask your organisation to take you out.",
        "Contact of an organisation. The organisation named it. Ask it to name another.",
    ]
    assert client.get(path).status_code == 410


def test_an_address_that_we_do_not_know_is_answered_too(client: FlaskClient, sqlite_database: Database) -> None:
    path = ask(client, Post(sqlite_database), "new@example.org")
    page = HtmlPage(client.get(path))
    assert page.texts("h2", "govuk-heading-m") == ["Emails to you", "That you asked what we hold", "Erase it"]
    gone = HtmlPage(Form(page, path).send(client))
    assert gone.texts("p", "govuk-body") == ["We hold nothing about your address any more."]


def test_what_is_no_address_is_refused(client: FlaskClient) -> None:
    page = HtmlPage(Form(HtmlPage(client.get("/my-data")), "/my-data").send(client, {"email": "nobody"}), 400)
    assert page.texts("p", "govuk-error-message") == [
        "Error: Enter an email address in the usual form, such as name@example.org."
    ]


def test_the_privacy_page_is_made_of_the_register(client: FlaskClient) -> None:
    page = HtmlPage(client.get("/privacy"))
    headings = page.texts("h2", "govuk-heading-m")
    assert headings[1:-2] == [kind.title for kind in held_kinds()]
    assert [text_of(item) for found in page.elements("ul", "govuk-list--bullet") for item in found] == [
        f"{kept.what}: {kept.how_long}" for kind in held_kinds() for kept in kind.kept
    ]
