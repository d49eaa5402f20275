"""Help near you: found from an entry, asked for without an account, answered in the body's workspace."""

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role
from kil_pipeline.organisations.organisations import OrganisationName
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.support.offers import SupportSettings, set_support
from tests.alerts.sinks import Post
from tests.support.test_patches import LEEDS, a_body
from tests.web.conftest import NOW
from tests.web.forms import Form
from tests.web.html import HtmlPage
from tests.web.visitors import sign_in as sign_in_to

Publish = Callable[..., str]
ASK = "/local-support/body-of-leeds/ask"


@pytest.fixture
def body(sqlite_database: Database) -> uuid.UUID:
    with sqlite_database.write() as session:
        found = a_body(session, "Body of Leeds", LEEDS, contact="hidden@body.example.org")
        offer = SupportSettings((LEEDS,), ("bid-writing", "room"), "Free.\nWe answer in three days.", "")
        set_support(session, found, offer, NOW)
    return found


@pytest.fixture
def member(app: Flask, sqlite_database: Database, body: uuid.UUID) -> FlaskClient:
    return sign_in_to(app.test_client(), sqlite_database, body, Role.AUTHOR)


def mailed_path(post: Post, words: str) -> str:
    letters = [letter for letter in post.letters if isinstance(letter, NoticeLetter)]
    return next(path for letter in letters for text, path in letter.buttons if text == words)


def ask(client: FlaskClient, **filled: str) -> HtmlPage:
    form = Form(HtmlPage(client.get(f"{ASK}?entry=EXC-0001")), ASK)
    return HtmlPage(form.send(client, {"email": "asker@example.org", "need": "A reader for our bid.", **filled}))


def test_an_entry_leads_to_who_can_help_there(client: FlaskClient, publish: Publish, body: uuid.UUID) -> None:
    publish(EntryContent("Falls classes", areas=(LEEDS,)))
    page = HtmlPage(client.get("/entries/EXC-0001"))
    assert page.links()["Body of Leeds"] == "/local-support/body-of-leeds"
    near = HtmlPage(client.get(page.links()["Who can help, and how to ask"]))
    assert near.links()["Ask for help from Body of Leeds"] == f"{ASK}?entry=EXC-0001"
    assert near.texts("h2", "govuk-heading-m") == ["One organisation works in or around Leeds"]


def test_an_area_can_be_asked_for_itself(client: FlaskClient, body: uuid.UUID) -> None:
    assert HtmlPage(client.get("/help-near-you?area=Leeds")).texts("h3") == ["Body of Leeds"]
    assert HtmlPage(client.get("/help-near-you?area=Kent")).texts("h3") == []
    assert HtmlPage(client.get("/help-near-you")).texts("h3") == []
    assert client.get("/help-near-you?area=nowhere").status_code == 400
    assert client.get("/help-near-you?entry=EXC-0009").status_code == 404


def test_no_public_page_shows_where_requests_go(client: FlaskClient, body: uuid.UUID) -> None:
    for path in ("/local-support", "/local-support/body-of-leeds", "/help-near-you?area=Leeds", ASK):
        assert "hidden@" not in client.get(path).text
    page = HtmlPage(client.get("/local-support/body-of-leeds"))
    assert page.texts("p", "govuk-body")[:2] == ["Free.", "We answer in three days."]


def test_what_is_planned_in_a_patch_names_who_plans_it(client: FlaskClient, publish: Publish, body: uuid.UUID) -> None:
    publish(EntryContent("Falls classes", areas=(LEEDS,)))
    links = HtmlPage(client.get("/local-support/body-of-leeds")).links()
    assert links["Exampleshire Council"] == "/commissioners/exampleshire-council"
    assert "Exampleshire Council" not in HtmlPage(client.get("/commissioners/exampleshire-council")).links()


def test_a_page_of_which_nothing_more_is_known_has_no_box_that_says_so(
    client: FlaskClient, sqlite_database: Database, body: uuid.UUID
) -> None:
    address = "/local-support/body-of-leeds"
    headings = [HtmlPage(client.get(address)).texts("h2")]
    with sqlite_database.write() as session:
        session.add(OrganisationName(organisation_id=body, normalised="leeds body", spelled="Leeds Body"))
    headings.append(HtmlPage(client.get(address)).texts("h2"))
    assert [heading.count("About it") for heading in headings] == [0, 1]


def test_from_the_question_to_the_answer(
    client: FlaskClient, publish: Publish, member: FlaskClient, sqlite_database: Database
) -> None:
    post = Post(sqlite_database)
    publish(EntryContent("Falls classes", areas=(LEEDS,)))
    assert ask(client, name="Example Carers").texts("h1") == ["Check your inbox"]
    post.tick(NOW)
    path = mailed_path(post, "See and send my request")
    for _ in range(2):
        client.get(path)  # a mail scanner
    assert HtmlPage(member.get("/workspace/help")).texts("h2", "row__headline") == []
    assert HtmlPage(Form(HtmlPage(client.get(path)), path).send(client)).texts("h1") == [
        "Your request is with Body of Leeds"
    ]
    page = HtmlPage(member.get("/workspace/help"))
    assert page.texts("h2", "row__headline") == ["Example Carers Waiting"]
    assert page.texts("ul", "row__facts") == [
        "Asked on 23 November 2026 About EXC-0001 Address: not shown; we pass your answer on"
    ]
    assert "asker@" not in member.get("/workspace/help").text
    Form(page, "/workspace/help/answer").send(member, {"answer": "Ring us on Monday."})
    post.tick(NOW)
    assert [outgoing.to for outgoing in post.sent] == [
        "asker@example.org",
        "hidden@body.example.org",
        "asker@example.org",
    ]
    Form(HtmlPage(member.get("/workspace/help")), "/workspace/help/close").send(member)
    assert HtmlPage(member.get("/workspace/help")).texts("h2", "row__headline") == ["Example Carers Closed"]
    assert HtmlPage(client.get(path)).texts("h1") == ["Your request is with Body of Leeds"]
    erased = Form(HtmlPage(client.get(path)), path).send(client, {"do": "erase"})
    assert HtmlPage(erased).texts("h1") == ["Your request is erased"]
    assert client.get(path).status_code == 410
    assert HtmlPage(member.get("/workspace/help")).texts("h2", "row__headline") == []


def test_what_has_to_be_mended_is_said_at_the_field_and_nothing_typed_is_lost(
    client: FlaskClient, body: uuid.UUID
) -> None:
    form = Form(HtmlPage(client.get(ASK)), ASK)
    filled: dict[str, str | list[str]] = {
        "email": "nobody", "need": "Help.", "name": "Us", "kind": ["room"], "show": "yes",
    }  # fmt: skip
    page = HtmlPage(form.send(client, filled), 400)
    assert page.texts("p", "govuk-error-message") == [
        "Error: Enter an email address in the usual form, such as name@example.org."
    ]
    assert Form(page, ASK).answers() == {
        "email": ["nobody"],
        "need": ["Help."],
        "name": ["Us"],
        "kind": ["room"],
        "show": ["yes"],
    }
    empty = HtmlPage(form.send(client, {**filled, "email": "us@example.org", "need": ""}), 400)
    assert empty.texts("p", "govuk-error-message") == ["Error: Write what you need."]


def test_a_program_that_fills_the_hidden_box_asks_nobody(
    client: FlaskClient, body: uuid.UUID, sqlite_database: Database
) -> None:
    post = Post(sqlite_database)
    assert ask(client, website="https://spam.example.org").texts("h1") == ["Check your inbox"]
    post.tick(NOW)
    assert post.sent == []


def test_an_answer_that_says_nothing_is_refused_at_its_request(
    client: FlaskClient, member: FlaskClient, sqlite_database: Database
) -> None:
    post = Post(sqlite_database)
    ask(client)
    post.tick(NOW)
    path = mailed_path(post, "See and send my request")
    Form(HtmlPage(client.get(path)), path).send(client)
    page = HtmlPage(member.get("/workspace/help"))
    refused = HtmlPage(Form(page, "/workspace/help/answer").send(member, {"answer": " "}), 400)
    assert refused.texts("p", "govuk-error-message") == ["Error: Write your answer."]


def test_once_it_is_answered_the_answer_is_shown_and_the_form_is_folded(
    client: FlaskClient, member: FlaskClient, sqlite_database: Database
) -> None:
    post = Post(sqlite_database)
    ask(client, name="Example Carers")
    post.tick(NOW)
    path = mailed_path(post, "See and send my request")
    Form(HtmlPage(client.get(path)), path).send(client)
    page = HtmlPage(member.get("/workspace/help"))
    assert page.elements("details") == []
    Form(page, "/workspace/help/answer").send(member, {"answer": "Ring us on Monday."})
    page = HtmlPage(member.get("/workspace/help"))
    assert page.texts("div", "govuk-inset-text") == ["You answered on 23 November 2026Ring us on Monday."]
    assert page.texts("summary") == ["Write to Example Carers again"]
    assert [details.get("open") for details in page.elements("details")] == [None]
    refused = HtmlPage(Form(page, "/workspace/help/answer").send(member, {"answer": " "}), 400)
    assert [details.get("open") for details in refused.elements("details")] == [""]


def test_an_author_changes_what_is_offered(member: FlaskClient, client: FlaskClient) -> None:
    form = Form(HtmlPage(member.get("/workspace/support")), "/workspace/support")
    assert form.answers() == {
        "area": [LEEDS],
        "kind": ["bid-writing", "room"],
        "how": ["Free.\nWe answer in three days."],
    }
    form.send(member, {"kind": ["training"], "area": ["E08000032"], "how": "Ring."})
    page = HtmlPage(client.get("/local-support/body-of-leeds"))
    assert page.texts("ul", "govuk-list--bullet") == [
        "Training. Courses on bidding, contracts, costing and evaluation."
    ]
    assert page.texts("ul", "side__list")[0] == "Bradford"
    wrong = HtmlPage(form.send(member, {"address": "nobody"}), 400)
    assert wrong.texts("p", "govuk-error-message") == [
        "Error: Enter an email address in the usual form, such as name@example.org."
    ]


def test_a_commissioner_has_no_requests_for_help(author: FlaskClient) -> None:
    for path in ("/workspace/help", "/workspace/support"):
        assert author.get(path).location == "/workspace"


def test_members_of_a_body_find_their_patch_in_the_workspace(member: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Falls classes", areas=(LEEDS,)))
    page = HtmlPage(member.get("/workspace"))
    assert page.texts("h1") == ["Your patch"]
    assert page.links()["Falls classes"] == "/entries/EXC-0001"
    assert page.links()["All of your patch, newest first"] == f"/plan?area={LEEDS}&order=newest"
    assert page.texts("section")[0] == "Requests for help None is waiting. See and answer all requests"


def test_members_of_a_commissioner_find_their_plan_there(author: FlaskClient) -> None:
    assert HtmlPage(author.get("/workspace")).texts("h1") == ["Your plan"]
