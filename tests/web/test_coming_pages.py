"""Coming to a session, on the pages: asking, one's own place, the organiser's and the host's lists."""

import json
import uuid
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from kil_pipeline.alerts.links import Signer
from kil_pipeline.database import Database
from kil_pipeline.engagement.programme import cancel_session
from kil_pipeline.engagement.registrations import Registration
from tests.web.comers import OFFER, come, own_path, people
from tests.web.conftest import NOW, Clock
from tests.web.forms import Form
from tests.web.html import HtmlPage
from tests.web.test_session_pages import SESSION, announce
from tests.web.visitors import send

ANN = {"name": "Ann Example", "email": "ann@example.org"}


@pytest.fixture
def reference(council: uuid.UUID, sqlite_database: Database) -> str:
    """The reference of a session with one place."""
    return announce(sqlite_database, replace(SESSION, capacity=1))


def heading(answer: object) -> str:
    return HtmlPage(answer).texts("h1")[0]  # type: ignore[arg-type]  # an answer


def test_the_page_of_a_session_says_whether_there_are_places(
    client: FlaskClient, reference: str, sqlite_database: Database
) -> None:
    page = HtmlPage(client.get(f"/sessions/{reference}"))
    assert page.links()["Come to this session"] == f"/sessions/{reference}/come"
    assert places(page) == ["Places Places left (1 in all)"]
    come(sqlite_database, reference, "Ann")
    page = HtmlPage(client.get(f"/sessions/{reference}"))
    assert places(page) == ["Places Full: you can join the waiting list (1 in all)"]
    assert page.links()["Join the waiting list"] == f"/sessions/{reference}/come"


def ways_to_come(client: FlaskClient, reference: str) -> list[str]:
    links = HtmlPage(client.get(f"/sessions/{reference}")).links()
    return [text for text, address in links.items() if address == f"/sessions/{reference}/come"]


def places(page: HtmlPage) -> list[str]:
    return [text for text in page.texts("div", "facts__row") if text.startswith("Places")]


def test_nobody_is_asked_to_a_session_that_is_off_or_has_begun(
    client: FlaskClient, reference: str, sqlite_database: Database, clock: Clock
) -> None:
    clock.moment = SESSION.starts_at
    assert ways_to_come(client, reference) == []
    HtmlPage(client.get(f"/sessions/{reference}/come"), 409)
    clock.moment = NOW
    with sqlite_database.write() as session:
        cancel_session(session, reference, why="Snow.", now=NOW)
    assert ways_to_come(client, reference) == []
    HtmlPage(client.get(f"/sessions/{reference}/come"), 409)


def test_asking_leads_to_the_inbox_and_to_no_place_yet(
    client: FlaskClient, reference: str, sqlite_database: Database
) -> None:
    form = Form(HtmlPage(client.get(f"/sessions/{reference}/come")), f"/sessions/{reference}/come")
    assert form.answers() == {}  # nothing is ticked
    assert heading(form.send(client, ANN)) == "Check your inbox"
    assert people(sqlite_database) == [("Ann Example", "requested")]


def test_what_has_to_be_mended_is_said_and_nothing_typed_is_lost(client: FlaskClient, reference: str) -> None:
    form = Form(HtmlPage(client.get(f"/sessions/{reference}/come")), f"/sessions/{reference}/come")
    typed = {"name": "", "email": "ann at example", "organisation": "x" * 201, "needs": "A lift", "host_sees": "yes"}
    page = HtmlPage(form.send(client, typed), 400)
    assert page.texts("p", "govuk-error-message") == [
        "Error: Enter your name, as you would like to be called.",
        "Error: Enter an email address in the usual form, such as name@example.org.",
        "Error: This is too long: write at most 200 characters.",
    ]
    kept = Form(page, f"/sessions/{reference}/come").answers()
    assert kept == {name: [text] for name, text in typed.items() if text}


def test_one_says_whether_in_person_or_online_where_both_are_possible(
    client: FlaskClient, council: uuid.UUID, sqlite_database: Database
) -> None:
    reference = announce(sqlite_database, replace(SESSION, online=True))
    address = f"/sessions/{reference}/come"
    page = HtmlPage(send(client, address, ANN, page=address), 400)
    assert page.texts("p", "govuk-error-message") == ["Error: Choose whether you come in person or online."]
    send(client, address, {**ANN, "way": "online"}, page=address)
    with sqlite_database.read() as session:
        assert session.scalars(sa.select(Registration.way)).all() == ["online"]


def test_a_program_that_fills_in_everything_gets_the_same_answer_and_no_mail(
    client: FlaskClient, reference: str, sqlite_database: Database
) -> None:
    address = f"/sessions/{reference}/come"
    assert heading(send(client, address, {**ANN, "website": "x"}, page=address)) == "Check your inbox"
    assert people(sqlite_database) == []


def test_one_place_on_the_network_asks_thirty_times_an_hour(client: FlaskClient, reference: str) -> None:
    address = f"/sessions/{reference}/come"
    form = Form(HtmlPage(client.get(address)), address)
    statuses = [form.send(client, {**ANN, "email": f"p{n}@example.org"}).status_code for n in range(31)]
    assert statuses == [200] * 30 + [429]


def test_opening_the_link_changes_nothing_and_the_button_confirms(
    client: FlaskClient, reference: str, sqlite_database: Database
) -> None:
    address = f"/sessions/{reference}/come"
    send(client, address, ANN, page=address)
    with sqlite_database.read() as session:
        path = own_path(session.scalars(sa.select(Registration.id)).one())
    assert heading(client.get(path)) == "Please confirm that you are coming"
    assert people(sqlite_database) == [("Ann Example", "requested")]
    assert heading(send(client, path, {"do": "confirm"}, page=path)) == "You have a place"
    assert people(sqlite_database) == [("Ann Example", "registered")]


def test_who_waits_sees_their_number_and_takes_what_is_offered(
    client: FlaskClient, reference: str, sqlite_database: Database, clock: Clock
) -> None:
    ann, bob = (come(sqlite_database, reference, name) for name in ("Ann", "Bob"))
    assert heading(client.get(bob)) == "You are number 1 on the waiting list"
    send(client, ann, {"do": "leave"}, page=ann)
    page = HtmlPage(client.get(bob))
    assert page.texts("h1") == ["A place is free for you"]
    assert page.texts("div", "facts__row")[-1] == "Answer by Wednesday 25 November 2026, 10am"
    clock.moment = NOW + OFFER
    late = HtmlPage(send(client, bob, {"do": "take"}, page=bob), 409)
    assert late.texts("ul", "govuk-error-summary__list") == [
        "The offer has run out, and the place goes to the next on the list."
    ]
    clock.moment = NOW
    assert heading(send(client, bob, {"do": "take"}, page=bob)) == "You have a place"
    assert heading(send(client, ann, {"do": "leave"}, page=ann)) == "You are not coming"


def test_one_can_change_ones_mind_about_how_to_come_and_who_may_know(
    client: FlaskClient, council: uuid.UUID, sqlite_database: Database
) -> None:
    reference = announce(sqlite_database, replace(SESSION, online=True, capacity_online=1))
    ann = come(sqlite_database, reference, "Ann")
    assert HtmlPage(send(client, ann, {"do": "online"}, page=ann)).texts("div", "facts__row")[1] == "Where Online"
    bob = come(sqlite_database, reference, "Bob")
    full = HtmlPage(send(client, bob, {"do": "online"}, page=bob), 409)
    assert full.texts("ul", "govuk-error-summary__list") == [
        "No place is free (online). You keep the place that you have."
    ]
    page = HtmlPage(send(client, ann, {"do": "details", "others_see": "yes", "needs": "A lift"}, page=ann))
    assert Form(page, ann, number=2).answers() == {"do": ["details"], "others_see": ["yes"], "needs": ["A lift"]}
    assert "Ann" in HtmlPage(client.get(bob)).texts("li")
    too_much = HtmlPage(send(client, ann, {"do": "details", "needs": "x" * 2001}, page=ann), 400)
    assert Form(too_much, ann, number=2).answers()["needs"] == ["x" * 2001]


def test_one_takes_ones_data_along_and_is_erased_at_once(
    client: FlaskClient, reference: str, sqlite_database: Database
) -> None:
    ann = come(sqlite_database, reference, "Ann", needs="A lift")
    answer = client.get(f"{ann}/my-data.json")
    data = json.loads(answer.text)
    assert (data["address"], data["tables"]["access_need"][0]["needs"]) == ("ann@example.org", "A lift")
    assert answer.headers["Cache-Control"] == "no-store"
    assert heading(send(client, ann, {"do": "erase"}, page=ann)) == "Your data is erased"
    HtmlPage(client.get(ann), 410)
    assert client.get(f"{ann}/my-data.json").status_code == 410
    assert people(sqlite_database) == [("", "withdrawn")]


def test_a_link_for_another_purpose_opens_nothing(client: FlaskClient, reference: str, app: Flask) -> None:
    signer = Signer(app.extensions["kil"].settings.secret_keys)
    HtmlPage(client.get(f"/coming/{signer.sign('manage', uuid.UUID(int=1))}"), 410)
    HtmlPage(client.get(f"/coming/host/{signer.sign('coming', uuid.UUID(int=1))}"), 410)
    HtmlPage(client.get(f"/coming/host/{signer.sign('coming-host', uuid.UUID(int=1))}"), 410)
