"""Calendars over HTTP: what stands in them, for how long, and what becomes of what moves or is off."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from icalendar import Calendar

from kil_pipeline.database import Database
from kil_pipeline.engagement.programme import announce_session, cancel_session, move_session
from kil_pipeline.engagement.sessions import SessionContent
from kil_pipeline.events.log import LogHead
from kil_pipeline.organisations.organisations import find_organisation
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.expected_dates import Precision
from kil_pipeline.plan.statuses import Status
from tests.factories import a_milestone
from tests.feeds.ics import events
from tests.web.conftest import NOW
from web.public import feed_views

Publish = Callable[..., str]
SESSION = SessionContent(
    title="What should breaks feel like?",
    purpose="Come and say what helps.",
    starts_at=datetime(2026, 12, 17, 17, 30, tzinfo=UTC),
    ends_at=datetime(2026, 12, 17, 19, 30, tzinfo=UTC),
    host="Carers Exampleshire",
)


@pytest.fixture(autouse=True)
def today(sqlite_database: Database) -> None:
    """Let the plan stand on the day of the tests."""
    with sqlite_database.write() as session:
        session.execute(sa.update(LogHead).values(day=NOW.date()))


def drawn(client: FlaskClient, address: str) -> list[tuple[str, str]]:
    """Return the title and the first day of each event."""
    found = events(client.get(address).data)
    return [(str(e["SUMMARY"]), f"{e['DTSTART'].dt:%Y-%m-%d}") for e in found]


def announce(database: Database, content: SessionContent = SESSION) -> str:
    with database.write() as session:
        council = find_organisation(session, "EXC").id
        return announce_session(session, council, content, venue_id=None, now=NOW).reference


def opens(day: date, precision: Precision = Precision.DAY, **parts: object) -> EntryContent:
    return replace(EntryContent("Hubs", milestones=(a_milestone("opens", day, precision),)), **parts)  # type: ignore[arg-type]  # any field


def test_a_calendar_reaches_a_year_back_and_keeps_to_its_filters(client: FlaskClient, publish: Publish) -> None:
    publish(opens(date(2025, 11, 22)))
    publish(opens(date(2025, 11, 23)))
    publish(opens(date(2027, 5, 1), Precision.QUARTER, headline="Breaks", themes=("carers",)))
    assert drawn(client, "/calendars/milestones.ics") == [
        ("Applications or bids open: Hubs", "2025-11-23"),
        ("Applications or bids open (about April to June 2027): Breaks", "2027-04-01"),
    ]
    assert [day for _, day in drawn(client, "/calendars/milestones.ics?theme=carers")] == ["2027-04-01"]


def test_where_there_are_too_many_entries_those_with_something_to_come_stay(
    client: FlaskClient, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_views, "MOST_ENTRIES", 2)
    for day in (date(2026, 1, 1), date(2026, 2, 1), NOW.date(), date(2027, 1, 1)):
        publish(opens(day))
    assert [day for _, day in drawn(client, "/calendars/milestones.ics")] == ["2026-11-23", "2027-01-01"]


def test_a_date_that_is_taken_out_leaves_the_calendar_and_one_that_is_off_says_so(
    client: FlaskClient, publish: Publish
) -> None:
    content = opens(date(2027, 1, 1))
    gone, off = publish(content), publish(content)
    publish(replace(content, milestones=()), again=gone, at=NOW + timedelta(days=1))
    cancelled = replace(content, status=Status.CANCELLED, status_reason="The money went elsewhere.")
    publish(cancelled, again=off, at=NOW + timedelta(days=1))
    assert drawn(client, "/calendars/milestones.ics") == [("Cancelled: Applications or bids open: Hubs", "2027-01-01")]


def test_a_session_keeps_its_uid_and_counts_up_when_it_moves_and_when_it_is_off(
    client: FlaskClient, publish: Publish, sqlite_database: Database
) -> None:
    reference = announce(sqlite_database)
    seen = []
    later = SESSION.starts_at + timedelta(days=7)

    def look() -> None:
        (found,) = events(client.get("/calendars/sessions.ics").data)
        seen.append((str(found["UID"]), found["SEQUENCE"], str(found["STATUS"]), f"{found['DTSTART'].dt:%d %H:%M}"))

    look()
    with sqlite_database.write() as session:
        move_session(
            session, reference, starts_at=later, ends_at=later + timedelta(hours=2), why="The hall is let.", now=NOW
        )
    look()
    with sqlite_database.write() as session:
        cancel_session(session, reference, why="The hall is shut.", now=NOW)
    look()
    assert [uid for uid, *_ in seen] == [seen[0][0]] * 3
    assert [rest for _, *rest in seen] == [
        [0, "CONFIRMED", "17 17:30"],
        [1, "CONFIRMED", "24 17:30"],
        [2, "CANCELLED", "24 17:30"],
    ]


def test_sessions_are_chosen_by_what_they_have_and_the_title_says_only_that(
    client: FlaskClient, publish: Publish, sqlite_database: Database
) -> None:
    announce(sqlite_database, replace(SESSION, title="Falls", themes=("falls",), entries=("EXC-0001",)))
    announce(sqlite_database, replace(SESSION, title="Food", themes=("food",), entries=("EXC-0002",)))
    queries = ("", "?theme=food", "?entry=EXC-0001", "?q=nothing&chance=grant&status=open")
    found = [[title for title, _ in drawn(client, f"/calendars/sessions.ics{query}")] for query in queries]
    assert found == [["Falls", "Food"], ["Food"], ["Falls"], ["Falls", "Food"]]
    heads = [Calendar.from_ical(client.get(f"/calendars/sessions.ics{query}").data)["NAME"] for query in queries]
    name = "Keep it Local forward plan: engagement sessions"
    assert heads == [name, f"{name} (Food)", f"{name} (EXC-0001)", name]


def test_where_there_are_too_many_sessions_those_to_come_stay(
    client: FlaskClient, publish: Publish, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_views, "MOST_SESSIONS", 2)
    for day in (-60, -30, 0, 30):
        start = NOW.replace(hour=0) + timedelta(days=day)
        announce(sqlite_database, replace(SESSION, starts_at=start, ends_at=start + timedelta(hours=1)))
    assert [day for _, day in drawn(client, "/calendars/sessions.ics")] == ["2026-11-23", "2026-12-23"]
