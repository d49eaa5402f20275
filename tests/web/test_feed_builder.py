"""The page that puts feeds and calendars together: every choice in every address, and addresses that answer."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from kil_pipeline.plan.contents import EntryContent
from tests.web.html import HtmlPage

Publish = Callable[..., str]
HOST = "http://localhost:8000"
CHOICE = "?q=%22days+off%22+-estates&area=X-EXA&theme=carers&theme=falls&chance=undecided&status=published"


def addresses(page: HtmlPage) -> list[str]:
    """Return the addresses that are there to be copied."""
    return page.texts("a", "address")


def test_every_choice_is_in_every_address_that_takes_it(client: FlaskClient) -> None:
    assert addresses(HtmlPage(client.get(f"/feeds{CHOICE}"))) == [
        f"{HOST}/feeds/changes.rss{CHOICE}",
        f"{HOST}/feeds/changes.atom{CHOICE}",
        f"{HOST}/feeds/changes.json{CHOICE}",
        f"{HOST}/feeds/entries.rss{CHOICE}",
        f"{HOST}/feeds/entries.atom{CHOICE}",
        f"{HOST}/feeds/entries.json{CHOICE}",
        f"{HOST}/calendars/milestones.ics{CHOICE}",
        f"{HOST}/calendars/sessions.ics?area=X-EXA&theme=carers&theme=falls",
    ]


def test_every_address_answers(client: FlaskClient) -> None:
    answers = [client.get(address.removeprefix(HOST)) for address in addresses(HtmlPage(client.get(f"/feeds{CHOICE}")))]
    assert [answer.status_code for answer in answers] == [200] * 8


def test_the_form_sends_what_it_was_filled_in_with(client: FlaskClient) -> None:
    page = HtmlPage(client.get(f"/feeds{CHOICE}"))
    (form,) = page.elements("form")
    assert (form.get("method"), form.get("action")) == ("get", "/feeds")
    typed = [
        (e.get("name"), e.get("value")) for e in form.iter("input") if e.get("type") != "checkbox" and e.get("value")
    ]
    ticked = [(e.get("name"), e.get("value")) for e in form.iter("input") if e.get("checked") is not None]
    selects = [
        (select.get("name"), option.get("value"))
        for select in form.iter("select")
        for option in select.iter("option")
        if option.get("selected") is not None
    ]
    sent: dict[str, list[str]] = {}
    for name, value in [*typed, *ticked, *selects]:
        if value == "":
            continue  # what is left empty counts as not given
        sent.setdefault(str(name), []).append(str(value))
    assert {name: sorted(values) for name, values in sent.items()} == parse_qs(CHOICE[1:]) | {"area": ["Exampleshire"]}


def test_a_choice_is_taken_back_on_its_own(client: FlaskClient) -> None:
    page = HtmlPage(client.get("/feeds?theme=carers&theme=falls"))
    assert {text: href for text, href in page.links().items() if "Remove" in text or text == "Clear all"} == {
        "Remove the filter Carers×": "/feeds?theme=falls",
        "Remove the filter Falls×": "/feeds?theme=carers",
        "Clear all": "/feeds",
    }


@pytest.mark.parametrize(
    ("published", "said"),
    [(0, "0 planned opportunities"), (1, "1 planned opportunity"), (2, "2 planned opportunities")],
)
def test_it_says_how_much_fits_today(client: FlaskClient, publish: Publish, published: int, said: str) -> None:
    for number in range(published):
        publish(EntryContent(f"Breaks {number}", themes=("carers",)))
    publish(EntryContent("Classes", themes=("falls",)))
    assert HtmlPage(client.get("/feeds?theme=carers")).links()[said] == "/plan?theme=carers"


def test_calendars_are_subscribed_to_with_one_click(client: FlaskClient) -> None:
    links = HtmlPage(client.get("/feeds?theme=carers")).links()
    ways = {text.removesuffix(": key dates"): href for text, href in links.items() if text.endswith(": key dates")}
    calendar = "localhost:8000/calendars/milestones.ics?theme=carers"
    name = "Keep it Local forward plan: key dates (Carers)"
    parts = {text: urlsplit(href) for text, href in ways.items()}
    assert {text: (part.netloc + part.path, parse_qs(part.query)) for text, part in parts.items()} == {
        "Google Calendar": ("calendar.google.com/calendar/render", {"cid": [f"webcal://{calendar}"]}),
        "Outlook.com": (
            "outlook.live.com/calendar/0/addfromweb",
            {"url": [f"http://{calendar}"], "name": [name]},
        ),
        "Outlook at work": (
            "outlook.office.com/calendar/0/addfromweb",
            {"url": [f"http://{calendar}"], "name": [name]},
        ),
        "iPhone, iPad, Mac or another program": ("localhost:8000/calendars/milestones.ics", {"theme": ["carers"]}),
    }
    assert ways["iPhone, iPad, Mac or another program"] == f"webcal://{calendar}"


def test_a_choice_that_makes_no_sense_is_answered_in_plain_words(client: FlaskClient) -> None:
    page = HtmlPage(client.get("/feeds?area=Atlantis&value_to=lots&theme=carers"), 400)
    assert page.texts("p", "govuk-error-message") == [
        "Error: We know no area “Atlantis”. Choose one from the list, or try a council’s name.",
        "Error: “lots” is not an amount. Write one such as £50,000, 50k or £1.5m.",
    ]
    typed = {e.get("name"): e.get("value") for e in page.elements("input") if e.get("value") in ("Atlantis", "lots")}
    assert typed == {"area": "Atlantis", "value_to": "lots"}
    assert "Remove the filter Carers×" in page.texts("a", "chip")


def test_kinds_of_news_are_for_feeds_of_changes_alone(client: FlaskClient) -> None:
    found = addresses(HtmlPage(client.get("/feeds?kind=new&kind=moved")))
    assert [address.partition("?")[2] for address in found] == ["kind=moved&kind=new"] * 3 + [""] * 5


def test_the_plan_and_each_of_its_entries_lead_here_with_their_choice(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Breaks", themes=("carers",)))
    found = {path: HtmlPage(client.get(path)).links() for path in ("/plan?theme=carers", "/entries/EXC-0001")}
    assert [links["Which of these to use, and how"] for links in found.values()] == [
        "/feeds?theme=carers",
        "/feeds?entry=EXC-0001",
    ]
