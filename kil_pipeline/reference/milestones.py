"""Kinds of key date, in the order of the commissioning cycle."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kil_pipeline.reference.code_lists import look_up, read_code_list


@dataclass(frozen=True)
class MilestoneKind:
    """A kind of key date. `alert_days`: how many days ahead of its earliest day readers are told."""

    code: str
    label: str
    short: str
    alert_days: tuple[int, ...] = ()
    computed: bool = False
    """Whether a rule computes it, so that nobody types it in."""

    def alert_due(self, left: int) -> int | None:
        """Return which alert holds with so many days left: the nearest; None where none is due yet, or it passed."""
        return min((days for days in self.alert_days if 0 <= left <= days), default=None)

    def next_alert_on(self, earliest: date, after: date = date.min) -> date | None:
        """Return the first day after `after` on which an alert falls due; None where none is left."""
        days = (earliest.toordinal() - ahead for ahead in self.alert_days)  # a day before the year 1 is no date
        left = [day for day in days if day > after.toordinal()]
        return date.fromordinal(min(left)) if left else None


@functools.cache
def _kinds() -> Mapping[str, MilestoneKind]:
    return read_code_list("milestones.toml", MilestoneKind)


def milestone_kinds(*, computed: bool = False) -> tuple[MilestoneKind, ...]:
    """Return the kinds of key date in order; those that a rule computes only if asked for."""
    return tuple(kind for kind in _kinds().values() if computed or not kind.computed)


def milestone_kind(code: str) -> MilestoneKind:
    """Return a kind of key date, computed ones among them. Raises `UnknownCode`."""
    return look_up(_kinds(), code, "kinds of key date")
