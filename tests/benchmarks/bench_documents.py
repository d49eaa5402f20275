"""Documents of 1,000 planned opportunities after one of them changed: from pieces that are kept, and rendered anew.

Both wait for nothing, so the processor's own time is compared: a few milliseconds by the clock are mostly other work.
"""

import gc
import json
import random
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from feeds import calendars, entry_feeds, entry_texts
from feeds.calendars import DATES, render_milestones
from feeds.entry_feeds import FeedPage, render_rss
from feeds.entry_texts import ITEMS, make_item
from feeds.fragments import FRAGMENTS, Fragments
from feeds.items import FeedItem
from kil_pipeline.codec import to_json
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.pieces import Pieces
from kil_pipeline.plan import public
from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.plan.expected_dates import Precision
from kil_pipeline.plan.public import ENTRIES as READ
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.reference.themes import themes
from tests.benchmarks.results import Result, benchmark, processor_seconds
from tests.factories import a_milestone
from tests.feeds.public import AUTHORITY, BASE, CHANGED, FIRST, HEAD, TODAY

ENTRIES = 1000
ROUNDS = 11

Row = tuple[PublicEntryRow, Organisation]
Render = Callable[[list[PublicEntry]], bytes]


@benchmark
def documents_after_one_change(folder: Path) -> list[Result]:
    """From public entries to the whole document, and with the making of public entries from rows read anew."""
    plan = [json.dumps(to_json(_content(number))) for number in range(ENTRIES)]
    rss, rss_from_rows = _compare(plan, _rss)
    ics, ics_from_rows = _compare(plan, _ics)
    return [
        Result("RSS of 1,000, one changed: feedgen for all to ours", rss, 40, "higher", floor=32),
        Result("calendar of 1,000, one changed: icalendar for all to ours", ics, 40, "higher"),
        Result("RSS of 1,000, the same from the database's rows", rss_from_rows, 10, "higher"),
        Result("calendar of 1,000, the same from the database's rows", ics_from_rows, 14, "higher"),
    ]


def _content(number: int) -> EntryContent:
    chance = random.Random(number)
    kinds = ("engagement_opens",) if number % 3 else ("opens",)  # as many as stay under the size of a calendar
    return EntryContent(
        f"Support for carers in Exampleton, part {number}",
        summary="Support for people by neighbours, close to home and in the evenings. " * 4,
        themes=(chance.choice(themes()).code,),
        areas=("E08000035",),
        route="grant.open",
        milestones=tuple(_milestone(kind, chance) for kind in kinds),
    )


def _milestone(kind: str, chance: random.Random) -> Milestone:
    return a_milestone(kind, TODAY + timedelta(days=chance.randrange(900)), Precision.MONTH)


def _rss(entries: list[PublicEntry]) -> bytes:
    items = [make_item(entry, authority=AUTHORITY, base_url=BASE, day=TODAY) for entry in entries]
    return render_rss(_page(items))


def _page(items: list[FeedItem]) -> FeedPage:
    return FeedPage("tag:example.org,2026:feed", "Plan", "A plan.", f"{BASE}/feed", BASE, CHANGED, items, archive=True)


def _ics(entries: list[PublicEntry]) -> bytes:
    return render_milestones(HEAD, entries, TODAY, TODAY)


def _compare(plan: list[str], render: Render) -> tuple[float, float]:
    """Return how many times as long it takes anew: to render public entries, and to make them from rows besides.

    Each round another entry has changed, and all rows are read anew: no value in them is the same object as before.
    """
    render(_read(_rows(plan)))
    gc.collect()
    gc.disable()
    try:
        rounds = [_ratios(_rows(plan, number), render) for number in range(ROUNDS)]
    finally:
        gc.enable()
    changed = _rows(plan, 0)
    with _nothing_kept():
        anew = render(_read(changed))
    assert render(_read(changed)) == anew
    assert b"Changed 0" in anew
    rendering, reading = zip(*rounds, strict=True)
    return statistics.median(rendering), statistics.median(reading)


def _rows(plan: list[str], changed: int | None = None) -> list[Row]:
    by = Organisation(id=UUID(int=1), name="Exampleshire Council", slug="exampleshire-council", kind="commissioner")
    by.predecessors = []
    rows = [(_row(number, json.loads(text)), by) for number, text in enumerate(plan)]
    if changed is not None:
        row = rows[changed][0]
        row.revision, row.content = 3, row.content | {"headline": f"Changed {changed}"}
    return rows


def _row(number: int, content: dict[str, object]) -> PublicEntryRow:
    return PublicEntryRow(
        entry_id=UUID(int=number),
        reference=f"EXC-{number:04}",
        revision=2,
        content=content,
        first_published_at=FIRST,
        updated_at=CHANGED,
        formerly=[],
    )


def _read(rows: list[Row]) -> list[PublicEntry]:
    return [PublicEntry.of(row, organisation) for row, organisation in rows]


def _ratios(rows: list[Row], render: Render) -> tuple[float, float]:
    reading, rendering = _measure(rows, render)
    with _nothing_kept():
        reading_anew, rendering_anew = _measure(rows, render)
    return rendering_anew / rendering, (reading_anew + rendering_anew) / (reading + rendering)


def _measure(rows: list[Row], render: Render) -> tuple[float, float]:
    entries: list[PublicEntry] = []
    reading = processor_seconds(lambda: entries.extend(_read(rows)))
    return reading, processor_seconds(partial(render, entries))


@contextmanager
def _nothing_kept() -> Iterator[None]:
    """Have every entry read, and every item made and rendered."""
    kept = {(public, "ENTRIES"): READ, (entry_texts, "ITEMS"): ITEMS, (calendars, "DATES"): DATES}
    for module, name in kept:
        vars(module)[name] = Pieces(0)
    for module in (entry_feeds, calendars):
        vars(module)["FRAGMENTS"] = Fragments(most_bytes=0)
    try:
        yield
    finally:
        for (module, name), store in kept.items():
            vars(module)[name] = store
        for module in (entry_feeds, calendars):
            vars(module)["FRAGMENTS"] = FRAGMENTS
