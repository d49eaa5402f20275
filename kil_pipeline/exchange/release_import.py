"""Importing Find a Tender's notices: one entry for each process, one revision for each notice, in their order."""

import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.approval_notices import tell_approvers
from kil_pipeline.database import Database
from kil_pipeline.errors import DomainError
from kil_pipeline.exchange.json_files import get, read_json
from kil_pipeline.exchange.releases import (
    Buyer,
    PlannedRelease,
    ReleaseNotUnderstood,
    kind_of_release,
    plain_case,
    read_release,
)
from kil_pipeline.exchange.reports import ImportReport, Outcome, Progress, UnreadableFile, questions_asked
from kil_pipeline.organisations.organisations import (
    Organisation,
    OrganisationKind,
    add_organisation,
    learn_spelling,
    recognise_organisation,
)
from kil_pipeline.organisations.spellings import ask_about
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.drafts import create_entry, read_draft, save_draft
from kil_pipeline.plan.entries import Entry
from kil_pipeline.plan.submissions import Request, request_publication

BATCH = 100
"""Releases in one transaction."""


def import_releases(
    database: Database,
    path: Path,
    *,
    publish: bool = False,
    dry_run: bool = False,
    now: datetime,
    progress: Progress = lambda line: None,
) -> ImportReport:
    """Import a release package. Planning notices go in; all others are left out, and the report says why.

    A notice that is in already changes nothing. Raises `UnreadableFile`.
    """
    report = ImportReport(dry_run=dry_run)
    planned = sorted(_planned(releases_of(path), report), key=lambda r: (r.published_at, r.notice.id))
    batch = max(len(planned), 1) if dry_run else BATCH  # a later notice must find the entry that is rolled back
    told: set[uuid.UUID] = set()
    for start in range(0, len(planned), batch):
        with database.write() as session:
            for release in planned[start : start + batch]:
                waiting = _keep(session, release, publish, report, now)
                if waiting is not None and waiting not in told:
                    told.add(waiting)
                    tell_approvers(session, waiting, None, now)
            if dry_run:
                session.rollback()
        progress(f"{min(start + batch, len(planned))} of {len(planned)} planning notices")
    report.warnings += questions_asked(database, now)
    return report


def releases_of(path: Path) -> list[Any]:
    """Return the releases of a package. Raises `UnreadableFile` where the file is none."""
    package = read_json(path)
    releases = get(package, "releases")
    if not isinstance(releases, list):
        raise UnreadableFile(f"{path.name} is no OCDS release package: it has no list “releases”.")
    return releases


def _planned(releases: list[Any], report: ImportReport) -> Iterator[PlannedRelease]:
    seen: set[str] = set()
    for release in releases:
        kind = kind_of_release(release)
        if kind != "planning":
            report.skipped[kind] += 1
            continue
        try:
            found = read_release(release)
        except ReleaseNotUnderstood as error:
            report.skipped[str(error)] += 1
            continue
        if found.notice.id in seen:
            report.skipped["the same notice twice in the file"] += 1
            continue
        seen.add(found.notice.id)
        yield found


def _keep(
    session: Session, release: PlannedRelease, publish: bool, report: ImportReport, now: datetime
) -> uuid.UUID | None:
    """Keep one notice. Returns the organisation whose approvers it waits for, where it began to."""
    answer = None
    try:
        with session.begin_nested():
            entry_id, outcome, sentence = _keep_notice(session, release, now)
            answer = request_publication(session, entry_id, why=_why(release), now=now) if publish else None
    except DomainError as error:
        report.skipped[f"notice {release.notice.id}: {error}"] += 1
    else:
        asked = answer.request if answer else None
        report.count(outcome, sentence, published=asked is Request.PUBLISHED)
        report.asked += Counter([asked] if asked else [])
        if answer is not None and asked is Request.WAITING and answer.renewed:
            return session.get_one(Entry, entry_id).organisation_id
    return None


def _keep_notice(session: Session, release: PlannedRelease, now: datetime) -> tuple[uuid.UUID, Outcome, str]:
    """Put a notice into its entry. Returns the entry, what became of it, and that in a sentence."""
    key = f"ocds:{release.process}"
    entry = session.scalar(sa.select(Entry).where(Entry.source_key == key))
    if entry is None:
        buyer = _organisation(session, release.buyer, now)
        draft = create_entry(session, buyer.id, release.content, source_key=key, now=now)
        return draft.entry_id, "created", f"New: {release.content.headline}"
    draft = read_draft(session, entry.id)
    if release.notice.id in {notice.id for notice in draft.content.notices}:
        return entry.id, "unchanged", ""
    later = any(notice.published_on > release.notice.published_on for notice in draft.content.notices)
    content = _amended(draft.content, release, older=later)
    save_draft(session, entry.id, content, version=draft.version, now=now)
    return entry.id, "changed", f"{draft.reference}: notice {release.notice.id} added"


def _why(release: PlannedRelease) -> str:
    kind = release.notice.kind
    why = f"{kind if kind.lower().endswith('notice') else f'{kind} notice'} {release.notice.id} on Find a Tender"
    return f"{why}: {release.change}" if release.change else why


def _amended(content: EntryContent, release: PlannedRelease, *, older: bool) -> EntryContent:
    """Return an entry's content after a further notice: the newest notice speaks, what people wrote here stays."""
    notices = tuple(sorted((*content.notices, release.notice), key=lambda notice: notice.published_on))
    if older:
        return replace(content, notices=notices)
    new = release.content
    stated = {name: getattr(new, name) for name in _FROM_NOTICES if getattr(new, name)}
    kinds = {milestone.kind for milestone in new.milestones}
    milestones = (*new.milestones, *(m for m in content.milestones if m.kind not in kinds))
    answered = set(stated) | {f"milestones.{kind}" for kind in kinds}
    disclosures = tuple(d for d in content.disclosures if d.path not in answered)
    return replace(content, **stated, milestones=milestones, disclosures=disclosures, notices=notices)


_FROM_NOTICES = (
    "headline",
    "summary",
    "themes",
    "cpv",
    "areas",
    "value",
    "route",
    "length",
    "lots",
    "suitability",
    "portal",
)


def _organisation(session: Session, buyer: Buyer, now: datetime) -> Organisation:
    known = recognise_organisation(session, name=buyer.name, identifiers=buyer.identifiers)
    if known is None:
        new = add_organisation(
            session,
            name=plain_case(buyer.name),
            kind=OrganisationKind.COMMISSIONER,
            identifiers=buyer.identifiers,
            now=now,
        )
        ask_about(session, new, now)
        return new
    learn_spelling(session, known, name=buyer.name, identifiers=buyer.identifiers)
    return known
