"""The history of changes: the same answers as alerts, each change in exactly one document, and archives that stay."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from kil_pipeline.alerts import change_history
from kil_pipeline.alerts.change_history import Change, archived_changes, full_stretches, latest_changes
from kil_pipeline.alerts.matching import explain_match, tells_anyone
from kil_pipeline.alerts.news_kinds import kinds_of
from kil_pipeline.database import Database
from kil_pipeline.events.log import events_after, public_version, record
from kil_pipeline.events.types import DayTurned, Event, PublicEvent
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.criteria import Criteria
from tests.alerts.strategies import contents, wide_criteria
from tests.factories import NOW, a_commissioner, publish, republish, some_content

Edit = tuple[int, EntryContent, bool]
"""Which of three entries was published, what it said then, and whether as a small correction."""
NAMES = ("Exampleshire", "Otherham")
EVERYTHING = Criteria()


@pytest.fixture(autouse=True)
def small_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let few events fill many documents."""
    for name, value in (("STRETCH", 5), ("ENOUGH", 2), ("MOST_LOOKED_AT", 3), ("MOST_KEYS", 50), ("_BATCH", 2)):
        monkeypatch.setattr(change_history, name, value)


@contextmanager
def a_history(
    database: Database, edits: list[Edit], after_each: Callable[[Session], None] = lambda session: None
) -> Iterator[Session]:
    """Publish three entries of two commissioners, then again and again, and forget it all afterwards."""
    with database.writer.connect() as connection, connection.begin() as transaction:
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            councils = [a_commissioner(session, f"{name} Council", prefix=name[:3].upper()).id for name in NAMES]
            ids = [publish(session, councils[number % 2], some_content(f"Entry {number}")) for number in range(3)]
            session.commit()
            for minute, (number, content, minor) in enumerate(edits, start=1):
                at = NOW + timedelta(minutes=minute)
                republish(session, ids[number], content, at=at, minor=minor)
                record(session, DayTurned(day=date(2026, 11, 24)), at)
                session.commit()
                after_each(session)
            yield session
        transaction.rollback()


def walk(session: Session, criteria: Criteria) -> list[Change]:
    """Return all changes, from the subscription document back along the archives."""
    page = latest_changes(session, criteria)
    found = list(page.changes)
    while page.older_archive is not None:
        page = archived_changes(session, criteria, page.older_archive)
        found += page.changes
    return found


def told_by_alerts(session: Session, criteria: Criteria) -> list[Event]:
    """Return the events that a subscriber who was there from the start would be told of, newest first."""
    events = [logged.event for logged in reversed(events_after(session, 0))]
    told = [event for event in events if isinstance(event, PublicEvent) and tells_anyone(event)]
    wanted = [event for event in told if not criteria.kinds or set(criteria.kinds) & set(kinds_of(event))]
    return [event for event in wanted if explain_match(event.facets, criteria) is not None]


edits = st.lists(st.tuples(st.integers(0, 2), contents, st.booleans()), max_size=6)
one_database = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(edits=edits, wishes=st.lists(wide_criteria, min_size=1, max_size=5))
@one_database
def test_all_documents_together_tell_each_event_that_alerts_tell_exactly_once_and_newest_first(
    edits: list[Edit], wishes: list[Criteria], database: Database
) -> None:
    with a_history(database, edits) as session:
        for wish in (EVERYTHING, *wishes):
            told = [event for change in walk(session, wish) for event in reversed(change.events)]
            assert told == told_by_alerts(session, wish), wish


@given(edits=edits, wish=wide_criteria)
@one_database
def test_an_archive_says_the_same_however_much_happens_afterwards(
    edits: list[Edit], wish: Criteria, sqlite_database: Database
) -> None:
    seen: dict[int, object] = {}

    def look(session: Session) -> None:
        for number in range(1, full_stretches(public_version(session).n) + 1):
            page = archived_changes(session, wish, number)
            told = [change.events for change in page.changes], page.older_archive, page.ended_at
            assert seen.setdefault(number, told) == told

    with a_history(sqlite_database, edits, look) as session:
        assert len(seen) == full_stretches(public_version(session).n)


@given(edits=edits)
@one_database
def test_a_change_is_all_that_one_publication_says_of_one_entry(edits: list[Edit], sqlite_database: Database) -> None:
    with a_history(sqlite_database, edits) as session:
        changes = walk(session, EVERYTHING)
        publications = [(change.facets.reference, change.facets.revision) for change in changes]
        assert len(set(publications)) == len(publications)
        assert [{event.facets for event in change.events} for change in changes] == [{c.facets} for c in changes]


def test_the_history_of_one_entry_is_short_however_busy_the_plan(database: Database) -> None:
    busy = [(1 + number % 2, some_content(f"Again {number}"), False) for number in range(20)]
    with a_history(database, [(0, some_content("Breaks"), False), *busy]) as session:
        page = latest_changes(session, Criteria(references=("EXA-0001",)))
        assert [change.facets.title for change in page.changes] == ["Breaks", "Entry 0"]
        assert page.older_archive is None


def test_words_that_nothing_says_lead_back_through_the_archives_in_strides(sqlite_database: Database) -> None:
    busy = [(number % 3, some_content(f"Again {number}"), False) for number in range(20)]
    with a_history(sqlite_database, busy) as session:
        page = latest_changes(session, Criteria(words="nowhere"))
        numbers = []
        while page.older_archive is not None:
            numbers.append(page.older_archive)
            page = archived_changes(session, Criteria(words="nowhere"), page.older_archive)
        assert (len(busy), numbers) == (20, [6, 4, 2, 1])
        assert page.changes == ()
