"""Whom a tick asks after: it must not look at everybody who gets mail."""

from datetime import timedelta

import sqlalchemy as sa

from kil_pipeline.alerts.digests import QuietTime, due_subscribers
from kil_pipeline.alerts.letters import Frequency
from kil_pipeline.alerts.subscribers import Subscriber
from kil_pipeline.database import Database, new_id
from tests.alerts.test_queue import plan_of
from tests.factories import NOW

SUBSCRIBERS = 3000
QUIET = timedelta(minutes=15)


def test_those_whose_hour_has_come_are_found_by_an_index(database: Database) -> None:
    tomorrow = NOW + timedelta(days=1)
    with database.write() as session:
        rows = [
            {
                "id": new_id(), "email": f"reader{n}@example.org", "frequency": Frequency.DAILY.value, "weekday": 0,
                "sent_position": 0, "due_at": NOW if n == 7 else tomorrow, "confirmed_at": NOW,
            }
            for n in range(SUBSCRIBERS)
        ]  # fmt: skip
        session.execute(sa.insert(Subscriber), rows)
        query = due_subscribers(QuietTime(session, QUIET, NOW), NOW, 200)
        assert [person.id for person in session.scalars(query)] == [rows[7]["id"]]
    assert "ix_subscriber_due_at" in plan_of(database, query)
