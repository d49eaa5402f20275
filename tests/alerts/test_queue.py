"""The queue of mail: what is claimed is found by one index, however much waits and however much was sent."""

import json
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.claims import claim_deliveries, due_deliveries
from kil_pipeline.alerts.deliveries import KINDS, WAITED_FOR, Delivery, DeliveryKind, queue_delivery
from kil_pipeline.database import Database, new_id
from tests.factories import NOW

QUEUE = "ix_delivery_queue"
MINUTE = timedelta(minutes=1)


def fill(session: Session, number: int) -> None:
    """Queue digests, as many again that were sent, and a few links that somebody waits for."""
    rows: list[dict[str, object]] = [
        {
            "id": new_id(), "kind": "digest" if n % 100 else "sign_in", "address": f"reader{n}@example.org", "body": {},
            "state": "sent" if n % 2 else "pending", "attempts": 0, "due_at": NOW + n * timedelta(seconds=1),
            "detail": "", "created_at": NOW, "ended_at": NOW if n % 2 else None,
        }
        for n in range(number)
    ]  # fmt: skip
    session.execute(sa.insert(Delivery), rows)


def plan_of(database: Database, query: sa.Select[Any]) -> str:
    """Return how the database goes about a query, as it says itself."""
    written = str(query.compile(database.engine, compile_kwargs={"literal_binds": True}))
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
        if database.sqlite:
            return "\n".join(row[-1] for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + written))
        return json.dumps(connection.exec_driver_sql("EXPLAIN (FORMAT JSON) " + written).scalar())


def test_digests_are_claimed_in_the_order_of_the_index_without_sorting_the_queue(database: Database) -> None:
    with database.write() as session:
        fill(session, 6000)
    plan = plan_of(database, due_deliveries(("digest",), NOW + timedelta(days=1), 10))
    assert QUEUE in plan
    assert "B-TREE" not in plan
    assert "Sort" not in plan


def test_what_somebody_waits_for_is_found_by_the_same_index(database: Database) -> None:
    with database.write() as session:
        fill(session, 6000)
    assert QUEUE in plan_of(database, due_deliveries(WAITED_FOR, NOW + timedelta(days=1), 10))


def test_what_somebody_waits_for_goes_first_then_digests_each_oldest_first(database: Database) -> None:
    queued: tuple[tuple[DeliveryKind, int], ...] = (
        ("digest", 1), ("digest", 0), ("address_changed", 4), ("sign_in", 3), ("confirmation", 2), ("digest", 9)
    )  # fmt: skip
    with database.write() as session:
        for kind, minutes in queued:
            queue_delivery(session, kind, "reader@example.org", {}, due_at=NOW + minutes * MINUTE, now=NOW)
        _, claimed = claim_deliveries(session, NOW + 5 * MINUTE, limit=4)
        assert [delivery.kind for delivery in claimed] == ["confirmation", "sign_in", "address_changed", "digest"]
        assert len(claim_deliveries(session, NOW + 5 * MINUTE)[1]) == 1


def test_every_kind_of_mail_is_claimed(database: Database) -> None:
    with database.write() as session:
        for kind in KINDS:
            queue_delivery(session, kind, "reader@example.org", {}, due_at=NOW, now=NOW)
        assert sorted(delivery.kind for delivery in claim_deliveries(session, NOW)[1]) == sorted(KINDS)
