"""What an event is, in the two to five words that begin a mail's subject."""

from kil_pipeline.events.types import (
    AnswerPublished,
    DateMoved,
    DisclosureOverdue,
    EntryCancelled,
    EntryConcluded,
    EntryHandedOver,
    EntryPublished,
    EntryPutOnHold,
    EntryResumed,
    EntryWithdrawn,
    FieldDisclosed,
    FieldStated,
    MilestoneApproaching,
    OpportunityOpened,
    PublicEvent,
    ReasonGiven,
    RecordAmended,
    RecordPublished,
    ResponseMoved,
    ResponseOverdue,
    SessionAnnounced,
    SessionCancelled,
    SessionMaterialsOut,
    SessionMoved,
    SessionPostponed,
    SessionUpdated,
)
from kil_pipeline.plan.disclosures import field_labels
from kil_pipeline.reference.milestones import milestone_kind

WORDS: dict[type[PublicEvent], str] = {
    EntryPublished: "New",
    OpportunityOpened: "Open now",
    EntryPutOnHold: "On hold",
    EntryResumed: "Planned again",
    EntryConcluded: "Concluded",
    EntryCancelled: "Cancelled",
    EntryWithdrawn: "Withdrawn",
    EntryHandedOver: "Another body plans it",
    FieldStated: "Updated",
    ReasonGiven: "Updated",
    SessionAnnounced: "New session",
    SessionMoved: "Session moved",
    SessionPostponed: "Session postponed",
    SessionMaterialsOut: "New material",
    SessionUpdated: "Session updated",
    SessionCancelled: "Session cancelled",
    RecordPublished: "What was said",
    RecordAmended: "Record added to",
    ResponseMoved: "You said, we did",
    ResponseOverdue: "Answer overdue",
    AnswerPublished: "A reader’s answer",
}
DIRECTIONS = {
    "earlier": "Moved earlier",
    "later": "Moved later",
    "firmer": "Date more certain",
    "vaguer": "Date less certain",
    "narrower": "Date more exact",
}


def describe_news(event: PublicEvent) -> str:
    """Return what happened, as a subject line says it: "New", "Moved later", "Opens about April to June 2027"."""
    if isinstance(event, DateMoved):
        return DIRECTIONS.get(event.direction, "Date changed")
    if isinstance(event, MilestoneApproaching):
        return f"{milestone_kind(event.milestone).short} {event.when}"
    if isinstance(event, FieldDisclosed):
        return f"{field_labels().get(event.path, 'Now')} known now"
    if isinstance(event, DisclosureOverdue):
        return "Overdue"
    return WORDS.get(type(event), "Updated")
