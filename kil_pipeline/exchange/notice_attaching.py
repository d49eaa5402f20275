"""Attaching a tender notice to a planned opportunity, and detaching it.

The page links to it, and the opportunity is open where the notice opens it.
What its author has not published stays unpublished: only the notice becomes public.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.errors import InvalidContent, NotFound
from kil_pipeline.exchange.tender_notices import DETACHED, NoticeMatch, TenderNotice
from kil_pipeline.plan.contents import NOBODY, Author, EntryContent, Milestone
from kil_pipeline.plan.drafts import Draft, read_draft, save_draft
from kil_pipeline.plan.entries import Entry
from kil_pipeline.plan.expected_dates import Confidence, ExpectedDate, Precision
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.submissions import SubmissionState, public_content, request_publication, submission_of
from kil_pipeline.reference.milestones import milestone_kinds
from kil_pipeline.text import clean_line
from kil_pipeline.times import london_day

OPENABLE = (Status.PUBLISHED, Status.ON_HOLD)


def attach_notice(
    session: Session, notice: TenderNotice, entry_id: uuid.UUID, *, why: str = "", by: Author = NOBODY, now: datetime
) -> Draft:
    """Attach a notice to an entry and make that public, where the entry is. Again, it changes nothing.

    `why`: what says that they belong together. Raises `NotFound`.
    """
    match = session.get(NoticeMatch, (notice.id, entry_id))
    if match is None:
        match = NoticeMatch(notice_id=notice.id, entry_id=entry_id, score=100, why=why[:300], attached_at=None)
        session.add(match)
    match.attached_at, match.score = match.attached_at or now, max(match.score, 0)
    notice.dismissed_at = None
    today, told = london_day(now), f"{notice.kind} notice {notice.id} on Find a Tender"
    return _write(session, entry_id, lambda content: with_notice(content, notice, today), told, by, now)


def detach_notice(
    session: Session, notice: TenderNotice, entry_id: uuid.UUID, *, why: str, by: Author = NOBODY, now: datetime
) -> Draft:
    """Detach a notice that was attached wrongly, and make that public with its reason, where the entry is.

    The status and the dates that it gave stay: what they were before may hold no more, so that a person looks at them.
    No import attaches it there again. Raises `InvalidContent` without a reason, `NotFound` where it is not attached.
    """
    why = clean_line(why)
    if not why:
        raise InvalidContent("Say why it does not belong there: readers see it.")
    match = session.get(NoticeMatch, (notice.id, entry_id))
    if match is None or match.attached_at is None:
        raise NotFound(f"Notice {notice.id} is not attached to that.")
    match.attached_at, match.score, match.why = None, DETACHED, why[:300]
    return _write(session, entry_id, lambda content: without_notice(content, notice.id), why, by, now)


def waits_anew(session: Session, entry_id: uuid.UUID, now: datetime) -> bool:
    """Tell whether what was done to an entry at `now` waits for a second pair of eyes."""
    submitted = submission_of(session, entry_id)
    return submitted is not None and submitted.state is SubmissionState.WAITING and submitted.submitted_at == now


def _write(
    session: Session,
    entry_id: uuid.UUID,
    change: Callable[[EntryContent], EntryContent],
    why: str,
    by: Author,
    now: datetime,
) -> Draft:
    """Write it into the working copy, and make it public alone: what the author has not published stays unpublished.

    Where the organisation's rules let publications wait, it waits; what waits already goes on waiting, with the notice.
    """
    draft = read_draft(session, entry_id)
    save_draft(session, entry_id, change(draft.content), version=draft.version, by=by, now=now)
    public = public_content(session, entry_id)
    if public is not None:
        waiting = submission_of(session, entry_id)
        said = change(waiting.content if waiting else public)
        request_publication(session, entry_id, said, by=by, why=why, now=now)
    return read_draft(session, entry_id)


def with_notice(content: EntryContent, notice: TenderNotice, today: date) -> EntryContent:
    """Return content with a notice. One that opens the opportunity says when, and that it is open until it closes."""
    if notice.id in {known.id for known in content.notices}:
        return content
    notices = tuple(sorted((*content.notices, notice.notice), key=lambda known: known.published_on))
    content = replace(content, notices=notices)
    if not notice.opens or content.status.ended:
        return content
    dates = tuple(_dates(notice))
    said = {f"milestones.{milestone.kind}" for milestone in dates}
    kinds = [kind.code for kind in milestone_kinds(computed=True)]
    kept = (m for m in content.milestones if f"milestones.{m.kind}" not in said)
    opening = content.status in OPENABLE and (notice.closes_on is None or notice.closes_on >= today)
    return replace(
        content,
        status=Status.OPEN if opening else content.status,
        status_reason="" if opening else content.status_reason,
        milestones=tuple(sorted((*dates, *kept), key=lambda milestone: kinds.index(milestone.kind))),
        disclosures=tuple(d for d in content.disclosures if d.path not in said),
    )


def without_notice(content: EntryContent, notice_id: str) -> EntryContent:
    """Return content without a notice."""
    return replace(content, notices=tuple(known for known in content.notices if known.id != notice_id))


def _dates(notice: TenderNotice) -> Iterator[Milestone]:
    for kind, day in (("opens", notice.published_on), ("bids_due", notice.closes_on)):
        if day is not None:
            yield Milestone(kind, ExpectedDate(day, day, Precision.DAY, Confidence.CONFIRMED))


def entries_of_process(session: Session, notice: TenderNotice) -> list[uuid.UUID]:
    """Return the entries that are the notice's own process: imported from it, or with a notice of it attached."""
    attached = (
        sa.select(NoticeMatch.entry_id)
        .join(TenderNotice, TenderNotice.id == NoticeMatch.notice_id)
        .where(TenderNotice.process == notice.process, NoticeMatch.attached_at.is_not(None))
    )
    imported = sa.select(Entry.id).where(Entry.source_key == f"ocds:{notice.process}")
    either = sa.select(Entry.id).where(
        Entry.organisation_id == notice.organisation_id, sa.or_(Entry.id.in_(attached), Entry.id.in_(imported))
    )
    return list(session.scalars(either.order_by(Entry.reference)))
