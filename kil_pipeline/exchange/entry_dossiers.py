"""Everything that was public of one entry, and when it was told: one file for a challenge or an audit.

Public content alone, and counts: no value that is withheld, no address, no name of a person.
"""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.alerts.digests import PASSED_OVER, Notification
from kil_pipeline.codec import to_json
from kil_pipeline.engagement.programme import sessions_about
from kil_pipeline.engagement.public_records import TrailStep, entry_trail
from kil_pipeline.engagement.sessions import PublicSession
from kil_pipeline.events.log import EventRow
from kil_pipeline.organisations.audit import AuditRow
from kil_pipeline.plan.disclosures import Disclosure, field_label
from kil_pipeline.plan.histories import PublicHistory, public_histories
from kil_pipeline.plan.queries import public_entry
from kil_pipeline.reference.reasons import reason
from kil_pipeline.support.public_answers import PublicAnswer, count_unpublished_answers, public_answers


@dataclass(frozen=True)
class ToldEvent:
    """Something that happened to the entry, with how many mails told of it."""

    position: int
    kind: str
    at: datetime
    sentence: str
    why: str
    digests: int
    """Mails that told of it, as far as that is still on record: who was told is forgotten in time."""
    sent: int
    """Of those, how many a mail server took."""


@dataclass(frozen=True)
class ReasonGiven:
    """A reason for having no value, from the publication that gave it to the one that took it away."""

    path: str
    label: str
    reason_label: str
    disclosure: Disclosure
    since: int
    until: int | None
    """The number of the publication that no longer gives it; None while it stands."""


@dataclass(frozen=True)
class Deed:
    """Something that a member did with the entry, without who it was: the organisation's audit trail has that."""

    at: datetime
    what: str


@dataclass(frozen=True)
class Dossier:
    """The whole account of one public entry."""

    history: PublicHistory
    events: tuple[ToldEvent, ...]
    sessions: tuple[PublicSession, ...]
    records: tuple[TrailStep, ...]
    """The final records of sessions about the entry, or that changed it, with the conflicts of interest declared."""
    reasons: tuple[ReasonGiven, ...]
    deeds: tuple[Deed, ...]
    answers: tuple[PublicAnswer, ...]
    """Readers' answers that were published, with the responses, the first one first; without names."""
    other_answers: int
    """How many more were sent and confirmed, as far as they are still on record."""
    made_at: datetime

    @property
    def reference(self) -> str:
        """The entry's reference."""
        return self.history.entry.reference


def read_dossier(session: Session, reference: str, *, now: datetime) -> Dossier:
    """Return the account of a public entry. Raises `NotFound`, for a draft that was never public too."""
    entry = public_entry(session, reference)
    (history,) = public_histories(session, [entry])
    deeds = session.execute(
        sa.select(AuditRow.at, AuditRow.deed)
        .where(AuditRow.organisation_id == entry.commissioner.id, AuditRow.subject == reference)
        .order_by(AuditRow.at, AuditRow.id)
    )
    return Dossier(
        history=history,
        events=_events(session, str(entry.id)),
        sessions=sessions_about(session, reference),
        records=entry_trail(session, reference),
        reasons=reasons_given(history),
        deeds=tuple(Deed(row.at, row.deed) for row in deeds),
        answers=tuple(replace(answer, name="") for answer in reversed(public_answers(session, entry.id))),
        other_answers=count_unpublished_answers(session, entry.id),
        made_at=now,
    )


def _events(session: Session, subject_id: str) -> tuple[ToldEvent, ...]:
    told = (
        sa.select(
            Notification.position,
            sa.func.count(sa.distinct(Notification.delivery_id)).label("digests"),
            sa.func.count(sa.distinct(Delivery.id)).label("sent"),
        )
        .join(Delivery, sa.and_(Delivery.id == Notification.delivery_id, Delivery.state == "sent"), isouter=True)
        .where(Notification.delivery_id != PASSED_OVER)
        .group_by(Notification.position)
        .subquery()
    )
    rows = session.execute(
        sa.select(EventRow, told.c.digests, told.c.sent)
        .join(told, told.c.position == EventRow.position, isouter=True)
        .where(EventRow.subject_id == subject_id)
        .order_by(EventRow.position)
    )
    return tuple(
        ToldEvent(
            row.position or 0, row.kind, row.recorded_at, str(row.body.get("sentence", "")),
            str(row.body.get("why", "")), digests or 0, sent or 0,
        )
        for row, digests, sent in rows
    )  # fmt: skip


def reasons_given(history: PublicHistory) -> tuple[ReasonGiven, ...]:
    """Return every reason that was given, in the order of the publications: a changed one is a new one."""
    standing: dict[str, tuple[Disclosure, int]] = {}
    found: list[ReasonGiven] = []
    for revision in history.revisions:
        now = {disclosure.path: disclosure for disclosure in revision.content.disclosures}
        for path, (disclosure, since) in list(standing.items()):
            if now.get(path) != disclosure:
                found.append(_reason(disclosure, since, revision.number))
                del standing[path]
        standing |= {path: (given, revision.number) for path, given in now.items() if path not in standing}
    found += [_reason(disclosure, since, None) for disclosure, since in standing.values()]
    return tuple(sorted(found, key=lambda given: (given.since, given.path)))


def _reason(disclosure: Disclosure, since: int, until: int | None) -> ReasonGiven:
    label, named = field_label(disclosure.path), reason(disclosure.reason).label
    return ReasonGiven(disclosure.path, label, named, disclosure, since, until)


def write_dossier(dossier: Dossier, index: str, out: IO[bytes]) -> None:
    """Write the account as a ZIP: JSON, with `index` (HTML) to read, and a checksum of each file."""
    files = {f"{name}.json": _json(data) for name, data in _data(dossier).items()} | {"index.html": index.encode()}
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    moment = dossier.made_at.timetuple()[:6]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (*sorted(files.items()), ("sha256.txt", sums.encode())):
            info = zipfile.ZipInfo(f"{dossier.reference}/{name}", moment)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)


def _data(dossier: Dossier) -> Mapping[str, object]:
    entry = dossier.history.entry
    publications = {
        f"publications/{revision.number:03d}": {
            "number": revision.number,
            "publishedAt": revision.published_at.isoformat(),
            "why": revision.why,
            "minor": revision.minor,
            "whatChanged": list(revision.sentences),
            "content": to_json(revision.content),
        }
        for revision in dossier.history.revisions
    }
    last = dossier.history.revisions[-1].content
    return publications | {
        "planned-opportunity": {
            "reference": entry.reference,
            "headline": entry.headline,
            "commissioner": entry.commissioner.name,
            "firstPublishedAt": entry.first_published_at.isoformat(),
            "publications": len(dossier.history.revisions),
            "madeAt": dossier.made_at.isoformat(),
        },
        "events": [to_json(event) for event in dossier.events],
        "sessions": [to_json(session) for session in dossier.sessions],
        "records": [_record(step) for step in dossier.records],
        "reasons": [to_json(given) for given in dossier.reasons],
        "notices": [to_json(notice) for notice in last.notices],
        "deeds": [to_json(deed) for deed in dossier.deeds],
        "answers": {"published": [to_json(answer) for answer in dossier.answers], "others": dossier.other_answers},
    }


def _record(step: TrailStep) -> Mapping[str, object]:
    record = step.record
    return {
        "session": step.session.reference,
        "finalAt": record.final_at.isoformat(),
        "people": record.head.came_people,
        "organisations": record.head.came_organisations,
        "interestsDeclared": record.head.interests,
        "parts": [
            {"number": part.number, "kind": part.kind, "content": to_json(part.content)} for part in record.parts
        ],
        "responses": [{"point": number, **to_json(given.content)} for number, given in record.responses.items()],
        "amendments": [to_json(added) for added in record.amendments],
    }


def _json(data: Any) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()
