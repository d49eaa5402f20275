"""The two lines that open every planned opportunity: "Can we go for it?" and "What to do now, by when"."""

from dataclasses import dataclass
from datetime import date

from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.expected_dates import ExpectedDate, describe
from kil_pipeline.plan.key_dates import REPRESENTATIONS_CLOSE, key_dates
from kil_pipeline.plan.statuses import Status
from kil_pipeline.reference.routes import route

CHANCES: dict[str, str] = {
    "open": "Yes, open to all",
    "grant": "Yes, a grant",
    "no_tender": "Chosen without a tender, so make yourself known",
    "current_provider": "Staying with the current provider",
    "undecided": "Not decided yet",
    "withheld": "Can’t say yet",
    "not_stated": "Not filled in yet",
    "ended": "No longer",
}
"""The answers to "Can we go for it?"."""


@dataclass(frozen=True)
class Advice:
    """The answers for one entry on one day."""

    chance: str
    """A key of `CHANCES`."""
    can_we_go: str
    what_to_do: str
    by: ExpectedDate | None = None
    """When it has to be done by, or can be done from: the date named in `what_to_do`."""


def chance_of(content: EntryContent) -> str:
    """Return the answer to "Can we go for it?", as a key of `CHANCES`."""
    if content.status.ended:
        return "ended"
    if content.route:
        return route(content.route).chance
    disclosure = content.disclosure("route")
    return disclosure.state.value if disclosure else "not_stated"


def give_advice(content: EntryContent, today: date) -> Advice:
    """Return both lines. They name dates with their precision, so that they read the same until a date passes."""
    chance = chance_of(content)
    what, by = _what_to_do(content, chance, today)
    words = CHANCES[chance]
    if content.route == "grant.direct" and chance != "ended":
        words = "A grant to a named organisation, so make yourself known"
    if chance == "ended":
        words = f"No longer: {content.status.label.lower()}"
    return Advice(chance, words, what, by)


def _what_to_do(content: EntryContent, chance: str, today: date) -> tuple[str, ExpectedDate | None]:
    if content.status.ended:
        return "Nothing to do. The page stays, with the reason.", None
    if content.status is Status.ON_HOLD:
        return "Wait: it is on hold. Follow it to hear when it moves.", None
    if content.status is Status.OPEN:
        return _while_open(content, today)
    engagement = _engagement(content, today)
    if engagement is not None:
        return engagement
    if chance in ("no_tender", "current_provider") or content.route == "grant.direct":
        return _without_tender(content, chance, today)
    return _before_opening(content, chance, today)


def _while_open(content: EntryContent, today: date) -> tuple[str, ExpectedDate | None]:
    due = content.milestone("bids_due")
    if due is None:
        return "Apply or bid now: see where, below.", None
    if due.latest < today:
        return f"Applications and bids closed ({describe(due)}).", due
    return f"Apply or bid by {describe(due)}.", due


def _engagement(content: EntryContent, today: date) -> tuple[str, ExpectedDate | None] | None:
    opens, closes = content.milestone("engagement_opens"), content.milestone("engagement_closes")
    if closes is not None and closes.latest >= today and (opens is None or opens.earliest <= today):
        return f"Have your say before it is designed: until {describe(closes)}.", closes
    if opens is not None and opens.latest >= today:
        return f"Get ready to have your say: engagement opens {describe(opens)}.", opens
    return None


def _without_tender(content: EntryContent, chance: str, today: date) -> tuple[str, ExpectedDate | None]:
    notice = content.milestone("intention_notice")
    closing = next((m.when for m in key_dates(content) if m.kind == REPRESENTATIONS_CLOSE), None)
    if notice is not None and notice.latest < today:
        if closing is not None and closing.latest >= today:
            return f"Think it is wrong? Make representations by midnight at the end of {describe(closing)}.", closing
        return "The choice was announced. Ask the commissioner about work as a partner.", notice
    if chance == "current_provider":
        change = notice or content.milestone("service_ends") or content.milestone("service_starts")
        if change is None or change.latest < today:
            return "Nothing to bid for now. Make yourself known for the next round.", None
        return f"Nothing to bid for now. Make yourself known before {describe(change)}.", change
    if notice is not None:
        return f"Tell the commissioner what you can do, before {describe(notice)}.", notice
    return "Tell the commissioner what you can do, as soon as you can.", None


def _before_opening(content: EntryContent, chance: str, today: date) -> tuple[str, ExpectedDate | None]:
    opens = content.milestone("opens")
    if opens is not None and opens.latest < today:
        return f"It should have opened ({describe(opens)}). Ask the commissioner what has changed.", opens
    if opens is not None and opens.earliest <= today:
        return f"Get ready: it may open any day ({describe(opens)}).", opens
    if opens is not None:
        return f"Find partners and get ready: it opens {describe(opens)}.", opens
    decision = content.disclosure("route")
    if chance == "undecided" and decision is not None and decision.how_you_could_help:
        return "Help decide: tell the commissioner which way of choosing would suit you.", None
    return "Follow it and make yourself known. No opening date yet.", None
