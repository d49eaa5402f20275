"""Documents of 1,000 planned opportunities after one of them changed: from pieces that are kept, and rendered anew.

Both wait for nothing, so the processor's own time is compared: a few milliseconds by the clock are mostly other work.
"""

import gc
import random
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from feeds import calendars, entry_feeds, entry_texts
from feeds.calendars import DATES, render_milestones
from feeds.entry_feeds import FeedPage, render_rss
from feeds.entry_texts import ITEMS, make_item
from feeds.fragments import FRAGMENTS, Fragments, Pieces
from feeds.items import FeedItem
from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.expected_dates import Precision
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.reference.themes import themes
from tests.benchmarks.results import Result, benchmark, processor_seconds
from tests.factories import a_milestone
from tests.feeds.public import AUTHORITY, BASE, CHANGED, HEAD, TODAY, an_entry

ENTRIES = 1000
ROUNDS = 11

Render = Callable[[list[PublicEntry]], bytes]


@benchmark
def documents_after_one_change(folder: Path) -> list[Result]:
    """From public entries, as they come fresh from the database, to the whole document."""
    plan = [_entry(number) for number in range(ENTRIES)]
    return [
        Result("RSS of 1,000, one changed: feedgen for all to ours", _compare(plan, _rss), 40, "higher", floor=14),
        Result(
            "calendar of 1,000, one changed: icalendar for all to ours", _compare(plan, _ics), 40, "higher", floor=25
        ),
    ]


def _entry(number: int) -> PublicEntry:
    chance = random.Random(number)
    kinds = ("engagement_opens",) if number % 3 else ("opens",)  # as many as stay under the size of a calendar
    content = EntryContent(
        f"Support for carers in Exampleton, part {number}",
        summary="Support for people by neighbours, close to home and in the evenings. " * 4,
        themes=(chance.choice(themes()).code,),
        areas=("E08000035",),
        route="grant.open",
        milestones=tuple(_milestone(kind, chance) for kind in kinds),
    )
    return an_entry(content, id=UUID(int=number), reference=f"EXC-{number:04}")


def _milestone(kind: str, chance: random.Random) -> Milestone:
    return a_milestone(kind, TODAY + timedelta(days=chance.randrange(900)), Precision.MONTH)


def _rss(entries: list[PublicEntry]) -> bytes:
    items = [make_item(entry, authority=AUTHORITY, base_url=BASE, day=TODAY) for entry in entries]
    return render_rss(_page(items))


def _page(items: list[FeedItem]) -> FeedPage:
    return FeedPage("tag:example.org,2026:feed", "Plan", "A plan.", f"{BASE}/feed", BASE, CHANGED, items, archive=True)


def _ics(entries: list[PublicEntry]) -> bytes:
    return render_milestones(HEAD, entries, TODAY, TODAY)


def _compare(plan: list[PublicEntry], render: Render) -> float:
    """Each round another entry has changed, and no value is the same object as before."""
    render(plan)
    gc.collect()
    gc.disable()
    try:
        ratio = statistics.median(_ratio(plan, number, render) for number in range(ROUNDS))
    finally:
        gc.enable()
    changed = _changed(plan, 0)
    with _nothing_kept():
        anew = render(changed)
    assert render(changed) == anew
    assert b"Changed 0" in anew
    return ratio


def _changed(plan: list[PublicEntry], number: int) -> list[PublicEntry]:
    fresh = deepcopy(plan)
    old = fresh[number]
    fresh[number] = replace(old, revision=3, content=replace(old.content, headline=f"Changed {number}"))
    return fresh


def _ratio(plan: list[PublicEntry], number: int, render: Render) -> float:
    fresh = _changed(plan, number)
    ours = processor_seconds(partial(render, fresh))
    with _nothing_kept():
        return processor_seconds(partial(render, fresh)) / ours


@contextmanager
def _nothing_kept() -> Iterator[None]:
    """Have every item made and rendered."""
    vars(entry_texts)["ITEMS"] = Pieces(0)
    vars(calendars)["DATES"] = Pieces(0)
    for module in (entry_feeds, calendars):
        vars(module)["FRAGMENTS"] = Fragments(most_bytes=0)
    try:
        yield
    finally:
        vars(entry_texts)["ITEMS"] = ITEMS
        vars(calendars)["DATES"] = DATES
        for module in (entry_feeds, calendars):
            vars(module)["FRAGMENTS"] = FRAGMENTS
