"""A million subscriptions to a quarter as many criteria, as readers might ask for them, and the same as naive SQL."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kil_pipeline.alerts.criteria_index import CriteriaKey, CriteriaRow, key_rows
from kil_pipeline.alerts.subscribers import Subscription
from kil_pipeline.codec import to_json
from kil_pipeline.database import Database, new_id
from kil_pipeline.events.types import EntryPublished, Facets
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.reference.areas import areas, related_areas
from kil_pipeline.reference.themes import themes

LEEDS = "E08000035"
ABOUT = ("carers", "falls")
COUNCIL = "exampleshire-council"
WORDS = tuple(f"word{number}" for number in range(200))
SHARED = 4
"""How many people ask for the same, on average: of 1,000,000 subscriptions 250,000 are distinct."""
PLACES = 45
"""How many other districts there are to choose from: so that about one subscription in a hundred is met."""
BATCH = 10_000

NAIVE = sa.table("naive", sa.column("id"), sa.column("commissioner"), sa.column("word"))
NAIVE_AREA = sa.table("naive_area", sa.column("id"), sa.column("code"))
NAIVE_THEME = sa.table("naive_theme", sa.column("id"), sa.column("code"))
ARRAYS = sa.table(
    "arrays",
    sa.column("id", sa.Uuid()),
    sa.column("commissioner", sa.Text()),
    sa.column("word", sa.Text()),
    sa.column("areas", sa.ARRAY(sa.Text)),
    sa.column("themes", sa.ARRAY(sa.Text)),
)
TABLES = (
    "CREATE TABLE naive (id TEXT PRIMARY KEY, commissioner TEXT, word TEXT) WITHOUT ROWID",
    "CREATE TABLE naive_area (id TEXT, code TEXT, PRIMARY KEY (id, code)) WITHOUT ROWID",
    "CREATE TABLE naive_theme (id TEXT, code TEXT, PRIMARY KEY (id, code)) WITHOUT ROWID",
)
ARRAY_TABLE = "CREATE TABLE arrays (id UUID, commissioner TEXT, word TEXT, areas TEXT[], themes TEXT[])"


def an_event() -> EntryPublished:
    """Return an event about carers and falls in Leeds, with a few of the words."""
    facets = Facets(
        subject="entry",
        subject_id="1",
        reference="EXC-0001",
        title="Falls classes",
        commissioner=COUNCIL,
        commissioner_name="Exampleshire Council",
        areas=(LEEDS,),
        themes=ABOUT,
        stems=WORDS[:20],
    )
    return EntryPublished(facets=facets, sentence="First published.")


def _some_criteria(chance: random.Random, districts: list[str], topics: list[str]) -> Criteria:
    """Return what somebody may ask for: mostly places and topics, some with a word; few follow a commissioner."""
    kind = chance.random()
    places = tuple(chance.sample(districts, chance.randint(1, 3)))
    about = tuple(chance.sample(topics, chance.randint(1, 3)))
    if kind < 0.6:
        return Criteria(areas=places, themes=about)
    if kind < 0.75:
        return Criteria(areas=places, themes=about, words=chance.choice(WORDS))
    if kind < 0.9:
        return Criteria(areas=places)
    if kind < 0.95:
        return Criteria(themes=about[:1], words=chance.choice(WORDS))
    return Criteria(commissioners=(f"council-{chance.randrange(300)}" if kind < 0.9995 else COUNCIL,))


@dataclass
class _Rows:
    criteria: list[dict[str, Any]]
    keys: list[dict[str, Any]]
    subscriptions: list[dict[str, Any]]
    naive: list[dict[str, Any]]


def fill(database: Database, number: int) -> None:
    """Store so many subscriptions, each of another person (who has no row): as we do, and as naive SQL would."""
    with database.writer.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        _trust(connection)
        connection.exec_driver_sql("BEGIN")
        for table in TABLES if database.sqlite else (ARRAY_TABLE,):
            connection.exec_driver_sql(table)
        for rows in _batches(number):
            connection.execute(sa.insert(CriteriaRow), rows.criteria)
            connection.execute(sa.insert(CriteriaKey), rows.keys)
            connection.execute(sa.insert(Subscription), rows.subscriptions)
            _insert_naive(connection, rows)
        connection.commit()
        connection.invalidate()  # it goes without foreign keys: nobody else may get it
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if database.sqlite else "VACUUM ANALYZE")


def _trust(connection: sa.Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF" if sqlite else "SET session_replication_role = replica")


def _insert_naive(connection: sa.Connection, rows: _Rows) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(sa.insert(NAIVE), [{**row, "id": row["id"].hex} for row in rows.naive])
        for table, name in ((NAIVE_AREA, "areas"), (NAIVE_THEME, "themes")):
            codes = [{"id": row["id"].hex, "code": code} for row in rows.naive for code in row[name]]
            connection.execute(sa.insert(table), codes)
    else:
        connection.execute(sa.insert(ARRAYS), rows.naive)


def _batches(number: int) -> Iterator[_Rows]:
    chance = random.Random(1)
    districts = [code for code in sorted(areas()) if code[:3] in ("E06", "E07", "E08") and code != LEEDS]
    districts = [LEEDS, *districts[:PLACES]]
    topics = [theme.code for theme in themes()]
    for start in range(0, number // SHARED, BATCH):
        rows = _Rows([], [], [], [])
        for place in range(start, min(start + BATCH, number // SHARED)):
            criteria, key = _some_criteria(chance, districts, topics), new_id()
            rows.criteria.append({"id": key, "hash": f"{place:064}", "body": to_json(criteria)})
            rows.keys += key_rows(key, criteria)
            for _ in range(SHARED):
                _subscribe(rows, key, criteria)
        yield rows


def _subscribe(rows: _Rows, criteria_id: Any, criteria: Criteria) -> None:
    person = new_id()
    rows.subscriptions.append({"subscriber_id": person, "criteria_id": criteria_id, "start_position": 0})
    rows.naive.append(
        {
            "id": person,
            "commissioner": criteria.commissioners[0] if criteria.commissioners else None,
            "word": criteria.words or None,
            "areas": list(criteria.areas),
            "themes": list(criteria.themes),
        }
    )


def naive_query() -> sa.Select[str]:
    """Return what anybody would write: every subscription is asked part by part."""

    def part(table: sa.TableClause, wanted: tuple[str, ...]) -> sa.ColumnElement[bool]:
        any_of = sa.exists().where(table.c.id == NAIVE.c.id)
        return sa.or_(~any_of, any_of.where(table.c.code.in_(wanted)))

    return sa.select(NAIVE.c.id).where(
        part(NAIVE_AREA, tuple(sorted(related_areas(LEEDS)))),
        part(NAIVE_THEME, ABOUT),
        sa.or_(NAIVE.c.word.is_(None), NAIVE.c.word.in_(WORDS[:20])),
        sa.or_(NAIVE.c.commissioner.is_(None), NAIVE.c.commissioner == COUNCIL),
    )


def array_query() -> sa.Select[str]:
    """Return the same for PostgreSQL's arrays: one table, read once."""

    def part(column: sa.ColumnClause[Any], wanted: tuple[str, ...]) -> sa.ColumnElement[bool]:
        return sa.or_(sa.func.cardinality(column) == 0, column.op("&&")(sa.literal(list(wanted), sa.ARRAY(sa.Text))))

    columns = ARRAYS.c
    return sa.select(sa.cast(columns.id, sa.Text)).where(
        part(columns.areas, tuple(sorted(related_areas(LEEDS)))),
        part(columns.themes, ABOUT),
        sa.or_(columns.word.is_(None), columns.word.in_(WORDS[:20])),
        sa.or_(columns.commissioner.is_(None), columns.commissioner == COUNCIL),
    )
