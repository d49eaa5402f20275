"""A calendar that is read, changed and read again: programs know each event again, and that it is newer."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.engagement.programme import cancel_session, move_session, postpone_session, publish_session
from kil_pipeline.engagement.session_writing import save_session
from kil_pipeline.engagement.venue_directory import change_venue
from kil_pipeline.engagement.venues import VenueFacts, add_venue
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.expected_dates import Confidence, Precision
from kil_pipeline.plan.statuses import Status
from tests.engagement.sessions import CONTENT, a_public_session
from tests.factories import NOW, a_commissioner, a_milestone, publish, republish
from tests.parsers.calendars import Properties
from tests.parsers.conftest import Read
from tests.web.conftest import Clock, make_app

Change = Callable[[Session, datetime], object]
Reread = Callable[[str, Iterable[Change]], list[Properties]]
WHY = "The hall is let."


@pytest.fixture
def reread(read: Read, database: Database, tmp_path: Path) -> Reread:
    """Makes each change a day after the one before, and reads the one event of a calendar after each."""
    client = make_app(database, Clock(), {"KIL_ENV": "development", "KIL_VAR": str(tmp_path)}).test_client()

    def between(address: str, changes: Iterable[Change]) -> list[Properties]:
        seen = []
        for number, change in enumerate(changes):
            with database.write() as session:
                change(session, NOW + timedelta(days=number))
            (event,) = read(client.get(address).data).events
            seen.append(event)
        return seen

    return between


def known_again(seen: list[Properties]) -> bool:
    """Tell whether each is the event of before, newer (RFC 5545, 3.8.4.7 and 3.8.7.4)."""
    stamps = [[event[name] for event in seen] for name in ("DTSTAMP", "LAST-MODIFIED")]
    numbers = [int(event["SEQUENCE"][0]) for event in seen]
    newer = all(found == sorted(found) and found[0] < found[-1] for found in stamps)
    counted = numbers == list(range(numbers[0], numbers[0] + len(seen)))
    return newer and counted and len({event["UID"][0] for event in seen}) == 1


def test_a_key_date_through_all_that_may_happen_to_it(reread: Reread, database: Database) -> None:
    with database.write() as session:
        entry = publish(session, a_commissioner(session).id, EntryContent("Hubs"))
    first = EntryContent("Hubs", milestones=(a_milestone("opens", date(2027, 5, 1), Precision.QUARTER),))
    sure = replace(first, milestones=(a_milestone("opens", date(2027, 8, 2), confidence=Confidence.CONFIRMED),))
    states = (
        first,
        sure,
        replace(sure, headline="Hubs for all"),
        replace(sure, status=Status.ON_HOLD, status_reason="A review."),
        sure,
        replace(sure, status=Status.CANCELLED, status_reason="The money went elsewhere."),
    )

    def become(content: EntryContent) -> Change:
        return lambda session, at: republish(session, entry, content, at=at, why="It was agreed.")

    seen = reread("/calendars/milestones.ics", map(become, states))
    assert [(event["DTSTART"][0], event["STATUS"][0], event["SUMMARY"][0]) for event in seen] == [
        ("20270401", "CONFIRMED", "Applications or bids open (about April to June 2027): Hubs"),
        ("20270802", "CONFIRMED", "Applications or bids open: Hubs"),
        ("20270802", "CONFIRMED", "Applications or bids open: Hubs for all"),
        ("20270802", "TENTATIVE", "On hold: Applications or bids open: Hubs"),
        ("20270802", "CONFIRMED", "Applications or bids open: Hubs"),
        ("20270802", "CANCELLED", "Cancelled: Applications or bids open: Hubs"),
    ]
    assert known_again(seen)


def test_a_session_through_all_that_may_happen_to_it(reread: Reread, database: Database) -> None:
    with database.write() as session:
        draft = a_public_session(session, a_commissioner(session).id)
        hall = add_venue(session, VenueFacts("Village Hall"), now=NOW)
    starts, ends = CONTENT.starts_at + timedelta(days=7), CONTENT.ends_at + timedelta(days=7)

    def settle(session: Session, at: datetime) -> None:
        what: dict[str, Any] = {"venue_id": hall.id, "online_link": "", "version": draft.version, "now": at}
        saved = save_session(session, draft.session_id, replace(draft.content, title="Breaks"), **what)
        publish_session(session, draft.session_id, version=saved.version, why=WHY, now=at)

    changes: tuple[Change, ...] = (
        lambda session, at: None,
        settle,
        lambda session, at: change_venue(session, hall.id, VenueFacts("Town Hall"), now=at),
        lambda session, at: postpone_session(session, draft.reference, why=WHY, now=at),
        lambda session, at: move_session(session, draft.reference, starts_at=starts, ends_at=ends, why=WHY, now=at),
        lambda session, at: cancel_session(session, draft.reference, why=WHY, now=at),
    )
    seen = reread("/calendars/sessions.ics", changes)
    assert [(event["DTSTART"][0], event["SUMMARY"][0], event.get("LOCATION")) for event in seen] == [
        ("20270114T173000Z", CONTENT.title, None),
        ("20270114T173000Z", "Breaks", ["Village Hall"]),
        ("20270114T173000Z", "Breaks", ["Town Hall"]),
        ("20270114T173000Z", "Postponed, new date to come: Breaks", ["Town Hall"]),
        ("20270121T173000Z", "Breaks", ["Town Hall"]),
        ("20270121T173000Z", "Cancelled: Breaks", ["Town Hall"]),
    ]
    assert known_again(seen)
