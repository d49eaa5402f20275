"""A local support organisation edits its bulletin in the workspace, and its list agrees by a link."""

import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role
from kil_pipeline.support.bulletin_lists import BulletinLetter
from tests.alerts.sinks import Post
from tests.factories import a_commissioner, publish, some_content
from tests.support.test_patches import LEEDS, a_body
from tests.web.conftest import NOW
from tests.web.forms import Form
from tests.web.html import HtmlPage
from tests.web.visitors import sign_in

HERE = "/workspace/bulletin"
SETTINGS: dict[str, str | list[str]] = {
    "do": "set up",
    "every": "week",
    "weekday": "2",
    "address": "list@body.example.org",
}


@pytest.fixture
def body(sqlite_database: Database) -> uuid.UUID:
    with sqlite_database.write() as session:
        for title in ("Breaks", "Cafe", "Walks"):
            council = a_commissioner(session, f"Council {title}").id
            publish(session, council, some_content(title, areas=(LEEDS,)), at=NOW)
        return a_body(session, "Body of Leeds", LEEDS)


@pytest.fixture
def member(app: Flask, sqlite_database: Database, body: uuid.UUID) -> FlaskClient:
    return sign_in(app.test_client(), sqlite_database, body, Role.AUTHOR)


def send(client: FlaskClient, filled: dict[str, str | list[str]], number: int = 0) -> HtmlPage:
    answer = Form(HtmlPage(client.get(HERE)), HERE, number=number).send(client, filled)
    assert answer.status_code == 302
    return HtmlPage(client.get(answer.location))


def said(page: HtmlPage) -> list[str]:
    return page.texts("p", "govuk-notification-banner__heading")


def titles(page: HtmlPage) -> list[str]:
    return [text.partition(". ")[2] for text in page.texts("h2", "govuk-heading-s")]


def test_it_is_set_up_drafted_edited_sent_and_begun_anew(
    member: FlaskClient, client: FlaskClient, sqlite_database: Database
) -> None:
    page = send(member, SETTINGS)
    assert said(page) == ["Saved. We have sent an email to your list, with a button to agree."]
    page = send(member, {"do": "make"})
    order = titles(page)
    assert sorted(order) == ["Breaks", "Cafe", "Walks"]
    assert page.texts("label", "govuk-label")[1:3] == [
        f"Your note on {order[0]}",
        f"Place in the bulletin of {order[0]}",
    ]
    filled: dict[str, str | list[str]] = {
        "do": "save", "introduction": "Hello <b>all</b>", "place-3": "1", "note-1": "Ours", "drop-2": "yes",
    }  # fmt: skip
    page = send(member, filled)
    assert (said(page), titles(page)) == (["Saved."], [order[2], order[0], order[1]])
    text = page.texts("textarea", "shape")[0]
    assert ("Hello all" in text, "Ours" in text, order[1].upper() in text) == (True, True, False)

    post = Post(sqlite_database)
    post.tick(NOW)
    path = next(path for letter in post.letters if isinstance(letter, NoticeLetter) for _, path in letter.buttons)
    buttons = HtmlPage(client.get(path)).texts("button")
    assert buttons[-2:] == ["Yes, send it here", "Send none here"]
    Form(HtmlPage(client.get(path)), path).send(client, {"do": "agree"})
    page = send(member, {"do": "send"})
    assert said(page) == ["Sent to your list, with 2 items. The next one begins from here."]
    post.tick(NOW)
    (letter,) = [letter for letter in post.letters if isinstance(letter, BulletinLetter)]
    assert [item.title for item in letter.items] == [order[2], order[0]]
    assert titles(send(member, {"do": "make"})) == []
    Form(HtmlPage(client.get(path)), path).send(client, {"do": "end"})
    assert client.get(path).status_code == 410


def test_what_has_to_be_mended_is_said_and_nothing_typed_is_lost(member: FlaskClient) -> None:
    wrong = Form(HtmlPage(member.get(HERE)), HERE).send(member, SETTINGS | {"address": "nobody"})
    page = HtmlPage(wrong, 400)
    assert page.texts("p", "govuk-error-message") == [
        "Error: Enter an email address in the usual form, such as name@example.org."
    ]
    assert Form(page, HERE).answers()["address"] == ["nobody"]
    send(member, SETTINGS | {"address": ""})
    send(member, {"do": "make"})
    form = Form(HtmlPage(member.get(HERE)), HERE)
    form.send(member, {"do": "save", "introduction": "First"})
    second = HtmlPage(form.send(member, {"do": "save", "introduction": "Second", "note-1": "Mine"}), 409)
    answers = Form(second, HERE).answers()
    assert (answers["introduction"], answers["note-1"]) == (["Second"], ["Mine"])


def test_a_commissioner_has_no_bulletin_of_its_own(app: Flask, sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        council = a_commissioner(session).id
    author = sign_in(app.test_client(), sqlite_database, council, Role.AUTHOR)
    assert [author.get(HERE).location, author.post(HERE).status_code] == ["/workspace", 400]
