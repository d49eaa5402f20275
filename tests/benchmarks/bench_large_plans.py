"""Searching, counting and filtering a plan of 100,000 entries, on both databases: each against the plain way."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.plan.plan_index import PlanIndex
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.queries import Order, public_entries
from tests.benchmarks.grouped_counts import group_choices
from tests.benchmarks.large_plans import DISTRICT, ENGLAND, FREQUENT, KINDS, MANY, RARE, Kind, plan_of
from tests.benchmarks.plan_clones import settle
from tests.benchmarks.results import Clock, Result, benchmark, processor_seconds, seconds, time_ratio

ROUNDS = 9
FLAT = sa.table("flat", sa.column("entry_id", sa.Uuid), sa.column("words", sa.Text))
"""Headlines and summaries as they are written, and nothing else: what LIKE looks through."""
AREA_ROUNDS = 25
CLOCKS: dict[Kind, Clock] = {"SQLite": processor_seconds, "PostgreSQL": seconds}
"""SQLite works in this process and waits for nothing. Of PostgreSQL's server only the clock on the wall tells."""


@benchmark
def searches_of_a_hundred_thousand_entries(folder: Path) -> list[Result]:
    """The first twenty of the hundredth of the plan that has a word. LIKE takes no heed of small and large letters."""
    return [_search(kind, plan_of(MANY, kind, folder)) for kind in KINDS]


def _search(kind: Kind, database: Database) -> Result:
    content = PublicEntryRow.content
    words = content["headline"].as_string() + " " + content["summary"].as_string()
    texts = sa.select(PublicEntryRow.entry_id, words.label("words"))
    with database.writer.begin() as connection:
        connection.execute(sa.schema.CreateTableAs(texts, "flat"))
    settle(database)
    criteria = Criteria(words=RARE)
    with database.read() as session, database.read() as other:  # what LIKE reads must not push out what we read
        assert public_entries(session, criteria).total == _look_through(other, sa.func.count()) == MANY // 100
        ours = partial(public_entries, session, criteria, order=Order.RELEVANCE, total=0)
        ratio = time_ratio(partial(_like, other), ours, rounds=ROUNDS, clock=CLOCKS[kind])
    with database.writer.begin() as connection:
        connection.exec_driver_sql("DROP TABLE flat")
    return Result(f"LIKE to searching 100,000 entries, {kind}", ratio, 20, "higher")


def _look_through(session: Session, wanted: sa.ColumnElement[int]) -> int | None:
    return session.scalar(sa.select(wanted).select_from(FLAT).where(FLAT.c.words.ilike(f"%{RARE}%")))


def _like(session: Session) -> tuple[PublicEntry, ...]:
    """Return the same number of whole entries as our search does."""
    found = (
        sa.select(FLAT.c.entry_id).where(FLAT.c.words.ilike(f"%{RARE}%")).order_by(FLAT.c.words).limit(20).subquery()
    )
    rows = session.execute(
        sa.select(PublicEntryRow, Organisation)
        .join(found, found.c.entry_id == PublicEntryRow.entry_id)
        .join(Organisation, Organisation.id == PublicEntryRow.organisation_id)
    )
    return tuple(PublicEntry.of(row, organisation) for row, organisation in rows)


@benchmark
def choices_of_filters_in_a_hundred_thousand_entries(folder: Path) -> list[Result]:
    """Counted under a rare word, under a frequent one and under none, against one GROUP BY for each filter."""
    return [_count(kind, words, plan_of(MANY, kind, folder)) for kind in KINDS for words in (RARE, FREQUENT, "")]


def _count(kind: Kind, words: str, database: Database) -> Result:
    index, criteria = PlanIndex(), Criteria(words=words)
    with database.read() as session:
        counts = index.count(session, criteria)
        assert counts.choices == group_choices(session, criteria)
        grouped, ours = partial(group_choices, session, criteria), partial(index.count, session, criteria)
        ratio = time_ratio(grouped, ours, rounds=ROUNDS, clock=CLOCKS[kind])
    return Result(f"GROUP BY to counting choices of {counts.total:,} hits, {kind}", ratio, 4, "higher")


@benchmark
def areas_of_a_hundred_thousand_entries(folder: Path) -> list[Result]:
    """A page of the list, with how many there are and all choices: all but a few entries against one in forty."""
    results = []
    for kind in KINDS:
        with plan_of(MANY, kind, folder).read() as session:
            index = PlanIndex()
            england, district = (_filter(session, index, area) for area in (ENGLAND, DISTRICT))
            ratio = time_ratio(england, district, rounds=AREA_ROUNDS)
        results.append(Result(f"filtering 100,000 entries by England to by a district, {kind}", ratio, 2, "lower"))
    return results


def _filter(session: Session, index: PlanIndex, area: str) -> Callable[[], object]:
    def ask() -> object:
        criteria = Criteria(areas=(area,))
        return public_entries(session, criteria, total=index.count(session, criteria).total)

    return ask
