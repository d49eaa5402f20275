"""Sessions in calendar programs: when, where, and that it is off where it is."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from feeds import calendars
from feeds.calendars import render_sessions
from kil_pipeline.engagement.sessions import PublicSession, SessionContent, SessionState
from kil_pipeline.engagement.venues import PublicVenue, VenueFacts
from tests.feeds.ics import days, event, read
from tests.feeds.public import HEAD, LINES, TEXTS, a_session

TALK = SessionContent(
    title="Talk about falls",
    purpose="Tell us what would make you come.",
    starts_at=datetime(2027, 6, 10, 9, 30, tzinfo=UTC),
    ends_at=datetime(2027, 6, 10, 11, 0, tzinfo=UTC),
    open_to_change="Where it is.",
    already_decided="That it is weekly.",
    host="Exampleton Village Hall",
    offered="Travel paid up front.",
    themes=("falls",),
)
HALL = VenueFacts("Village Hall", address="Church Lane; Exampleton", postcode="EX1 2MP", latitude=51.5, longitude=-0.25)


def sessions(*found: PublicSession) -> bytes:
    return render_sessions(HEAD, found)


def test_a_session_in_full() -> None:
    venue = PublicVenue(uuid.UUID(int=3), HALL)
    assert event(sessions(a_session(replace(TALK, online=True), venue=venue))) == {
        "UID": "00000000-0000-0000-0000-000000000009@example.org.2026-01-01",
        "DTSTAMP": "20261120T163000Z",
        "LAST-MODIFIED": "20261120T163000Z",
        "SEQUENCE": "0",
        "SUMMARY": "Talk about falls",
        "DESCRIPTION": (
            r"Tell us what would make you come.\n\nOpen to change: Where it is.\n\nAlready decided: That it is weekly."
            r"\n\nHosted by Exampleton Village Hall\, for Exampleshire Council."
            r"\n\nWhat is offered: Travel paid up front."
        ),
        "DTSTART": "20270610T093000Z",
        "DTEND": "20270610T110000Z",
        "URL": "https://plan.example.org/sessions/EXC-S0009",
        "STATUS": "CONFIRMED",
        "TRANSP": "TRANSPARENT",
        "CATEGORIES": "Falls",
        "LOCATION": r"Village Hall\, Church Lane\; Exampleton\, EX1 2MP (and online)",
        "GEO": "51.5;-0.25",
    }


def test_an_online_session_is_online_and_one_without_a_place_says_nothing() -> None:
    found = [event(sessions(a_session(replace(TALK, online=online)))).get("LOCATION") for online in (True, False)]
    assert found == ["Online", None]


@pytest.mark.parametrize(
    ("state", "title", "status"),
    [
        (SessionState.PUBLISHED, "Talk about falls", "CONFIRMED"),
        (SessionState.RESCHEDULED, "Talk about falls", "CONFIRMED"),
        (SessionState.HELD, "Talk about falls", "CONFIRMED"),
        (SessionState.POSTPONED, r"Postponed\, new date to come: Talk about falls", "CANCELLED"),
        (SessionState.CANCELLED, "Cancelled: Talk about falls", "CANCELLED"),
    ],
)
def test_a_session_that_is_off_says_so_in_its_title_and_its_status(
    state: SessionState, title: str, status: str
) -> None:
    found = event(sessions(a_session(TALK, state, state_reason="The teacher is ill.", sequence=3)))
    assert (found["SUMMARY"], found["STATUS"], found["SEQUENCE"]) == (title, status, "3")
    assert found["DESCRIPTION"].split(r"\n\n")[0] == f"{state.label}: The teacher is ill.".replace(",", r"\,")


def test_a_full_calendar_drops_the_oldest_sessions_then_the_farthest(monkeypatch: pytest.MonkeyPatch) -> None:
    starts = [TALK.starts_at + timedelta(days=number) for number in range(-2, 3)]
    found = [a_session(replace(TALK, starts_at=at, ends_at=at + timedelta(hours=1))) for at in starts]
    size, kept = len(sessions(found[0])) - len(sessions()), []
    for room in (5, 4, 3, 2, 1):
        monkeypatch.setattr(calendars, "MOST_BYTES", len(sessions()) + room * size)
        kept.append(days(render_sessions(HEAD, reversed(found), TALK.starts_at.date())))
    assert kept == [starts, starts[1:], starts[2:], starts[2:4], starts[2:3]]


def test_long_texts_keep_a_calendar_under_the_limit_of_google_with_the_next_sessions_in_it() -> None:
    starts = [TALK.starts_at + timedelta(days=number) for number in range(120)]
    long = replace(TALK, purpose="What would help? " * 500)
    found = [a_session(replace(long, starts_at=at, ends_at=at + timedelta(hours=1))) for at in starts]
    calendar = render_sessions(HEAD, found, TALK.starts_at.date())
    drawn = days(calendar)
    assert calendars.MOST_BYTES - 10_000 < len(calendar) <= calendars.MOST_BYTES < 1_000_000
    assert drawn == starts[: len(drawn)]


@given(title=LINES, purpose=TEXTS, host=LINES, place=LINES)
@settings(max_examples=60)
def test_whatever_was_written_of_a_session_programs_read_it(title: str, purpose: str, host: str, place: str) -> None:
    content = SessionContent(title, purpose, TALK.starts_at, TALK.ends_at, host=host)
    calendar = sessions(a_session(content, venue=PublicVenue(uuid.UUID(int=3), VenueFacts(place))))
    assert max(map(len, calendar.split(b"\r\n"))) <= 75
    (only,) = read(calendar).vevent_list
    assert (only.summary.value, only.location.value) == (title, place)
    assert only.description.value == f"{purpose}\n\nHosted by {host}, for Exampleshire Council."


def test_an_event_is_drawn_once_for_each_state_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[PublicSession] = []
    real = calendars.session_event

    def counted(*given: Any) -> bytes:
        drawn.append(given[-1])
        return bytes(real(*given))

    monkeypatch.setattr(calendars, "session_event", counted)
    once = a_session(replace(TALK, title="Drawn once"))
    assert sessions(once) == sessions(once)
    assert len(drawn) == 1
