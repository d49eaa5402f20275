"""What a feed of changes says of one change."""

import uuid
from dataclasses import replace
from datetime import date
from html import unescape

import feedparser
import pytest
from hypothesis import given, settings
from lxml import etree, html

from feeds.change_texts import make_change_item
from feeds.entry_feeds import FeedPage, render_atom, render_rss
from feeds.items import FeedItem
from kil_pipeline.alerts.change_history import Change
from kil_pipeline.events.types import (
    DateMoved,
    Facets,
    FieldStated,
    MilestoneApproaching,
    PublicEvent,
    SessionMoved,
)
from kil_pipeline.plan.wordings import DISCLAIMER
from tests.feeds.public import AUTHORITY, BASE, CHANGED, LINES, TEXTS

FACETS = Facets(
    subject="entry",
    subject_id="7",
    reference="EXC-0007",
    title="Breaks & rest",
    commissioner="exampleshire-council",
    commissioner_name="Exampleshire Council",
    themes=("carers", "falls"),
    can_we_go="Yes, open to all",
    what_to_do="Find <partners> by 1 March.",
    revision=3,
)
MOVED = DateMoved(
    facets=FACETS, sentence="Opens: later.", why="The board met late.", milestone="opens", direction="later"
)
STATED = FieldStated(facets=FACETS, sentence="How much: £1 & more.", why="The board met late.", path="value")


def an_item(*events: PublicEvent) -> FeedItem:
    """Return the item of one change."""
    return make_change_item(Change(uuid.UUID(int=5), 12, CHANGED, events), authority=AUTHORITY, base_url=BASE)


def test_an_item_in_full() -> None:
    assert an_item(STATED, MOVED) == FeedItem(
        id="tag:example.org,2026-01-01:event/00000000-0000-0000-0000-000000000005",
        title="Moved later: Breaks & rest",
        url=f"{BASE}/entries/EXC-0007/changes/3",
        html=(
            "<p><strong>Can we go for it?</strong> Yes, open to all</p>"
            "<p><strong>What to do now:</strong> Find &lt;partners&gt; by 1 March.</p>"
            "<p><strong>What changed:</strong> How much: £1 &amp; more.<br>Opens: later.</p>"
            "<p><strong>Why:</strong> The board met late.</p>"
            "<p><strong>From:</strong> Exampleshire Council</p>"
            f"<p>{DISCLAIMER}</p>"
        ),
        text=(
            "Can we go for it? Yes, open to all\n\nWhat to do now: Find <partners> by 1 March.\n\n"
            "What changed: How much: £1 & more.\nOpens: later.\n\nWhy: The board met late.\n\n"
            f"From: Exampleshire Council\n\n{DISCLAIMER}"
        ),
        author="Exampleshire Council",
        categories=("Carers", "Falls"),
        published_at=CHANGED,
        updated_at=CHANGED,
    )


def test_what_gives_no_reason_has_no_line_for_it() -> None:
    assert "Why" not in an_item(replace(STATED, why="")).text


@pytest.mark.parametrize(
    ("event", "address"),
    [
        (STATED, "/entries/EXC-0007/changes/3"),
        (
            MilestoneApproaching(
                facets=replace(FACETS, revision=0),
                sentence="Near.",
                milestone="opens",
                days=30,
                earliest=date(2027, 1, 4),
            ),
            "/entries/EXC-0007",
        ),
        (
            SessionMoved(
                facets=replace(FACETS, subject="session", reference="EXC-S0001", revision=0), sentence="Moved."
            ),
            "/sessions/EXC-S0001",
        ),
    ],
)
def test_an_item_leads_to_where_the_change_is_told_in_full(event: PublicEvent, address: str) -> None:
    assert an_item(event).url == BASE + address


@given(title=LINES, sentence=TEXTS, why=TEXTS, author=LINES)
@settings(max_examples=40)
def test_whatever_was_written_is_said_and_does_nothing(title: str, sentence: str, why: str, author: str) -> None:
    facets = replace(FACETS, title=title, commissioner_name=author)
    item = an_item(replace(MOVED, facets=facets, sentence=sentence, why=why))
    found = html.fragment_fromstring(item.html, create_parent=True)
    breaks = {"br"} if "\n" in sentence + why else set()
    assert {str(element.tag) for element in found.iter()} == {"div", "p", "strong"} | breaks
    assert f"What changed: {sentence}" in item.text
    assert f"Why: {why}" in unescape(item.html.replace("<br>", "\n").replace("<strong>", "").replace("</strong>", ""))
    for render in (render_atom, render_rss):
        body = render(FeedPage("tag:x", "x", "x", BASE, BASE, CHANGED, (item,), archive=True))
        parsed = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
        assert (parsed.bozo, len(parsed.entries)) == (False, 1)
        names = ["{http://www.w3.org/2005/Atom}title", "title"]
        (entry,) = etree.fromstring(body).iter("{http://www.w3.org/2005/Atom}entry", "item")
        assert [entry.findtext(name) for name in names if entry.find(name) is not None] == [f"Moved later: {title}"]
