"""Signing in as a commissioner does: an address, a link by mail, a button; and out again."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from kil_pipeline.alerts.letters import SignInLetter
from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role, add_member
from tests.alerts.sinks import Post
from tests.factories import a_commissioner
from tests.web.conftest import NOW, Clock
from tests.web.forms import Form
from tests.web.html import HtmlPage

SignIn = Callable[..., FlaskClient]
ADDRESS = "author@council.example.org"


@pytest.fixture
def known(sqlite_database: Database, council: uuid.UUID) -> Post:
    """The post office of an installation that knows one author."""
    with sqlite_database.write() as session:
        add_member(session, email=ADDRESS, organisation_id=council, role=Role.AUTHOR, now=NOW)
    return Post(sqlite_database)


def ask(client: FlaskClient, email: str, following: str = "") -> HtmlPage:
    page = HtmlPage(client.get(f"/sign-in{following}"))
    return HtmlPage(Form(page, "/sign-in").send(client, {"email": email}))


def link(post: Post) -> str:
    post.tick(NOW)
    letter = post.letters[-1]
    assert isinstance(letter, SignInLetter)
    return letter.sign_in_path


def press(client: FlaskClient, path: str) -> str:
    """Press the button of the link. Returns where that leads."""
    answer = Form(HtmlPage(client.get(path)), path.partition("?")[0]).send(client)
    assert answer.status_code == 302
    return answer.location


def test_the_workspace_asks_who_one_is_and_then_goes_on_to_where_one_wanted(client: FlaskClient, known: Post) -> None:
    answer = client.get("/workspace/entries/new")
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/workspace/entries/new")
    ask(client, f" {ADDRESS.title()} ", "?next=/workspace/entries/new")
    assert press(client, link(known)) == "/workspace/entries/new"
    HtmlPage(client.get("/workspace/entries/new"))
    assert client.get("/sign-in").location == "/workspace"


def test_the_answer_tells_nobody_who_is_a_member(client: FlaskClient, known: Post) -> None:
    pages = [ask(client, email).texts("html") for email in [ADDRESS] * 6 + ["stranger@example.org"]]
    assert [page for page in pages if page != pages[0]] == []
    known.tick(NOW)
    assert [outgoing.to for outgoing in known.sent] == [ADDRESS] * 5  # and not a sixth within the hour


def test_what_is_no_address_comes_back_as_it_was_typed(client: FlaskClient) -> None:
    typed = "author at council " * 20
    page = HtmlPage(Form(HtmlPage(client.get("/sign-in")), "/sign-in").send(client, {"email": typed}), 400)
    assert page.texts("p", "govuk-error-message") == [
        "Error: Enter an email address in the usual form, such as name@example.org."
    ]
    assert Form(page, "/sign-in").fields["email"] == typed


def test_opening_the_link_uses_nothing_up_and_pressing_the_button_does(client: FlaskClient, known: Post) -> None:
    ask(client, ADDRESS)
    path = link(known)
    for _ in range(3):
        HtmlPage(client.get(path))
    form = Form(HtmlPage(client.get(path)), path.partition("?")[0])
    assert form.send(client).location == "/workspace"
    HtmlPage(form.send(client), 410)
    page = HtmlPage(client.get(path), 410)
    assert page.texts("main") == [
        (
            "This link does not work any more A sign-in link works once, and only for a short time. "
            "Ask for a new one. Ask for a new link"
        )
    ]
    assert page.links()["Ask for a new link"] == "/sign-in"


def test_a_link_lives_for_fifteen_minutes(client: FlaskClient, known: Post, clock: Clock) -> None:
    ask(client, ADDRESS)
    path = link(known)
    form = Form(HtmlPage(client.get(path)), path.partition("?")[0])
    clock.moment = NOW + timedelta(minutes=15)
    HtmlPage(client.get(path), 410)
    HtmlPage(form.send(client), 410)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/workspace//evil.example",
        "/\\evil.example",
        "/workspace\r\nX: y",
        "",
    ],
)
def test_signing_in_leads_nowhere_but_to_the_workspace(client: FlaskClient, known: Post, elsewhere: str) -> None:
    page = HtmlPage(client.get("/sign-in"))
    HtmlPage(Form(page, "/sign-in").send(client, {"email": ADDRESS, "next": elsewhere}))
    path = link(known)
    assert path.endswith("?next=/workspace")
    answer = Form(HtmlPage(client.get(path)), path.partition("?")[0]).send(client, {"next": elsewhere})
    assert answer.location == "/workspace"


def test_signing_out_ends_the_session_wherever_its_cookie_went(author: FlaskClient) -> None:
    with author.session_transaction() as cookie:
        copied = dict(cookie)
    answer = Form(HtmlPage(author.get("/workspace")), "/sign-out").send(author)
    assert (answer.status_code, answer.location) == (302, "/")
    with author.session_transaction() as cookie:
        cookie.update(copied)
    assert author.get("/workspace").status_code == 302


@pytest.mark.parametrize(("idle", "signed_in"), [(timedelta(hours=2), True), (timedelta(hours=2, seconds=1), False)])
def test_a_session_ends_two_hours_after_the_last_request(
    author: FlaskClient, clock: Clock, idle: timedelta, signed_in: bool
) -> None:
    clock.moment = NOW + timedelta(hours=1)
    HtmlPage(author.get("/workspace"))
    clock.moment += idle
    assert (author.get("/workspace").status_code == 200) == signed_in


def test_whoever_was_signed_out_while_writing_loses_nothing(author: FlaskClient, known: Post, clock: Clock) -> None:
    written = {"headline": "Breaks for carers", "summary": "Line one\r\n\r\n“Line two”"}
    form = Form(HtmlPage(author.get("/workspace/entries/new")), "/workspace/entries/new")
    clock.moment = NOW + timedelta(hours=3)
    held = HtmlPage(form.send(author, written), 403)
    assert held.texts("h1") == ["You were signed out"]
    HtmlPage(Form(HtmlPage(author.get("/sign-in")), "/sign-in").send(author, {"email": ADDRESS}))
    known.tick(clock.moment)
    letter = known.letters[-1]
    assert isinstance(letter, SignInLetter)
    press(author, letter.sign_in_path)  # in another tab of the same browser
    answer = Form(held, "/workspace/entries/new").send(author)
    assert answer.status_code == 302
    saved = Form(HtmlPage(author.get(answer.location)), answer.location).fields
    assert (saved["headline"], saved["summary"]) == ("Breaks for carers", "Line one\n\n“Line two”")


def test_a_viewer_reads_the_workspace_and_writes_nothing(sign_in: SignIn) -> None:
    viewer = sign_in("viewer@council.example.org", Role.VIEWER)
    HtmlPage(viewer.get("/workspace"))
    HtmlPage(viewer.get("/workspace/entries/new"), 403)


def test_one_can_act_for_another_of_ones_organisations(author: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        trust = a_commissioner(session, "Exampleshire Trust").id
        add_member(session, email=ADDRESS, organisation_id=trust, role=Role.AUTHOR, now=NOW)
    form = Form(HtmlPage(author.get("/workspace")), "/workspace/organisation")
    assert form.send(author).location == "/workspace"
    assert HtmlPage(author.get("/workspace")).texts("span", "govuk-caption-l") == ["Exampleshire Trust"]


def test_nobody_acts_for_an_organisation_that_they_are_no_member_of(
    author: FlaskClient, sqlite_database: Database
) -> None:
    with sqlite_database.write() as session:
        trust = a_commissioner(session, "Exampleshire Trust").id
    token = Form(HtmlPage(author.get("/workspace")), "/sign-out").fields["csrf_token"]
    answer = author.post("/workspace/organisation", data={"organisation": str(trust), "csrf_token": token})
    HtmlPage(answer, 410)
    assert HtmlPage(author.get("/workspace")).texts("span", "govuk-caption-l") == ["Exampleshire Council"]
