"""Turning events into the items of a digest: one for each thing they are about, most urgent first."""

from dataclasses import dataclass

from kil_pipeline.alerts.letters import DigestItem
from kil_pipeline.alerts.matching import explain_match
from kil_pipeline.alerts.news import describe_news
from kil_pipeline.events.types import (
    DateMoved,
    EntryCancelled,
    EntryPublished,
    MilestoneApproaching,
    OpportunityOpened,
    PublicEvent,
    SessionAnnounced,
    SessionCancelled,
    SessionMaterialsOut,
    SessionMoved,
    SessionPostponed,
)
from kil_pipeline.plan.criteria import Criteria

URGENCY: tuple[type[PublicEvent], ...] = (
    OpportunityOpened,
    MilestoneApproaching,
    SessionCancelled,
    SessionPostponed,
    SessionMoved,
    EntryCancelled,
    DateMoved,
    EntryPublished,
    SessionAnnounced,
    SessionMaterialsOut,
)
"""Kinds of event, most urgent first; all others come after these, in the order of the log."""


@dataclass(frozen=True)
class MatchedEvent:
    """An event that a subscriber is to be told of, with those of their criteria that it meets."""

    position: int
    event: PublicEvent
    criteria: tuple[Criteria, ...]


def make_items(events: list[MatchedEvent]) -> tuple[DigestItem, ...]:
    """Return one item for each entry or session, most urgent first. `events`: oldest first."""
    by_subject: dict[str, list[MatchedEvent]] = {}
    for matched in events:
        by_subject.setdefault(matched.event.facets.subject_id, []).append(matched)
    groups = sorted(by_subject.values(), key=lambda group: (_urgency(group), group[0].position))
    return tuple(_make_item(group) for group in groups)


def _urgency(group: list[MatchedEvent]) -> int:
    return min(
        (place for place, kind in enumerate(URGENCY) for matched in group if type(matched.event) is kind),
        default=len(URGENCY),
    )


def _make_item(group: list[MatchedEvent]) -> DigestItem:
    last = group[-1].event
    facets = last.facets
    sentences = dict.fromkeys(matched.event.sentence for matched in group)
    reasons = dict.fromkeys(matched.event.why for matched in group if matched.event.why)
    because = dict.fromkeys(
        reason
        for matched in group
        for criteria in matched.criteria
        if (reason := explain_match(matched.event.facets, criteria)) is not None
    )
    folder = "entries" if facets.subject == "entry" else "sessions"
    return DigestItem(
        subject=facets.subject,
        reference=facets.reference,
        title=facets.title,
        commissioner_name=facets.commissioner_name,
        can_we_go=facets.can_we_go,
        what_to_do=facets.what_to_do,
        sentences=tuple(sentences),
        why=" ".join(reasons),
        path=f"/{folder}/{facets.reference}",
        because="; ".join(because),
        subject_id=facets.subject_id,
        news=describe_news(min(reversed(group), key=lambda matched: _urgency([matched])).event),
    )
