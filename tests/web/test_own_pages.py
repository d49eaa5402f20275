"""Muting one item, pausing, moving, taking one's data along, following more: by links from mails."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from kil_pipeline.alerts.letters import AddressChangeLetter, DigestLetter
from kil_pipeline.alerts.links import Signer
from kil_pipeline.alerts.subscribers import MOST_CRITERIA, SubscriberView, subscriber_view
from kil_pipeline.database import Database
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.settings import DEVELOPMENT_KEY
from tests.alerts.sinks import Post
from tests.factories import a_subscriber
from tests.web.conftest import NOW
from tests.web.forms import Filled, Form
from tests.web.html import HtmlPage

SIGNER = Signer((DEVELOPMENT_KEY,))
CARERS = Criteria(themes=("carers",))


@pytest.fixture
def reader(sqlite_database: Database) -> uuid.UUID:
    """Somebody who hears at once of what concerns carers."""
    with sqlite_database.write() as session:
        return a_subscriber(session, CARERS, email="reader@example.org")


@pytest.fixture
def path(reader: uuid.UUID) -> str:
    """The address of their page."""
    return SIGNER.manage_path(reader)


def view(database: Database, reader: uuid.UUID) -> SubscriberView:
    with database.read() as session:
        return subscriber_view(session, reader)


def send(client: FlaskClient, page: str, action: str, filled: Filled | None = None, status: int = 200) -> HtmlPage:
    """Open a page and send one of its forms."""
    return HtmlPage(Form(HtmlPage(client.get(page)), action).send(client, filled), status)


def said(page: HtmlPage) -> list[str]:
    return page.texts("p", "govuk-notification-banner__heading")


def test_the_link_of_an_item_mutes_it_after_a_button_and_the_page_takes_it_back(
    client: FlaskClient, publish: Callable[..., str], path: str, sqlite_database: Database
) -> None:
    publish(EntryContent("Breaks for carers", themes=("carers",)))
    post = Post(sqlite_database)
    post.tick(NOW + timedelta(minutes=16))
    (letter,) = [letter for letter in post.letters if isinstance(letter, DigestLetter)]
    link = letter.items[0].mute_path
    assert HtmlPage(client.get(path)).texts("ul", "muted") == []
    assert HtmlPage(client.get(link)).texts("strong") == ["Breaks for carers"]
    assert HtmlPage(client.get(path)).texts("ul", "muted") == []
    page = send(client, link, link)
    assert said(page) == ["You hear no more of “Breaks for carers”."]
    assert page.texts("ul", "muted") == ["Breaks for carers (EXC-0001) Tell me again about Breaks for carers"]
    page = send(client, path, f"{path}/unmute")
    assert (said(page), page.texts("ul", "muted")) == (["You hear of it again, from now on."], [])


def test_its_second_button_mutes_the_commissioner(
    client: FlaskClient, publish: Callable[..., str], path: str, sqlite_database: Database
) -> None:
    publish(EntryContent("Breaks for carers", themes=("carers",)))
    post = Post(sqlite_database)
    post.tick(NOW + timedelta(minutes=16))
    (letter,) = [letter for letter in post.letters if isinstance(letter, DigestLetter)]
    link = letter.items[0].mute_path
    page = send(client, link, link, {"do": "commissioner"})
    assert said(page) == ["You hear no more of “Exampleshire Council”."]
    assert page.texts("ul", "muted") == [
        "Exampleshire Council, whatever they plan Tell me again about Exampleshire Council"
    ]
    page = send(client, path, f"{path}/unmute")
    assert page.texts("ul", "muted") == []


def test_a_pause_says_until_when_and_that_nothing_is_lost_and_can_be_ended(client: FlaskClient, path: str) -> None:
    page = send(client, path, f"{path}/pause", {"until": "2026-12-23"})
    assert said(page) == ["Your email is paused. Nothing is lost."]
    assert page.texts("p", "govuk-body")[0] == "For reader@example.org. Email is paused until 23 December 2026."
    page = send(client, path, f"{path}/pause")
    assert said(page) == ["Email leaves again."]
    assert page.texts("p", "govuk-body")[0] == "For reader@example.org."


@pytest.mark.parametrize(
    ("until", "problem"),
    [
        ("", "Enter the day on which email starts again, such as 2027-01-04."),
        ("soon", "Enter the day on which email starts again, such as 2027-01-04."),
        ("2026-11-23", "Choose a day from tomorrow up to a year from now."),
        ("9999-12-31", "Choose a day from tomorrow up to a year from now."),
    ],
)
def test_a_day_that_cannot_be_is_refused(client: FlaskClient, path: str, until: str, problem: str) -> None:
    page = send(client, path, f"{path}/pause", {"until": until}, 400)
    assert page.texts("ul", "govuk-error-summary__list") == [problem]


def test_the_address_changes_after_a_button_in_a_mail_to_the_new_one(
    client: FlaskClient, path: str, reader: uuid.UUID, sqlite_database: Database
) -> None:
    page = send(client, path, f"{path}/address", {"email": "new@example.org"})
    assert said(page) == [
        "We have sent an email to new@example.org. Nothing changes before you press its button, within 7 days."
    ]
    post = Post(sqlite_database)
    post.tick(NOW)
    (letter,) = [letter for letter in post.letters if isinstance(letter, AddressChangeLetter)]
    HtmlPage(client.get(letter.confirm_path))
    assert view(sqlite_database, reader).email == "reader@example.org"
    page = send(client, letter.confirm_path, letter.confirm_path)
    assert said(page) == ["Your alerts go to new@example.org from now on."]
    assert view(sqlite_database, reader).email == "new@example.org"


def test_an_address_that_is_none_comes_back_to_be_mended(client: FlaskClient, path: str) -> None:
    page = send(client, path, f"{path}/address", {"email": "new at example"}, 400)
    assert page.texts("ul", "govuk-error-summary__list") == [
        "Enter an email address in the usual form, such as name@example.org."
    ]
    assert Form(page, f"{path}/address").answers() == {"email": ["new at example"]}


def test_the_data_comes_as_a_file_that_nobody_keeps(client: FlaskClient, path: str, reader: uuid.UUID) -> None:
    answer = client.get(HtmlPage(client.get(path)).links()["Download all that we hold about you"])
    assert (answer.content_type, answer.headers["Cache-Control"]) == ("application/json; charset=utf-8", "no-store")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-alerts.json"'
    data = json.loads(answer.text)
    assert (data["address"], data["you_follow"]) == ("reader@example.org", ["Carers"])
    assert [row["id"] for row in data["tables"]["subscriber"]] == [str(reader)]


def test_something_else_is_followed_without_typing_the_address_again(
    client: FlaskClient, path: str, reader: uuid.UUID, sqlite_database: Database
) -> None:
    assert HtmlPage(client.get(path)).links()["Follow something else too"] == f"{path}/new"
    form = Form(HtmlPage(client.get(f"{path}/new")), f"{path}/new")
    assert set(form.fields) & {"email", "frequency"} == set()
    page = HtmlPage(form.send(client, {"theme": ["food"]}))
    assert said(page) == ["Added to what you follow."]
    assert view(sqlite_database, reader).criteria == (CARERS, Criteria(themes=("food",)))
    problem = HtmlPage(form.send(client, {"q": "x" * 201}), 400)
    assert problem.texts("p", "govuk-error-message") == ["Error: Search for at most 200 characters."]


def test_more_than_a_bounded_number_of_things_is_refused_and_loses_none(
    client: FlaskClient, sqlite_database: Database
) -> None:
    many = [Criteria(words=f"word{number}") for number in range(MOST_CRITERIA)]
    with sqlite_database.write() as session:
        path = SIGNER.manage_path(reader := a_subscriber(session, *many))
    page = send(client, f"{path}/new", f"{path}/new", {"theme": ["food"]}, 400)
    assert page.texts("ul", "govuk-error-summary__list") == [
        "You follow 20 things already. Take one out first, then add this."
    ]
    assert len(view(sqlite_database, reader).criteria) == MOST_CRITERIA


def test_a_link_for_one_thing_is_of_no_use_for_another(client: FlaskClient, reader: uuid.UUID, path: str) -> None:
    token = SIGNER.mute_path(reader, "x").removesuffix("/mute")
    assert [client.get(address).status_code for address in (token, f"{path}/mute", f"{token}/my-data.json")] == [
        410
    ] * 3
