"""A venue's owner is mailed a link, and corrects what is said of access."""

import uuid

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.alerts.links import Signer
from kil_pipeline.database import Database
from kil_pipeline.engagement.record_notices import owner_path
from kil_pipeline.engagement.venue_corrections import set_contact
from kil_pipeline.engagement.venues import AccessFact, Known, VenueFacts, add_venue
from tests.web.conftest import NOW
from tests.web.forms import Form
from tests.web.html import HtmlPage
from tests.web.visitors import send

HALL = VenueFacts("Mill Hall", travel="Bus 7", access=(AccessFact("lift", Known.YES, "Door of 90 cm"),))


@pytest.fixture
def hall(sqlite_database: Database) -> uuid.UUID:
    """The id of a venue whose owner's address is held."""
    with sqlite_database.write() as session:
        found = add_venue(session, HALL, now=NOW).id
        set_contact(session, "mill-hall", "owner@example.org")
    return found


@pytest.fixture
def path(app: Flask, hall: uuid.UUID) -> str:
    """The path of the link that the owner gets."""
    return owner_path(Signer(app.extensions["kil"].settings.secret_keys), hall, 1)


def test_a_button_mails_the_owner_and_shows_no_address(
    client: FlaskClient, hall: uuid.UUID, sqlite_database: Database
) -> None:
    shown = HtmlPage(client.get("/venues/mill-hall"))
    answer = Form(shown, "/venues/mill-hall/correct").send(client)
    assert HtmlPage(answer).texts("h1") == ["The owner gets a link"]
    with sqlite_database.read() as session:
        assert session.scalars(sa.select(Delivery.address)).all() == ["owner@example.org"]
    assert "owner@" not in answer.text + client.get("/venues/mill-hall").text


def test_a_venue_without_an_address_has_no_button(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        add_venue(session, HALL, now=NOW)
    shown = HtmlPage(client.get("/venues/mill-hall"))
    assert [form.get("action") for form in shown.elements("form") if "correct" in (form.get("action") or "")] == []
    assert send(client, "/venues/mill-hall/correct").location == "/venues/mill-hall"
    assert send(client, "/venues/nowhere/correct").status_code == 404


def test_an_owner_corrects_the_facts(client: FlaskClient, path: str) -> None:
    form = Form(HtmlPage(client.get(path)), path)
    assert (form.fields["lift"], form.fields["lift_note"], form.fields["checked_on"], form.fields["travel"]) == (
        "yes",
        "Door of 90 cm",
        "2026-11-23",
        "Bus 7",
    )
    assert form.send(client, {"lift": "no", "lift_note": "out of use", "hoist": "yes"}).location == path
    shown = HtmlPage(client.get("/venues/mill-hall"))
    assert shown.texts("div", "access__row")[1] == "Lift No, out of use"
    assert shown.texts("section", "side")[1] == (
        "Corrected by its owner 23 November 2026Lift: no, out of use (before: yes, Door of 90 cm)."
        "Hoist: yes (before: not known).Checked on 23 November 2026."
    )


def test_what_is_not_understood_loses_nothing(client: FlaskClient, path: str) -> None:
    form = Form(HtmlPage(client.get(path)), path)
    for day, said in (("", "Give the day on which you looked."),
                      ("2026-11-24", "The day on which you looked cannot be in the future.")):  # fmt: skip
        shown = HtmlPage(form.send(client, {"checked_on": day, "hoist": "yes", "hoist_note": "new"}), 400)
        assert shown.texts("ul", "govuk-error-summary__list") == [said]
        assert (Form(shown, path).fields["hoist"], Form(shown, path).fields["hoist_note"]) == ("yes", "new")


def test_two_owners_do_not_overwrite_each_other_unseen(client: FlaskClient, path: str, clock: object) -> None:
    first, second = (Form(HtmlPage(client.get(path)), path) for _ in range(2))
    clock.moment = NOW.replace(hour=11)  # type: ignore[attr-defined]  # the tests' clock
    assert first.send(client, {"hoist": "yes"}).status_code == 302
    stale = second.send(client, {"hoist": "no"})
    assert stale.status_code == 409
    assert Form(HtmlPage(stale, 409), path).send(client).status_code == 302
