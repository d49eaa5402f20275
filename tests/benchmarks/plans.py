"""Plans to measure on: a sheet as a commissioner keeps it, of any length, and databases filled from it."""

import csv
import functools
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from kil_pipeline.reference.areas import areas_within, choosable_areas
from kil_pipeline.reference.themes import themes

REGIONS = ("E12000001", "E12000002", "E12000003")
"""Where the entries are: a third of them in each."""
WORD = "neighbours"
"""A word that every fourth entry has: of 100 enough to fill a page, as of 10,000."""
HEADINGS = (
    "Reference", "Headline", "What it is", "Topics", "Where", "How much", "How the provider will be chosen",
    "How long the contract or grant lasts", "Lots", "Lots: why not", "What is there now", "Contact",
    "Engagement opens", "Applications or bids open", "Service starts",
)  # fmt: skip
ROUTES = ("Competitive grant", "Provider Selection Regime: most suitable provider process", "TBC")


@dataclass(frozen=True)
class Imported:
    """A database filled by an import, and what the import took. Seconds: those of one batch, the median of some."""

    url: str
    start_seconds: float
    end_seconds: float
    peak_bytes: int


def write_sheet(path: Path, rows: int, today: date) -> None:
    """Write a plan of so many rows, every one of them good; always the same plan for the same day."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        writer.writerows(_rows(rows, today))


def _rows(rows: int, today: date) -> Iterator[tuple[str, ...]]:
    chance = random.Random(1)
    topics = [theme.name for theme in themes()]
    places = [[a.name for a in choosable_areas() if a.code in areas_within(region)] for region in REGIONS]
    for number in range(rows):
        topic, place = chance.choice(topics), chance.choice(places[number % len(places)])
        opens = today + timedelta(days=chance.randrange(30, 1000))
        who = "paid staff" if number % 4 else WORD
        yield (
            f"BEN-{number:05}",
            f"{topic} in {place}, {opens.year}, part {number}",
            f"Support for people in {place} by {who}, close to home and in the evenings. " * 4,
            f"{topic}; {chance.choice(topics)}",
            place,
            f"£{chance.randrange(10, 900)}k to £{chance.randrange(900, 2000)}k",
            ROUTES[number % len(ROUTES)],
            "3 years, then 2 more if it works",
            "",
            "codesign",
            "Two small charities do it under grants that end with the year.",
            "plan@example.org",
            f"{opens - timedelta(days=90):%B %Y}",
            f"{opens:%B %Y}",
            f"{opens + timedelta(days=200):%B %Y}",
        )


@functools.cache
def import_plan_of(rows: int, folder: Path, *, publish: bool) -> Imported:
    """Import a plan of so many rows into a database of its own, in a process of its own; once in a run."""
    place = folder / f"{rows}-{'published' if publish else 'drafts'}"
    place.mkdir()
    command = [sys.executable, "-m", "tests.benchmarks.importing", str(place), str(rows), "publish" if publish else ""]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Imported(url=f"sqlite:///{place / 'plan.db'}", **json.loads(done.stdout))
