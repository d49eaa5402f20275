"""Kinds of news, as readers choose between them: each event is of one, or of two where either would be missed."""

from kil_pipeline.events.types import (
    AnswerPublished,
    DateMoved,
    DisclosureOverdue,
    EntryCancelled,
    EntryConcluded,
    EntryGoneStale,
    EntryPublished,
    EntryPutOnHold,
    EntryResumed,
    EntryWithdrawn,
    FieldDisclosed,
    MilestoneApproaching,
    OpportunityOpened,
    PublicEvent,
    ReasonGiven,
)
from kil_pipeline.plan.criteria import Criteria

NEWS_KINDS = {
    "new": "New planned opportunities",
    "open": "Applications or bids are open",
    "moved": "A key date moves, or gets more or less certain",
    "soon": "A key date is near",
    "detail": "A detail is added or changed",
    "unsaid": "What can’t be said yet, and when it can",
    "stopped": "On hold, planned again, cancelled or ended",
    "session": "Sessions: announced, moved or off, and what came of them",
}
"""Each code with its words."""

_KINDS: dict[type[PublicEvent], tuple[str, ...]] = {
    EntryPublished: ("new",),
    OpportunityOpened: ("open",),
    DateMoved: ("moved",),
    MilestoneApproaching: ("soon",),
    FieldDisclosed: ("detail", "unsaid"),
    ReasonGiven: ("unsaid",),
    DisclosureOverdue: ("unsaid",),
    EntryGoneStale: ("unsaid", "moved"),
    AnswerPublished: ("unsaid",),
    EntryPutOnHold: ("stopped",),
    EntryResumed: ("stopped",),
    EntryConcluded: ("stopped",),
    EntryCancelled: ("stopped",),
    EntryWithdrawn: ("stopped",),
}


def kinds_of(event: PublicEvent) -> tuple[str, ...]:
    """Return the codes of an event's kinds. All that happens to a session is news of sessions."""
    if event.facets.subject == "session":
        return ("session",)
    return _KINDS.get(type(event), ("detail",))


def wants_kind(criteria: Criteria, event: PublicEvent) -> bool:
    """Tell whether an event is of a kind that criteria ask for; none asked for means all.

    Of early notices of a key date only those count that come as many days ahead as was asked for.
    """
    if criteria.notice_days and isinstance(event, MilestoneApproaching) and event.days not in criteria.notice_days:
        return False
    return not criteria.kinds or not set(criteria.kinds).isdisjoint(kinds_of(event))
