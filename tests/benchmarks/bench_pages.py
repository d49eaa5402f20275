"""Pages and work on a plan of 10,000 entries against the same on one of 100: what people wait for must not grow."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from flask import Flask

from kil_pipeline.database import Database
from kil_pipeline.organisations.organisations import find_organisation
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.drafts import create_entry
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.scheduler.jobs import Jobs, run_tick
from kil_pipeline.settings import Settings, load_settings
from kil_pipeline.times import utc_now
from tests.benchmarks.plans import REGIONS, WORD, import_plan_of
from tests.benchmarks.results import Result, benchmark, time_ratio
from web.app import create_app
from web.context import Context
from web.public.plan_views import PER_PAGE
from web.wiring import make_jobs

FEW, MANY = 100, 10_000
GOAL = 1.5
FILTERED = 2
"""A filter that a third of the plan meets is counted through: what it costs may grow a little."""
RANKED = 3
"""Every hit of a word that a quarter of the plan has is weighed, to show the best first."""
NEAR = 3
"""A tick looks through what is near, alerted of or not: a tenth of a plan, say. It may grow with that."""
ROUNDS = 25
PAGES = {
    "plan page": "/plan",
    "plan page 2": "/plan?page=2",
    "plan page of a region": f"/plan?area={REGIONS[1]}",
    "plan page of a word": f"/plan?q={WORD}",
    "plan page, last changed first": "/plan?order=updated",
    "plan by quarter": "/plan?view=timeline",
}
GOALS = {"plan page of a region": FILTERED, "plan page of a word": RANKED}
ENTRY = re.compile(rb'href="(/entries/[^"]+)"')


@benchmark
def pages_of_a_plan_as_it_grows(folder: Path) -> list[Result]:
    """Through the whole application, without a server."""
    with _plans(folder) as (many, few):
        apps = [create_app(Context(_settings(folder), database)) for database in (many, few)]
        return [
            _compare(name, *(_ask(app, path) for app in apps), goal=GOALS.get(name, GOAL))
            for name, path in PAGES.items()
        ]


@benchmark
def work_on_a_plan_as_it_grows(folder: Path) -> list[Result]:
    """What a commissioner and the scheduler do."""
    with _plans(folder) as plans:
        jobs = [make_jobs(_settings(folder), database) for database in plans]
        for parts in jobs:
            run_tick(parts, utc_now())  # what is due now, so that nothing is at the ticks that are measured
        return [
            _compare("a tick with nothing due", *(partial(_tick, parts) for parts in jobs), goal=NEAR),
            _compare("publishing an entry", *(partial(_publish, database) for database in plans)),
        ]


@contextmanager
def _plans(folder: Path) -> Iterator[tuple[Database, Database]]:
    many, few = (Database(import_plan_of(entries, folder, publish=True).url) for entries in (MANY, FEW))
    yield many, few
    many.close()
    few.close()


def _settings(folder: Path) -> Settings:
    return load_settings({"KIL_ENV": "development", "KIL_VAR": str(folder)})


def _compare(name: str, many: Callable[[], object], few: Callable[[], object], *, goal: float = GOAL) -> Result:
    return Result(f"{name}: 10,000 entries to 100", time_ratio(many, few, rounds=ROUNDS), goal, "lower")


def _ask(app: Flask, path: str) -> Callable[[], object]:
    client = app.test_client()
    shown = len(set(ENTRY.findall(client.get(path).data)))
    if shown != PER_PAGE:
        raise RuntimeError(f"{path} shows {shown} entries: a page that is not full tells nothing.")
    return lambda: client.get(path)


def _tick(jobs: Jobs) -> None:
    report = run_tick(jobs, utc_now())
    if report.lines() != ("Nothing was due.",):
        raise RuntimeError(f"This tick had something to do: {report}")


def _publish(database: Database) -> None:
    with database.write() as session:
        council = find_organisation(session, "EXC").id
        draft = create_entry(session, council, EntryContent("Community transport"), now=utc_now())
        publish_entry(session, draft.entry_id, now=utc_now())
