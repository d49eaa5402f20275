"""What a host sees and answers by the link from the mail."""

import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kil_pipeline.alerts.links import Signer
from kil_pipeline.database import Database
from kil_pipeline.engagement.hosting import accept_time, invite_host, take_back_invitation
from kil_pipeline.engagement.hosts import HostState, Invitation, find_invitation
from kil_pipeline.engagement.programme import publish_session
from kil_pipeline.engagement.session_drafts import SessionDraft, read_session_draft
from kil_pipeline.engagement.session_writing import discard_session
from kil_pipeline.plan.contents import NOBODY
from tests.engagement.sessions import HOST, a_planned_session, agree
from tests.web.conftest import NOW
from tests.web.html import HtmlPage
from tests.web.visitors import send

SHOWN = "2027-01-14T17:30:00+00:00/2027-01-14T19:30:00+00:00"
OTHER = {"answer": "other", "day": "21 January 2027", "from": "17:30", "to": "19:30", "note": "A week later?"}


@pytest.fixture
def asked(sqlite_database: Database, council: uuid.UUID) -> tuple[SessionDraft, Invitation]:
    """A session and its host, who has not answered."""
    with sqlite_database.write() as session:
        draft = a_planned_session(session, council)
        return draft, invite_host(session, draft.session_id, HOST, now=NOW)


def link(app: Flask, host: Invitation, purpose: str = "host") -> str:
    return f"/hosting/{Signer(app.extensions['kil'].settings.secret_keys).sign(purpose, host.id)}"


def state(database: Database, host: Invitation) -> HostState:
    with database.read() as session:
        return find_invitation(session, host.id).state


def test_the_host_sees_the_terms_and_nobody_keeps_the_page(
    app: Flask, client: FlaskClient, sqlite_database: Database, asked: tuple[SessionDraft, Invitation]
) -> None:
    answer = client.get(link(app, asked[1]))
    assert answer.headers["Cache-Control"] == "no-store"
    assert HtmlPage(answer).texts("div", "facts__row") == [
        "When Thursday 14 January 2027, 5:30pm to 7:30pm",
        "Where To be agreed",
        "Your fee £200",
        "The room Free to us",
        "Ask plan@council.example.org",
    ]
    assert state(sqlite_database, asked[1]) is HostState.INVITED


@pytest.mark.parametrize(
    ("form", "status", "becomes"),
    [
        ({"answer": "yes", "shown": SHOWN}, 200, HostState.CONFIRMED),
        ({"answer": "no"}, 200, HostState.DECLINED),
        (OTHER, 200, HostState.PROPOSED),
        ({"answer": "yes", "shown": "2027-01-15"}, 409, HostState.INVITED),
        ({"answer": "yes"}, 409, HostState.INVITED),
        ({"answer": "perhaps"}, 400, HostState.INVITED),
        (OTHER | {"day": "last week"}, 400, HostState.INVITED),
        (OTHER | {"day": "1 November 2026"}, 400, HostState.INVITED),
    ],
)
def test_each_answer_is_taken_or_refused(
    app: Flask,
    client: FlaskClient,
    sqlite_database: Database,
    asked: tuple[SessionDraft, Invitation],
    form: dict[str, str],
    status: int,
    becomes: HostState,
) -> None:
    address = link(app, asked[1])
    HtmlPage(send(client, address, form, page=address), status)
    assert state(sqlite_database, asked[1]) is becomes


def test_what_a_host_typed_stays_after_a_mistake(
    app: Flask, client: FlaskClient, asked: tuple[SessionDraft, Invitation]
) -> None:
    address = link(app, asked[1])
    page = HtmlPage(send(client, address, OTHER | {"to": "5"}, page=address), 400)
    boxes = {box.get("name"): box.get("value") for box in page.elements("input", "govuk-input")}
    assert boxes == {"day": "21 January 2027", "from": "17:30", "to": "5"}
    assert [box.text for box in page.elements("textarea")] == ["A week later?"]


def test_a_proposed_time_can_be_taken_in_the_workspace(
    app: Flask,
    client: FlaskClient,
    author: FlaskClient,
    sqlite_database: Database,
    asked: tuple[SessionDraft, Invitation],
) -> None:
    draft, host = asked
    address = link(app, host)
    send(client, address, OTHER, page=address)
    path = f"/workspace/sessions/{draft.reference}/hosts"
    assert HtmlPage(author.get(path)).texts("div", "facts__row")[:3] == [
        "Asked to be Host",
        "Answer Proposes another time: Thursday 21 January 2027, 5:30pm to 7:30pm",
        "They write A week later?",
    ]
    assert send(author, f"{path}/accept", {"host": str(host.id)}).location == path
    assert state(sqlite_database, host) is HostState.CONFIRMED


def test_a_link_for_another_purpose_opens_nothing(
    app: Flask, client: FlaskClient, asked: tuple[SessionDraft, Invitation]
) -> None:
    assert client.get(link(app, asked[1], "manage")).status_code == 410


def test_a_host_who_is_asked_no_more_is_told_so(
    app: Flask, client: FlaskClient, sqlite_database: Database, asked: tuple[SessionDraft, Invitation]
) -> None:
    draft, host = asked
    with sqlite_database.write() as session:
        take_back_invitation(session, draft.session_id, host.id, now=NOW)
    address = link(app, host)
    assert HtmlPage(client.get(address)).elements("form") == []
    with sqlite_database.write() as session:
        discard_session(session, draft.session_id, version=1)
    assert client.get(address).status_code == 410


def test_once_it_is_public_the_host_finds_its_page_and_no_form(
    app: Flask, client: FlaskClient, sqlite_database: Database, asked: tuple[SessionDraft, Invitation]
) -> None:
    draft, host = asked
    with sqlite_database.write() as session:
        agree(session, draft, host.id)
        publish_session(session, draft.session_id, version=1, now=NOW)
    page = HtmlPage(client.get(link(app, host)))
    assert page.elements("form") == []
    assert page.links()["See its page"] == f"/sessions/{draft.reference}"


def test_a_time_is_taken_once(sqlite_database: Database, asked: tuple[SessionDraft, Invitation]) -> None:
    draft, host = asked
    with sqlite_database.write() as session, pytest.raises(Exception, match="no proposed time"):
        accept_time(session, draft.session_id, host.id, by=NOBODY, now=NOW)
    with sqlite_database.read() as session:
        assert read_session_draft(session, draft.session_id).version == 1
