"""Two publications of an entry, field by field: what each said, and whether that is the same."""

from dataclasses import dataclass
from datetime import date

from kil_pipeline.plan.changes import OTHER_FIELDS
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.disclosures import Disclosure, field_labels
from kil_pipeline.plan.wordings import describe_fact
from kil_pipeline.reference.benefits import benefit
from kil_pipeline.reference.cpv import cpv_label
from kil_pipeline.reference.stages import stage
from kil_pipeline.reference.themes import theme

NOTHING = ("Nothing",)


@dataclass(frozen=True)
class ComparedField:
    """One field in both publications, in plain words, a paragraph to a line."""

    path: str
    label: str
    then: tuple[str, ...]
    now: tuple[str, ...]
    changed: bool


def compare_contents(old: EntryContent, new: EntryContent) -> tuple[ComparedField, ...]:
    """Return every public field of an entry as `old` and `new` have it, in the order of the screens."""
    labels = {"headline": "Headline", "status": "Status"} | field_labels() | OTHER_FIELDS
    return tuple(_compare(old, new, path, label) for path, label in labels.items())


def _compare(old: EntryContent, new: EntryContent, path: str, label: str) -> ComparedField:
    # The values decide, not their words: two that are worded alike may yet differ.
    changed = _said(old, path) != _said(new, path)
    return ComparedField(path, label, _words(old, path, label), _words(new, path, label), changed)


def _said(content: EntryContent, path: str) -> tuple[object, ...]:
    if path == "status":
        return content.status, content.status_reason
    if path in OTHER_FIELDS:
        return (getattr(content, path),)
    return content.stated(path), content.disclosure(path)


def _words(content: EntryContent, path: str, label: str) -> tuple[str, ...]:
    if path == "status":
        return tuple(line for line in (content.status.label, content.status_reason) if line)
    if path in OTHER_FIELDS:
        return _other_words(content, path) or NOTHING
    fact = describe_fact(content, path, label)
    if fact.disclosure is None:
        return tuple(line for line in fact.text.splitlines() if line)
    return (f"{fact.text}: {fact.reason_label}", *_account(fact.disclosure))


def _account(disclosure: Disclosure) -> tuple[str, ...]:
    lines = {
        "Who decides": disclosure.who_decides,
        "Expected by": disclosure.expected_by and _day(disclosure.expected_by),
        "Looked at again": disclosure.review_on and _day(disclosure.review_on),
        "How you could help": disclosure.how_you_could_help,
        "Why keeping it back serves the public": disclosure.public_interest,
    }
    explained = (line for line in disclosure.explanation.splitlines() if line)
    return (*explained, *(f"{label}: {text}" for label, text in lines.items() if text))


def _other_words(content: EntryContent, path: str) -> tuple[str, ...]:
    match path:
        case "stage":
            return (stage(content.stage).name,) if content.stage else ()
        case "themes":
            return tuple(theme(code).name for code in content.themes)
        case "cpv":
            return tuple(f"{code} {cpv_label(code)}" for code in content.cpv)
        case "benefits":
            return tuple(benefit(code).name for code in content.benefits)
        case "links":
            return tuple(f"{link.kind.label} {link.reference}" for link in content.links)
        case "notices":
            return tuple(f"{n.kind} {n.id}, {_day(n.published_on)}" for n in content.notices)
    text: str | None = getattr(content, path)
    return tuple(line for line in (text or "").splitlines() if line)


def _day(value: date) -> str:
    return f"{value.day} {value:%B %Y}"
