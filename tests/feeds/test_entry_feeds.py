"""RSS, Atom and JSON Feed as the programs of readers take them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings
from lxml import etree
from reader import make_reader

from feeds import entry_feeds
from feeds.entry_feeds import FeedPage, render_atom, render_rss
from feeds.json_feeds import render_json
from kil_pipeline.plan.contents import EntryContent
from tests.feeds.public import AUTHORITY, BASE, CHANGED, COUNCIL, FIRST, LINES, TEXTS, an_item

ID = "tag:example.org,2026-01-01:entry/00000000-0000-0000-0000-000000000007"
ITEM = an_item(EntryContent("Breaks & rest", summary="For <carers>.", themes=("carers", "older-people")))
PAGE = FeedPage(
    id=f"tag:{AUTHORITY}:feeds/entries?theme=carers",
    title="Exampleshire: planned opportunities (Carers)",
    description="An early intention.",
    self_url=f"{BASE}/feeds/entries.atom?theme=carers&page=2",
    html_url=f"{BASE}/plan?theme=carers",
    updated_at=CHANGED,
    items=(ITEM,),
    paging=(
        ("first", f"{BASE}/feeds/entries.atom?theme=carers"),
        ("last", f"{BASE}/feeds/entries.atom?theme=carers&page=3"),
        ("previous", f"{BASE}/feeds/entries.atom?theme=carers"),
        ("next", f"{BASE}/feeds/entries.atom?theme=carers&page=3"),
    ),
)
LINKS = [
    ("self", f"{BASE}/feeds/entries.atom?theme=carers&page=2"),
    ("first", f"{BASE}/feeds/entries.atom?theme=carers"),
    ("last", f"{BASE}/feeds/entries.atom?theme=carers&page=3"),
    ("previous", f"{BASE}/feeds/entries.atom?theme=carers"),
    ("next", f"{BASE}/feeds/entries.atom?theme=carers&page=3"),
]
A = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
Render = Callable[[FeedPage], bytes]
XML = pytest.mark.parametrize("render", [render_atom, render_rss])


def values(element: etree._Element) -> list[tuple[str, str, dict[str, str]]]:
    """Return each child with its text and attributes."""
    return [(child.tag, child.text or "", dict(child.attrib)) for child in element]


def test_an_atom_feed_and_its_entry_in_full() -> None:
    feed = etree.fromstring(render_atom(PAGE))
    *head, entry = feed
    assert [(e.tag, e.text or "", dict(e.attrib)) for e in head if e.tag != f"{A}link"] == [
        (f"{A}id", "tag:example.org,2026-01-01:feeds/entries?theme=carers", {}),
        (f"{A}title", "Exampleshire: planned opportunities (Carers)", {}),
        (f"{A}updated", "2026-11-20T16:30:00+00:00", {}),
        (f"{A}generator", "Keep it Local pipeline", {}),
        (f"{A}subtitle", "An early intention.", {}),
    ]
    assert [(e.get("rel"), e.get("href")) for e in head if e.tag == f"{A}link"] == [
        *LINKS,
        ("alternate", f"{BASE}/plan?theme=carers"),
    ]
    assert sorted((tag, text, *attributes.items()) for tag, text, attributes in values(entry)) == [
        (f"{A}author", ""),
        (f"{A}category", "", ("term", "Carers")),
        (f"{A}category", "", ("term", "Older people")),
        (f"{A}content", ITEM.html, ("type", "html")),
        (f"{A}id", ID),
        (f"{A}link", "", ("href", f"{BASE}/entries/EXC-0007")),
        (f"{A}published", "2026-09-01T09:00:00+00:00"),
        (f"{A}title", "Breaks & rest"),
        (f"{A}updated", "2026-11-20T16:30:00+00:00"),
    ]


def test_an_rss_feed_and_its_item_in_full() -> None:
    channel = etree.fromstring(render_rss(PAGE))[0]
    *head, item = channel
    assert [(e.tag, e.text or "") for e in head if e.tag != f"{A}link"] == [
        ("title", "Exampleshire: planned opportunities (Carers)"),
        ("link", f"{BASE}/plan?theme=carers"),
        ("description", "An early intention."),
        ("docs", "http://www.rssboard.org/rss-specification"),
        ("generator", "Keep it Local pipeline"),
        ("language", "en-GB"),
        ("lastBuildDate", "Fri, 20 Nov 2026 16:30:00 +0000"),
    ]
    assert [(e.get("rel"), e.get("href")) for e in head if e.tag == f"{A}link"] == LINKS
    assert sorted((tag, text, *attributes.items()) for tag, text, attributes in values(item)) == [
        ("category", "Carers"),
        ("category", "Older people"),
        ("description", ITEM.html),
        ("guid", ID, ("isPermaLink", "false")),
        ("link", f"{BASE}/entries/EXC-0007"),
        ("pubDate", "Tue, 01 Sep 2026 09:00:00 +0000"),
        ("title", "Breaks & rest"),
        (f"{DC}creator", "Exampleshire Council"),
        (f"{A}updated", "2026-11-20T16:30:00+00:00"),
    ]


def test_a_json_feed_in_full() -> None:
    assert json.loads(render_json(PAGE)) == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Exampleshire: planned opportunities (Carers)",
        "description": "An early intention.",
        "home_page_url": f"{BASE}/plan?theme=carers",
        "feed_url": f"{BASE}/feeds/entries.atom?theme=carers&page=2",
        "language": "en-GB",
        "next_url": f"{BASE}/feeds/entries.atom?theme=carers&page=3",
        "items": [
            {
                "id": ID,
                "url": f"{BASE}/entries/EXC-0007",
                "title": "Breaks & rest",
                "content_html": ITEM.html,
                "content_text": ITEM.text,
                "date_published": "2026-09-01T09:00:00+00:00",
                "date_modified": "2026-11-20T16:30:00+00:00",
                "authors": [{"name": "Exampleshire Council"}],
                "tags": ["Carers", "Older people"],
                "language": "en-GB",
            }
        ],
    }


@XML
def test_items_stand_in_the_order_that_they_were_given(render: Render) -> None:
    items = [an_item(EntryContent(name)) for name in ("Second", "First", "Third")]
    assert [entry.title for entry in feedparser.parse(render(replace(PAGE, items=items))).entries] == [
        "Second",
        "First",
        "Third",
    ]


@XML
def test_an_empty_feed_is_a_feed(render: Render) -> None:
    feed = feedparser.parse(render(replace(PAGE, items=(), paging=())))
    assert (feed.bozo, feed.entries, feed.feed.title) == (False, [], PAGE.title)


@XML
@given(title=LINES, summary=TEXTS, author=LINES, query=LINES)
@settings(max_examples=40)
def test_whatever_was_written_the_feed_parses_and_says_it(
    render: Render, title: str, summary: str, author: str, query: str
) -> None:
    item = an_item(EntryContent(title, summary=summary), commissioner=replace(COUNCIL, name=author))
    page = replace(PAGE, title=query, items=(item, ITEM))
    root = etree.fromstring(render(page))
    found = feedparser.parse(render(page), sanitize_html=False, resolve_relative_uris=False)
    assert (found.bozo, len(found.entries)) == (False, 2)
    entries = list(root.iter(f"{A}entry", "item"))
    assert [text_at(entries[0], tag) for tag in ("title", "content", "author")] == [title, item.html, author]
    assert text_at(root if render is render_atom else root[0], "title") == query


def text_at(element: etree._Element, what: str) -> str:
    """Return a child's text, in whichever format the element is."""
    names = {"content": (f"{A}content", "description"), "author": (f"{A}author/{A}name", f"{DC}creator")}
    found = [element.find(name) for name in names.get(what, (f"{A}{what}", what))]
    return next(child.text or "" for child in found if child is not None)


@given(title=LINES, summary=TEXTS)
@settings(max_examples=40)
def test_json_says_whatever_was_written(title: str, summary: str) -> None:
    item = an_item(EntryContent(title, summary=summary))
    (found,) = json.loads(render_json(replace(PAGE, items=(item,))).decode())["items"]
    assert (found["title"], found["content_text"], found["content_html"]) == (title, item.text, item.html)


@pytest.mark.parametrize("kind", ["atom", "rss"])
def test_a_feed_reader_knows_an_item_again_after_it_changed(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"feed.{kind}"
    render = {"atom": render_atom, "rss": render_rss}[kind]
    with make_reader(":memory:", feed_root=str(tmp_path)) as reader:
        reader.add_feed(file.name)
        seen = []
        for headline, at in (("Breaks", FIRST), ("Breaks for carers", CHANGED)):
            item = an_item(EntryContent(headline), updated_at=at)
            file.write_bytes(render(replace(PAGE, items=(item,), updated_at=at)))
            reader.update_feed(file.name)
            seen.append([(e.id, e.title, e.link, e.published, e.updated, e.authors_str) for e in reader.get_entries()])
    link = f"{BASE}/entries/EXC-0007"
    assert seen == [
        [(ID, "Breaks", link, FIRST, FIRST, "Exampleshire Council")],
        [(ID, "Breaks for carers", link, FIRST, CHANGED, "Exampleshire Council")],
    ]


@XML
def test_an_item_is_rendered_once_for_each_state_of_it(render: Render, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    name = "_atom_entry" if render is render_atom else "_rss_entry"
    real = getattr(entry_feeds, name)

    def counted(item: Any) -> bytes:
        made.append(item.title)
        return bytes(real(item))

    monkeypatch.setattr(entry_feeds, name, counted)
    before = replace(PAGE, items=(an_item(EntryContent(f"Once {name}")),))
    after = replace(PAGE, items=(an_item(EntryContent(f"Twice {name}")),))
    assert render(before) == render(before)
    assert render(after) == render(after)
    assert made == [f"Once {name}", f"Twice {name}"]
