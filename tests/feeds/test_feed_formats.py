"""Atom and RSS by RELAX NG grammars, JSON Feed by a JSON schema: ours are right, and what is wrong is found."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from feeds.entry_feeds import FeedPage, render_atom, render_rss
from feeds.json_feeds import render_json
from kil_pipeline.plan.contents import EntryContent
from tests.feeds.formats import atom_faults, json_faults, rss_faults
from tests.feeds.public import BASE, COUNCIL, LINES, TEXTS, an_item
from tests.feeds.test_entry_feeds import ITEM, PAGE

ARCHIVE = tuple((relation, f"{BASE}/feeds/changes.atom") for relation in ("prev-archive", "next-archive", "current"))
ATOM, RSS, JSON = render_atom(PAGE), render_rss(PAGE), render_json(PAGE)


def faults_of(page: FeedPage) -> list[str]:
    """Return what is wrong with a page in any format."""
    return [*atom_faults(render_atom(page)), *rss_faults(render_rss(page)), *json_faults(render_json(page))]


@pytest.mark.parametrize(
    "page",
    [
        PAGE,
        replace(PAGE, items=(), paging=()),
        replace(PAGE, paging=(("hub", "https://hub.example.org/"), *PAGE.paging)),
        replace(PAGE, paging=ARCHIVE, archive=True),
    ],
    ids=["page", "empty", "hub", "archive"],
)
def test_each_kind_of_document_is_as_its_format_says(page: FeedPage) -> None:
    assert faults_of(page) == []


@given(title=LINES, summary=TEXTS, author=LINES, query=LINES)
@settings(max_examples=40)
def test_whatever_was_written_it_is_as_its_format_says(title: str, summary: str, author: str, query: str) -> None:
    item = an_item(EntryContent(title, summary=summary), id=COUNCIL.id, commissioner=replace(COUNCIL, name=author))
    page = replace(PAGE, title=query, items=(item, ITEM))
    assert faults_of(page) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b"<title>Exampleshire: planned opportunities (Carers)</title>", b""),
        (b"<updated>2026-11-20T16:30:00+00:00</updated>", b"<updated>2026-11-20T16:30:00</updated>"),
        (b"<id>tag:", b"<id>/"),
        (b"<subtitle>", b"<title>again</title><subtitle>"),
        (b"<subtitle>", b"<language>en</language><subtitle>"),
        (b'<content type="html">', b'<content type="markup">'),
        (b'rel="next"/>', b'rel=""/>'),
        (b"<name>Exampleshire Council</name>", b"<email>nobody</email>"),
        (b'<category term="Carers"', b"<category"),
        (b"<author><name>Exampleshire Council</name></author>", b""),
        (b'rel="next"/>', b'rel="alternate"/>'),
        (b"</feed>", ATOM[ATOM.index(b"<entry>") :]),
    ],
)
def test_what_is_wrong_with_atom_is_found(right: bytes, wrong: bytes) -> None:
    assert right in ATOM
    assert atom_faults(ATOM.replace(right, wrong, 1)) != []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b'version="2.0"', b'version="0.9"'),
        (f"<link>{BASE}/plan?theme=carers</link>".encode(), b"<link>/plan</link>"),
        (b"<description>An early intention.</description>", b""),
        (b"<docs>", b"<logo/><docs>"),
        (b"Fri, 20 Nov 2026 16:30:00 +0000", b"2026-11-20T16:30:00+00:00"),
        (b"Tue, 01 Sep 2026 09:00:00 +0000", b"Di, 01 Sep 2026 09:00:00 +0000"),
        (b'<guid isPermaLink="false">', b'<guid isPermaLink="no">'),
        (b"<title>Breaks &amp; rest</title>", b"<title/>"),
        (b"</item>", b"</item>" + RSS[RSS.index(b"<item>") : RSS.index(b"</channel>")]),
    ],
)
def test_what_is_wrong_with_rss_is_found(right: bytes, wrong: bytes) -> None:
    assert right in RSS
    assert rss_faults(RSS.replace(right, wrong, 1)) != []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"version": "https://jsonfeed.org/version/1.1"', '"version": "1.1"'),
        ('"title": "Exampleshire: planned opportunities (Carers)", ', ""),
        ('"language": "en-GB", "next_url"', '"lang": "en-GB", "next_url"'),
        (f'"url": "{BASE}/entries/EXC-0007"', '"url": "/entries/EXC-0007"'),
        ('"id": "tag:', '"uid": "tag:'),
        ("T16:30:00+00:00", "T16:30:00"),
        ('"authors": [{"name": "Exampleshire Council"}]', '"authors": [{}]'),
        ('"tags": ["Carers", "Older people"]', '"tags": "Carers"'),
    ],
)
def test_what_is_wrong_with_a_json_feed_is_found(right: str, wrong: str) -> None:
    feed = JSON.decode()
    assert right in feed
    assert json_faults(feed.replace(right, wrong, 1).encode()) != []


def test_an_item_that_says_nothing_or_comes_twice_is_found() -> None:
    feed = json.loads(JSON)
    (item,) = feed["items"]
    silent = {name: value for name, value in item.items() if not name.startswith("content_")}
    faults = [json_faults(json.dumps(feed | {"items": items}).encode()) for items in ([silent], [item, item])]
    assert [len(found) for found in faults] == [1, 1]
