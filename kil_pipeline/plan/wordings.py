"""What is known of an entry, field by field, in plain words: the facts that every page, feed and mail shows."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.disclosures import Disclosure, field_labels
from kil_pipeline.plan.expected_dates import ExpectedDate, describe
from kil_pipeline.plan.money import Money
from kil_pipeline.plan.money import describe as describe_money
from kil_pipeline.reference.areas import area
from kil_pipeline.reference.reasons import reason
from kil_pipeline.reference.routes import route

State = Literal["stated", "undecided", "withheld", "not_stated"]

STATE_WORDS: dict[State, str] = {
    "stated": "Stated",
    "undecided": "Not decided yet",
    "withheld": "Can’t say yet",
    "not_stated": "Not filled in",
}
"""The states as screens say them."""

DISCLAIMER = "An early intention, not an invitation to bid nor a commitment to buy; it may change or stop."
"""The line that every page, feed item, mail and export of a plan carries."""


@dataclass(frozen=True)
class Fact:
    """One field of an entry as readers see it."""

    path: str
    label: str
    state: State
    text: str
    """The value in plain words, else the state in plain words."""
    disclosure: Disclosure | None = None
    reason_label: str = ""
    hook: str = ""
    """The law that the reason rests on; empty for undecided fields."""

    def overdue(self, today: date) -> bool:
        """Tell whether the day by which it was expected has passed."""
        return self.disclosure is not None and self.disclosure.overdue(today)


def describe_facts(content: EntryContent) -> tuple[Fact, ...]:
    """Return every field of the closed list, in the order of the screens."""
    return tuple(describe_fact(content, path, label) for path, label in field_labels().items())


def describe_fact(content: EntryContent, path: str, label: str) -> Fact:
    """Return one field as readers see it."""
    value = content.stated(path)
    if value is not None:
        return Fact(path, label, "stated", describe_value(path, value))
    disclosure = content.disclosure(path)
    if disclosure is None:
        return Fact(path, label, "not_stated", STATE_WORDS["not_stated"])
    state: State = disclosure.state.value
    known = reason(disclosure.reason)
    return Fact(path, label, state, STATE_WORDS[state], disclosure, known.label, known.hook)


def describe_value(path: str, value: object) -> str:
    """Return a field's value in plain words."""
    if isinstance(value, ExpectedDate):
        return describe(value)
    if isinstance(value, Money):
        return describe_money(value)
    if path == "route":
        known = route(str(value))
        return f"{known.plain} ({known.name})"
    if path == "areas" and isinstance(value, tuple):
        return ", ".join(area(code).name for code in value)
    return str(value)
