"""Matching one event: against a million stored criteria as against a hundred thousand, and as naive SQL does it."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa

from kil_pipeline.alerts.criteria_index import CriteriaKey, CriteriaRow, criteria_keys, key_number, matching_criteria
from kil_pipeline.codec import to_json
from kil_pipeline.database import Database, new_id
from kil_pipeline.events.types import EntryPublished, Facets
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.reference.areas import areas, related_areas
from kil_pipeline.reference.themes import themes
from tests.benchmarks.results import Result, benchmark, time_ratio
from tests.benchmarks.sites import made_database

FEW, MANY = 100_000, 1_000_000
LEEDS = "E08000035"
ABOUT = ("falls", "carers")
BATCH = 20_000
FLAT = sa.table("flat", sa.column("id"), sa.column("area"), sa.column("theme"), sa.column("word"))
"""What naive SQL would look through: one row for each."""


@benchmark
def matching_as_criteria_grow(folder: Path) -> list[Result]:
    """Every criteria differs from all others: a district, a topic and a word."""
    asks = {}
    for number in (MANY, FEW):
        database = made_database(folder / f"criteria-{number}.db")
        words = _fill(database, number)
        asks[number] = (_match(database, _event(words)), _match_naively(database, words), len(words))
    (many, naive, met), (few, _, fewer) = asks[MANY], asks[FEW]
    assert (many(), few(), naive()) == (met, fewer, met)
    each = time_ratio(many, few) * fewer / met
    return [
        Result("matching an event to 1,000,000 criteria: naive SQL to ours", time_ratio(naive, many), 10, "higher"),
        Result("matching an event, for each match: 1,000,000 criteria to 100,000", each, 1.2, "lower"),
    ]


def _event(words: list[str]) -> EntryPublished:
    facets = Facets(
        subject="entry",
        subject_id="1",
        reference="EXC-0001",
        title="Falls classes",
        commissioner="exampleshire-council",
        commissioner_name="Exampleshire Council",
        areas=(LEEDS,),
        themes=ABOUT,
        stems=tuple(dict.fromkeys(words)),
    )
    return EntryPublished(facets=facets, sentence="First published.")


def _wishes(number: int) -> Iterator[tuple[str, str, str]]:
    districts = [LEEDS, *(code for code in sorted(areas()) if code[:3] in ("E06", "E07", "E08") and code != LEEDS)]
    topics = [theme.code for theme in themes()]
    words = (f"word{place}" for place in itertools.count())
    every = ((district, topic, word) for word in words for topic in topics for district in districts)
    return itertools.islice(every, number)


def _fill(database: Database, number: int) -> list[str]:
    """Store criteria, each under its key. Returns the word of each that the event meets."""
    met: list[str] = []
    with database.writer.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE flat (id TEXT, area TEXT, theme TEXT, word TEXT)")
        wishes = _wishes(number)
        while batch := list(itertools.islice(wishes, BATCH)):
            rows, keys, flat = [], [], []
            for place, (area, theme, word) in enumerate(batch):
                key, criteria = new_id(), Criteria(areas=(area,), themes=(theme,), words=word)
                rows.append({"id": key, "hash": f"{area}{theme}{word}{place}"[:64], "body": to_json(criteria)})
                keys += [{"key": key_number(found), "criteria_id": key} for found in criteria_keys(criteria)]
                flat.append({"id": str(key), "area": area, "theme": theme, "word": word})
                if area == LEEDS and theme in ABOUT:
                    met.append(word)
            connection.execute(sa.insert(CriteriaRow), rows)
            connection.execute(sa.insert(CriteriaKey), keys)
            connection.execute(sa.insert(FLAT), flat)
    return met


def _match(database: Database, event: EntryPublished) -> Callable[[], int]:
    def match() -> int:
        with database.read() as session:
            return len(matching_criteria(session, event))

    return match


def _match_naively(database: Database, words: list[str]) -> Callable[[], int]:
    wanted = sa.select(FLAT.c.id).where(
        FLAT.c.area.in_([*related_areas(LEEDS), ""]), FLAT.c.theme.in_([*ABOUT, ""]), FLAT.c.word.in_(words)
    )

    def match() -> int:
        with database.read() as session:
            return len(session.scalars(wanted).all())

    return match
