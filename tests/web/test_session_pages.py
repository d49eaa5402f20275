"""Sessions as readers get them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.engagement.programme import announce_session, cancel_session, move_session, postpone_session
from kil_pipeline.engagement.sessions import SessionContent
from kil_pipeline.engagement.venues import AccessFact, Known, VenueFacts, add_venue
from kil_pipeline.organisations.organisations import find_organisation
from kil_pipeline.plan.contents import EntryContent
from tests.web.conftest import NOW
from tests.web.html import HtmlPage

Publish = Callable[..., str]

SESSION = SessionContent(
    title="What should breaks feel like?",
    purpose="Come and say what helps.",
    starts_at=datetime(2026, 12, 17, 17, 30, tzinfo=UTC),
    ends_at=datetime(2026, 12, 17, 19, 30, tzinfo=UTC),
    open_to_change="Where and when.",
    already_decided="The budget.",
    host="Carers Exampleshire",
)


def announce(database: Database, content: SessionContent = SESSION) -> str:
    with database.write() as session:
        council = find_organisation(session, "EXC").id
        venue = add_venue(session, VenueFacts("Old Mill", access=(AccessFact("lift", Known.NO),)), now=NOW)
        return announce_session(session, council, content, venue_id=venue.id, now=NOW).reference


def test_sessions_to_come_are_listed_and_past_ones_are_not(
    client: FlaskClient, publish: Publish, sqlite_database: Database
) -> None:
    announce(sqlite_database)
    past = datetime(2026, 11, 1, 17, 30, tzinfo=UTC)
    announce(sqlite_database, replace(SESSION, title="Long ago", starts_at=past, ends_at=past.replace(hour=19)))
    page = HtmlPage(client.get("/sessions"))
    assert page.texts("li", "row") == [
        (
            "What should breaks feel like? Thursday 17 December 2026, 5:30pm to 7:30pm "
            "Old Mill Hosted by Carers Exampleshire Exampleshire Council"
        )
    ]


def test_a_session_says_what_is_open_to_change_and_what_is_decided(
    client: FlaskClient, publish: Publish, sqlite_database: Database
) -> None:
    page = HtmlPage(client.get(f"/sessions/{announce(sqlite_database)}"))
    assert page.texts("section", "scope__part") == ["Open to change Where and when.", "Already decided The budget."]
    assert page.texts("div", "access__row")[:3] == [
        "Step-free entrance Not known",
        "Lift No",
        "Accessible toilet Not known",
    ]


def test_a_session_and_its_opportunity_point_to_each_other(
    client: FlaskClient, publish: Publish, sqlite_database: Database
) -> None:
    entry = publish(EntryContent("Breaks for carers"))
    reference = announce(sqlite_database, replace(SESSION, entries=(entry,)))
    assert HtmlPage(client.get(f"/sessions/{reference}")).links()["Breaks for carers"] == f"/entries/{entry}"
    links = HtmlPage(client.get(f"/entries/{entry}")).links()
    assert links["What should breaks feel like?"] == f"/sessions/{reference}"
    assert links["Come to a session about it"] == "#sessions"


def test_a_session_that_moved_says_from_when_and_why(
    client: FlaskClient, publish: Publish, sqlite_database: Database
) -> None:
    reference = announce(sqlite_database)
    with sqlite_database.write() as session:
        start = datetime(2027, 1, 14, 17, 30, tzinfo=UTC)
        move_session(
            session, reference, starts_at=start, ends_at=start.replace(hour=19), why="The hall is taken.", now=NOW
        )
    page = HtmlPage(client.get(f"/sessions/{reference}"))
    assert page.texts("div", "status-reason") == [
        "Moved to a new time: The hall is taken. It was first planned for 17 December 2026."
    ]


def test_a_cancelled_session_says_why_and_invites_nobody(
    client: FlaskClient, publish: Publish, sqlite_database: Database
) -> None:
    entry = publish(EntryContent("Breaks for carers"))
    reference = announce(sqlite_database, replace(SESSION, entries=(entry,)))
    with sqlite_database.write() as session:
        cancel_session(session, reference, why="The teacher is ill.", now=NOW)
    page = HtmlPage(client.get(f"/sessions/{reference}"))
    assert page.texts("div", "status-reason") == ["Cancelled: The teacher is ill."]
    assert "Add to calendar" not in page.links()
    assert "Come to a session about it" not in HtmlPage(client.get(f"/entries/{entry}")).links()


def test_a_session_goes_into_a_calendar_as_it_does_with_all_others(
    client: FlaskClient, publish: Publish, sqlite_database: Database
) -> None:
    reference = announce(sqlite_database)
    alone = client.get(f"/sessions/{reference}.ics")
    together = client.get("/calendars/sessions.ics").text
    assert alone.content_type == "text/calendar; charset=utf-8"
    start, end = alone.text.index("BEGIN:VEVENT"), alone.text.index("END:VEVENT")
    assert alone.text[start:end] in together
    assert alone.text.count("BEGIN:VEVENT") == 1


def test_an_unknown_session_is_not_found(client: FlaskClient) -> None:
    HtmlPage(client.get("/sessions/EXC-S9999"), 404)
    assert client.get("/sessions/EXC-S9999.ics").status_code == 404


def test_how_to_come_stands_before_what_happens_and_how_it_was_held_after_it(
    client: FlaskClient, publish: Publish, sqlite_database: Database
) -> None:
    coming = HtmlPage(client.get(f"/sessions/{announce(sqlite_database, replace(SESSION, agenda='Tea first.'))}"))
    assert coming.texts("h2", "govuk-heading-m") == ["Coming along", "What happens"]
    past = datetime(2026, 11, 1, 17, 30, tzinfo=UTC)
    held = replace(SESSION, agenda="Tea first.", starts_at=past, ends_at=past.replace(hour=19))
    over = HtmlPage(client.get(f"/sessions/{announce(sqlite_database, held)}"))
    assert over.texts("h2", "govuk-heading-m") == ["What happens", "How it was held"]


def test_past_sessions_are_behind_a_switch_and_a_postponed_one_stays_until_it_has_its_day(
    client: FlaskClient, publish: Publish, sqlite_database: Database
) -> None:
    past = datetime(2026, 11, 1, 17, 30, tzinfo=UTC)
    announce(sqlite_database, replace(SESSION, title="Long ago", starts_at=past, ends_at=past.replace(hour=19)))
    waits = announce(sqlite_database, replace(SESSION, title="Put off", starts_at=past, ends_at=past.replace(hour=19)))
    with sqlite_database.write() as session:
        postpone_session(session, waits, why="Snow.", now=past.replace(day=1, hour=9))
    to_come = HtmlPage(client.get("/sessions"))
    assert (to_come.texts("h2", "govuk-heading-m"), to_come.texts("h3", "row__headline")) == (
        ["Postponed: a new date is to come"],
        ["Put off Postponed, new date to come"],
    )
    page = HtmlPage(client.get(to_come.links()["Past"]))
    assert (page.texts("h2", "row__headline"), page.texts("h3", "row__headline")) == (["Long ago"], [])
    assert page.links()["To come"] == "/sessions"
