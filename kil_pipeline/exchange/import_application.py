"""Doing what the preview of a spreadsheet said: all of it, or nothing."""

import uuid
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from kil_pipeline.alerts.approval_notices import tell_approvers
from kil_pipeline.errors import EditedMeanwhile, InvalidContent
from kil_pipeline.exchange.columns import VERSION
from kil_pipeline.exchange.heading_guesses import guess_columns
from kil_pipeline.exchange.import_choices import keep_choices
from kil_pipeline.exchange.import_previews import MissingEntry, preview_import
from kil_pipeline.exchange.import_uploads import WaitingSheet, forget_sheet
from kil_pipeline.exchange.row_entries import RowEntries
from kil_pipeline.plan.contents import Author
from kil_pipeline.plan.drafts import read_draft, save_draft
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.submissions import Request, request_publication
from kil_pipeline.text import clean_text


@dataclass(frozen=True)
class Wishes:
    """What a person chose beside a preview."""

    sheet_wins: Set[int] = frozenset()
    """Rows in conflict that are to be applied all the same."""
    withdraw: Set[str] = frozenset()
    """References of missing entries that are to be withdrawn."""
    reason: str = ""
    """Why they are withdrawn: it is public."""
    publish: bool = False


@dataclass
class Applied:
    """What was done."""

    created: int = 0
    changed: int = 0
    withdrawn: int = 0
    published: int = 0
    asked: Counter[Request] = field(default_factory=Counter)
    """What became of the wishes to publish, with how often."""
    references: list[str] = field(default_factory=list)
    """Of every entry that was touched, for the audit trail."""


def apply_import(
    session: Session,
    organisation_id: uuid.UUID,
    sheet: WaitingSheet,
    fingerprint: str,
    wishes: Wishes,
    *,
    by: Author,
    now: datetime,
) -> Applied:
    """Do what a preview said, all of it or nothing, and forget the sheet.

    Raises `EditedMeanwhile` where it would not say the same any more, and `InvalidContent` where entries are to be
    withdrawn without a reason.
    """
    preview = preview_import(session, organisation_id, sheet, now=now)
    if preview.fingerprint != fingerprint:
        raise EditedMeanwhile("Something changed since you looked at this preview. Look again: this is how it is now.")
    reason = clean_text(wishes.reason)[:1000]
    if wishes.withdraw and not reason:
        raise InvalidContent("Say why they are withdrawn. Readers see the reason.")
    entries = RowEntries(publish=wishes.publish, apart=sheet.choices.same_headlines, by=by, now=now)
    applied = Applied()
    for row in preview.in_state("new", "changed", "conflict"):
        if row.state == "conflict" and row.number not in wishes.sheet_wins:
            continue
        assert row.read is not None
        assert row.decision is not None  # rows in these states have both
        kept = entries.store(session, organisation_id, row.read, row.decision)
        applied.created += kept.outcome == "created"
        applied.changed += kept.outcome == "changed"
        applied.published += kept.published
        applied.references.append(kept.reference)
    for missing in preview.missing:
        if missing.may_be_withdrawn and missing.reference in wishes.withdraw:
            _withdraw(session, missing, reason, wishes.publish, applied, by, now)
    applied.asked += entries.asked
    if applied.asked[Request.WAITING]:
        tell_approvers(session, organisation_id, by.user_id, now)
    if not guess_columns(sheet.headings, {}).has(VERSION):
        keep_choices(session, organisation_id, sheet.choices)
    forget_sheet(session, sheet.id)
    return applied


def _withdraw(
    session: Session, missing: MissingEntry, reason: str, publish: bool, applied: Applied, by: Author, now: datetime
) -> None:
    draft = read_draft(session, missing.entry_id)
    content = replace(draft.content, status=Status.WITHDRAWN, status_reason=reason)
    save_draft(session, missing.entry_id, content, version=draft.version, by=by, now=now)
    applied.withdrawn += 1
    applied.references.append(missing.reference)
    if publish:
        asked = request_publication(session, missing.entry_id, by=by, why=reason, now=now).request
        applied.published += asked is Request.PUBLISHED
        applied.asked[asked] += 1
