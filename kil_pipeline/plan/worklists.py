"""What an organisation's authors have to do: each entry with what is overdue and what needs another look."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.disclosures import Disclosure, field_label
from kil_pipeline.plan.drafts import Draft, drafts_of
from kil_pipeline.plan.entries import Entry, WorkingCopy
from kil_pipeline.plan.expected_dates import describe, describe_span
from kil_pipeline.plan.statuses import Status
from kil_pipeline.reference.milestones import milestone_kind
from kil_pipeline.text import tokens
from kil_pipeline.times import london_day

MOST = 5000
"""Entries of one organisation that are looked through."""
UNTOUCHED = timedelta(days=60)
"""After this long without a change an entry is to be looked at again."""
TELLING = {
    Status.PUBLISHED: ("intention_notice", "opens", "bids_due", "decision", "service_starts"),
    Status.OPEN: ("bids_due", "decision", "service_starts"),
}
"""Key dates that should not pass while an entry still has this status."""
WAITED_FOR = ("milestones.opens", "route", "value", "areas", "summary")
"""What readers wait for, most of all first."""


class Show(StrEnum):
    """Which entries a worklist shows."""

    ALL = "all"
    MINE = "mine"
    DRAFTS = "drafts"
    CHANGED = "changed"
    OVERDUE = "overdue"
    REVIEW = "review"

    @property
    def label(self) -> str:
        """In plain words."""
        return _LABELS[self]


_LABELS = {
    Show.ALL: "All",
    Show.MINE: "Changed last by me",
    Show.DRAFTS: "Drafts",
    Show.CHANGED: "Changes not published",
    Show.OVERDUE: "Overdue",
    Show.REVIEW: "To look at again",
}


@dataclass(frozen=True)
class WorkItem:
    """An entry with what there is to do about it."""

    draft: Draft
    mine: bool
    overdue: tuple[Disclosure, ...]
    review: tuple[str, ...]
    """Why it needs another look, a sentence each."""

    def in_list(self, show: Show) -> bool:
        """Tell whether a list shows it."""
        is_draft = self.draft.status is Status.DRAFT
        match show:
            case Show.MINE:
                return self.mine
            case Show.DRAFTS:
                return is_draft
            case Show.CHANGED:
                return not is_draft and not self.draft.published
            case Show.OVERDUE:
                return bool(self.overdue)
            case Show.REVIEW:
                return bool(self.review)
        return True


def work_items(session: Session, organisation_id: uuid.UUID, user_id: uuid.UUID, now: datetime) -> tuple[WorkItem, ...]:
    """Return an organisation's entries, last touched first, with what there is to do about each."""
    mine = set(
        session.scalars(
            sa.select(WorkingCopy.entry_id)
            .join(Entry, Entry.id == WorkingCopy.entry_id)
            .where(Entry.organisation_id == organisation_id, WorkingCopy.updated_by == user_id)
        )
    )
    drafts, today = drafts_of(session, organisation_id, limit=MOST), london_day(now)
    return tuple(WorkItem(d, d.entry_id in mine, _overdue(d.content, today), _review(d, now)) for d in drafts)


def find_items(items: Sequence[WorkItem], show: Show, words: str = "") -> tuple[WorkItem, ...]:
    """Return those that a list shows and that have all the words in their headline, or this reference."""
    wanted = tokens(words)
    return tuple(
        item
        for item in items
        if item.in_list(show)
        and (item.draft.reference == words.strip().upper() or _has(item.draft.content.headline, wanted))
    )


def suggest_disclosure(items: Sequence[WorkItem], today: date) -> tuple[Draft, str] | None:
    """Return the entry of which readers wait most for something, and what, in a sentence; nearest opening first."""
    live = [item.draft for item in items if item.draft.status is Status.PUBLISHED]
    missing = [(draft, path) for draft in live if (path := _missing(draft.content)) is not None]
    if not missing:
        return None
    draft, path = min(missing, key=lambda pair: (_opening(pair[0].content, today), pair[0].reference))
    opens = draft.content.milestone("opens")
    why = f"it opens {describe(opens)}" if opens else "nothing tells them when it opens"
    return draft, f"Readers wait most for “{field_label(path)}”: {why}."


def _has(headline: str, wanted: Sequence[str]) -> bool:
    found = tokens(headline)
    return all(any(word.startswith(part) for word in found) for part in wanted)


def _missing(content: EntryContent) -> str | None:
    return next((path for path in WAITED_FOR if not content.states(path)), None)


def _opening(content: EntryContent, today: date) -> date:
    opens = content.milestone("opens")
    return opens.earliest if opens and opens.latest >= today else date.max


def _overdue(content: EntryContent, today: date) -> tuple[Disclosure, ...]:
    return () if content.status.ended else tuple(d for d in content.disclosures if d.overdue(today))


def _review(draft: Draft, now: datetime) -> tuple[str, ...]:
    return () if draft.content.status.ended else tuple(_reasons_to_review(draft, now))


def _reasons_to_review(draft: Draft, now: datetime) -> Iterator[str]:
    today = london_day(now)
    if now - draft.updated_at > UNTOUCHED:
        yield f"Nobody has touched it for {(now - draft.updated_at).days} days."
    passed = [m for m in draft.content.milestones if m.kind in TELLING.get(draft.content.status, ())]
    passed = [m for m in passed if m.when.latest < today]
    if passed:
        last = max(passed, key=lambda m: m.when.latest)
        yield f"“{milestone_kind(last.kind).label}” has passed: {describe_span(last.when)}."
    for disclosure in draft.content.disclosures:
        if disclosure.review_on is not None and disclosure.review_on <= today:
            day = f"{disclosure.review_on.day} {disclosure.review_on:%B %Y}"
            yield f"The reason for “{field_label(disclosure.path)}” was to be looked at again on {day}."
