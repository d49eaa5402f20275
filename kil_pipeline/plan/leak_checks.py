"""Before publishing: what will stay hidden and why, and whether a value that is kept back stands in a public text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kil_pipeline.plan.answers import TEXTS
from kil_pipeline.plan.changes import OTHER_FIELDS
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.disclosures import field_label
from kil_pipeline.plan.wordings import STATE_WORDS, State, describe_facts

SHORTEST = 5
"""Characters: a shorter text than this is found everywhere and says nothing."""
_NUMBER = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*(k|m|thousand|million)?\b", re.IGNORECASE)
_TIMES = {"": 1, "k": 1_000, "thousand": 1_000, "m": 1_000_000, "million": 1_000_000}


@dataclass(frozen=True)
class HiddenField:
    """A field that readers will see no value of."""

    label: str
    state: State
    state_words: str
    why: str
    """What readers are told instead."""
    stored: bool
    """Whether its value is kept apart, for the organisation alone."""


def hidden_fields(content: EntryContent, withheld: Mapping[str, str]) -> tuple[HiddenField, ...]:
    """Return every field without a public value: withheld ones first, then undecided, then not filled in."""
    order: list[State] = ["withheld", "undecided", "not_stated"]
    hidden = [
        HiddenField(
            fact.label,
            fact.state,
            STATE_WORDS[fact.state],
            fact.reason_label or "Readers see that it is not filled in.",
            fact.path in withheld,
        )
        for fact in describe_facts(content)
        if fact.state != "stated"
    ]
    return tuple(sorted(hidden, key=lambda field: order.index(field.state)))


def leaks(content: EntryContent, withheld: Mapping[str, str]) -> tuple[str, ...]:
    """Return a sentence for each value that is kept back and yet seems to stand in a public text."""
    texts = dict(_public_texts(content))
    return tuple(
        f"What you keep back as “{field_label(path)}” seems to stand in “{where}”."
        for path, value in withheld.items()
        for where, text in texts.items()
        if _stands_in(value, text)
    )


def _stands_in(value: str, text: str) -> bool:
    whole = " ".join(value.casefold().split())
    if len(whole) >= SHORTEST and whole in " ".join(text.casefold().split()):
        return True
    return bool(_amounts(value) & _amounts(text))


def _amounts(text: str) -> set[float]:
    """Return the amounts of a thousand or more that a text names, however they are written. Years are none."""
    found = {float(n.replace(",", "")) * _TIMES[times.lower()] for n, times in _NUMBER.findall(text)}
    return {amount for amount in found if amount >= 1_000 and not 1_990 <= amount <= 2_100}


def _public_texts(content: EntryContent) -> Iterator[tuple[str, str]]:
    labels = OTHER_FIELDS | {"status_reason": "Reason for its status"}
    for name in ("headline", "status_reason", *TEXTS):
        text = getattr(content, name)
        if text:
            yield labels.get(name) or field_label(name), text
    for disclosure in content.disclosures:
        said = (
            disclosure.explanation,
            disclosure.who_decides,
            disclosure.how_you_could_help,
            disclosure.public_interest,
        )
        yield f"{field_label(disclosure.path)}: why not", "\n".join(said)
