"""Mails about approval: to those who may approve that something waits, and to its author what became of it."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.notices import NoticeContext, queue_notice
from kil_pipeline.organisations.colleagues import colleague, colleagues
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.plan.release_dates import releases_of
from kil_pipeline.plan.submissions import SubmissionState, Submitted, submission_of, submissions_of

NAMED = 10
"""How many planned opportunities a mail names."""


def tell_approvers(session: Session, organisation_id: uuid.UUID, author: uuid.UUID | None, now: datetime) -> int:
    """Queue a mail to everybody who may approve, but for the author. Returns to how many."""
    others = [m for m in colleagues(session, organisation_id, Role.APPROVER) if m.user_id != author]
    for member in others:
        about = {"organisation": str(organisation_id), "user": str(member.user_id)}
        queue_notice(session, "approval_wanted", member.email, about, now=now)
    return len(others)


def tell_author(session: Session, submitted: Submitted, organisation_id: uuid.UUID, now: datetime) -> None:
    """Queue a mail to the author of what was approved or sent back; to nobody where an import submitted it."""
    author = colleague(session, organisation_id, submitted.submitted_by, Role.AUTHOR)
    if author is not None:
        about = {
            "organisation": str(organisation_id),
            "user": str(author.user_id),
            "entry": str(submitted.entry_id),
            "reference": submitted.reference,
        }
        queue_notice(session, "approval_answered", author.email, about, now=now)


def write_approval_wanted(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Write what waits now; nothing where nothing does, or where this person may not approve any more."""
    organisation_id, user_id = uuid.UUID(about["organisation"]), uuid.UUID(about["user"])
    member = colleague(session, organisation_id, user_id, Role.APPROVER)
    waiting = [
        s
        for s in submissions_of(session, organisation_id)
        if s.state is SubmissionState.WAITING and s.submitted_by != user_id
    ]
    releases = [r for r in releases_of(session, organisation_id) if not r.approved and r.chosen_by != user_id]
    if member is None or not (waiting or releases):
        return None
    named = [(s.reference, s.content.headline) for s in waiting]
    named += [(r.reference, f"{r.headline}: release of “{r.label}”") for r in releases]
    one = len(named) == 1
    more = (f"And {len(named) - NAMED} more.",) if len(named) > NAMED else ()
    return NoticeLetter(
        subject=f"To approve: {named[0][1]}" if one else f"To approve: {len(named)} publications",
        heading="A publication waits for you" if one else f"{len(named)} publications wait for you",
        paragraphs=(
            f"{member.organisation_name} publishes with a second pair of eyes.",
            "Look at what would change, then publish it or send it back.",
        ),
        facts=tuple(named[:NAMED]),
        buttons=(("Look at what waits", "/workspace/approvals"),),
        ending=(*more, "Readers see nothing of it before it is approved."),
    )


def write_approval_answered(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Write what became of a submission: sent back, held before a poll, or published."""
    member = colleague(session, uuid.UUID(about["organisation"]), uuid.UUID(about["user"]), Role.AUTHOR)
    submitted = submission_of(session, uuid.UUID(about["entry"]))
    if member is None or (submitted is not None and submitted.state is SubmissionState.WAITING):
        return None  # it was submitted again meanwhile
    path, reference = f"/workspace/entries/{about['reference']}", about["reference"]
    if submitted is None:
        public = session.scalar(sa.select(PublicEntryRow.content).where(PublicEntryRow.reference == reference))
        if public is None:
            return None
        return NoticeLetter(
            subject=f"Published: {public['headline']}",
            heading="It is published",
            paragraphs=(f"A colleague approved “{public['headline']}” ({reference}). Everybody can see it now.",),
            buttons=(("See the public page", f"/entries/{reference}"),),
        )
    name = f"“{submitted.content.headline}” ({reference})"
    if submitted.held_until is not None:
        day = f"{submitted.held_until.day} {submitted.held_until:%B %Y}"
        return NoticeLetter(
            subject=f"Held until {day}: {submitted.content.headline}",
            heading=f"It is held until {day}",
            paragraphs=(f"{name} is held back before a poll. It is published by itself on {day}.",),
            buttons=(("See what waits", "/workspace/approvals"),),
        )
    return NoticeLetter(
        subject=f"Sent back: {submitted.content.headline}",
        heading="It was sent back to you",
        paragraphs=(f"A colleague looked at {name}, and did not publish it yet.", *submitted.note.splitlines()),
        buttons=(("Go on writing", path),),
        ending=("Submit it again once it is changed.",),
    )
