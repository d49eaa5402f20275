"""A profile, said once: opened by the link in a mail, it fills in the forms of the browser in which one says so."""

import json
import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from kil_pipeline.alerts.links import Signer
from kil_pipeline.database import Database
from kil_pipeline.organisations.organisations import OrganisationKind, add_organisation
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.support.patches import set_patch
from kil_pipeline.support.profiles import Profile, profile_view
from tests.alerts.sinks import Post
from tests.support.test_patches import LEEDS, a_body
from tests.web.conftest import NOW
from tests.web.forms import Filled, Form
from tests.web.html import HtmlPage
from tests.web.test_help_pages import mailed_path
from tests.web.test_session_pages import announce

FILLED: Filled = {
    "name": "Example Carers",
    "about": "We sit with people.",
    "theme": ["carers"],
    "area": [LEEDS],
    "income": "small",
    "staff": "few",
    "charity_number": "1234567",
    "accreditations": "Trusted Charity",
}


@pytest.fixture
def path(client: FlaskClient, sqlite_database: Database) -> str:
    """The signed path of a new profile, from its mail."""
    post = Post(sqlite_database)
    Form(HtmlPage(client.get("/profile")), "/profile").send(client, {"email": "us@example.org"})
    post.tick(NOW)
    return mailed_path(post, "Open my profile")


def press(client: FlaskClient, path: str, words: str) -> HtmlPage:
    """Press a button of a form that has no fields."""
    page = HtmlPage(client.get(path))
    forms = [form for form in page.elements("form") if words in "".join(form.itertext())]
    numbers = [form for form in page.elements("form") if form.get("action") == path]
    return HtmlPage(Form(page, path, number=numbers.index(forms[0])).send(client))


def test_it_comes_back_as_it_was_saved(client: FlaskClient, path: str) -> None:
    page = HtmlPage(Form(HtmlPage(client.get(path)), path).send(client, FILLED))
    assert page.texts("p", "govuk-notification-banner__heading") == ["Saved."]
    again = Form(HtmlPage(client.get(path)), path)
    assert again.answers() == {name: [v] if isinstance(v, str) else v for name, v in FILLED.items()}
    data = json.loads(client.get(f"{path}/my-profile.json").text)
    assert (data["address"], data["areas"], data["income"]) == ("us@example.org", [LEEDS], "small")


def test_it_fills_in_forms_only_where_one_says_so_and_until_one_says_stop(
    client: FlaskClient, path: str, sqlite_database: Database
) -> None:
    with sqlite_database.write() as session:
        a_body(session, "Body", LEEDS)
    Form(HtmlPage(client.get(path)), path).send(client, FILLED)
    ask = "/local-support/body/ask"
    assert Form(HtmlPage(client.get(ask)), ask).answers() == {}
    press(client, path, "Fill in forms in this browser")
    filled = Form(HtmlPage(client.get(ask)), ask)
    assert {key: filled.answers()[key] for key in ("name", "email")} == {
        "name": ["Example Carers"], "email": ["us@example.org"]
    }  # fmt: skip
    alerts = Form(HtmlPage(client.get("/alerts/new")), "/alerts/new").answers()
    assert (alerts["email"], alerts["area"], alerts["theme"]) == (["us@example.org"], ["Leeds"], ["carers"])
    chosen = Form(HtmlPage(client.get("/alerts/new?theme=food")), "/alerts/new").answers()
    assert (chosen["theme"], "area" in chosen) == (["food"], False)
    other = client.application.test_client()
    assert "us@example.org" not in other.get(ask).text
    press(client, path, "Stop filling in forms")
    assert Form(HtmlPage(client.get(ask)), ask).answers() == {}


ABOUT = (
    "We sit with people.\nWhat we work on: Carers.\nWhere: Leeds.\n"
    "Our size: £10,000 to £100,000 a year, 1 to 5 staff.\nRegistered: charity number 1234567.\nWe hold: Trusted Charity"
)


def test_whoever_asks_for_help_says_who_they_are_and_still_has_to_say_what_they_need(
    client: FlaskClient, path: str, sqlite_database: Database
) -> None:
    with sqlite_database.write() as session:
        a_body(session, "Body", LEEDS)
    Form(HtmlPage(client.get(path)), path).send(client, FILLED)
    press(client, path, "Fill in forms in this browser")
    ask = "/local-support/body/ask"
    form = Form(HtmlPage(client.get(ask)), ask)
    assert form.fields["need"].strip() == f"About us:\n{ABOUT}"
    refused = HtmlPage(form.send(client), 400)
    assert refused.texts("p", "govuk-error-message") != []
    assert Form(refused, ask).fields["need"].strip() == f"About us:\n{ABOUT}"
    assert form.send(client, {"need": f"Help with a bid.{form.fields['need']}"}).status_code == 200


def test_an_interest_and_a_place_at_a_session_are_filled_in_too(
    client: FlaskClient, path: str, publish: Callable[..., str], sqlite_database: Database
) -> None:
    Form(HtmlPage(client.get(path)), path).send(client, FILLED)
    interested = f"/entries/{publish(EntryContent('Breaks for carers'))}/interested"
    come = f"/sessions/{announce(sqlite_database)}/come"
    assert Form(HtmlPage(client.get(come)), come).answers() == {}
    press(client, path, "Fill in forms in this browser")
    assert Form(HtmlPage(client.get(interested)), interested).answers()["brings"] == [ABOUT]
    answers = Form(HtmlPage(client.get(come)), come).answers()
    assert (answers["organisation"], answers["email"], "name" in answers) == (
        ["Example Carers"], ["us@example.org"], False
    )  # fmt: skip


def test_what_is_known_of_an_organisation_is_filled_in_from_its_number_and_not_saved(
    client: FlaskClient, path: str, sqlite_database: Database
) -> None:
    with sqlite_database.write() as session:
        known = add_organisation(
            session, name="Example Carers", kind=OrganisationKind.VCSE, identifiers=[("GB-CHC", "1234567")], now=NOW
        )
        set_patch(session, known.id, (LEEDS,))
    form = Form(HtmlPage(client.get(path)), path)
    page = HtmlPage(form.send(client, {"charity_number": "1234567", "do": "look up"}))
    assert Form(page, path).answers() == {"charity_number": ["1234567"], "name": ["Example Carers"], "area": [LEEDS]}
    own = HtmlPage(form.send(client, {"charity_number": "1234567", "name": "Our own name", "do": "look up"}))
    assert Form(own, path).answers()["name"] == ["Our own name"]
    assert Form(HtmlPage(client.get(path)), path).answers() == {}
    unknown = HtmlPage(form.send(client, {"charity_number": "7654321", "do": "look up"}))
    assert Form(unknown, path).answers() == {"charity_number": ["7654321"]}


def test_what_has_to_be_mended_is_said_at_the_field_and_nothing_typed_is_lost(client: FlaskClient, path: str) -> None:
    wrong: Filled = {**FILLED, "charity_number": "12", "about": "x" * 2001}
    page = HtmlPage(Form(HtmlPage(client.get(path)), path).send(client, wrong), 400)
    assert page.texts("p", "govuk-error-message") == [
        "Error: Enter a charity number such as 1234567 or SC012345, or leave it empty.",
        "Error: Write at most 2,000 characters here; there are 2,001.",
    ]
    assert Form(page, path).answers() == {name: [v] if isinstance(v, str) else v for name, v in wrong.items()}


def test_erasing_leaves_nothing(client: FlaskClient, path: str, sqlite_database: Database) -> None:
    Form(HtmlPage(client.get(path)), path).send(client, FILLED)
    press(client, path, "Fill in forms in this browser")
    assert press(client, path, "Erase my profile").texts("h1") == ["Your profile is erased"]
    assert client.get(path).status_code == 410
    with sqlite_database.read() as session:
        assert session.scalars(sa.select(Profile)).all() == []
    assert Form(HtmlPage(client.get("/alerts/new")), "/alerts/new").answers() == {
        "frequency": ["weekly"],
        "weekday": ["0"],
    }


def test_a_link_for_something_else_opens_no_profile(client: FlaskClient, path: str, sqlite_database: Database) -> None:
    with sqlite_database.read() as session:
        profile_id: uuid.UUID = session.scalars(sa.select(Profile.id)).one()
        assert profile_view(session, profile_id).email == "us@example.org"
    keys = client.application.extensions["kil"].settings.secret_keys
    assert client.get(f"/profile/{Signer(keys).sign('manage', profile_id)}").status_code == 410


def test_places_are_typed_by_their_names_and_taken_out_by_a_tick(client: FlaskClient, path: str) -> None:
    form = Form(HtmlPage(client.get(path)), path)
    form.send(client, {**FILLED, "place": ["Wakefield", "leeds", ""]})
    page = HtmlPage(client.get(path))
    assert Form(page, path).answers()["area"] == [LEEDS, "E08000036"]
    Form(page, path).send(client, {"area": ["E08000036"]})
    assert Form(HtmlPage(client.get(path)), path).answers()["area"] == ["E08000036"]


def test_a_place_that_nobody_knows_is_named_and_stays_as_it_was_typed(client: FlaskClient, path: str) -> None:
    form = Form(HtmlPage(client.get(path)), path)
    answer = form.send(client, {**FILLED, "place": ["Wakefeild", "", ""]})
    page = HtmlPage(answer, 400)
    assert page.texts("p", "govuk-error-message") == ["Error: We know no area “Wakefeild”. Do you mean Wakefield?"]
    assert Form(page, path).answers()["place"] == ["Wakefeild"]


def test_one_press_saves_and_fills_forms_in_and_says_where_to_go_on(client: FlaskClient, path: str) -> None:
    page = HtmlPage(Form(HtmlPage(client.get(path)), path).send(client, {**FILLED, "do": "save and use"}))
    assert page.texts("p", "govuk-notification-banner__heading") == [
        "Saved. Forms here are filled in for you, until you close this browser."
    ]
    alerts = Form(HtmlPage(client.get("/alerts/new")), "/alerts/new").answers()
    assert alerts["email"] == ["us@example.org"]
