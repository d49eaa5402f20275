"""The start page and what the site says about itself, as a charity worker on a phone meets them."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.statuses import Status
from kil_pipeline.reference.reasons import reasons
from kil_pipeline.reference.routes import routes
from tests.web.conftest import Clock
from tests.web.html import HtmlPage

Publish = Callable[..., str]


def test_an_empty_plan_says_so_and_still_offers_every_way_to_follow_it(client: FlaskClient) -> None:
    page = HtmlPage(client.get("/"))
    assert page.texts("section", "columns__main") == ["Latest changes Nothing is published yet."]
    links = page.links()
    assert [links[text] for text in ("Set up alerts", "Add a calendar", "Build your feed")] == [
        "/alerts/new",
        "/feeds#calendars",
        "/feeds",
    ]


def test_what_is_open_now_stands_on_the_start_page(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Breaks for carers", status=Status.OPEN, route="grant.open"))
    publish(EntryContent("Still to come"))
    page = HtmlPage(client.get("/"))
    assert page.texts("h3", "side__title") == ["Breaks for carers"]


def test_one_can_search_from_the_start_page(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Breaks for carers"))
    page = HtmlPage(client.get("/"))
    (form,) = [e for e in page.elements("form") if e.get("role") == "search"]
    assert (form.get("method"), form.get("action")) == ("get", "/plan")
    assert page.texts("label")[0] == "Search 1 planned opportunity"


@pytest.mark.parametrize("path", ["/", "/about", "/data", "/accessibility", "/privacy", "/sessions", "/plan"])
def test_every_link_within_the_site_leads_somewhere(client: FlaskClient, publish: Publish, path: str) -> None:
    publish(EntryContent("Breaks for carers", themes=("carers",), areas=("X-EXA-N",)))
    page = HtmlPage(client.get(path))
    inner = {href for href in page.links().values() if href.startswith("/")}
    answers = {href: client.get(href.partition("#")[0]).status_code for href in sorted(inner)}
    assert {href: status for href, status in answers.items() if status not in (200, 302)} == {}


@pytest.mark.parametrize("path", ["/", "/about", "/data", "/accessibility", "/privacy", "/alerts/new", "/sign-in"])
def test_every_link_within_a_page_finds_its_place(client: FlaskClient, path: str) -> None:
    page = HtmlPage(client.get(path))
    wanted = {href.removeprefix("#") for href in page.links().values() if href.startswith("#")}
    assert wanted - {e.get("id") for e in page.elements()} == set()


def test_the_places_of_the_data_page_that_others_point_to_are_there(client: FlaskClient) -> None:
    places = {e.get("id") for e in HtmlPage(client.get("/data")).elements()}
    assert {"feeds", "calendars"} <= places


def test_the_about_page_explains_every_status_route_and_reason(client: FlaskClient) -> None:
    text = HtmlPage(client.get("/about")).texts("main")[0]
    words = [status.label for status in Status if status is not Status.DRAFT]
    words += [known.plain for known in routes()] + [known.label for known in reasons()]
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("path", ["/", "/about", "/data", "/accessibility", "/privacy", "/alerts/new", "/sign-in"])
def test_every_page_has_a_title_of_its_own_a_language_and_a_way_past_the_navigation(
    client: FlaskClient, clock: Clock, path: str
) -> None:
    page = HtmlPage(client.get(path))
    headings, titles = page.texts("h1"), page.texts("title")
    assert len(headings) == 1
    assert titles[0].endswith(" – Keep it Local forward plan")
    assert page.root.get("lang") == "en-GB"
    assert page.links()["Skip to main content"] == "#main-content"


def test_every_box_of_every_form_has_a_label(client: FlaskClient, author: FlaskClient) -> None:
    pages = [HtmlPage(client.get(path)) for path in ("/", "/plan", "/alerts/new", "/sign-in")]
    pages.append(HtmlPage(author.get("/workspace/entries/new")))
    for page in pages:
        labelled = {e.get("for") for e in page.elements("label")}
        boxes = [e for tag in ("input", "select", "textarea") for e in page.elements(tag) if e.get("type") != "hidden"]
        assert [e.get("name") for e in boxes if e.get("id") not in labelled and not e.get("aria-label")] == []


def test_no_id_is_there_twice(client: FlaskClient, author: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Breaks for carers"))
    answers = [client.get(path) for path in ("/", "/plan", "/alerts/new", "/entries/EXC-0001", "/about")]
    answers += [author.get(path) for path in ("/workspace/entries/new", "/workspace")]
    for answer in answers:
        ids = [e.get("id") for e in HtmlPage(answer).elements() if e.get("id")]
        assert sorted({name for name in ids if ids.count(name) > 1 and name}) == []
