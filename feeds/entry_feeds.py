"""RSS 2.0 and Atom (RFC 4287) by feedgen, with RFC 5005 paging and archives. No date comes from the clock."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from feeds.fragments import FRAGMENTS
from feeds.items import FeedItem

_ATOM = "http://www.w3.org/2005/Atom"
_HISTORY = "http://purl.org/syndication/history/1.0"
_ONE_AT_A_TIME = threading.Lock()
"""feedgen sets the process's locale while it writes RSS dates."""


class _Paging(BaseExtension):  # type: ignore[misc]  # feedgen is not typed
    """Writes what RFC 5005 asks for: into RSS the relations too, of which feedgen itself writes `self` alone."""

    pages: tuple[tuple[str, str], ...] = ()
    archive = False

    def extend_rss(self, rss: etree._Element) -> etree._Element:
        for relation, address in self.pages:
            etree.SubElement(rss[0], f"{{{_ATOM}}}link", rel=relation, href=address)
        self._mark(rss[0])
        return rss

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        self._mark(feed)  # the links are there already
        return feed

    def _mark(self, element: etree._Element) -> None:
        if self.archive:
            etree.SubElement(element, f"{{{_HISTORY}}}archive", nsmap={"fh": _HISTORY})


@dataclass(frozen=True)
class FeedPage:
    """One document of a feed. `paging`: relations of RFC 5005 (first, next, prev-archive, …) with their addresses."""

    id: str
    title: str
    description: str
    self_url: str
    html_url: str
    updated_at: datetime
    items: Sequence[FeedItem]
    paging: tuple[tuple[str, str], ...] = ()
    archive: bool = False
    """Whether it is an archive document, which never changes (RFC 5005, section 4)."""


def render_atom(page: FeedPage) -> bytes:
    """Return the page as Atom."""
    head = _generator(page)
    feed = head.atom_str(pretty=False)
    parts = (FRAGMENTS.get(("atom", item.id), item, partial(_atom_entry, item)) for item in page.items)
    return _join(feed, b"</feed>", parts)


def render_rss(page: FeedPage) -> bytes:
    """Return the page as RSS 2.0."""
    with _ONE_AT_A_TIME:
        feed = _generator(page).rss_str(pretty=False)
        parts = [FRAGMENTS.get(("rss", item.id), item, partial(_rss_entry, item)) for item in page.items]
    return _join(feed, b"</channel>", parts)


def _join(feed: bytes, end: bytes, parts: Iterable[bytes]) -> bytes:
    head, tail = feed.rsplit(end, 1)
    return b"".join([head, *parts, end, tail])


def _generator(page: FeedPage) -> FeedGenerator:
    feed = FeedGenerator()
    feed.id(page.id)
    feed.title(page.title)
    feed.description(page.description)
    feed.subtitle(page.description)
    feed.language("en-GB")
    feed.updated(page.updated_at)
    feed.lastBuildDate(page.updated_at)
    feed.generator("Keep it Local pipeline")
    feed.link(href=page.self_url, rel="self")
    for relation, address in page.paging:
        feed.link(href=address, rel=relation)
    feed.register_extension("paging", _Paging)
    feed.paging.pages, feed.paging.archive = page.paging, page.archive
    feed.link(href=page.html_url, rel="alternate")  # the last one becomes the channel's <link>
    return feed


def _entry(item: FeedItem) -> FeedEntry:
    entry = FeedEntry()
    entry.id(item.id)
    entry.guid(item.id, permalink=False)
    entry.title(item.title)
    entry.link(href=item.url, rel="alternate")
    entry.published(item.published_at)
    entry.updated(item.updated_at)
    for category in item.categories:
        entry.category(term=category)
    return entry


def _atom_entry(item: FeedItem) -> bytes:
    entry = _entry(item)
    entry.author(name=item.author)
    entry.content(item.html, type="html")
    return _bytes(entry.atom_entry())


def _rss_entry(item: FeedItem) -> bytes:
    entry = _entry(item)
    entry.description(item.html)
    entry.load_extension("dc")
    entry.dc.dc_creator(item.author)  # RSS's own author is an e-mail address
    element = entry.rss_entry()
    changed = etree.SubElement(element, f"{{{_ATOM}}}updated", nsmap={"atom": _ATOM})  # RSS has no word for it
    changed.text = item.updated_at.isoformat()
    return _bytes(element)


def _bytes(element: etree._Element) -> bytes:
    """Return an element as bytes. feedgen gives it no namespace: it takes that of the document it is joined into."""
    text: bytes = etree.tostring(element, encoding="UTF-8", xml_declaration=False)
    return text
