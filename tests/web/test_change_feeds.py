"""The feed of changes over HTTP: every change once, archives that stay, and what a feed reader makes of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from lxml import etree
from reader import make_reader
from werkzeug.test import TestResponse

from kil_pipeline.alerts import change_history
from kil_pipeline.database import Database
from kil_pipeline.events.log import LogHead
from kil_pipeline.plan.contents import EntryContent
from tests.web.conftest import NOW

Publish = Callable[..., str]
HOST = "http://localhost:8000"
FEEDS = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}
KINDS = pytest.mark.parametrize("kind", FEEDS)
BREAKS = EntryContent("Breaks", themes=("carers",))


@pytest.fixture(autouse=True)
def small_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let few changes fill many documents."""
    monkeypatch.setattr(change_history, "STRETCH", 2)
    monkeypatch.setattr(change_history, "ENOUGH", 1)
    monkeypatch.setattr(change_history, "_BATCH", 1)


@pytest.fixture
def busy(publish: Publish) -> None:
    """Seven entries, each published a minute after the one before; those with odd names are about falls."""
    for number in range(1, 8):
        themes = ("falls",) if number % 2 else ("carers",)
        publish(EntryContent(str(number), themes=themes), at=NOW + timedelta(minutes=number))


def read(answer: TestResponse) -> tuple[list[str], str | None]:
    """Return the titles of a document, and the address of the one before it in time."""
    assert answer.status_code == 200
    if answer.mimetype == FEEDS["json"]:
        feed = answer.get_json(force=True)
        return [item["title"] for item in feed["items"]], feed.get("next_url")
    parsed = feedparser.parse(answer.data)
    assert not parsed.bozo
    links = {link.rel: link.href for link in parsed.feed.links}
    return [entry.title for entry in parsed.entries], links.get("prev-archive")


def walk(client: FlaskClient, address: str | None) -> list[list[str]]:
    found = []
    while address:
        titles, address = read(client.get(address))
        found.append(titles)
    return found


def test_a_feed_tells_only_the_kinds_of_news_that_it_is_asked_for(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Breaks", themes=("carers",)), at=NOW)
    publish(EntryContent("Falls"), at=NOW)
    assert walk(client, "/feeds/changes.atom?kind=new") == [["New: Falls", "New: Breaks"]]
    assert walk(client, "/feeds/changes.atom?kind=moved&kind=session") == [[]]


@KINDS
@pytest.mark.usefixtures("busy")
def test_walking_back_through_the_archives_finds_every_change_once(client: FlaskClient, kind: str) -> None:
    whole = [[f"New: {number}" for number in document] for document in ("7", "65", "43", "21")]
    assert walk(client, f"/feeds/changes.{kind}") == whole
    assert walk(client, f"/feeds/changes.{kind}?theme=carers") == [["New: 6"], ["New: 4"], ["New: 2"]]


@KINDS
@pytest.mark.usefixtures("busy")
def test_an_archive_document_never_changes(client: FlaskClient, publish: Publish, kind: str) -> None:
    addresses = [
        f"/feeds/changes.{kind}?archive={number}{more}" for number in (1, 2, 3) for more in ("", "&theme=falls")
    ]
    before = [client.get(address) for address in addresses]
    publish(replace(BREAKS, themes=("falls",)), at=NOW + timedelta(days=3))
    publish(EntryContent("Again"), again="EXC-0001", at=NOW + timedelta(days=4))
    after = [client.get(address) for address in addresses]
    assert [(a.status_code, a.data, a.headers["ETag"]) for a in after] == [
        (200, b.data, b.headers["ETag"]) for b in before
    ]
    assert [a.headers["Last-Modified"] for a in after] == [b.headers["Last-Modified"] for b in before]
    assert {a.headers["Cache-Control"] for a in after} == {"public, max-age=86400"}


@pytest.mark.parametrize("kind", ["atom", "rss"])
@pytest.mark.usefixtures("busy")
def test_documents_say_what_they_are_and_lead_to_one_another(client: FlaskClient, kind: str) -> None:
    base = f"{HOST}/feeds/changes.{kind}"
    relations, marked = [], []
    for query in ("", "?archive=1", "?archive=2", "?archive=3"):
        body = client.get(f"/feeds/changes.{kind}{query}").data
        links = {link.rel: link.href for link in feedparser.parse(body).feed.links if link.rel != "alternate"}
        relations.append({name: href.removeprefix(base) for name, href in links.items()})
        marks = list(etree.fromstring(body).iter("{http://purl.org/syndication/history/1.0}archive"))
        marked.append(len(marks))
    assert relations == [
        {"self": "", "prev-archive": "?archive=3"},
        {"self": "?archive=1", "next-archive": "?archive=2", "current": ""},
        {"self": "?archive=2", "prev-archive": "?archive=1", "next-archive": "?archive=3", "current": ""},
        {"self": "?archive=3", "prev-archive": "?archive=2", "next-archive": "?archive=4", "current": ""},
    ]
    assert marked == [0, 1, 1, 1]


@pytest.mark.usefixtures("busy")
def test_all_documents_of_a_feed_have_its_id_and_no_item_comes_twice(client: FlaskClient) -> None:
    addresses = ["/feeds/changes.atom", *(f"/feeds/changes.atom?archive={number}" for number in (1, 2, 3))]
    documents = [feedparser.parse(client.get(address).data) for address in addresses]
    assert {parsed.feed.id for parsed in documents} == {"tag:example.org,2026-01-01:feeds/changes"}
    assert len({entry.id for parsed in documents for entry in parsed.entries}) == 7


@pytest.mark.usefixtures("busy")
def test_what_follows_the_newest_archive_is_the_feed_itself_until_it_is_full(client: FlaskClient) -> None:
    answer = client.get("/feeds/changes.atom?theme=falls&archive=4")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{HOST}/feeds/changes.atom?theme=falls")


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("archive=5", 404, "Page not found\nCheck the address, or look in the plan.\n"),
        *(
            (f"archive={wrong}", 400, "We did not understand that address\nArchives count from 1.\n")
            for wrong in ("0", "-1", "x", "²", "9" * 20)
        ),
    ],
)
@pytest.mark.usefixtures("busy")
def test_an_archive_that_is_none_is_answered_in_plain_words(
    client: FlaskClient, query: str, status: int, said: str
) -> None:
    answer = client.get(f"/feeds/changes.rss?{query}")
    assert (answer.status_code, answer.text, answer.headers["Cache-Control"]) == (status, said, "no-store")


@KINDS
def test_everyone_may_read_keep_and_check_it(client: FlaskClient, publish: Publish, kind: str) -> None:
    publish(BREAKS)
    answer = client.get(f"/feeds/changes.{kind}")
    kept = ("Content-Type", "Cache-Control", "Access-Control-Allow-Origin", "Last-Modified")
    assert [answer.headers.get(name) for name in kept] == [
        f"{FEEDS[kind]}; charset=utf-8",
        "public, max-age=60",
        "*",
        "Mon, 23 Nov 2026 10:00:00 GMT",
    ]
    again = client.get(f"/feeds/changes.{kind}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@KINDS
def test_a_plan_without_changes_has_an_empty_feed(client: FlaskClient, kind: str) -> None:
    assert walk(client, f"/feeds/changes.{kind}") == [[]]


def test_a_publication_is_one_item_and_leads_to_its_page(client: FlaskClient, publish: Publish) -> None:
    publish(BREAKS)
    changed = replace(BREAKS, headline="Breaks for carers", summary="Days off.")
    publish(changed, again="EXC-0001", why="Carers asked.", at=NOW + timedelta(days=1))
    first, *_ = feedparser.parse(client.get("/feeds/changes.atom").data).entries
    assert (first.title, first.link, first.published) == (
        "Updated: Breaks for carers",
        f"{HOST}/entries/EXC-0001/changes/2",
        "2026-11-24T10:00:00+00:00",
    )
    page = client.get(first.link.removeprefix(HOST)).text
    told = first.content[0].value
    assert [told.count(said) for said in ("Carers asked.", "Days off.", "Breaks for carers")] == [1, 1, 1]
    assert "Carers asked." in page


def test_small_corrections_and_days_that_pass_are_left_out(
    client: FlaskClient, publish: Publish, sqlite_database: Database
) -> None:
    publish(BREAKS)
    publish(replace(BREAKS, headline="Break"), again="EXC-0001", minor=True, at=NOW + timedelta(days=1))
    assert [title for document in walk(client, "/feeds/changes.atom") for title in document] == ["New: Breaks"]


@pytest.mark.parametrize("kind", ["atom", "rss"])
def test_a_feed_reader_keeps_every_change_where_the_feed_of_entries_keeps_the_last(
    client: FlaskClient, publish: Publish, tmp_path: Path, kind: str
) -> None:
    kept = {}
    with make_reader(":memory:", feed_root=str(tmp_path)) as reader:
        for name in ("changes", "entries"):
            reader.add_feed(f"{name}.{kind}")
        for number, headline in enumerate(("Breaks", "Breaks for carers", "Rest")):
            again = "EXC-0001" if number else None
            publish(replace(BREAKS, headline=headline), again=again, at=NOW + timedelta(days=number))
            for name in ("changes", "entries"):
                (tmp_path / f"{name}.{kind}").write_bytes(client.get(f"/feeds/{name}.{kind}").data)
                reader.update_feed(f"{name}.{kind}")
        for name in ("changes", "entries"):
            kept[name] = sorted(str(entry.title) for entry in reader.get_entries(feed=f"{name}.{kind}"))
    assert kept == {"changes": ["New: Breaks", "Updated: Breaks for carers", "Updated: Rest"], "entries": ["Rest"]}


def test_the_day_of_the_log_plays_no_part(client: FlaskClient, publish: Publish, sqlite_database: Database) -> None:
    publish(BREAKS)
    before = client.get("/feeds/changes.json").data
    with sqlite_database.write() as session:
        session.execute(sa.update(LogHead).values(day=(NOW + timedelta(days=400)).date()))
    assert client.get("/feeds/changes.json").data == before
