"""The kinds of event. All are public, frozen and carry what their readers need, so that nobody looks back.

An event is recorded in the same transaction as the change that it tells of (see `events.log`).
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Facets:
    """What an event is about: enough to match it against criteria and to tell of it in a feed or a mail."""

    subject: Literal["entry", "session"]
    subject_id: str
    reference: str
    title: str
    commissioner: str
    """The commissioner's slug."""
    commissioner_name: str
    areas: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    cpv: tuple[str, ...] = ()
    route: str | None = None
    chance: str = ""
    """The answer to "Can we go for it?" as a code (see `plan.advice.CHANCES`); empty for sessions."""
    status: str = "published"
    value_least: int | None = None
    value_most: int | None = None
    """Pence, as published."""
    stems: tuple[str, ...] = ()
    """The stems of its public words, as `text.stems` gives them, in their order."""
    can_we_go: str = ""
    """"Can we go for it?", in plain words, when the event was recorded."""
    what_to_do: str = ""
    """"What to do now, by when", in plain words, when the event was recorded."""
    about: tuple[str, ...] = ()
    """References of the planned opportunities that it concerns besides: whoever follows one is told."""
    formerly: tuple[str, ...] = ()
    """The slugs of the bodies that became the commissioner: whoever follows one of them is told."""
    revision: int = 0
    """The number of the publication that it tells of; 0 where it tells of none."""


@dataclass(frozen=True, kw_only=True)
class PublicEvent:
    """Something that a reader may be told: `sentence` says what happened, `why` the reason given for it."""

    facets: Facets
    sentence: str
    why: str = ""


class EntryPublished(PublicEvent):
    """A planned opportunity appeared in the plan for the first time."""


@dataclass(frozen=True, kw_only=True)
class DateMoved(PublicEvent):
    """A key date was moved, made firmer or made vaguer."""

    milestone: str
    direction: str
    """earlier, later, firmer, vaguer, narrower or same (see `plan.expected_dates.compare`)."""


@dataclass(frozen=True, kw_only=True)
class FieldStated(PublicEvent):
    """A field got a value, or another one. `path` is one of the disclosable fields, or a plain one."""

    path: str


@dataclass(frozen=True, kw_only=True)
class FieldDisclosed(PublicEvent):
    """A field that was undecided or withheld now has its value."""

    path: str


@dataclass(frozen=True, kw_only=True)
class ReasonGiven(PublicEvent):
    """A field that cannot be told yet got a reason, or another one."""

    path: str


class OpportunityOpened(PublicEvent):
    """The tender or the call for grants is out."""


class EntryPutOnHold(PublicEvent):
    """Work on it stopped for now."""


class EntryResumed(PublicEvent):
    """It is planned again, after a hold, a cancellation or an opening that was taken back."""


class EntryConcluded(PublicEvent):
    """It ended: awarded, or ended without an award."""


class EntryCancelled(PublicEvent):
    """It will not happen."""


class EntryWithdrawn(PublicEvent):
    """It should not have been published; its page stays and says so."""


class EntryCorrected(PublicEvent):
    """A correction too small to tell anyone of: feeds show it, no one gets mail."""


@dataclass(frozen=True, kw_only=True)
class EntryHandedOver(PublicEvent):
    """Another body plans it now. Where the whole body was merged, nobody is told of each entry."""

    merged: bool = False


@dataclass(frozen=True, kw_only=True)
class MilestoneApproaching(PublicEvent):
    """A key date is near: `days` before its *earliest* day."""

    milestone: str
    days: int
    earliest: date
    when: str = ""
    """The date as it is known, in words: "about May 2027"."""


@dataclass(frozen=True, kw_only=True)
class DisclosureOverdue(PublicEvent):
    """The day by which a field was expected has passed."""

    path: str
    expected_by: date


@dataclass(frozen=True, kw_only=True)
class SessionAnnounced(PublicEvent):
    """An engagement session was published."""


@dataclass(frozen=True, kw_only=True)
class SessionMoved(PublicEvent):
    """An engagement session has another time or place."""


@dataclass(frozen=True, kw_only=True)
class SessionPostponed(PublicEvent):
    """An engagement session is put off; its new date is not known yet."""


@dataclass(frozen=True, kw_only=True)
class SessionMaterialsOut(PublicEvent):
    """There is something new to read, watch or hear for an engagement session."""


@dataclass(frozen=True, kw_only=True)
class SessionUpdated(PublicEvent):
    """What is said of an engagement session changed, or it was held: pages and calendars show it, no one is told."""


@dataclass(frozen=True, kw_only=True)
class SessionCancelled(PublicEvent):
    """An engagement session is off."""


class RecordPublished(PublicEvent):
    """The record of a session was checked by those who came, and is final."""


class RecordAmended(PublicEvent):
    """Something was added to the final record of a session."""


@dataclass(frozen=True, kw_only=True)
class ResponseMoved(PublicEvent):
    """A commissioner's answer to a point of a record was given, or changed."""

    number: int
    """Of the point."""
    state: str
    """A code of `engagement.responses.ResponseState`."""


@dataclass(frozen=True, kw_only=True)
class ResponseOverdue(PublicEvent):
    """The day by which an answer was to be done has passed."""

    number: int
    due: date


@dataclass(frozen=True, kw_only=True)
class AnswerPublished(PublicEvent):
    """A reader's answer to “how you could help us decide” was published, with the response. Neither text is in it."""

    path: str
    """Of the field that it is about."""


@dataclass(frozen=True, kw_only=True)
class DayTurned:
    """A day began on which something public reads differently (a date passed). Nobody is told."""

    day: date


@dataclass(frozen=True, kw_only=True)
class VenueChanged:
    """A venue's facts changed, which the calendars of its sessions show. Nobody is told."""

    venue_id: str


@dataclass(frozen=True, kw_only=True)
class OrganisationSucceeded:
    """A body became another, which its pages and those of its sessions show. Nobody is told."""

    organisation_id: str
    successor_id: str


Event = (
    EntryPublished
    | DateMoved
    | FieldStated
    | FieldDisclosed
    | ReasonGiven
    | OpportunityOpened
    | EntryPutOnHold
    | EntryResumed
    | EntryConcluded
    | EntryCancelled
    | EntryWithdrawn
    | EntryCorrected
    | EntryHandedOver
    | MilestoneApproaching
    | DisclosureOverdue
    | SessionAnnounced
    | SessionMoved
    | SessionPostponed
    | SessionMaterialsOut
    | SessionUpdated
    | SessionCancelled
    | RecordPublished
    | RecordAmended
    | ResponseMoved
    | ResponseOverdue
    | AnswerPublished
    | DayTurned
    | VenueChanged
    | OrganisationSucceeded
)
"""Every kind of event. Its class name is its kind in the log."""

EVENT_TYPES: dict[str, type[Event]] = {kind.__name__: kind for kind in Event.__args__}
