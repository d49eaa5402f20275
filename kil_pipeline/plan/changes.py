"""What changed between two publications of an entry: each change in a sentence, with the event that it becomes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kil_pipeline.events.types import (
    DateMoved,
    EntryCancelled,
    EntryConcluded,
    EntryPublished,
    EntryPutOnHold,
    EntryResumed,
    EntryWithdrawn,
    Event,
    Facets,
    FieldDisclosed,
    FieldStated,
    OpportunityOpened,
    ReasonGiven,
)
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.disclosures import Disclosure, field_labels
from kil_pipeline.plan.expected_dates import ExpectedDate, compare, describe_aside
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.wordings import STATE_WORDS, describe_value
from kil_pipeline.reference.reasons import reason
from kil_pipeline.text import shorten

OTHER_FIELDS = {
    "headline": "Headline",
    "contact": "Contact",
    "years_and_vat": "Years of funding and VAT",
    "route_why": "Why it is chosen this way",
    "guidance": "Strategy and guidance",
    "stage": "Stage",
    "themes": "Topics",
    "cpv": "CPV codes",
    "benefits": "Benefits sought",
    "notices": "Notices on Find a Tender",
    "links": "Linked planned opportunities",
}
"""Public fields that need no reason when they are empty, each with its label."""
OTHER_TEXTS = ("contact", "years_and_vat", "route_why", "guidance")
"""Those of them that are told in full when they change."""

STATUS_EVENTS: dict[Status, tuple[type[Event], str]] = {
    Status.PUBLISHED: (EntryResumed, "It is planned again."),
    Status.OPEN: (OpportunityOpened, "It is open: applications or bids are invited."),
    Status.ON_HOLD: (EntryPutOnHold, "It was put on hold."),
    Status.CONCLUDED: (EntryConcluded, "It is concluded."),
    Status.CANCELLED: (EntryCancelled, "It was cancelled."),
    Status.WITHDRAWN: (EntryWithdrawn, "It was withdrawn from the plan."),
}


@dataclass(frozen=True)
class Change:
    """One change. `kind` makes the event that it becomes; `details` are that event's own fields."""

    kind: Callable[..., Event]
    sentence: str
    details: tuple[tuple[str, str], ...] = ()
    why: str = ""
    """A reason of its own; where empty, the reason given for the whole publication holds."""

    def event(self, facets: Facets, why: str) -> Event:
        """Make the event of this change."""
        return self.kind(facets=facets, sentence=self.sentence, why=self.why or why, **dict(self.details))


def describe_changes(old: EntryContent | None, new: EntryContent) -> tuple[Change, ...]:
    """Return what changed, most important first. `old` is None for a first publication."""
    if old is None:
        first = (Change(EntryPublished, _first_sentence(new)),)
        return first + ((_status_change(new),) if new.status is not Status.PUBLISHED else ())
    return tuple(_changes(old, new))


def _first_sentence(new: EntryContent) -> str:
    earliest = min((notice.published_on for notice in new.notices), default=None)
    if earliest is None:
        return "First published."
    return f"First published here. On Find a Tender since {earliest.day} {earliest:%B %Y}."


def _changes(old: EntryContent, new: EntryContent) -> Iterator[Change]:
    if old.status is not new.status:
        yield _status_change(new)
    elif old.status_reason != new.status_reason:
        yield Change(FieldStated, _status_reason_sentence(new.status_reason), (("path", "status_reason"),))
    for path, label in field_labels().items():
        change = _field_change(old, new, path, label)
        if change is not None:
            yield change
    for path, label in OTHER_FIELDS.items():
        if getattr(old, path) != getattr(new, path):
            yield Change(FieldStated, _other_sentence(old, new, path, label), (("path", path),))


def _status_change(new: EntryContent) -> Change:
    kind, sentence = STATUS_EVENTS[new.status]
    return Change(kind, sentence, why=new.status_reason)


def _status_reason_sentence(reason_given: str) -> str:
    if not reason_given:
        return "The reason for its status was taken out."
    return f"The reason was reworded: {_full_stop(shorten(reason_given, 300))}"


def _field_change(old: EntryContent, new: EntryContent, path: str, label: str) -> Change | None:
    before, after = old.stated(path), new.stated(path)
    was, why_not = old.disclosure(path), new.disclosure(path)
    if before == after and was == why_not:
        return None
    at = (("path", path),)
    if after is None:
        return Change(ReasonGiven, _reason_sentence(label, before is not None, why_not), at)
    if isinstance(before, ExpectedDate) and isinstance(after, ExpectedDate):
        return _move(path, label, before, after)
    said = shorten(describe_value(path, after), 300)
    if was is not None:
        state = STATE_WORDS[was.state.value].lower()
        return Change(
            FieldDisclosed, f"{label}: {said.rstrip('.')} (was: {state}, {reason(was.reason).label.lower()}).", at
        )
    return Change(FieldStated, f"{label}{'' if before is None else ' is now'}: {_full_stop(said)}", at)


def _move(path: str, label: str, before: ExpectedDate, after: ExpectedDate) -> Change:
    move = compare(before, after)
    words = f", {move.words}" if move.words else ""
    verb = "moved" if move.direction in ("earlier", "later") else "changed"
    sentence = f"{label}: {verb} from {describe_aside(before)} to {describe_aside(after)}{words}."
    return Change(DateMoved, sentence, (("milestone", path.removeprefix("milestones.")), ("direction", move.direction)))


def _reason_sentence(label: str, had_value: bool, disclosure: Disclosure | None) -> str:
    if disclosure is None:
        return f"{label}: taken out, without a reason." if had_value else f"{label}: the reason was taken out."
    state = STATE_WORDS[disclosure.state.value].lower()
    return f"{label}: {state}, because {_lower_first(reason(disclosure.reason).label)}."


def _other_sentence(old: EntryContent, new: EntryContent, path: str, label: str) -> str:
    if path == "headline":
        return f"Headline changed from “{shorten(old.headline, 120)}” to “{shorten(new.headline, 120)}”."
    if path == "notices":
        added = [notice for notice in new.notices if notice not in old.notices]
        gone = [known for known in old.notices if known.id not in {notice.id for notice in new.notices}]
        told = (("A notice was added", added), ("A notice that does not belong here was taken out", gone))
        said = [f"{words}: {', '.join(f'{n.kind} {n.id}' for n in found)}." for words, found in told if found]
        return " ".join(said) or f"{label} changed."
    if path == "links":
        linked = [link for link in new.links if link not in old.links]
        return " ".join(f"{link.kind.label} {link.reference}." for link in linked) if linked else f"{label} changed."
    if path in OTHER_TEXTS:
        said = getattr(new, path)
        return f"{label}: {_full_stop(shorten(said, 300))}" if said else f"{label} was taken out."
    return f"{label} changed."


def _full_stop(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
