"""Figures for operators: how far behind each step is, what waits, what failed. No address in them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from kil_pipeline.alerts.deliveries import Delivery, count_deliveries
from kil_pipeline.alerts.mail_domains import SlowDomain
from kil_pipeline.alerts.matches import matched_position
from kil_pipeline.alerts.subscribers import Subscriber
from kil_pipeline.alerts.suppressions import Suppression
from kil_pipeline.alerts.webhooks import Webhook
from kil_pipeline.errors import NotFound
from kil_pipeline.events.log import EventRow
from kil_pipeline.scheduler.heartbeats import Heartbeat, last_ticks

RECENT = timedelta(days=7)
"""Domains and failures are counted for so long."""
MOST_DOMAINS = 20
MOST_FAILED = 50
NOT_WANTED = "not wanted any more"


@dataclass(frozen=True)
class Queue:
    """What waits for one step. `oldest`: since when the first of it is due."""

    name: str
    waiting: int
    oldest: datetime | None

    def lag(self, now: datetime) -> timedelta:
        """Return how long the first of it is overdue."""
        return max(now - self.oldest, timedelta()) if self.oldest else timedelta()


@dataclass(frozen=True)
class FailedDelivery:
    """A mail that is not tried again. `domain`: of its address, which is not shown."""

    id: uuid.UUID
    kind: str
    domain: str
    detail: str
    ended_at: datetime


@dataclass(frozen=True)
class SlowDomainFigure:
    """A domain that puts mail off: how often in a row, since when, and when it is asked again."""

    domain: str
    times: int
    since: datetime
    slow_until: datetime
    detail: str


@dataclass(frozen=True)
class Figures:
    """Everything on the operator's page and in the metrics."""

    queues: tuple[Queue, ...]
    deliveries: tuple[tuple[str, int], ...]
    """By state."""
    domains: tuple[tuple[str, str, int], ...]
    """By domain and state, of mails made within `RECENT`, the commonest first."""
    slow: tuple[SlowDomainFigure, ...]
    """Domains that put mail off, the longest first."""
    webhooks: tuple[tuple[str, int], ...]
    """By state."""
    suppressions: int
    ticks: tuple[Heartbeat, ...]
    failed: tuple[FailedDelivery, ...]


def read_figures(session: Session, now: datetime) -> Figures:
    """Return all figures. Each is one query."""
    states = session.execute(sa.select(Webhook.state, sa.func.count()).group_by(Webhook.state).order_by(Webhook.state))
    return Figures(
        queues=_queues(session, now),
        deliveries=tuple(count_deliveries(session)),
        domains=_domains(session, now),
        slow=_slow_domains(session),
        webhooks=tuple((state, number) for state, number in states),
        suppressions=session.scalar(sa.select(sa.func.count()).select_from(Suppression)) or 0,
        ticks=last_ticks(session),
        failed=failed_deliveries(session, now),
    )


def failed_deliveries(session: Session, now: datetime) -> tuple[FailedDelivery, ...]:
    """Return the mails that failed lately, the last first. That somebody stopped meanwhile is no failure."""
    rows = session.scalars(
        sa.select(Delivery)
        .where(Delivery.state.in_(("failed", "unknown")), Delivery.ended_at > now - RECENT)
        .where(Delivery.detail != NOT_WANTED)
        .order_by(Delivery.ended_at.desc(), Delivery.id)
        .limit(MOST_FAILED)
    )
    return tuple(
        FailedDelivery(row.id, row.kind, row.address.rpartition("@")[2], row.detail, row.ended_at or now)
        for row in rows
    )


def retry_delivery(session: Session, delivery_id: uuid.UUID, now: datetime) -> None:
    """Queue a mail again that failed, or may have. Raises `NotFound`; one that waits or left stays as it is."""
    row = session.get(Delivery, delivery_id, with_for_update=True)
    if row is None:
        raise NotFound("This email is not there any more.")
    if row.state in ("failed", "unknown"):
        row.state, row.due_at, row.attempts, row.ended_at = "pending", now, 0, None


def _queues(session: Session, now: datetime) -> tuple[Queue, ...]:
    unmatched = sa.select(sa.func.count(), sa.func.min(EventRow.recorded_at)).where(
        EventRow.position > matched_position(session)
    )
    going = (Subscriber.stopped_at.is_(None), sa.or_(Subscriber.paused_until.is_(None), Subscriber.paused_until <= now))
    return (
        _queue(session, "events to match", unmatched),
        _queue(session, "digests to make", _due(Subscriber.due_at, now, *going)),
        _queue(session, "outlooks to make", _due(Subscriber.outlook_due_at, now, *going)),
        _queue(session, "mails to send", _due(Delivery.due_at, now, Delivery.ended_at.is_(None))),
        _queue(session, "webhooks to call", _due(Webhook.due_at, now, Webhook.state != "off")),
    )


def _queue(session: Session, name: str, query: sa.Select[Any, Any]) -> Queue:
    number, oldest = session.execute(query).one()
    return Queue(name, number, oldest)


def _due(column: InstrumentedAttribute[Any], now: datetime, *conditions: sa.ColumnElement[bool]) -> sa.Select[Any, Any]:
    return sa.select(sa.func.count(), sa.func.min(column)).where(column <= now, *conditions)


def _slow_domains(session: Session) -> tuple[SlowDomainFigure, ...]:
    rows = session.scalars(sa.select(SlowDomain).order_by(SlowDomain.since, SlowDomain.domain).limit(MOST_DOMAINS))
    return tuple(SlowDomainFigure(row.domain, row.times, row.since, row.slow_until, row.detail) for row in rows)


def _domains(session: Session, now: datetime) -> tuple[tuple[str, str, int], ...]:
    sqlite = session.get_bind().dialect.name == "sqlite"
    at = (sa.func.instr if sqlite else sa.func.strpos)(Delivery.address, "@")
    domain, number = sa.func.substr(Delivery.address, at + 1).label("domain"), sa.func.count().label("number")
    rows: Sequence[Any] = session.execute(
        sa.select(domain, Delivery.state, number)
        .where(Delivery.created_at > now - RECENT)
        .group_by(domain, Delivery.state)
        .order_by(number.desc(), domain, Delivery.state)
        .limit(MOST_DOMAINS)
    ).all()
    return tuple((row[0], row[1], row[2]) for row in rows)
