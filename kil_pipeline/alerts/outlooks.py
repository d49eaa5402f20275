"""The weekly outlook, on request: what is coming up in what a subscriber follows, by quarter, as far as it is known."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.commissioner_mutes import NONE_MUTED, muted_commissioners
from kil_pipeline.alerts.criteria_index import CriteriaRow
from kil_pipeline.alerts.deliveries import queue_delivery
from kil_pipeline.alerts.letters import Frequency, OutlookItem, OutlookQuarter
from kil_pipeline.alerts.mutes import muted_subjects
from kil_pipeline.alerts.schedules import next_digest_at
from kil_pipeline.alerts.subscribers import Subscriber, Subscription
from kil_pipeline.codec import from_json, to_json
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.expected_dates import describe
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.queries import Order, public_entries
from kil_pipeline.times import london_day

QUARTERS = 5
"""How far it looks: this quarter and the four after it."""
MOST_ITEMS = 60
"""How many opportunities one outlook holds, the soonest first."""
MOST_OF_ONE = 100
"""How many of one choice are looked at."""
NOT_KNOWN = "No date yet"


@dataclass(frozen=True)
class _Found:
    quarter: tuple[int, int] | None
    item: OutlookItem


@dataclass(frozen=True)
class _LeftOut:
    """What a subscriber muted."""

    entries: frozenset[str]
    commissioners: frozenset[str]

    def holds(self, entry: PublicEntry) -> bool:
        return str(entry.id) in self.entries or entry.commissioner.slug in self.commissioners


def ask_for_outlook(
    session: Session, subscriber_id: uuid.UUID, *, wanted: bool, digest_hour: time, now: datetime
) -> None:
    """Let a subscriber have the outlook, on the weekday of their choice, or no more. Asking again changes nothing."""
    row = session.get_one(Subscriber, subscriber_id, with_for_update=True)
    if not wanted:
        row.outlook_due_at = None
    elif row.outlook_due_at is None:
        row.outlook_due_at = next_digest_at(Frequency.WEEKLY, row.weekday, digest_hour, now)


def assemble_outlooks(session: Session, *, digest_hour: time, now: datetime, limit: int = 50) -> tuple[int, int]:
    """Queue the outlooks that are due. Returns how many people were looked at, and mails queued. None is empty."""
    awake = sa.or_(Subscriber.paused_until.is_(None), Subscriber.paused_until <= now)
    people = session.scalars(
        sa.select(Subscriber)
        .where(Subscriber.outlook_due_at <= now, Subscriber.stopped_at.is_(None), awake)
        .order_by(Subscriber.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    muted = muted_commissioners(session, [person.id for person in people])
    queued = 0
    for person in people:
        left_out = _LeftOut(
            frozenset(subject.subject_id for subject in muted_subjects(session, person.id)),
            frozenset(slug for slug, until in muted.get(person.id, NONE_MUTED).until.items() if until is None),
        )
        quarters = coming_up(session, _choices(session, person.id), london_day(now), left_out)
        if quarters:
            body = {"quarters": [to_json(quarter) for quarter in quarters]}
            queue_delivery(session, "outlook", person.email, body, due_at=now, subscriber_id=person.id, now=now)
            queued += 1
        person.outlook_due_at = next_digest_at(Frequency.WEEKLY, person.weekday, digest_hour, now)
    session.flush()
    return len(people), queued


def read_quarters(bodies: Iterable[object]) -> tuple[OutlookQuarter, ...]:
    """Return the quarters of a stored outlook."""
    return tuple(from_json(OutlookQuarter, body) for body in bodies)


def coming_up(
    session: Session, choices: Iterable[Criteria], today: date, left_out: "_LeftOut | None" = None
) -> tuple[OutlookQuarter, ...]:
    """Return what is planned and meets any of `choices`, by the quarter in which it opens at the earliest.

    A date that began in an earlier quarter stands in this one. What has no date comes last.
    """
    entries: dict[uuid.UUID, PublicEntry] = {}
    for choice in choices:
        page = public_entries(session, choice.without_kinds(), per_page=MOST_OF_ONE, order=Order.SOONEST)
        entries |= {
            entry.id: entry
            for entry in page.entries
            if not entry.content.status.ended and not (left_out and left_out.holds(entry))
        }
    first = _quarter(today)
    found = [found for entry in entries.values() if (found := _place(entry, today, first)) is not None]
    found.sort(key=lambda one: (one.quarter is None, one.quarter or first, one.item.title, one.item.path))
    by_quarter: dict[tuple[int, int] | None, list[OutlookItem]] = {}
    for one in found[:MOST_ITEMS]:
        by_quarter.setdefault(one.quarter, []).append(one.item)
    return tuple(OutlookQuarter(_name(quarter), tuple(items)) for quarter, items in by_quarter.items())


def _place(entry: PublicEntry, today: date, first: tuple[int, int]) -> _Found | None:
    when = entry.content.milestone("opens") or entry.content.milestone("intention_notice")
    if when is not None and when.latest < today and entry.content.status.value != "open":
        return None  # it should be open by now: the digest tells of what became of it
    advice = entry.advice(today)
    item = OutlookItem(
        title=entry.headline,
        commissioner_name=entry.commissioner.name,
        can_we_go=advice.can_we_go,
        what_to_do=advice.what_to_do,
        when=describe(when) if when else "",
        path=f"/entries/{entry.reference}",
    )
    if when is None:
        return _Found(None, item)
    quarter = max(_quarter(when.earliest), first)
    return _Found(quarter, item) if _distance(first, quarter) < QUARTERS else None


def _choices(session: Session, subscriber_id: uuid.UUID) -> list[Criteria]:
    bodies = session.scalars(
        sa.select(CriteriaRow.body)
        .join(Subscription, Subscription.criteria_id == CriteriaRow.id)
        .where(Subscription.subscriber_id == subscriber_id)
    )
    return [from_json(Criteria, body) for body in bodies]


def _quarter(day: date) -> tuple[int, int]:
    return day.year, (day.month - 1) // 3


def _distance(first: tuple[int, int], other: tuple[int, int]) -> int:
    return (other[0] - first[0]) * 4 + other[1] - first[1]


def _name(quarter: tuple[int, int] | None) -> str:
    if quarter is None:
        return NOT_KNOWN
    year, number = quarter
    months = ("January to March", "April to June", "July to September", "October to December")
    return f"{months[number]} {year}"
