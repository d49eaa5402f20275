"""Looking for key dates that approach, among half a million: by when each is due, and through all of them."""

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kil_pipeline.database import Database, new_id
from kil_pipeline.plan.approaching_dates import DueKeyDate, due_key_dates
from kil_pipeline.plan.early_notices import EarlyNotice
from kil_pipeline.plan.entries import NO_OPENING, Entry, PublicEntryRow, PublicMilestone
from kil_pipeline.reference.milestones import MilestoneKind, milestone_kinds
from tests.benchmarks.results import Result, benchmark, time_ratio
from tests.benchmarks.sites import made_database
from tests.factories import NOW, TODAY, a_commissioner

MILESTONES, DUE = 500_000, 1_500
DAYS = 3 * 365
"""How far ahead plans look."""
BATCH = 5_000
"""Entries stored at a time."""


@benchmark
def key_dates_that_approach(folder: Path) -> list[Result]:
    """On SQLite. All alerts that hold today were told of, but for 1,500."""
    database = made_database(folder / "key-dates.db")
    _fill(database)
    ours, whole = _look(database), _look_through_all(database)
    assert set(ours()) == set(whole())
    assert len(ours()) == DUE
    ratio = time_ratio(whole, ours, rounds=9)
    database.close()
    return [Result("key dates, 500,000 with 1,500 due: a scan of all to ours", ratio, 50, "higher")]


@dataclass
class _Rows:
    entries: list[dict[str, Any]]
    public: list[dict[str, Any]]
    milestones: list[dict[str, Any]]
    noted: list[dict[str, Any]]


def _fill(database: Database) -> None:
    """Store key dates as publishing leaves them, looked at up to yesterday but for those that are due."""
    kinds = [kind for kind in milestone_kinds() if kind.alert_days]
    chance, left = random.Random(8), itertools.count(DUE, -1)
    with database.write() as session:
        council = a_commissioner(session).id
    for start in range(0, MILESTONES // len(kinds), BATCH):
        rows = _Rows([], [], [], [])
        for number in range(start, start + BATCH):
            _add_entry(rows, number, council)
            for kind in kinds:
                _add_milestone(rows, kind, TODAY + timedelta(days=chance.randrange(DAYS)), left)
        with database.writer.begin() as connection:
            connection.execute(sa.insert(Entry), rows.entries)
            connection.execute(sa.insert(PublicEntryRow), rows.public)
            connection.execute(sa.insert(PublicMilestone), rows.milestones)
            connection.execute(sa.insert(EarlyNotice), rows.noted)
    with database.writer.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def _add_entry(rows: _Rows, number: int, council: Any) -> None:
    key, reference = new_id(), f"EXC-{number:06}"
    shared = {"reference": reference, "organisation_id": council, "status": "published"}
    rows.entries.append({"id": key, "created_at": NOW, **shared})
    rows.public.append(
        {
            "entry_id": key,
            "revision": 1,
            "content": {"headline": reference},
            "ended": False,
            "stale": False,
            "chance": "open",
            "opens_on": NO_OPENING,
            "opens_until": NO_OPENING,
            "first_published_at": NOW,
            "updated_at": NOW,
            **shared,
        }
    )


def _add_milestone(rows: _Rows, kind: MilestoneKind, earliest: date, left: Iterator[int]) -> None:
    """Add a key date. What an alert holds for now was told of, but for the first 1,500."""
    key, days = rows.entries[-1]["id"], kind.alert_due((earliest - TODAY).days)
    row = {"entry_id": key, "kind": kind.code, "earliest": earliest, "latest": earliest}
    if days is not None and next(left) > 0:
        rows.milestones.append({**row, "alert_on": earliest - timedelta(days=days)})
        return
    rows.milestones.append({**row, "alert_on": kind.next_alert_on(earliest, TODAY)})
    if days is not None:
        rows.noted.append({"entry_id": key, "what": kind.code, "days": days, "on": earliest})


def _look(database: Database) -> Callable[[], list[DueKeyDate]]:
    def look() -> list[DueKeyDate]:
        with database.read() as session:
            return due_key_dates(session, TODAY, limit=MILESTONES)

    return look


def _look_through_all(database: Database) -> Callable[[], list[DueKeyDate]]:
    """Return what asks every key date whether an alert of it holds that was not told of."""
    windows = [
        sa.and_(
            PublicMilestone.kind == kind.code,
            PublicMilestone.earliest > TODAY + timedelta(days=nearer),
            PublicMilestone.earliest <= TODAY + timedelta(days=days),
            ~sa.exists().where(
                EarlyNotice.entry_id == PublicMilestone.entry_id,
                EarlyNotice.what == kind.code,
                EarlyNotice.days == days,
                EarlyNotice.on == PublicMilestone.earliest,
            ),
        )
        for kind in milestone_kinds()
        for nearer, days in itertools.pairwise([-1, *sorted(kind.alert_days)])
    ]
    wanted = (
        sa.select(PublicMilestone.entry_id, PublicMilestone.kind, PublicMilestone.earliest)
        .with_hint(PublicMilestone, "NOT INDEXED", "sqlite")
        .where(sa.or_(*windows))
    )

    def look() -> list[DueKeyDate]:
        with database.read() as session:
            return list(map(DueKeyDate._make, session.execute(wanted)))

    return look
