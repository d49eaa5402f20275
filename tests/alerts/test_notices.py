"""Notices: written when they are sent, by the one function that has their name."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.notices import NoticeContext, WriteNotice, queue_notice
from kil_pipeline.alerts.suppressions import suppress
from kil_pipeline.database import Database
from kil_pipeline.scheduler.jobs import run_tick
from tests.alerts.sinks import Post

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


def write_greeting(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Write a letter; none where it is not wanted any more."""
    if about["to"] == "nobody":
        return None
    return NoticeLetter(f"Hello {about['to']}", "Hello", (f"It is {context.now:%H:%M}.",))


def send_due(post: Post, now: datetime, notices: Mapping[str, WriteNotice]) -> tuple[str, ...]:
    return run_tick(replace(post.jobs(), notices=notices), now).lines()


def states(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        return [(row.state, row.detail) for row in session.scalars(sa.select(Delivery).order_by(Delivery.id))]


def test_a_notice_is_written_when_it_is_sent(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        queue_notice(session, "greeting", "ann@example.org", {"to": "you"}, due_at=NOW + timedelta(hours=1), now=NOW)
    assert send_due(post, NOW, {"greeting": write_greeting}) == ("Nothing was due.",)
    assert send_due(post, NOW + timedelta(hours=2), {"greeting": write_greeting}) == ("mails sent: 1",)
    assert post.letters == [NoticeLetter("Hello you", "Hello", ("It is 10:00.",))]
    assert [outgoing.to for outgoing in post.sent] == ["ann@example.org"]


def test_a_notice_that_is_not_wanted_any_more_is_not_sent(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        queue_notice(session, "greeting", "ann@example.org", {"to": "nobody"}, now=NOW)
        queue_notice(session, "greeting", "bad@example.org", {"to": "you"}, now=NOW)
        suppress(session, "bad@example.org", "no such address", NOW)
    send_due(post, NOW, {"greeting": write_greeting})
    assert post.sent == []
    assert states(database) == [("failed", "not wanted any more"), ("failed", "not wanted any more")]


def test_a_notice_that_nobody_writes_waits_for_the_version_that_does(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        queue_notice(session, "greeting", "ann@example.org", {"to": "you"}, now=NOW)
    send_due(post, NOW, {})
    assert states(database) == [("deferred", "KeyError")]
