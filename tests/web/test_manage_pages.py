""" "Change what you get" and one-click unsubscribe, as a reader gets them from a mail."""

import uuid
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.alerts.letters import Frequency
from kil_pipeline.alerts.links import Signer
from kil_pipeline.alerts.subscribers import Subscriber, SubscriberView, subscriber_view, unsubscribe
from kil_pipeline.database import Database
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.settings import DEVELOPMENT_KEY
from tests.factories import a_subscriber
from tests.web.conftest import NOW
from tests.web.forms import Form
from tests.web.html import HtmlPage

SIGNER = Signer((DEVELOPMENT_KEY,))
CARERS, FOOD = Criteria(themes=("carers",)), Criteria(themes=("food",))


@pytest.fixture
def reader(sqlite_database: Database) -> uuid.UUID:
    """Somebody who hears weekly, on Tuesdays, of carers and of food."""
    with sqlite_database.write() as session:
        return a_subscriber(session, CARERS, FOOD, frequency=Frequency.WEEKLY, weekday=1, email="reader@example.org")


def view(database: Database, reader: uuid.UUID) -> SubscriberView:
    with database.read() as session:
        return subscriber_view(session, reader)


def due_at(database: Database, reader: uuid.UUID) -> datetime | None:
    with database.read() as session:
        return session.scalar(sa.select(Subscriber.due_at).where(Subscriber.id == reader))


def test_the_page_shows_what_one_gets(client: FlaskClient, reader: uuid.UUID) -> None:
    path = SIGNER.manage_path(reader)
    response = client.get(path)
    page = HtmlPage(response)
    assert page.texts("p", "govuk-body")[0] == "For reader@example.org."
    assert page.texts("label", "govuk-checkboxes__label") == [
        "Carers",
        "Food",
        "Once a week: what is coming up, by quarter",
        "After eight weeks without news: one line that says what is still watched",
    ]
    answers = Form(page, path).answers()
    assert (answers["frequency"], answers["weekday"]) == (["weekly"], ["1"])
    assert response.headers["Cache-Control"] == "no-store"


def test_frequency_and_topics_are_changed_there(
    client: FlaskClient, reader: uuid.UUID, sqlite_database: Database
) -> None:
    path = SIGNER.manage_path(reader)
    form = Form(HtmlPage(client.get(path)), path)
    page = HtmlPage(form.send(client, {"keep": [CARERS.canonical()], "frequency": "daily"}))
    assert page.texts("p", "govuk-notification-banner__heading") == ["Saved."]
    changed = view(sqlite_database, reader)
    assert (changed.criteria, changed.frequency) == ((CARERS,), Frequency.DAILY)


def test_saving_without_a_change_changes_nothing(
    client: FlaskClient, reader: uuid.UUID, sqlite_database: Database
) -> None:
    path, before, due = SIGNER.manage_path(reader), view(sqlite_database, reader), due_at(sqlite_database, reader)
    HtmlPage(Form(HtmlPage(client.get(path)), path).send(client))
    assert (view(sqlite_database, reader), due_at(sqlite_database, reader)) == (before, due)


def test_taking_out_every_tick_stops_mail(client: FlaskClient, reader: uuid.UUID, sqlite_database: Database) -> None:
    path = SIGNER.manage_path(reader)
    page = HtmlPage(Form(HtmlPage(client.get(path)), path).send(client, {"keep": []}))
    assert page.texts("p", "govuk-notification-banner__heading") == ["Saved. You get no more emails."]
    assert view(sqlite_database, reader).stopped


def test_weekly_mail_that_was_stopped_and_starts_again_is_due_again(
    client: FlaskClient, reader: uuid.UUID, sqlite_database: Database
) -> None:
    due = due_at(sqlite_database, reader)
    with sqlite_database.write() as session:
        unsubscribe(session, reader, NOW)
    path = SIGNER.manage_path(reader)
    page = HtmlPage(client.get(path))
    assert page.texts("p", "govuk-body")[0] == "For reader@example.org. Email is stopped at the moment."
    HtmlPage(Form(page, path).send(client))
    assert (view(sqlite_database, reader).stopped, due_at(sqlite_database, reader)) == (False, due)
    assert due is not None


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("frequency", "hourly", "Choose how often you want email."),
        ("weekday", "6", "Choose a day from Monday to Friday."),
        ("weekday", "²", "Choose a day from Monday to Friday."),
    ],
)
def test_an_answer_that_is_none_is_refused_and_changes_nothing(
    client: FlaskClient, reader: uuid.UUID, sqlite_database: Database, field: str, value: str, message: str
) -> None:
    path, before = SIGNER.manage_path(reader), view(sqlite_database, reader)
    page = HtmlPage(Form(HtmlPage(client.get(path)), path).send(client, {field: value, "keep": []}), 400)
    assert page.texts("ul", "govuk-error-summary__list") == [message]
    assert view(sqlite_database, reader) == before


def test_erasing_takes_out_everything_and_the_link_says_so(
    client: FlaskClient, reader: uuid.UUID, sqlite_database: Database
) -> None:
    path = SIGNER.manage_path(reader)
    page = HtmlPage(Form(HtmlPage(client.get(path)), path, number=1).send(client))
    assert page.texts("h1") == ["Your data is erased"]
    with sqlite_database.read() as session:
        assert session.scalars(sa.select(Subscriber.email)).all() == []
        assert session.scalars(sa.select(Delivery.address)).all() == []
    assert HtmlPage(client.get(path), 410).texts("p", "govuk-body")[0] == (
        "We hold nothing about this address any more."
    )


def test_opening_the_unsubscribe_link_stops_nothing(
    client: FlaskClient, reader: uuid.UUID, sqlite_database: Database
) -> None:
    page = HtmlPage(client.get(SIGNER.unsubscribe_path(reader)))
    assert page.texts("button", "govuk-button") == ["Stop all emails"]
    assert view(sqlite_database, reader).stopped is False


def test_one_post_without_cookie_or_token_stops_all_mail(
    client: FlaskClient, reader: uuid.UUID, sqlite_database: Database
) -> None:
    """RFC 8058, 3.1: what a mail program sends, and no more."""
    response = client.post(SIGNER.unsubscribe_path(reader), data={"List-Unsubscribe": "One-Click"})
    assert HtmlPage(response).texts("h1") == ["You get no more emails"]
    assert response.headers.getlist("Set-Cookie") == []
    assert view(sqlite_database, reader).stopped


def test_stopping_again_or_after_being_erased_is_answered_the_same(client: FlaskClient, reader: uuid.UUID) -> None:
    path, manage = SIGNER.unsubscribe_path(reader), SIGNER.manage_path(reader)
    first, second = client.post(path), client.post(path)
    Form(HtmlPage(client.get(manage)), manage, number=1).send(client)
    third = client.post(path)
    assert [HtmlPage(answer).texts("h1") for answer in (first, second, third)] == [["You get no more emails"]] * 3


def test_a_link_for_one_thing_is_of_no_use_for_another(client: FlaskClient, reader: uuid.UUID) -> None:
    manage = SIGNER.manage_path(reader)
    unsubscribe_token = SIGNER.unsubscribe_path(reader).removesuffix("/unsubscribe")
    assert client.get(unsubscribe_token).status_code == 410
    assert client.post(f"{manage}/unsubscribe").status_code == 410


def test_changing_needs_the_token_of_the_form(
    client: FlaskClient, reader: uuid.UUID, sqlite_database: Database
) -> None:
    page = HtmlPage(client.post(SIGNER.manage_path(reader), data={"do": "erase"}), 400)
    assert page.texts("h1") == ["Please send the form again"]
    assert view(sqlite_database, reader).email == "reader@example.org"
