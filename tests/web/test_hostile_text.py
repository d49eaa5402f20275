"""Markup in any text that a commissioner can write stays text: on pages, in JSON and in feeds."""

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import html5lib
import pytest
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.engagement.programme import announce_session, cancel_session
from kil_pipeline.engagement.sessions import SessionContent
from kil_pipeline.engagement.venues import AccessFact, Known, Space, VenueFacts, add_venue
from kil_pipeline.organisations.organisations import OrganisationKind, add_organisation
from kil_pipeline.plan.contents import EntryContent, Notice
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.statuses import Status
from kil_pipeline.settings import load_settings
from tests.factories import NOW, publish, republish
from tests.web.html import HtmlPage
from web.app import create_app
from web.context import Context

PLAIN = "plain"
HOSTILE = (
    "<script>alert(1)</script>",
    "</title></textarea></script><svg onload=alert(1)>",
    "\"><img src=x onerror='alert(1)'>",
    "' autofocus onfocus=alert(1) x='",
    "javascript:alert(1)",
    "]]><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}${7*7}",
    "<!-- --><base href=/x>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
)
PAGES = (
    "/", "/plan", "/plan?view=timeline", "/entries/EXC-0001", "/entries/EXC-0001/changes/1",
    "/entries/EXC-0001/changes/2", "/sessions", "/sessions/EXC-S0002", "/alerts/new",
    "/commissioners", "/commissioners/council",
    "/venues",
)  # fmt: skip
Shape = list[tuple[str, tuple[str, ...]]]
"""Each element of a document with the names of its attributes, in order."""


@pytest.fixture(scope="module")
def plain(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A reader of a plan whose every text is plain."""
    return a_reader(sqlite_template, tmp_path_factory.mktemp("plain"), PLAIN)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_page_is_built_alike_whatever_its_texts_say(
    sqlite_template: Path, tmp_path: Path, plain: FlaskClient, text: str
) -> None:
    reader = a_reader(sqlite_template, tmp_path, text)
    assert {path: shape_of_page(reader, path) for path in PAGES} == {path: shape_of_page(plain, path) for path in PAGES}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_venues_page_is_built_alike_whatever_its_texts_say(
    sqlite_template: Path, tmp_path: Path, plain: FlaskClient, text: str
) -> None:
    reader = a_reader(sqlite_template, tmp_path, text)
    assert shape_of_page(reader, venue_path(reader)) == shape_of_page(plain, venue_path(plain))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_feeds_item_is_built_alike_whatever_its_texts_say(
    sqlite_template: Path, tmp_path: Path, plain: FlaskClient, text: str
) -> None:
    reader = a_reader(sqlite_template, tmp_path, text)
    assert [shape(fragment) for fragment in feed_items(reader)] == [shape(fragment) for fragment in feed_items(plain)]


@pytest.mark.parametrize("text", HOSTILE)
def test_json_says_the_very_words(sqlite_template: Path, tmp_path: Path, text: str) -> None:
    answer = a_reader(sqlite_template, tmp_path, text).get("/entries/EXC-0001.json")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    body = json.loads(answer.text)
    assert (body["headline"], body["summary"], body["commissioner"]["website"]) == (text, text, text)


def a_reader(template: Path, folder: Path, text: str) -> FlaskClient:
    """Return a reader of a plan that has `text` in every place that takes one, as if nothing had cleaned it."""
    database = Database(f"sqlite:///{shutil.copyfile(template, folder / 'kil.db')}")
    write_everywhere(database, text)
    settings = load_settings({"KIL_ENV": "development"})
    return create_app(Context(settings, database, clock=lambda: NOW)).test_client()


def write_everywhere(database: Database, text: str) -> None:
    """Publish an entry twice, and a session that is then called off."""
    reason = Disclosure(
        "value", DisclosureState.WITHHELD, "withheld.commercial", explanation=text, who_decides=text,
        how_you_could_help=text, public_interest=text,
    )  # fmt: skip
    content = EntryContent(
        text, summary=text, length=text, lots=text, current=text, suitability=text, portal=text, contact=text,
        disclosures=(reason,), notices=(Notice(text, text, text, date(2026, 11, 2)),),
    )  # fmt: skip
    on_hold = replace(content, status=Status.ON_HOLD, status_reason=text, length="Two years")
    starts = NOW + timedelta(days=30)
    about = SessionContent(
        text, text, starts, starts + timedelta(hours=1), format=text, open_to_change=text, already_decided=text,
        host=text, co_hosts=(text,), offered=text, access_contact=text, entries=("EXC-0001",),
    )  # fmt: skip
    facts = VenueFacts(
        text, text, about=text, address=text, town=text, postcode=text, uprn=text, travel=text,
        spaces=(Space(text, 8),), access=(AccessFact("lift", Known.YES, text),), access_note=text,
    )  # fmt: skip
    with database.write() as session:
        council = add_organisation(
            session, name="Council", kind=OrganisationKind.COMMISSIONER, prefix="EXC", contact=text, website=text,
            now=NOW,
        )  # fmt: skip
        council.name = text
        entry = publish(session, council.id, content)
        session_reference = announce_session(
            session, council.id, about, venue_id=add_venue(session, facts, now=NOW).id, now=NOW
        ).reference
        cancel_session(session, session_reference, why=text, now=NOW)
    with database.write() as session:
        republish(session, entry, on_hold, at=NOW, why=text)


def shape_of_page(reader: FlaskClient, path: str) -> Shape:
    """Return the shape of a valid page."""
    return shape(HtmlPage(reader.get(path)).root)


def venue_path(reader: FlaskClient) -> str:
    """Return the address of the one venue, which is made from its name."""
    (link,) = [e for e in HtmlPage(reader.get("/venues")).elements("a") if (e.get("href") or "").startswith("/venues/")]
    return link.get("href") or ""


def feed_items(reader: FlaskClient) -> list[Element]:
    """Return what each feed gives as the HTML of its items."""
    found = []
    for feed in ("entries", "changes"):
        atom, rss = (fromstring(reader.get(f"/feeds/{feed}.{kind}").data) for kind in ("atom", "rss"))  # noqa: S314  # our own feeds
        told = [element.text or "" for element in atom.iter("{http://www.w3.org/2005/Atom}content")]
        told += [
            element.text or ""
            for item in rss.iter("item")
            for element in item
            if element.tag == "description" or element.tag.endswith("encoded")
        ]
        told += [item["content_html"] for item in json.loads(reader.get(f"/feeds/{feed}.json").text)["items"]]
        assert len(told) >= 3  # at least one of each format
        found += told
    return [html5lib.parseFragment(text, namespaceHTMLElements=False) for text in found]


def shape(root: Element) -> Shape:
    """Return the shape of a document, and see that no address in it is a script."""
    addresses = [element.get(name) or "" for element in root.iter() for name in ("href", "src", "action")]
    assert [address for address in addresses if address.strip().lower().startswith("javascript:")] == []
    return [(str(element.tag), tuple(sorted(element.attrib))) for element in root.iter()]
