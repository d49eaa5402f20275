"""Days that pass: what was expected by one is overdue after it, and what reads differently moves the version."""

import importlib
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from kil_pipeline.database import Database
from kil_pipeline.events.log import events_after, public_version
from kil_pipeline.events.types import DisclosureOverdue
from kil_pipeline.plan.contents import Milestone
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.early_notices import raise_overdue, turn_day
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.plan.expected_dates import Precision
from kil_pipeline.plan.queries import public_entries
from kil_pipeline.plan.statuses import Status
from tests.factories import TODAY, a_commissioner, a_milestone, publish, republish, some_content

OPENS = date(2027, 12, 1)
DUE = date(2027, 2, 1)
BUDGET = Disclosure("value", DisclosureState.UNDECIDED, "undecided.budget", expected_by=DUE)


def at(day: date) -> datetime:
    """Return nine in the morning (UTC) of a day."""
    return datetime.combine(day, time(9), UTC)


def publish_one(database: Database, *milestones: Milestone, **parts: Any) -> None:
    """Publish an entry with these key dates."""
    with database.write() as session:
        content = some_content(milestones=milestones, **parts)
        publish(session, a_commissioner(session).id, content)


def overdue(database: Database) -> list[tuple[str, date, str]]:
    """Return path, day and sentence of each field that was told to be overdue."""
    with database.read() as session:
        events = [found.event for found in events_after(session, 0)]
    return [(e.path, e.expected_by, e.sentence) for e in events if isinstance(e, DisclosureOverdue)]


def test_a_field_is_overdue_once_from_the_day_after_it_was_expected(database: Database) -> None:
    publish_one(database, disclosures=(BUDGET,))
    counts = []
    for day in (DUE, DUE + timedelta(days=1), DUE + timedelta(days=2)):
        with database.write() as session:
            counts.append(raise_overdue(session, at(day)))
    assert counts == [0, 1, 0]
    assert overdue(database) == [("value", DUE, "How much: was expected by 1 February 2027 and is still not public.")]


def test_a_new_day_can_be_missed_anew(database: Database) -> None:
    with database.write() as session:
        entry = publish(session, a_commissioner(session).id, some_content(disclosures=(BUDGET,)))
        raise_overdue(session, at(date(2027, 2, 2)))
    later = Disclosure("value", DisclosureState.UNDECIDED, "undecided.budget", expected_by=date(2027, 3, 1))
    with database.write() as session:
        republish(session, entry, some_content(disclosures=(later,)), at=at(date(2027, 2, 3)))
        raise_overdue(session, at(date(2027, 3, 2)))
    assert [day for _, day, _ in overdue(database)] == [DUE, date(2027, 3, 1)]


def test_what_has_ended_owes_nothing_more(database: Database) -> None:
    publish_one(database, disclosures=(BUDGET,), status=Status.CANCELLED, status_reason="No money.")
    with database.write() as session:
        assert raise_overdue(session, at(date(2027, 3, 1))) == 0


def turn(database: Database, day: date) -> tuple[bool, int, date]:
    """Turn to a day. Returns whether something reads differently, the version's number and its day."""
    with database.write() as session:
        turned = turn_day(session, at(day))
    with database.read() as session:
        version = public_version(session)
    return turned, version.n, version.day


def test_a_day_moves_what_is_public_only_where_a_date_began_or_passed(database: Database) -> None:
    month = a_milestone("opens", date(2027, 12, 1), Precision.MONTH)
    with database.write() as session:
        turn_day(session, at(TODAY))
    publish_one(database, month, disclosures=(BUDGET,))
    with database.read() as session:
        start = public_version(session).n
    days = [DUE, DUE + timedelta(days=1), date(2027, 11, 30), date(2027, 12, 1), date(2027, 12, 31), date(2028, 1, 1)]
    assert [turn(database, day) for day in days] == [
        (False, start, days[0]),
        (True, start + 1, days[1]),
        (False, start + 1, days[2]),
        (True, start + 2, days[3]),
        (False, start + 2, days[4]),
        (True, start + 3, days[5]),
    ]


def test_a_day_turns_once_and_never_back(database: Database) -> None:
    publish_one(database, a_milestone("opens", OPENS))
    assert turn(database, OPENS)[0]
    assert not turn(database, OPENS)[0]
    assert turn(database, OPENS - timedelta(days=1)) == (False, *turn(database, OPENS)[1:])


def test_days_that_were_missed_turn_at_once(database: Database) -> None:
    publish_one(database, a_milestone("opens", OPENS))
    assert turn(database, OPENS + timedelta(days=40))[0]


def test_what_should_have_opened_goes_behind_what_is_still_to_come(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session)
        publish(session, council.id, some_content("Passed", milestones=(a_milestone("opens", date(2026, 12, 1)),)))
        publish(session, council.id, some_content("Late", milestones=(a_milestone("opens", date(2026, 11, 1)),)))
        publish(session, council.id, some_content("To come", milestones=(a_milestone("opens", date(2027, 3, 1)),)))
        publish(session, council.id, some_content("No date"))
    orders = []
    for day in (date(2026, 12, 1), date(2026, 12, 2)):
        with database.write() as session:
            turn_day(session, at(day))
            orders.append([entry.headline for entry in public_entries(session, Criteria()).entries])
    assert orders == [["Passed", "To come", "No date", "Late"], ["To come", "No date", "Late", "Passed"]]


def test_a_plan_of_before_is_put_in_order_by_the_migration_as_it_would_be_now(database: Database) -> None:
    openings = [(date(2026, 11, 5), Precision.MONTH), (date(2026, 11, 5), Precision.QUARTER), (OPENS, Precision.DAY)]
    with database.write() as session:
        council = a_commissioner(session)
        for day, precision in openings:
            milestone = a_milestone("opens", day, precision)
            for status in (Status.PUBLISHED, Status.ON_HOLD, Status.CONCLUDED):
                publish(session, council.id, some_content(milestones=(milestone,), status=status, status_reason="So."))
        publish(session, council.id, some_content("No date"))
        turn_day(session, at(date(2026, 12, 2)))
    expected = soonest_columns(database)
    assert sorted({stale for _, _, stale in expected}) == [False, True]
    with database.writer.begin() as connection:
        for index in ("ix_public_entry_soonest", "ix_public_entry_stale", "ix_public_entry_organisation"):
            connection.exec_driver_sql(f"DROP INDEX {index}")
        for column in ("stale", "opens_until"):
            connection.exec_driver_sql(f"ALTER TABLE public_entry DROP COLUMN {column}")
        connection.exec_driver_sql("CREATE INDEX ix_public_entry_soonest ON public_entry (opens_on)")
        with Operations.context(MigrationContext.configure(connection)):
            importlib.import_module("kil_pipeline.migrations.versions.0006_stale_entries").upgrade()
    assert soonest_columns(database) == expected


def soonest_columns(database: Database) -> list[tuple[str, date, bool]]:
    """Return what an entry's place among the soonest is made of."""
    with database.read() as session:
        columns = (PublicEntryRow.reference, PublicEntryRow.opens_until, PublicEntryRow.stale)
        return [(*row,) for row in session.execute(sa.select(*columns).order_by(PublicEntryRow.reference))]
