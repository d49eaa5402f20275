"""Pages and work on a plan of 100,000 entries against the same on one of 100: what people wait for must not grow."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flask import Flask

from kil_pipeline.database import Database
from kil_pipeline.organisations.organisations import find_organisation
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.drafts import create_entry
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.scheduler.job_parts import Jobs
from kil_pipeline.scheduler.jobs import run_tick
from kil_pipeline.settings import Settings, load_settings
from kil_pipeline.times import utc_now
from tests.benchmarks.large_plans import (
    COMMISSIONER,
    COMMISSIONER_SLUG,
    ENGLAND,
    FEW,
    FREQUENT,
    KINDS,
    MANY,
    Kind,
    plan_of,
)
from tests.benchmarks.results import Result, benchmark, time_ratio
from web.app import create_app
from web.context import Context
from web.public.plan_views import PER_PAGE
from web.wiring import make_jobs

GOAL = 1.5
ROUNDS = 15
LISTS = {
    "plan page": "/plan",
    "plan page 2": "/plan?page=2",
    "plan page of England": f"/plan?area={ENGLAND}",
    "plan page of a word": f"/plan?q={FREQUENT}",
    "plan page, last changed first": "/plan?order=updated",
    "plan by quarter": "/plan?view=timeline",
    "plan as a table": "/plan?view=table",
    "table by headline": "/plan?view=table&order=headline",
    "table by commissioner": "/plan?view=table&order=commissioner",
    "table by value": "/plan?view=table&order=value-down",
    "table, opening latest": "/plan?view=table&order=latest",
}
PAGES = {
    "plan by month": "/plan?view=month",
    "start page": "/",
    "commissioners": "/commissioners",
    "commissioner": f"/commissioners/{COMMISSIONER_SLUG}",
    "API's entries": "/api/v1/entries",
    "feed of entries": "/feeds/entries.atom",
    "feed of changes": "/feeds/changes.atom",
}
"""What shows less than a page of entries in a small plan: their own number of entries is no sign of anything."""
RANKED = 3
"""Every hit of a word that a quarter of the plan has is weighed, to show the best first."""
SORTED = 6
"""What has no index in its order is sorted by narrow keys: the plan by commissioners’ names, a month by exactness."""
SUMMED = 3
"""The page of all commissioners sums up what each entry adds to the figures, from an index."""
NEAR = 3
"""A tick looks through the keys of what is near, told of or not: a sixth of this plan."""
GOALS = {
    "a tick with nothing due": NEAR,
    "plan page of a word": RANKED,
    "plan by month": SORTED,
    "table by commissioner": SORTED,
    "commissioners": SUMMED,
}
ENTRY = re.compile(rb'href="(/entries/[^"]+)"')


@benchmark
def pages_of_a_plan_as_it_grows(folder: Path) -> list[Result]:
    """Through the whole application, without a server."""
    return [result for kind in KINDS for result in _pages(kind, folder)]


def _pages(kind: Kind, folder: Path) -> list[Result]:
    apps = [create_app(Context(_settings(folder), database)) for database in _plans(kind, folder)]
    lists = [_compare(name, kind, *(_ask_list(app, path) for app in apps)) for name, path in LISTS.items()]
    return lists + [_compare(name, kind, *(_ask(app, path) for app in apps)) for name, path in PAGES.items()]


@benchmark
def work_on_a_plan_as_it_grows(folder: Path) -> list[Result]:
    """What a commissioner and the scheduler do."""
    return [result for kind in KINDS for result in _work(kind, folder)]


def _work(kind: Kind, folder: Path) -> list[Result]:
    plans = _plans(kind, folder)
    jobs = [make_jobs(_settings(folder), database) for database in plans]
    for parts in jobs:
        run_tick(parts, utc_now())  # what is due now, so that nothing is at the ticks that are measured
    return [
        _compare("a tick with nothing due", kind, *(partial(_tick, parts) for parts in jobs)),
        _compare("publishing an entry", kind, *(partial(_publish, database) for database in plans)),
    ]


def _plans(kind: Kind, folder: Path) -> tuple[Database, Database]:
    return plan_of(MANY, kind, folder), plan_of(FEW, kind, folder)


def _settings(folder: Path) -> Settings:
    return load_settings({"KIL_ENV": "development", "KIL_VAR": str(folder)})


def _compare(name: str, kind: Kind, many: Callable[[], object], few: Callable[[], object]) -> Result:
    ratio = time_ratio(many, few, rounds=ROUNDS)
    return Result(f"{name}: 100,000 entries to 100, {kind}", ratio, GOALS.get(name, GOAL), "lower")


def _ask_list(app: Flask, path: str) -> Callable[[], object]:
    shown = len(set(ENTRY.findall(app.test_client().get(path).data)))
    if shown != PER_PAGE:
        raise RuntimeError(f"{path} shows {shown} entries: a page that is not full tells nothing.")
    return _ask(app, path)


def _ask(app: Flask, path: str) -> Callable[[], object]:
    client = app.test_client()
    if client.get(path).status_code != 200:
        raise RuntimeError(f"{path} is not there.")
    return lambda: client.get(path)


def _tick(jobs: Jobs) -> None:
    report = run_tick(jobs, utc_now())
    if report.lines() != ("Nothing was due.",):
        raise RuntimeError(f"This tick had something to do: {report}")


def _publish(database: Database) -> None:
    with database.write() as session:
        council = find_organisation(session, COMMISSIONER).id
        draft = create_entry(session, council, EntryContent("Community transport"), now=utc_now())
        publish_entry(session, draft.entry_id, now=utc_now())
