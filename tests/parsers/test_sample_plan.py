"""The plan of `make demo`, whole, as the programs of others read it."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from flask.testing import FlaskClient

from feeds.calendars import milestone_summary
from feeds.mail import make_renderer
from feeds.mail_messages import write_mail
from kil_pipeline.database import Database
from kil_pipeline.engagement.programme import public_sessions
from kil_pipeline.exchange.samples import load_sample
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.queries import all_public_entries
from kil_pipeline.scheduler.jobs import run_tick
from tests.alerts.sinks import Post
from tests.factories import NOW, TODAY
from tests.feeds.formats import atom_faults, json_faults, rss_faults
from tests.parsers.conftest import Read
from tests.parsers.gmime import read_mail
from tests.web.conftest import Clock, make_app

HOST, SITE = "example.org.2026-01-01", "http://localhost:8000"


@pytest.fixture(scope="module")
def sample(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with the sample plan."""
    path = tmp_path_factory.mktemp("sample") / "kil.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    load_sample(database, now=NOW)
    yield database
    database.close()


@pytest.fixture
def client(sample: Database, tmp_path: Path) -> FlaskClient:
    """A reader of its site."""
    return make_app(sample, Clock(), {"KIL_ENV": "development", "KIL_VAR": str(tmp_path)}).test_client()


def test_every_key_date_of_it_is_read(read: Read, client: FlaskClient, sample: Database) -> None:
    with sample.read() as session:
        entries = tuple(all_public_entries(session, Criteria()))
    drawn = {
        f"{entry.id}-{milestone.kind}@{HOST}": (
            milestone_summary(entry, milestone),
            f"{milestone.when.earliest:%Y%m%d}",
            f"{milestone.when.latest + timedelta(days=1):%Y%m%d}",
            str(entry.revision - 1),
        )
        for entry in entries
        for milestone in entry.key_dates()
        if milestone.when.latest >= TODAY - timedelta(days=365)
    }
    assert drawn
    events = read(client.get("/calendars/milestones.ics").data).events
    found = {e["UID"][0]: (e["SUMMARY"][0], e["DTSTART"][0], e["DTEND"][0], e["SEQUENCE"][0]) for e in events}
    assert (found, len(events)) == (drawn, len(drawn))


def test_every_session_of_it_is_read(read: Read, client: FlaskClient, sample: Database) -> None:
    with sample.read() as session:
        sessions = public_sessions(session, Criteria())
    drawn = {
        f"{one.id}@{HOST}": (
            f"{one.content.starts_at:%Y%m%dT%H%M%SZ}",
            f"{one.content.ends_at:%Y%m%dT%H%M%SZ}",
            str(one.sequence),
        )
        for one in sessions
    }
    assert drawn
    alone = [read(client.get(f"{one.path}.ics").data).events for one in sessions]
    events = read(client.get("/calendars/sessions.ics").data).events
    found = {e["UID"][0]: (e["DTSTART"][0], e["DTEND"][0], e["SEQUENCE"][0]) for e in events}
    assert (found, len(events)) == (drawn, len(drawn))
    assert sorted((event for (event,) in alone), key=str) == sorted(events, key=str)


@pytest.mark.parametrize("name", ["entries", "changes"])
def test_every_document_of_its_feeds_is_as_its_format_says(client: FlaskClient, name: str) -> None:
    titles: dict[str, list[str]] = {}
    for kind, find_faults in (("atom", atom_faults), ("rss", rss_faults), ("json", json_faults)):
        address: str | None = f"/feeds/{name}.{kind}"
        while address:
            body = client.get(address).data
            assert find_faults(body) == []
            found, address = look(body, kind)
            titles[kind] = titles.get(kind, []) + found
    assert titles["atom"]
    assert titles == dict.fromkeys(titles, titles["atom"])


def look(body: bytes, kind: str) -> tuple[list[str], str | None]:
    """Return the titles in a document, and the address of the one that follows."""
    if kind == "json":
        feed = json.loads(body)
        return [item["title"] for item in feed["items"]], feed.get("next_url")
    parsed = feedparser.parse(body)
    links = {link.rel: link.href for link in parsed.feed.links}
    return [entry.title for entry in parsed.entries], links.get("next") or links.get("prev-archive")


def test_every_mail_that_it_sends_is_read(read: Read, sample: Database) -> None:
    post = Post(sample)
    jobs = replace(post.jobs(), render=make_renderer(post.jobs().settings))
    assert run_tick(jobs, NOW + timedelta(hours=1)).failures == ()
    sent = [write_mail(one, sender="Plan <plan@example.org>", base_url=SITE, now=NOW) for one in post.sent]
    mails = [read_mail(one) for one in sent]
    assert [(mail.to, mail.headers["Subject"], mail.parts[0].text) for mail in mails] == [
        (one.to, one.message.subject, one.message.text.rstrip("\n")) for one in post.sent
    ]
    calendars = [part.content for mail in mails for part in mail.parts if part.kind == "text/calendar"]
    written = [one.message.calendar.content for one in post.sent if one.message.calendar]
    assert [read(calendar) for calendar in calendars] == [read(calendar) for calendar in written]
    assert calendars
