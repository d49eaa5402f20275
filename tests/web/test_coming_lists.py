"""Who comes, as the organiser, the host and the others see it; and that nobody else sees anything."""

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
from kil_pipeline.engagement.registrations import AccessNeed, Registration, SessionPlaces
from kil_pipeline.engagement.sessions import SessionRow
from kil_pipeline.organisations.audit import AuditRow
from kil_pipeline.organisations.members import Role
from tests.factories import a_commissioner
from tests.web.comers import come, own_path, people
from tests.web.conftest import NOW, Clock
from tests.web.forms import Form
from tests.web.html import HtmlPage, text_of
from tests.web.test_session_pages import SESSION, announce
from tests.web.visitors import send, sign_in


@pytest.fixture
def reference(council: uuid.UUID, sqlite_database: Database) -> str:
    """The reference of a session with one place."""
    return announce(sqlite_database, replace(SESSION, capacity=1))


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
        deeds = session.scalars(sa.select(AuditRow.deed).order_by(AuditRow.at, AuditRow.id)).all()
    assert deeds == ["note_attendance"] * 6 + ["mark_no_shows", "note_attendance"]


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
    with sqlite_database.read() as session:
        assert session.scalars(sa.select(AuditRow.deed)).all() == []
    assert answer.status_code == (404 if person == str(uuid.UUID(int=1)) else 303)
    assert people(sqlite_database) == [("Ann", "registered")]


def test_access_needs_are_nowhere_but_in_their_table(
    author: FlaskClient, reference: str, sqlite_database: Database
) -> None:
    come(sqlite_database, reference, "Ann", needs="xylophone")
    with sqlite_database.read() as session:
        names = session.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
        texts = {name: str(session.execute(sa.text(f'SELECT * FROM "{name}"')).all()) for name in names}  # noqa: S608  # names of our own tables
    assert [name for name, text in texts.items() if "xylophone" in text] == [AccessNeed.__tablename__]
