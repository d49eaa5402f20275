"""Coming to a session, on the pages: asking, one's own place, the organiser's and the host's lists."""

import json
import logging
import uuid
from dataclasses import replace
from datetime import timedelta
from xml.etree.ElementTree import Element

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from kil_pipeline.alerts.links import Signer
from kil_pipeline.database import Database
from kil_pipeline.engagement.attendance import SEEN_BY, Viewer
from kil_pipeline.engagement.coming import Person, ask_to_come, confirm
from kil_pipeline.engagement.programme import cancel_session
from kil_pipeline.engagement.registrations import AccessNeed, Registration, SessionPlaces
from kil_pipeline.engagement.sessions import SessionRow
from kil_pipeline.organisations.members import Role
from tests.factories import a_commissioner
from tests.web.conftest import NOW, Clock
from tests.web.forms import Form
from tests.web.html import HtmlPage, text_of
from tests.web.test_session_pages import SESSION, announce
from tests.web.visitors import send, sign_in

OFFER = timedelta(hours=48)
ANN = {"name": "Ann Example", "email": "ann@example.org"}


@pytest.fixture
def reference(council: uuid.UUID, sqlite_database: Database) -> str:
    """The reference of a session with one place."""
    return announce(sqlite_database, replace(SESSION, capacity=1))


def come(database: Database, reference: str, name: str, **parts: object) -> str:
    """Ask and confirm; return the path of the person's own page."""
    with database.write() as session:
        public_id = session.scalars(sa.select(SessionRow.id).where(SessionRow.reference == reference)).one()
        address = f"{name.partition(' ')[0].lower()}@example.org"
        ask_to_come(session, public_id, Person(name, address, **parts), NOW)  # type: ignore[arg-type]  # by name
        person = session.scalars(sa.select(Registration.id).where(Registration.email == address)).one()
        confirm(session, person, OFFER, NOW)
    return own_path(person)


def own_path(person: uuid.UUID) -> str:
    return f"/coming/{Signer(('development-only-not-a-secret',)).sign('coming', person)}"


def people(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        return [(row.name, row.state) for row in session.scalars(sa.select(Registration).order_by(Registration.id))]


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
    assert page.links()["Come to this session"] == f"/sessions/{reference}/come"


def places(page: HtmlPage) -> list[str]:
    return [text for text in page.texts("div", "facts__row") if text.startswith("Places")]


def test_nobody_is_asked_to_a_session_that_is_off_or_has_begun(
    client: FlaskClient, reference: str, sqlite_database: Database, clock: Clock
) -> None:
    clock.moment = SESSION.starts_at
    assert "Come to this session" not in HtmlPage(client.get(f"/sessions/{reference}")).links()
    HtmlPage(client.get(f"/sessions/{reference}/come"), 409)
    clock.moment = NOW
    with sqlite_database.write() as session:
        cancel_session(session, reference, why="Snow.", now=NOW)
    assert "Come to this session" not in HtmlPage(client.get(f"/sessions/{reference}")).links()
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
        "Error: Enter a mail address in the usual form, such as name@example.org.",
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
    assert page.texts("div", "facts__row")[-1] == "Answer by Wednesday 25 November 2026, 10:00"
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


def test_who_sees_what_is_as_the_table_says(
    client: FlaskClient, author: FlaskClient, council: uuid.UUID, sqlite_database: Database, app: Flask
) -> None:
    reference = announce(sqlite_database, replace(SESSION, capacity=4))
    come(sqlite_database, reference, "Nobody Sees", needs="needs-nobody")
    come(sqlite_database, reference, "Host Sees", host_sees=True, needs="needs-host")
    come(sqlite_database, reference, "Others See", others_see=True, needs="needs-others")
    eve = come(sqlite_database, reference, "Eve")
    come(sqlite_database, reference, "Waiting Sees", host_sees=True, others_see=True)
    with sqlite_database.read() as session:
        session_id = session.scalars(sa.select(SessionRow.id)).one()
    host = f"/coming/host/{Signer(app.extensions['kil'].settings.secret_keys).sign('coming-host', session_id)}"
    pages = {
        Viewer.ORGANISER: author.get(f"/workspace/coming/{reference}").text,
        Viewer.HOST: client.get(host).text,
        Viewer.OTHERS: client.get(eve).text,
    }
    signs = {
        "names": "Nobody Sees",
        "ticks": "Nobody but you may know",
        "needs": "needs-host",
        "waiting names": "Waiting Sees",
        "counts": "waiting list",
        "names ticked for the host": "Host Sees",
        "names ticked for the others": "Others See",
    }
    seen = {viewer: {what for what, sign in signs.items() if sign in page} for viewer, page in pages.items()}
    everything = SEEN_BY[Viewer.ORGANISER] | {"names ticked for the host", "names ticked for the others"}
    assert seen == {**SEEN_BY, Viewer.ORGANISER: everything}
    assert [viewer for viewer, page in pages.items() if "nobody@example.org" in page] == []


def test_nothing_of_a_person_is_in_what_anybody_can_read(
    client: FlaskClient, reference: str, sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    paths = (
        f"/sessions/{reference}", f"/sessions/{reference}/come", f"/sessions/{reference}.ics", "/sessions",
        "/calendars/sessions.ics", "/feeds/changes.atom", "/feeds/changes.json", "/data/plan.csv", "/data/ocds.json",
        "/api/v1/sessions", f"/api/v1/sessions/{reference}", "/commissioners.csv",
    )  # fmt: skip
    address = f"/sessions/{reference}/come"
    send(client, address, {"name": "Zebedee Quux", "email": "zebedee@example.org", "needs": "xylophone"}, page=address)
    with sqlite_database.read() as session:
        path = own_path(session.scalars(sa.select(Registration.id)).one())
    send(client, path, {"do": "confirm", "host_sees": "yes", "others_see": "yes"}, page=path)
    texts = {asked: client.get(asked).text.lower() for asked in paths}
    texts["the log"], texts["the link"] = caplog.text.lower(), path.lower()
    with sqlite_database.read() as session:
        texts["events"] = str(session.execute(sa.text("SELECT * FROM event")).all()).lower()
        texts["audit"] = str(session.execute(sa.text("SELECT * FROM audit")).all()).lower()
    told = [where for where, text in texts.items() if any(word in text for word in ("zebedee", "quux", "xylophone"))]
    assert told == []


def test_the_organiser_sees_the_lists_and_nobody_else_does(
    app: Flask, author: FlaskClient, reference: str, sqlite_database: Database
) -> None:
    come(sqlite_database, reference, "Ann", needs="A lift", organisation_name="Carers Exampleshire")
    come(sqlite_database, reference, "Bob")
    page = HtmlPage(author.get(f"/workspace/coming/{reference}"))
    assert page.texts("div", "facts__row") == [
        "With a place 1",
        "Offered a place 0",
        "On the waiting list 1",
        "In person: places taken 1 of 1",
        "Told of access needs 1",
    ]
    assert page.texts("li", "comer") == [
        "Ann, Carers Exampleshire In person Nobody but you may know Needs: A lift",
        "Bob In person Nobody but you may know",
    ]
    listed = HtmlPage(author.get("/workspace/coming"))
    assert listed.links()[SESSION.title] == f"/workspace/coming/{reference}"
    assert listed.texts("ul", "row__facts") == [f"1 with a place 1 waiting {reference}"]
    with sqlite_database.write() as session:
        other = a_commissioner(session, "Another", prefix="OTH").id
    stranger = sign_in(app.test_client(), sqlite_database, other, Role.AUTHOR)
    for path in ("", "/sheet", "/check-in"):
        assert stranger.get(f"/workspace/coming/{reference}{path}").status_code == 404
    assert send(stranger, f"/workspace/coming/{reference}/check-in", {"do": "one more"}).status_code == 404


def test_the_sign_in_sheet_has_names_to_sign_and_no_needs(
    author: FlaskClient, reference: str, sqlite_database: Database
) -> None:
    come(sqlite_database, reference, "Ann", needs="A lift", organisation_name="Carers Exampleshire")
    come(sqlite_database, reference, "Bob")
    answer = author.get(f"/workspace/coming/{reference}/sheet")
    rows = [[text_of(cell) for cell in row] for row in HtmlPage(answer).elements("tr")]
    assert rows == [["Name", "Organisation", "Signature"], ["Ann", "Carers Exampleshire", ""], *[["", "", ""]] * 10]
    assert "A lift" not in answer.text


def test_people_are_checked_in_and_the_rest_marked_afterwards(
    author: FlaskClient, council: uuid.UUID, sqlite_database: Database, clock: Clock
) -> None:
    soon = NOW + timedelta(minutes=10)
    reference = announce(sqlite_database, replace(SESSION, starts_at=soon))
    for name in ("Ann", "Bob"):
        come(sqlite_database, reference, name)
    path = f"/workspace/coming/{reference}/check-in"
    press(author, path, "Here: Ann")
    assert HtmlPage(author.get(path)).texts("p", "govuk-body-l") == ["1 of 2 are here."]
    press(author, path, "Undo: Ann")
    assert people(sqlite_database) == [("Ann", "registered"), ("Bob", "registered")]
    press(author, path, "Here: Bob")
    for button in ("One more", "One more", "One fewer"):
        press(author, path, button)
    assert HtmlPage(author.get(path)).texts("h2") == ["Who had not registered: 1"]  # it is not over yet
    assert send(author, path, {"do": "no shows"}, page=path).status_code == 409
    clock.moment = soon
    press(author, path, "The rest did not come")
    assert people(sqlite_database) == [("Ann", "no_show"), ("Bob", "attended")]
    press(author, path, "Here: Ann")
    assert people(sqlite_database) == [("Ann", "attended"), ("Bob", "attended")]
    with sqlite_database.read() as session:
        assert session.scalars(sa.select(SessionPlaces.walk_ins)).all() == [1]


def press(client: FlaskClient, path: str, button: str) -> None:
    """Press the button with these words, as a browser without scripts does."""
    page = HtmlPage(client.get(path))
    (number,) = [n for n, form in enumerate(forms(page, path)) if " ".join("".join(form.itertext()).split()) == button]
    answer = Form(page, path, number=number).send(client)
    assert (answer.status_code, (answer.location or "").partition("#")[0]) == (303, path)


def forms(page: HtmlPage, path: str) -> list[Element]:
    return [form for form in page.elements("form") if form.get("action") == path]


@pytest.mark.parametrize("person", ["", "nonsense", str(uuid.UUID(int=1))])
def test_checking_in_nobody_changes_nothing(
    author: FlaskClient, reference: str, sqlite_database: Database, person: str
) -> None:
    come(sqlite_database, reference, "Ann")
    path = f"/workspace/coming/{reference}/check-in"
    answer = send(author, path, {"do": "here", "person": person}, page=path)
    assert answer.status_code == (404 if person == str(uuid.UUID(int=1)) else 303)
    assert people(sqlite_database) == [("Ann", "registered")]


def test_access_needs_are_nowhere_but_in_their_table(
    author: FlaskClient, reference: str, sqlite_database: Database
) -> None:
    come(sqlite_database, reference, "Ann", needs="xylophone")
    with sqlite_database.read() as session:
        names = session.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
        texts = {name: str(session.execute(sa.text(f'SELECT * FROM "{name}"')).all()) for name in names}  # noqa: S608
    assert [name for name, text in texts.items() if "xylophone" in text] == [AccessNeed.__tablename__]
