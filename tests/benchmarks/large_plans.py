"""Plans of up to 100,000 entries on both databases: a thousand are published, the rest are copies of them."""

import atexit
import functools
import itertools
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from kil_pipeline.alerts.matches import AlertState
from kil_pipeline.database import Database
from kil_pipeline.events.log import public_version
from kil_pipeline.migrations import upgrade
from kil_pipeline.organisations.organisations import OrganisationKind, add_organisation
from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import create_entry
from kil_pipeline.plan.expected_dates import Confidence, Precision, expected_span
from kil_pipeline.plan.money import Money
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.reference.areas import choosable_areas
from kil_pipeline.reference.routes import routes
from kil_pipeline.reference.themes import themes
from kil_pipeline.times import london_day, utc_now
from tests.benchmarks.plan_clones import clone_plan
from tests.postgres import Server

Kind = Literal["SQLite", "PostgreSQL"]
KINDS: tuple[Kind, ...] = ("SQLite", "PostgreSQL")
FEW, MANY = 100, 100_000
PUBLISHED = 1_000
"""How many entries differ in more than their references."""
COMMISSIONERS = 100
COMMISSIONER, COMMISSIONER_SLUG = "EXAB", "exampleshire-ab-council"
RARE, FREQUENT = "zeppelin", "neighbours"
"""A word that one entry in a hundred has, and one that every fourth has."""
DISTRICT, ENGLAND = "E08000035", "E92000001"
CHARACTERS = 1_300
"""Of a summary."""


@functools.cache
def server() -> Server:
    """Return the PostgreSQL server of this run, started when it is first wanted; it stops with the run."""
    started = Server()
    started.__enter__()
    atexit.register(started.__exit__, None, None, None)
    return started


@functools.cache
def plan_of(entries: int, kind: Kind, folder: Path) -> Database:
    """Return a database that holds a plan of so many entries; each is made once in a run."""
    database = _empty(folder / f"plan-{entries}.db" if kind == "SQLite" else None)
    today = london_day(utc_now())
    with database.write() as session:
        commissioners = [
            add_organisation(
                session,
                name=f"Exampleshire {_letters(number)} Council",
                kind=OrganisationKind.COMMISSIONER,
                prefix=f"EX{_letters(number)}",
                now=utc_now(),
            ).id
            for number in range(COMMISSIONERS)
        ]
        for number, content in enumerate(contents(min(entries, PUBLISHED), today)):
            now = utc_now()
            draft = create_entry(session, commissioners[number % COMMISSIONERS], content, now=now)
            publish_entry(session, draft.entry_id, now=now)
    clone_plan(database, max(1, entries // PUBLISHED))
    with database.write() as session:  # the news of them was told long ago
        session.execute(sa.update(AlertState).values(matched_position=public_version(session).n))
    return database


def _empty(path: Path | None) -> Database:
    database = Database(f"sqlite:///{path}" if path else server().create())
    upgrade(database, authority="example.org,2026-01-01")
    return database


def _letters(number: int) -> str:
    return chr(65 + number // 26) + chr(65 + number % 26)


def contents(number: int, today: date) -> Iterator[EntryContent]:
    """Yield what so many entries say; always the same for the same day."""
    chance = random.Random(1)
    words = _Words(chance)
    places = [area.code for area in choosable_areas() if area.kind in ("upper_tier", "district")]
    wide = [area.code for area in choosable_areas() if area.kind in ("region", "icb", "country")]
    topics = [theme.code for theme in themes()]
    ways = [route.code for route in routes()]
    for place in range(number):
        opens = today + timedelta(days=chance.randrange(30, 1000))
        least = chance.randrange(10, 900) * 100_000
        mark = f" {RARE}" * (place % 100 == 7) + f" {FREQUENT}" * (place % 4 == 1)
        yield EntryContent(
            headline=words.some(60).capitalize(),
            summary=words.some(CHARACTERS - len(mark)) + mark,
            themes=tuple(sorted(set(chance.choices(topics, k=2)))),
            cpv=(f"85{chance.randrange(1, 4)}00000",),
            areas=(DISTRICT if place % 50 == 3 else chance.choice(wide if place % 10 == 0 else places),),
            value=None if place % 3 == 0 else Money(least, least * 2),
            route=None if place % 4 == 0 else chance.choice(ways),
            disclosures=(Disclosure("lots", DisclosureState.UNDECIDED, "undecided.codesign"),),
            milestones=(
                Milestone("engagement_opens", expected_span(opens - timedelta(days=90), Precision.MONTH)),
                Milestone("opens", expected_span(opens, *chance.choice(_EXACTNESS))),
                Milestone("service_starts", expected_span(opens + timedelta(days=200), Precision.QUARTER)),
            ),
        )


_EXACTNESS = (
    (Precision.DAY, Confidence.CONFIRMED),
    (Precision.MONTH, Confidence.EXPECTED),
    (Precision.QUARTER, Confidence.INDICATIVE),
)


class _Words:
    """Made-up words, of which few are usual and most are rare, as those of a language are."""

    def __init__(self, chance: random.Random) -> None:
        parts = [first + second for first in "bcdfglmnprstvw" for second in "aeiou"]
        self._words = ["".join(chance.choices(parts, k=chance.randrange(1, 5))) for _ in range(20_000)]
        self._weights = list(itertools.accumulate(1 / rank for rank in range(1, len(self._words) + 1)))
        self._chance = chance

    def some(self, characters: int) -> str:
        """Return so many characters of words, or up to a word less."""
        text = " ".join(self._chance.choices(self._words, cum_weights=self._weights, k=characters // 3))
        return text[:characters].rsplit(" ", 1)[0]
