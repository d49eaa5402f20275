"""A session as search engines read it: what schema.org and they expect of an Event."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from kil_pipeline.engagement.sessions import SessionState
from kil_pipeline.engagement.venues import PublicVenue, VenueFacts
from kil_pipeline.exchange.session_data import session_data
from tests.engagement.sessions import CONTENT
from tests.feeds.public import BASE, a_session

HALL = PublicVenue(uuid.UUID(int=1), VenueFacts("Village Hall", town="Saltmarsh"), "village-hall")


def data(state: SessionState = SessionState.PUBLISHED, *, session: dict[str, Any] | None = None, **parts: Any) -> Any:
    return session_data(a_session(replace(CONTENT, **parts), state, **(session or {})), lambda path: BASE + path)


def test_an_event_has_all_that_is_expected_of_it() -> None:
    assert data(session={"venue": HALL}, host="Carers Exampleshire", capacity=30) == {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": f"{BASE}/sessions/EXC-S0009",
        "url": f"{BASE}/sessions/EXC-S0009",
        "name": "What should breaks feel like?",
        "description": "Come and say what helps.",
        "startDate": "2027-01-14T17:30:00+00:00",
        "endDate": "2027-01-14T19:30:00+00:00",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "location": [
            {
                "@type": "Place",
                "@id": f"{BASE}/venues/village-hall",
                "url": f"{BASE}/venues/village-hall",
                "name": "Village Hall",
                "address": {"@type": "PostalAddress", "addressLocality": "Saltmarsh", "addressCountry": "GB"},
            }
        ],
        "organizer": [
            {
                "@type": "Organization",
                "name": "Exampleshire Council",
                "url": f"{BASE}/commissioners/exampleshire-council",
            },
            {"@type": "Organization", "name": "Carers Exampleshire"},
        ],
        "maximumPhysicalAttendeeCapacity": 30,
    }


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (SessionState.PUBLISHED, "EventScheduled"),
        (SessionState.HELD, "EventScheduled"),
        (SessionState.RESCHEDULED, "EventRescheduled"),
        (SessionState.POSTPONED, "EventPostponed"),
        (SessionState.CANCELLED, "EventCancelled"),
    ],
)
def test_its_status_follows_the_state(state: SessionState, status: str) -> None:
    assert data(state)["eventStatus"] == f"https://schema.org/{status}"


def test_a_moved_event_says_when_it_was_to_start() -> None:
    earlier = (datetime(2026, 7, 1, 9, 0, tzinfo=UTC), datetime(2026, 12, 1, 9, 0, tzinfo=UTC))
    moved = data(SessionState.RESCHEDULED, session={"earlier_starts": earlier})
    assert moved["previousStartDate"] == ["2026-07-01T10:00:00+01:00", "2026-12-01T09:00:00+00:00"]


@pytest.mark.parametrize(
    ("in_person", "online", "mode", "kinds"),
    [
        (True, False, "Offline", ["Place"]),
        (False, True, "Online", ["VirtualLocation"]),
        (True, True, "Mixed", ["Place", "VirtualLocation"]),
    ],
)
def test_its_mode_and_places_follow_how_one_takes_part(
    in_person: bool, online: bool, mode: str, kinds: list[str]
) -> None:
    found = data(in_person=in_person, online=online)
    assert found["eventAttendanceMode"] == f"https://schema.org/{mode}EventAttendanceMode"
    assert [place["@type"] for place in found["location"]] == kinds
