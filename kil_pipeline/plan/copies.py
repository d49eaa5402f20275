"""New entries from one that is there: a copy, next year's, or several parts. All of them start as drafts.

What is withheld is not copied: a copy says why a value is kept back, and the value stays where it was.
"""

import calendar
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.errors import InvalidContent
from kil_pipeline.plan.contents import NOBODY, Author, EntryContent, EntryLink, LinkKind
from kil_pipeline.plan.disclosures import Disclosure
from kil_pipeline.plan.drafts import Draft, create_entry, save_draft
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.plan.expected_dates import Confidence, ExpectedDate, end_of_month
from kil_pipeline.plan.statuses import Status
from kil_pipeline.reference.reasons import reason
from kil_pipeline.times import london_day

MOST_PARTS = 20


class Copying(StrEnum):
    """What is made of an entry."""

    COPY = "copy"
    NEXT_YEAR = "next-year"


def copy_entry(session: Session, draft: Draft, how: Copying, *, by: Author = NOBODY, now: datetime) -> Draft:
    """Start a new draft from an entry as its author sees it."""
    content = _afresh(draft.content)
    if how is Copying.NEXT_YEAR:
        content = replace(next_years_content(content, london_day(now)), links=_link(LinkKind.FOLLOWS, draft))
    return create_entry(session, draft.organisation_id, content, by=by, now=now)


def split_entry(
    session: Session, draft: Draft, headlines: Sequence[str], *, by: Author = NOBODY, now: datetime
) -> tuple[Draft, ...]:
    """Start a draft for each part, with a headline of its own. Raises `InvalidContent` for fewer than two."""
    if not 2 <= len(headlines) <= MOST_PARTS:
        raise InvalidContent(f"Write between two and {MOST_PARTS} headlines, one on each line.")
    if len(set(headlines)) < len(headlines):
        raise InvalidContent("Two parts have the same headline.")
    links = _link(LinkKind.SPLIT_FROM, draft)
    content = replace(_afresh(draft.content), lots=None, links=links)
    parts = tuple(d for d in content.disclosures if d.path != "lots")
    return tuple(
        create_entry(
            session, draft.organisation_id, replace(content, headline=h, disclosures=parts), by=by, now=now
        )
        for h in headlines
    )  # fmt: skip


def next_years_content(content: EntryContent, today: date) -> EntryContent:
    """Return content a year on: dates are not certain any more, and each reason is to be looked at again."""
    return replace(
        content,
        milestones=tuple(replace(m, when=_a_year_on(m.when)) for m in content.milestones),
        disclosures=tuple(_to_review(d, today) for d in content.disclosures if not reason(d.reason).needs_expected_by),
    )


def add_link(
    session: Session, draft: Draft, kind: LinkKind, reference: str, *, by: Author = NOBODY, now: datetime
) -> Draft:
    """Say in the working copy that an entry comes after another. Raises `InvalidContent` where that cannot be."""
    link = EntryLink(kind, reference.strip().upper())
    if link.reference == draft.reference:
        raise InvalidContent("That is this planned opportunity itself.")
    if link.reference in {known.reference for known in draft.content.links}:
        raise InvalidContent(f"It is linked to {link.reference} already.")
    if not _is_public(session, draft.organisation_id, link.reference):
        raise InvalidContent(f"Your organisation has published no planned opportunity {reference.strip()[:40]}.")
    content = replace(draft.content, links=(*draft.content.links, link))
    return save_draft(session, draft.entry_id, content, version=draft.version, by=by, now=now)


def remove_link(session: Session, draft: Draft, reference: str, *, by: Author = NOBODY, now: datetime) -> Draft:
    """Take a link out of the working copy."""
    content = replace(draft.content, links=tuple(a for a in draft.content.links if a.reference != reference))
    return save_draft(session, draft.entry_id, content, version=draft.version, by=by, now=now)


def _afresh(content: EntryContent) -> EntryContent:
    """Return content without what happened to the original alone."""
    return replace(content, status=Status.PUBLISHED, status_reason="", notices=(), links=())


def _link(kind: LinkKind, draft: Draft) -> tuple[EntryLink, ...]:
    """Return the link to an original; none to a draft, which nobody may hear of."""
    return () if draft.status is Status.DRAFT else (EntryLink(kind, draft.reference),)


def _is_public(session: Session, organisation_id: uuid.UUID, reference: str) -> bool:
    ours = sa.exists().where(PublicEntryRow.reference == reference, PublicEntryRow.organisation_id == organisation_id)
    return bool(session.scalar(sa.select(ours)))


def _a_year_on(when: ExpectedDate) -> ExpectedDate:
    earliest, latest = _year_on(when.earliest), _year_on(when.latest)
    if when.earliest != when.latest and when.latest == end_of_month(when.latest):
        latest = end_of_month(latest)  # of a February
    return replace(when, earliest=earliest, latest=latest, confidence=Confidence.INDICATIVE)


def _year_on(day: date) -> date:
    last = calendar.monthrange(day.year + 1, day.month)[1]
    return day.replace(year=day.year + 1, day=min(day.day, last))


def _to_review(disclosure: Disclosure, today: date) -> Disclosure:
    return replace(disclosure, expected_by=None, review_on=today)
