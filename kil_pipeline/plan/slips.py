"""Slips: key dates that moved later from one publication to the next, and by how much."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kil_pipeline.plan.contents import Milestone
from kil_pipeline.plan.expected_dates import Confidence, ExpectedDate, compare


@dataclass(frozen=True)
class Slip:
    """One move of one key date to later."""

    kind: str
    days: int
    """How much later its earliest day is."""
    indicative: bool
    """Whether it was said to be indicative when it was last published before the move."""


def find_slips(publications: Iterable[Iterable[Milestone]]) -> tuple[Slip, ...]:
    """Return the slips in an entry's key dates as they were published, oldest publication first.

    A date is compared with the last span that was as exact as it: "April to June" that becomes "2027/28" and then
    "January to March" has slipped, though each step by itself only was less, or more, exact. Nor does it help to take
    a date out for a while.
    """
    promised: dict[str, ExpectedDate] = {}
    slips: list[Slip] = []
    for milestones in publications:
        for milestone in milestones:
            kind, when = milestone.kind, milestone.when
            before = promised.get(kind, when)
            direction = compare(before, when).direction
            if direction == "later":
                days = (when.earliest - before.earliest).days
                slips.append(Slip(kind, days, before.confidence is Confidence.INDICATIVE))
            promised[kind] = replace(before, confidence=when.confidence) if direction == "vaguer" else when
    return tuple(slips)
