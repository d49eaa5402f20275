"""The status of an entry, and which may follow which. Nothing published is ever deleted."""

from enum import StrEnum

from kil_pipeline.errors import InvalidTransition


class Status(StrEnum):
    """Where a planned opportunity stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    OPEN = "open"
    ON_HOLD = "on_hold"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The status in plain words."""
        return _LABELS[self]

    @property
    def ended(self) -> bool:
        """Whether nothing more is expected of it."""
        return self in (Status.CONCLUDED, Status.CANCELLED, Status.WITHDRAWN)

    @property
    def waits(self) -> bool:
        """Whether its opening is still to come."""
        return self in (Status.PUBLISHED, Status.ON_HOLD)

    @property
    def needs_reason(self) -> bool:
        """Whether a reason is mandatory."""
        return self in (Status.ON_HOLD, Status.CANCELLED, Status.WITHDRAWN)


_LABELS = {
    Status.DRAFT: "Draft",
    Status.PUBLISHED: "Planned",
    Status.OPEN: "Open now",
    Status.ON_HOLD: "On hold",
    Status.CONCLUDED: "Concluded",
    Status.CANCELLED: "Cancelled",
    Status.WITHDRAWN: "Withdrawn",
}

TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.PUBLISHED, Status.OPEN}),
    Status.PUBLISHED: frozenset({Status.OPEN, Status.ON_HOLD, Status.CONCLUDED, Status.CANCELLED, Status.WITHDRAWN}),
    Status.OPEN: frozenset({Status.PUBLISHED, Status.ON_HOLD, Status.CONCLUDED, Status.CANCELLED, Status.WITHDRAWN}),
    Status.ON_HOLD: frozenset({Status.PUBLISHED, Status.OPEN, Status.CANCELLED, Status.WITHDRAWN}),
    Status.CONCLUDED: frozenset({Status.WITHDRAWN}),
    Status.CANCELLED: frozenset({Status.PUBLISHED, Status.WITHDRAWN}),
    Status.WITHDRAWN: frozenset(),
}
"""Which status may follow which. `concluded` straight from `published`: a direct award has no opening."""


def check_transition(old: Status, new: Status) -> None:
    """Raise `InvalidTransition` unless `new` may follow `old` (or is the same)."""
    if new != old and new not in TRANSITIONS[old]:
        raise InvalidTransition(f"“{old.label}” cannot become “{new.label}”.")
