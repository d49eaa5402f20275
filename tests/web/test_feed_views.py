"""Feeds over HTTP: the filters of the plan, their pages, and how the site's pages announce them and the calendars."""

import itertools
from collections.abc import Callable
from datetime import timedelta

import feedparser
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.events.log import LogHead
from kil_pipeline.plan.contents import EntryContent
from tests.web.conftest import NOW
from tests.web.html import HtmlPage
from web.public import feed_views

Publish = Callable[..., str]
FEEDS = ["/feeds/entries.atom", "/feeds/entries.rss", "/feeds/entries.json"]
CHANGES = ["/feeds/changes.atom", "/feeds/changes.rss", "/feeds/changes.json"]
CALENDARS = ["/calendars/milestones.ics", "/calendars/sessions.ics"]
TYPES = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
    "ics": "text/calendar",
}


@pytest.fixture(autouse=True)
def today(sqlite_database: Database) -> None:
    """Let the plan stand on the day of the tests."""
    with sqlite_database.write() as session:
        session.execute(sa.update(LogHead).values(day=NOW.date()))


def titles(client: FlaskClient, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200
    if "entries.json" in address:
        return [item["title"] for item in answer.get_json(force=True)["items"]]
    return [entry.title for entry in feedparser.parse(answer.data).entries]


@pytest.mark.parametrize("address", FEEDS + CALENDARS)
def test_everyone_may_read_keep_and_check_a_document(client: FlaskClient, publish: Publish, address: str) -> None:
    publish(EntryContent("Breaks"))
    answer = client.get(address)
    kept = ("Content-Type", "Cache-Control", "Access-Control-Allow-Origin", "Vary", "Last-Modified", "Set-Cookie")
    assert [answer.headers.get(name) for name in kept] == [
        f"{TYPES[address.rsplit('.', 1)[1]]}; charset=utf-8",
        "public, max-age=60",
        "*",
        "Accept-Encoding",
        "Mon, 23 Nov 2026 10:00:00 GMT",
        None,
    ]
    assert not answer.get_etag()[1]
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_last_modified_never_goes_back(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Published last, by who began last"), at=NOW + timedelta(hours=1))
    publish(EntryContent("Published last, by who began first"), at=NOW)
    assert client.get(FEEDS[0]).headers["Last-Modified"] == "Mon, 23 Nov 2026 11:00:00 GMT"


@pytest.mark.parametrize("address", FEEDS)
def test_a_feed_holds_what_meets_its_filters_last_changed_first(
    client: FlaskClient, publish: Publish, address: str
) -> None:
    publish(EntryContent("Breaks", themes=("carers",)), at=NOW)
    publish(EntryContent("Classes", themes=("falls",)), at=NOW + timedelta(hours=1))
    publish(EntryContent("Clubs", themes=("carers", "falls")), at=NOW + timedelta(hours=2))
    assert titles(client, f"{address}?theme=carers&q=") == ["Clubs", "Breaks"]


def test_a_feed_says_its_own_address_and_the_page_of_the_same_choice(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Breaks"))
    feed = feedparser.parse(
        client.get("/feeds/entries.atom?utm_source=x&theme=falls&area=X-EXA&theme=carers").data
    ).feed
    assert [(link.rel, link.href) for link in feed.links] == [
        ("self", "http://localhost:8000/feeds/entries.atom?area=X-EXA&theme=carers&theme=falls"),
        ("alternate", "http://localhost:8000/plan?area=X-EXA&theme=carers&theme=falls"),
    ]
    assert (feed.id, feed.title) == (
        "tag:example.org,2026-01-01:feeds/entries?area=X-EXA&theme=carers&theme=falls",
        "Keep it Local forward plan: planned opportunities (Carers or Falls, in Exampleshire)",
    )


@pytest.mark.parametrize("kind", ["atom", "rss"])
def test_walking_the_pages_of_a_feed_finds_everything_once(
    client: FlaskClient, publish: Publish, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(feed_views, "PER_PAGE", 2)
    for number in range(5):
        publish(EntryContent(str(number), themes=("carers",)), at=NOW + timedelta(minutes=number))
    base = f"http://localhost:8000/feeds/entries.{kind}?theme=carers"
    address, seen, relations = base, [], []
    while address:
        feed = feedparser.parse(client.get(address).data)
        links = {link.rel: link.href for link in feed.feed.links if link.rel != "alternate"}
        seen.append([entry.title for entry in feed.entries])
        relations.append({name: href.removeprefix(base) for name, href in links.items()})
        address = links.get("next", "")
    assert seen == [["4", "3"], ["2", "1"], ["0"]]
    assert relations == [
        {"self": "", "first": "", "last": "&page=3", "next": "&page=2"},
        {"self": "&page=2", "first": "", "last": "&page=3", "previous": "", "next": "&page=3"},
        {"self": "&page=3", "first": "", "last": "&page=3", "previous": "&page=2"},
    ]


def test_a_json_feed_names_its_next_page(
    client: FlaskClient, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_views, "PER_PAGE", 1)
    for number in range(2):
        publish(EntryContent(str(number)))
    following = [client.get(f"/feeds/entries.json?page={n}").get_json(force=True).get("next_url") for n in (1, 2)]
    assert following == ["http://localhost:8000/feeds/entries.json?page=2", None]


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/feeds/entries.atom?page=2", 404, "Page not found\nCheck the address, or look in the plan.\n"),
        ("/feeds/entries.rss?page=0", 400, "We did not understand that address\nPages count from 1.\n"),
        (
            "/calendars/milestones.ics?area=Atlantis",
            400,
            (
                "We did not understand that address\nWe know no area “Atlantis”. Choose one from the list, or try a "
                "council’s name.\n"
            ),
        ),
    ],
)
def test_an_address_that_makes_no_sense_is_answered_in_plain_words(
    client: FlaskClient, address: str, status: int, said: str
) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.text, answer.headers["Cache-Control"]) == (status, said, "no-store")


def test_an_update_moves_only_the_entry_that_changed(client: FlaskClient, publish: Publish) -> None:
    breaks = publish(EntryContent("Breaks"), at=NOW)
    publish(EntryContent("Classes"), at=NOW)
    publish(EntryContent("Breaks for carers"), again=breaks, at=NOW + timedelta(days=1))
    feed = feedparser.parse(client.get("/feeds/entries.atom").data)
    assert [(e.title, e.published, e.updated) for e in feed.entries] == [
        ("Breaks for carers", "2026-11-23T10:00:00+00:00", "2026-11-24T10:00:00+00:00"),
        ("Classes", "2026-11-23T10:00:00+00:00", "2026-11-23T10:00:00+00:00"),
    ]
    assert feed.feed.updated == "2026-11-24T10:00:00+00:00"


def announced(client: FlaskClient, page: str) -> list[tuple[str, str]]:
    """Return type and address of each feed and calendar that programs find in a page's head."""
    links = HtmlPage(client.get(page)).elements("link")
    found = [(e.get("type") or "", e.get("href") or "") for e in links if e.get("rel") == "alternate"]
    return [(kind, href) for kind, href in found if kind != "application/json"]


@pytest.mark.parametrize(
    ("page", "query", "documents"),
    [
        ("/plan?theme=carers&area=X-EXA", "?area=X-EXA&theme=carers", [*FEEDS, *CHANGES, CALENDARS[0]]),
        ("/plan", "", [*FEEDS, *CHANGES, CALENDARS[0]]),
        ("/entries/EXC-0001", "?entry=EXC-0001", [*FEEDS, *CHANGES, CALENDARS[0]]),
        ("/sessions?theme=carers&q=x", "?theme=carers", [CALENDARS[1]]),
    ],
)
def test_pages_announce_the_feeds_and_calendars_of_the_same_choice(
    client: FlaskClient, publish: Publish, page: str, query: str, documents: list[str]
) -> None:
    publish(EntryContent("Breaks", themes=("carers",), areas=("X-EXA-N",)))
    found = announced(client, page)
    assert [href for _, href in found] == [document + query for document in documents]
    answers = [client.get(href) for _, href in found]
    assert [(a.status_code, a.mimetype) for a in answers] == [(200, kind) for kind, _ in found]


def test_people_are_given_addresses_that_calendar_programs_subscribe_to(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Breaks"))
    pages = ("/entries/EXC-0001", "/sessions?theme=carers")
    links = itertools.chain.from_iterable(HtmlPage(client.get(page)).links().values() for page in pages)
    assert [href for href in links if href.startswith("webcal:")] == [
        "webcal://localhost:8000/calendars/milestones.ics?entry=EXC-0001",
        "webcal://localhost:8000/calendars/sessions.ics?theme=carers",
    ]
