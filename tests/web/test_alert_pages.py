"""Alerts by mail as a reader asks for them: no account, nothing before the button in the mail, out with one click."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from kil_pipeline.alerts.letters import ConfirmationLetter, DigestLetter, Frequency
from kil_pipeline.alerts.suppressions import suppress
from kil_pipeline.database import Database
from kil_pipeline.plan.contents import EntryContent
from tests.alerts.sinks import Post
from tests.factories import a_subscriber
from tests.web.conftest import NOW, Clock
from tests.web.forms import Filled, Form
from tests.web.html import HtmlPage

Publish = Callable[..., str]

UNKNOWN = "We know no area “Nowhere upon Sea”. Choose one from the list, or try a council’s name."
ASKED = "Check your inbox We have sent an email with a button. Press it, and your alerts start."

BESIDES = (
    "Once a week: what is coming up, by quarter",
    "After eight weeks without news: one line that says what is still watched",
)
"""What can be ticked besides the choices."""


def ask(client: FlaskClient, filled: Filled, query: str = "") -> HtmlPage:
    form = Form(HtmlPage(client.get(f"/alerts/new{query}")), "/alerts/new")
    return HtmlPage(form.send(client, filled))


def confirmation_path(post: Post) -> str:
    (letter,) = [letter for letter in post.letters if isinstance(letter, ConfirmationLetter)]
    return letter.confirm_path


def press(client: FlaskClient, path: str) -> HtmlPage:
    return HtmlPage(Form(HtmlPage(client.get(path)), path).send(client))


def test_a_second_button_shows_what_would_have_been_sent_and_asks_for_nothing(
    client: FlaskClient, publish: Publish, sqlite_database: Database
) -> None:
    publish(EntryContent("Breaks for carers", themes=("carers",)))
    publish(EntryContent("Community meals", themes=("food",)))
    page = ask(client, {"theme": ["carers"], "do": "look back"})
    assert page.texts("section", "past")[0] == (
        "What this would have sent since 25 August 2026 News of 1 planned opportunity or session: 1 change in all. "
        "Breaks for carers 23 November 2026: New. You would have got it because you follow Carers."
    )
    assert page.links()["Breaks for carers"] == "/entries/EXC-0001"
    assert Form(page, "/alerts/new").answers() == {"theme": ["carers"], "frequency": ["weekly"], "weekday": ["0"]}
    Post(sqlite_database).tick(NOW)
    nothing = ask(client, {"q": "nobody plans this", "do": "look back"})
    assert nothing.texts("section", "past")[0].startswith("What this would have sent since 25 August 2026 Nothing.")


def test_the_form_asks_weekly_for_everything_unless_told(client: FlaskClient) -> None:
    form = Form(HtmlPage(client.get("/alerts/new")), "/alerts/new")
    assert form.answers() == {"frequency": ["weekly"], "weekday": ["0"]}


def test_the_form_is_filled_in_with_the_list_that_one_comes_from(client: FlaskClient, publish: Publish) -> None:
    query = (
        "?q=link+worker&area=X-EXA&theme=carers&theme=food&chance=grant&commissioner=exampleshire-council"
        "&route=pa.open&status=open&cpv=85000000&kind=new&kind=moved&value_from=50000&value_to=1.5m&exactly=yes"
    )
    form = Form(HtmlPage(client.get("/alerts/new" + query)), "/alerts/new")
    assert form.answers() == {
        "q": ["link worker"],
        "area": ["Exampleshire"],
        "theme": ["carers", "food"],
        "chance": ["grant"],
        "commissioner": ["exampleshire-council"],
        "route": ["pa.open"],
        "status": ["open"],
        "cpv": ["85000000"],
        "kind": ["new", "moved"],
        "value_from": ["50000"],
        "value_to": ["1.5m"],
        "exactly": ["yes"],
        "frequency": ["weekly"],
        "weekday": ["0"],
    }


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [("chance", "ended", "ended"), ("area", "UKC1", "Tees Valley and Durham"), ("entry", "EXC-0001", "EXC-0001")],
)
def test_a_filter_that_the_form_does_not_offer_is_not_lost(
    client: FlaskClient, name: str, value: str, shown: str
) -> None:
    form = Form(HtmlPage(client.get(f"/alerts/new?{name}={value}")), "/alerts/new")
    assert form.answers()[name] == [shown]


def test_a_misspelt_place_is_answered_with_the_one_that_was_meant(client: FlaskClient) -> None:
    form = Form(HtmlPage(client.get("/alerts/new")), "/alerts/new")
    page = HtmlPage(form.send(client, {"area": "Exampleshrie"}), 400)
    assert "Error: We know no area “Exampleshrie”. Did you mean Exampleshire?" in page.texts("p", "govuk-error-message")


def test_more_boxes_for_places_come_without_scripts_and_keep_what_was_typed(client: FlaskClient) -> None:
    form = Form(HtmlPage(client.get("/alerts/new")), "/alerts/new")
    assert form.fields.getlist("area") == ["", "", ""]
    more = Form(HtmlPage(form.send(client, {"area": ["Saltmarsh"], "email": "x", "do": "more places"})), "/alerts/new")
    assert more.fields.getlist("area") == ["Saltmarsh", *[""] * 6]
    assert more.fields["email"] == "x"


def test_asking_leads_to_a_mail_that_says_what_was_asked_for(client: FlaskClient, sqlite_database: Database) -> None:
    post = Post(sqlite_database)
    page = ask(client, {"email": " Reader@Example.org ", "theme": ["carers"], "frequency": "daily"})
    assert page.texts("main")[0].startswith(ASKED)
    post.tick(NOW)
    assert [outgoing.to for outgoing in post.sent] == ["reader@example.org"]
    assert post.letters == [ConfirmationLetter(confirmation_path(post), ("Carers",), Frequency.DAILY, 7)]


def test_the_answer_tells_nobody_whether_an_address_is_known(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        a_subscriber(session, email="known@example.org")
        suppress(session, "bounced@example.org", "550", NOW)
    pages = [ask(client, {"email": f"{who}@example.org"}) for who in ("known", "bounced", "new", "new", "new", "new")]
    assert {page.texts("html")[0] for page in pages} == {pages[0].texts("html")[0]}


def test_what_has_to_be_mended_is_said_at_the_field_and_nothing_typed_is_lost(client: FlaskClient) -> None:
    form = Form(HtmlPage(client.get("/alerts/new")), "/alerts/new")
    filled: Filled = {
        "email": "reader(at)example.org",
        "q": "carers " * 30,
        "area": ["Saltmarsh", "Nowhere upon Sea"],
        "value_from": "lots",
        "theme": ["carers", "food"],
        "chance": ["grant"],
        "frequency": "daily",
        "weekday": "3",
    }
    page = HtmlPage(form.send(client, filled), 400)
    links = [(e.get("href"), "".join(e.itertext()).strip()) for e in page.elements("a") if "#" in (e.get("href") or "")]
    assert links[1:] == [
        ("#email", "Enter an email address in the usual form, such as name@example.org."),
        ("#area", UNKNOWN),
        ("#value_from", "“lots” is not an amount. Write one such as £50,000, 50k or £1.5m."),
        ("#q", "Search for at most 200 characters."),
    ]
    assert page.texts("p", "govuk-error-message") == [
        "Error: Enter an email address in the usual form, such as name@example.org.",
        f"Error: {UNKNOWN}",
        "Error: Search for at most 200 characters.",
        "Error: “lots” is not an amount. Write one such as £50,000, 50k or £1.5m.",
    ]
    assert page.texts("title")[0].startswith("Error: ")
    typed = {name: [value] if isinstance(value, str) else value for name, value in filled.items()}
    assert Form(page, "/alerts/new").answers() == typed | {"q": [("carers " * 30).strip()]}


def test_too_many_choices_come_back_to_be_thinned_out(client: FlaskClient) -> None:
    form = Form(HtmlPage(client.get("/alerts/new")), "/alerts/new")
    offered = [option.get("value") or "" for option in form.element.iter("option")][:51]
    assert len(offered) == 51
    page = HtmlPage(form.send(client, {"email": "reader@example.org", "area": offered}), 400)
    assert page.texts("p", "govuk-error-message") == ["Error: Choose at most 50."]
    assert sorted(Form(page, "/alerts/new").answers()["area"]) == sorted(offered)


def test_a_program_that_fills_in_the_hidden_box_is_answered_and_ignored(
    client: FlaskClient, sqlite_database: Database
) -> None:
    post = Post(sqlite_database)
    assert ask(client, {"email": "reader@example.org", "website": "spam"}).texts("main")[0].startswith(ASKED)
    post.tick(NOW)
    assert post.sent == []


def test_one_place_asks_thirty_times_an_hour_and_others_are_not_held_up(client: FlaskClient) -> None:
    form = Form(HtmlPage(client.get("/alerts/new")), "/alerts/new")
    answers = [form.send(client, {"email": f"reader{n}@example.org"}).status_code for n in range(31)]
    assert answers == [200] * 30 + [429]
    elsewhere = client.post("/alerts/new", data=form.fields, headers={"X-Forwarded-For": "203.0.113.9"})
    assert elsewhere.status_code == 400  # no address was filled in; it is not refused


def test_opening_the_link_starts_nothing_and_the_button_does(
    client: FlaskClient, publish: Publish, sqlite_database: Database
) -> None:
    post = Post(sqlite_database)
    ask(client, {"email": "reader@example.org", "theme": ["carers"], "frequency": "at_once"})
    post.tick(NOW)
    path = confirmation_path(post)
    HtmlPage(client.get(path))
    publish(EntryContent("Before the button", themes=("carers",)))
    page = press(client, path)
    assert page.texts("p", "govuk-notification-banner__heading") == ["Your alerts have started."]
    assert page.texts("label", "govuk-checkboxes__label") == ["Carers", *BESIDES]
    publish(EntryContent("After the button", themes=("carers",)))
    post.tick(NOW + timedelta(minutes=16))
    digests = [letter for letter in post.letters if isinstance(letter, DigestLetter)]
    assert [[item.title for item in letter.items] for letter in digests] == [["After the button"]]


@pytest.mark.parametrize("ticked", [True, False])
def test_the_weekly_outlook_can_be_asked_for_at_once(
    client: FlaskClient, sqlite_database: Database, ticked: bool
) -> None:
    post = Post(sqlite_database)
    ask(client, {"email": "reader@example.org"} | ({"outlook": "yes"} if ticked else {}))
    post.tick(NOW)
    page = press(client, confirmation_path(post))
    (box,) = [box for box in page.elements("input") if box.get("id") == "outlook"]
    assert ("checked" in box.attrib) == ticked


def test_how_early_one_hears_of_key_dates_can_be_chosen(client: FlaskClient, sqlite_database: Database) -> None:
    post = Post(sqlite_database)
    ask(client, {"email": "reader@example.org", "days_before": ["30", "180"]})
    post.tick(NOW)
    page = press(client, confirmation_path(post))
    assert page.texts("label", "govuk-checkboxes__label")[0] == "Key dates: 180 or 30 days before"
    form = Form(HtmlPage(client.get("/alerts/new")), "/alerts/new")
    wrong = HtmlPage(form.send(client, {"email": "reader@example.org", "days_before": ["31"]}), 400)
    assert wrong.texts("p", "govuk-error-message") == ["Error: Choose how many days before from the list."]


def test_the_button_pressed_twice_changes_nothing(client: FlaskClient, sqlite_database: Database) -> None:
    post = Post(sqlite_database)
    ask(client, {"email": "reader@example.org", "theme": ["carers"]})
    post.tick(NOW)
    first, second = press(client, confirmation_path(post)), press(client, confirmation_path(post))
    assert second.texts("main") == first.texts("main")


def test_the_old_button_does_not_claim_to_start_what_was_stopped(
    client: FlaskClient, sqlite_database: Database
) -> None:
    post = Post(sqlite_database)
    ask(client, {"email": "reader@example.org", "theme": ["carers"]})
    post.tick(NOW)
    page = press(client, confirmation_path(post))
    manage = page.elements("form")[0].get("action") or ""
    Form(page, manage).send(client, {"keep": []})
    page = press(client, confirmation_path(post))
    assert page.texts("p", "govuk-notification-banner__heading") == []
    assert page.texts("p", "govuk-body")[0] == "For reader@example.org. Email is stopped at the moment."


def test_a_link_that_never_was_says_how_to_get_one(client: FlaskClient) -> None:
    page = HtmlPage(client.get("/alerts/confirm/nobody-sent-this"), 410)
    assert page.texts("main") == [
        (
            "This link does not work any more A confirmation link lives for seven days. "
            "Ask for alerts again to get a new one. Ask for alerts"
        )
    ]
    assert page.links()["Ask for alerts"] == "/alerts/new"


def test_a_link_works_for_seven_days(client: FlaskClient, sqlite_database: Database, clock: Clock) -> None:
    post = Post(sqlite_database)
    ask(client, {"email": "reader@example.org"})
    post.tick(NOW)
    path = confirmation_path(post)
    clock.moment = NOW + timedelta(days=7) - timedelta(seconds=1)
    form = Form(HtmlPage(client.get(path)), path)
    clock.moment = NOW + timedelta(days=7)
    HtmlPage(client.get(path), 410)
    HtmlPage(form.send(client), 410)


def test_a_link_that_was_used_leads_to_what_one_gets(client: FlaskClient, sqlite_database: Database) -> None:
    post = Post(sqlite_database)
    ask(client, {"email": "reader@example.org"})
    post.tick(NOW)
    path = confirmation_path(post)
    assert HtmlPage(client.get(path)).texts("h1") == ["Start your alerts"]
    press(client, path)
    again = HtmlPage(client.get(path))
    assert again.texts("h1") == ["Your alerts have started already"]
    assert Form(again, path).send(client).status_code < 400


@pytest.mark.parametrize("path", ["/alerts/made-up", "/alerts/made-up/unsubscribe"])
def test_an_address_that_we_did_not_sign_opens_nothing(client: FlaskClient, path: str) -> None:
    page = HtmlPage(client.get(path), 410)
    assert page.texts("h1") == ["This link does not work any more"]


def test_following_everything_can_be_asked_for(client: FlaskClient, sqlite_database: Database) -> None:
    post = Post(sqlite_database)
    ask(client, {"email": "reader@example.org"})
    post.tick(NOW)
    assert press(client, confirmation_path(post)).texts("label", "govuk-checkboxes__label") == [
        "Everything in the plan",
        *BESIDES,
    ]


def test_one_opportunity_can_be_followed(client: FlaskClient, sqlite_database: Database) -> None:
    post = Post(sqlite_database)
    ask(client, {"email": "reader@example.org"}, query="?entry=EXC-0001")
    post.tick(NOW)
    labels = press(client, confirmation_path(post)).texts("label", "govuk-checkboxes__label")
    assert labels == ["EXC-0001", *BESIDES]
