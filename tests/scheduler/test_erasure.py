"""What goes by itself in time is looked for once an hour, by one worker for all."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from kil_pipeline.alerts.matches import AlertState
from kil_pipeline.database import Database
from kil_pipeline.scheduler.jobs import run_tick
from tests.alerts.sinks import Post

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def erased_at(database: Database) -> datetime | None:
    with database.read() as session:
        return session.get_one(AlertState, 1).erased_at


def test_it_happens_at_the_first_tick_and_then_once_an_hour(database: Database) -> None:
    seen = []
    for minutes in (0, 1, 59, 60, 61, 119, 500):
        Post(database).tick(NOW + minutes * MINUTE)  # another worker each time
        seen.append(erased_at(database))
    assert seen == [NOW + minutes * MINUTE for minutes in (0, 0, 0, 60, 60, 60, 500)]


def test_a_clock_that_was_set_back_does_not_put_it_off(database: Database) -> None:
    Post(database).tick(NOW)
    Post(database).tick(NOW - timedelta(days=1))
    assert erased_at(database) == NOW - timedelta(days=1)


def test_what_failed_is_due_at_the_next_tick(database: Database) -> None:
    jobs = Post(database).jobs()
    with database.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE import_upload RENAME TO elsewhere"))
    failed = [run_tick(jobs, NOW + minutes * MINUTE).failures for minutes in (0, 1)]
    with database.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO import_upload"))
    failed.append(run_tick(jobs, NOW + 2 * MINUTE).failures)
    assert [[name.split(":")[0] for name in names] for names in failed] == [["old records erased"]] * 2 + [[]]
    assert erased_at(database) == NOW + 2 * MINUTE
