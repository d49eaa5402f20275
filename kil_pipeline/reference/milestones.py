"""Kinds of key date, in the order of the commissioning cycle."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

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


@functools.cache
def _kinds() -> Mapping[str, MilestoneKind]:
    return read_code_list("milestones.toml", MilestoneKind)


def milestone_kinds(*, computed: bool = False) -> tuple[MilestoneKind, ...]:
    """Return the kinds of key date in order; those that a rule computes only if asked for."""
    return tuple(kind for kind in _kinds().values() if computed or not kind.computed)


def notice_days() -> tuple[int, ...]:
    """Return how many days ahead readers are told of any key date, the earliest notice first."""
    return tuple(sorted({days for kind in milestone_kinds(computed=True) for days in kind.alert_days}, reverse=True))


def milestone_kind(code: str) -> MilestoneKind:
    """Return a kind of key date, computed ones among them. Raises `UnknownCode`."""
    return look_up(_kinds(), code, "kinds of key date")
