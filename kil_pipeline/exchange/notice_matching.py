"""Bringing a file of tender notices to the plan: attached by their ocid, suggested by likeness, or left to a person."""

import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.approval_notices import tell_approvers
from kil_pipeline.database import Database
from kil_pipeline.errors import DomainError
from kil_pipeline.exchange.notice_attaching import attach_notice, entries_of_process, waits_anew
from kil_pipeline.exchange.notice_similarity import LEAST_SCORE, compare_texts
from kil_pipeline.exchange.release_import import releases_of
from kil_pipeline.exchange.releases import ReleaseNotUnderstood
from kil_pipeline.exchange.reports import MOST_LINES
from kil_pipeline.exchange.tender_notices import DETACHED, NoticeMatch, TenderNotice
from kil_pipeline.exchange.tender_releases import TenderRelease, is_tender, read_tender
from kil_pipeline.organisations.organisations import Organisation, recognise_organisation
from kil_pipeline.plan.entries import Entry, WorkingCopy
from kil_pipeline.plan.statuses import Status

BATCH = 100
"""Notices in one transaction."""
MOST_SUGGESTIONS = 3


@dataclass
class MatchReport:
    """What became of the notices of a file."""

    dry_run: bool = False
    attached: list[str] = field(default_factory=list)
    """A line for each notice that belongs to an entry by its ocid."""
    suggested: int = 0
    unmatched: int = 0
    unchanged: int = 0
    skipped: Counter[str] = field(default_factory=Counter)

    def lines(self) -> Iterator[str]:
        """Yield the report, a line at a time."""
        would = "would be " if self.dry_run else ""
        yield from self.attached[:MOST_LINES]
        yield (
            f"{len(self.attached)} {would}attached, {self.suggested} {would}suggested, "
            f"{self.unmatched} like nothing in the plan, {self.unchanged} decided on before."
        )
        for reason, number in sorted(self.skipped.items())[:MOST_LINES]:
            yield f"{number} left out: {reason}"
        if self.suggested or self.unmatched:
            yield "They wait for a person under “Notices to match” in the workspace."


@dataclass(frozen=True)
class _Candidate:
    """An entry that a notice may belong to."""

    entry_id: uuid.UUID
    headline: str
    cpv: tuple[str, ...]


def match_notices(database: Database, path: Path, *, dry_run: bool = False, now: datetime) -> MatchReport:
    """Read a release package's tender notices and bring them to the plan. Raises `UnreadableFile`.

    Notices of commissioners that are not here are left out. One that a person decided on stays as it is.
    """
    report = MatchReport(dry_run=dry_run)
    tenders = sorted(_tenders(releases_of(path), report), key=lambda t: (t.notice.published_on, t.notice.id))
    batch = max(len(tenders), 1) if dry_run else BATCH
    told: set[uuid.UUID] = set()
    for start in range(0, len(tenders), batch):
        with database.write() as session:
            matcher = _Matcher(session, report, now, told)
            for tender in tenders[start : start + batch]:
                matcher.match(tender)
            if dry_run:
                session.rollback()
    return report


def _tenders(releases: list[Any], report: MatchReport) -> Iterator[TenderRelease]:
    seen: set[str] = set()
    for release in releases:
        if not is_tender(release):
            report.skipped["releases that are no tender notices"] += 1
            continue
        try:
            tender = read_tender(release)
        except ReleaseNotUnderstood as error:
            report.skipped[str(error)] += 1
            continue
        if tender.notice.id in seen:
            report.skipped["the same notice twice in the file"] += 1
            continue
        seen.add(tender.notice.id)
        yield tender


class _Matcher:
    """Matches the notices of one transaction."""

    def __init__(self, session: Session, report: MatchReport, now: datetime, told: set[uuid.UUID]) -> None:
        """`told`: the organisations whose approvers have their mail about this file."""
        self.session, self.report, self.now, self.told = session, report, now, told
        self._candidates: dict[uuid.UUID, list[_Candidate]] = {}

    def match(self, tender: TenderRelease) -> None:
        """Bring one notice to the plan."""
        buyers = (recognise_organisation(self.session, name=b.name, identifiers=b.identifiers) for b in tender.buyers)
        organisation = next((found for found in buyers if found is not None), None)
        if organisation is None:
            self.report.skipped["notices of commissioners that are not here"] += 1
            return
        notice = self.session.get(TenderNotice, tender.notice.id) or self._keep(tender, organisation)
        if notice.dismissed_at is not None or self._decided(notice):
            self.report.unchanged += 1
            return
        same = entries_of_process(self.session, notice)
        if same:
            self._attach(notice, same)
        else:
            self._suggest(notice)

    def _keep(self, tender: TenderRelease, organisation: Organisation) -> TenderNotice:
        row = TenderNotice(
            id=tender.notice.id,
            process=tender.process,
            organisation_id=organisation.id,
            kind=tender.notice.kind,
            title=tender.title,
            url=tender.notice.url,
            cpv=list(tender.cpv),
            published_on=tender.notice.published_on,
            closes_on=tender.closes_on,
            opens=tender.opens,
            dismissed_at=None,
        )
        self.session.add(row)
        self.session.flush()
        return row

    def _decided(self, notice: TenderNotice) -> bool:
        """Tell whether it is attached, or a person detached it: then a person says where it belongs."""
        decided = sa.select(NoticeMatch.entry_id).where(
            NoticeMatch.notice_id == notice.id,
            sa.or_(NoticeMatch.attached_at.is_not(None), NoticeMatch.score == DETACHED),
        )
        return self.session.scalar(decided.limit(1)) is not None

    def _attach(self, notice: TenderNotice, entry_ids: list[uuid.UUID]) -> None:
        for entry_id in entry_ids:
            try:
                with self.session.begin_nested():
                    draft = attach_notice(self.session, notice, entry_id, why="the same process (ocid)", now=self.now)
            except DomainError as error:
                self.report.skipped[f"notice {notice.id}: {error}"] += 1
            else:
                if draft.organisation_id not in self.told and waits_anew(self.session, entry_id, self.now):
                    self.told.add(draft.organisation_id)
                    tell_approvers(self.session, draft.organisation_id, None, self.now)
                self.report.attached.append(f"{draft.reference}: {notice.kind} notice {notice.id} belongs to it.")

    def _suggest(self, notice: TenderNotice) -> None:
        self.session.execute(sa.delete(NoticeMatch).where(NoticeMatch.notice_id == notice.id))
        pairs = [
            (compare_texts(notice.title, notice.cpv, candidate.headline, candidate.cpv), candidate)
            for candidate in self._of(notice.organisation_id)
        ]
        likely = sorted((p for p in pairs if p[0].score >= LEAST_SCORE), key=lambda p: (-p[0].score, p[1].headline))
        for similarity, candidate in likely[:MOST_SUGGESTIONS]:
            self.session.add(
                NoticeMatch(
                    notice_id=notice.id,
                    entry_id=candidate.entry_id,
                    score=similarity.score,
                    why=similarity.why,
                    attached_at=None,
                )
            )
        self.session.flush()
        self.report.suggested += bool(likely)
        self.report.unmatched += not likely

    def _of(self, organisation_id: uuid.UUID) -> list[_Candidate]:
        """Return the entries of a commissioner that are not over, asked of the database once a transaction."""
        if organisation_id not in self._candidates:
            over = [status.value for status in Status if status.ended]
            rows = self.session.execute(
                sa.select(Entry.id, WorkingCopy.content)
                .join(WorkingCopy, WorkingCopy.entry_id == Entry.id)
                .where(Entry.organisation_id == organisation_id, Entry.status.not_in(over))
            )
            self._candidates[organisation_id] = [
                _Candidate(row.id, row.content["headline"], tuple(row.content.get("cpv", ()))) for row in rows
            ]
        return self._candidates[organisation_id]
