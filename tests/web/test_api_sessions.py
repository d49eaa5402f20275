"""Engagement sessions over the open API."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.engagement.programme import announce_session, cancel_session
from kil_pipeline.engagement.sessions import SessionContent
from tests.factories import NOW

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def sessions(sqlite_database: Database, council: uuid.UUID) -> list[str]:
    """The references of three sessions: about an entry, in Leeds, and one that was called off later."""
    content = SessionContent("Carers", "To listen.", NOW, NOW + timedelta(hours=2), host="Mill Hall Trust")
    parts: list[dict[str, Any]] = [{"entries": ("EXC-0099",)}, {"areas": ("E08000035",)}, {}]
    with sqlite_database.write() as session:
        found = [
            announce_session(session, council, replace(content, **more), venue_id=None, now=NOW).reference
            for more in parts
        ]
        cancel_session(session, found[2], why="Snow", now=LATER)
    return found


def listed(client: FlaskClient, query: str) -> list[str]:
    return [session["reference"] for session in client.get(f"/api/v1/sessions?{query}").get_json()["sessions"]]


def test_sessions_come_in_pages_by_reference_whatever_their_state(client: FlaskClient, sessions: list[str]) -> None:
    first = client.get("/api/v1/sessions?limit=2").get_json()
    second = client.get(first["next"]).get_json()
    assert [s["reference"] for s in first["sessions"] + second["sessions"]] == sessions
    assert [s["state"]["code"] for s in second["sessions"]] == ["cancelled"]
    assert second["next"] is None


def test_sessions_are_filtered_by_area_commissioner_entry_and_change(client: FlaskClient, sessions: list[str]) -> None:
    assert listed(client, "entry=EXC-0099") == sessions[:1]
    assert listed(client, "area=Leeds") == sessions[1:2]
    assert listed(client, "commissioner=exampleshire-council") == sessions
    assert listed(client, "commissioner=another-council") == []
    assert listed(client, "updated_since=2026-11-23T11:00:00Z") == sessions[2:]


def test_a_session_by_itself_is_as_in_the_list(client: FlaskClient, sessions: list[str]) -> None:
    (in_list,) = client.get("/api/v1/sessions?entry=EXC-0099").get_json()["sessions"]
    assert client.get(f"/api/v1/sessions/{sessions[0]}").get_json() == in_list | {"record": None}
    assert (in_list["venue"], in_list["title"], in_list["entries"]) == (None, "Carers", ["EXC-0099"])
