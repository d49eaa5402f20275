"""Sessions in the API: what there is to read, and what came of them."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.engagement.programme import announce_session
from kil_pipeline.engagement.record_checks import amend, finish_checks, start_check
from kil_pipeline.engagement.record_contents import Outcome, Point, Ripple, TheoryStep
from kil_pipeline.engagement.records import add_part
from kil_pipeline.engagement.response_contents import ResponseContent, ResponseState
from kil_pipeline.engagement.responses import save_response
from kil_pipeline.engagement.session_parts import Material, MaterialKind
from kil_pipeline.engagement.sessions import SessionRow
from tests.engagement.held import a_held_session
from tests.engagement.sessions import CONTENT
from tests.web.conftest import NOW, Clock

WILL = ResponseContent(ResponseState.WILL_DO, "From June.", owner="Transport team", due=date(2027, 3, 1))


@pytest.fixture
def held(sqlite_database: Database, council: uuid.UUID) -> uuid.UUID:
    """A session whose record is being checked."""
    with sqlite_database.write() as session:
        found = a_held_session(session, council)
        for part in (
            Point("Open before work", themes=("carers",), organisations=3),
            Outcome("Fewer missed visits"),
            Ripple("A group began"),
            TheoryStep("People"),
        ):
            add_part(session, found, part, now=NOW)
        until = NOW.date() + timedelta(days=1)
        start_check(session, found, until=until, addresses=("ann@example.org",), identifies_nobody=True, now=NOW)
    return found


def finish(database: Database, held: uuid.UUID) -> None:
    with database.write() as session:
        finish_checks(session, NOW + timedelta(days=2))
        save_response(session, held, 1, WILL, address="team@example.org", version=0, now=NOW + timedelta(days=3))
        amend(session, held, "Lunch too.", identifies_nobody=True, now=NOW + timedelta(days=4))


def answer(client: FlaskClient, database: Database, held: uuid.UUID) -> Any:
    with database.read() as session:
        reference = session.get_one(SessionRow, held).reference
    return client.get(f"/api/v1/sessions/{reference}")


def test_a_record_is_there_once_it_is_final_and_its_etag_is_another(
    client: FlaskClient, sqlite_database: Database, held: uuid.UUID
) -> None:
    before = answer(client, sqlite_database, held)
    finish(sqlite_database, held)
    after = answer(client, sqlite_database, held)
    assert before.json["record"] is None
    assert before.headers["ETag"] != after.headers["ETag"]
    same = client.get(after.request.path, headers={"If-None-Match": after.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")


def test_a_record_has_its_points_with_their_answers_and_nobodys_address(
    client: FlaskClient, sqlite_database: Database, held: uuid.UUID
) -> None:
    finish(sqlite_database, held)
    found = answer(client, sqlite_database, held)
    record = found.json["record"]
    (point,) = record["points"]
    response = point.pop("response")
    assert point == {
        "number": 1,
        "kind": "said",
        "text": "Open before work",
        "about": "",
        "organisations": 3,
        "people": None,
        "themes": ["carers"],
    }
    assert (response["state"], response["owner"], response["due"], response["overdue"]) == (
        {"code": "will_do", "name": "Will do"},
        "Transport team",
        "2027-03-01",
        False,
    )
    assert (record["outcomes"][0]["outcome"], record["ripples"][0]["ripple"], record["theory"][0]["input"]) == (
        "Fewer missed visits",
        "A group began",
        "People",
    )
    assert (record["came_people"], [added["text"] for added in record["amendments"]]) == (None, ["Lunch too."])
    assert "@example.org" not in found.text


def test_an_answer_is_overdue_once_its_day_has_passed(
    client: FlaskClient, clock: Clock, sqlite_database: Database, held: uuid.UUID
) -> None:
    finish(sqlite_database, held)
    clock.moment = datetime(2027, 3, 2, 9, tzinfo=UTC)
    assert answer(client, sqlite_database, held).json["record"]["points"][0]["response"]["overdue"] is True


def test_a_material_has_its_address_from_its_day_on(
    client: FlaskClient, clock: Clock, sqlite_database: Database, council: uuid.UUID
) -> None:
    slides = Material("The slides", MaterialKind.SLIDES, "https://example.org/slides", date(2027, 1, 10))
    content = replace(CONTENT, host="Old Mill Trust", capacity_online=30, materials=(slides,))
    with sqlite_database.write() as session:
        reference = announce_session(session, council, content, venue_id=None, now=NOW).reference
    before = client.get(f"/api/v1/sessions/{reference}").json
    clock.moment = datetime(2027, 1, 10, 9, tzinfo=UTC)
    after = client.get(f"/api/v1/sessions/{reference}").json
    assert before is not None
    assert after is not None
    assert before["materials"] == [{"title": "The slides", "kind": "slides", "address": None, "from_on": "2027-01-10"}]
    assert [material["address"] for material in after["materials"]] == ["https://example.org/slides"]
    assert (after["capacity_online"], after["record"]) == (30, None)
