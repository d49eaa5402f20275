"""Publishing: a new revision, the public view made anew and the events of the change, all in one transaction."""

import uuid
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.codec import from_json, to_json
from kil_pipeline.database import new_id
from kil_pipeline.errors import InvalidTransition
from kil_pipeline.events.log import record
from kil_pipeline.events.types import EntryCorrected, Facets
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.advice import chance_of, give_advice
from kil_pipeline.plan.changes import Change, describe_changes
from kil_pipeline.plan.contents import NOBODY, Author, EntryContent
from kil_pipeline.plan.entries import (
    MOST_SORTED,
    NO_OPENING,
    Entry,
    PublicArea,
    PublicCpv,
    PublicDisclosure,
    PublicEntryRow,
    PublicLink,
    PublicMilestone,
    PublicTheme,
    Revision,
    WorkingCopy,
)
from kil_pipeline.plan.entry_figures import count_entries
from kil_pipeline.plan.key_dates import key_dates, opening_of
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.publishing_rules import check_may_publish
from kil_pipeline.plan.search import entry_stems, forget_entry, index_entry
from kil_pipeline.plan.statuses import Status, check_transition
from kil_pipeline.reference.milestones import milestone_kind
from kil_pipeline.times import london_day


def publish_entry(
    session: Session, entry_id: uuid.UUID, *, by: Author = NOBODY, why: str = "", minor: bool = False, now: datetime
) -> int | None:
    """Make the working copy public. Returns the revision's number, or None where nothing had changed.

    `why`: the reason for the change, in public words. `minor`: a correction that nobody is told of.
    Raises `InvalidTransition` where the status may not become what the working copy says, and `MustWait` where the
    organisation's rules keep it back: `plan.submissions.request_publication` lets it wait instead.
    """
    entry = session.get_one(Entry, entry_id, with_for_update=True)
    check_may_publish(session, entry.organisation_id, london_day(now))
    content = from_json(EntryContent, session.get_one(WorkingCopy, entry_id).content)
    return publish_content(session, entry_id, content, by=by, why=why, minor=minor, now=now)


def publish_content(
    session: Session,
    entry_id: uuid.UUID,
    content: EntryContent,
    *,
    by: Author = NOBODY,
    why: str = "",
    minor: bool = False,
    now: datetime,
) -> int | None:
    """Make `content` public, as `publish_entry` does; the working copy may say more, and stays as it is."""
    entry = session.get_one(Entry, entry_id, with_for_update=True)
    copy = session.get_one(WorkingCopy, entry_id)
    last = session.scalar(
        sa.select(Revision).where(Revision.entry_id == entry_id).order_by(Revision.number.desc()).limit(1)
    )
    old = from_json(EntryContent, last.content) if last else None
    check_status(Status(entry.status), content.status)
    if from_json(EntryContent, copy.content) == content:
        copy.published_version = copy.version
    changes = describe_changes(old, content)
    if not changes:
        return None
    number = last.number + 1 if last else 1
    minor = minor and last is not None  # the first publication is news, whatever the box says
    session.add(
        Revision(
            entry_id=entry_id,
            id=new_id(),
            number=number,
            content=to_json(content),
            sentences=[change.sentence for change in changes],
            why=why.strip(),
            minor=minor,
            published_at=now,
            published_by=by.user_id,
        )
    )
    entry.status = content.status.value
    public = _refresh_public_view(session, entry, content, number, now)
    _record_events(session, public, changes, why.strip(), minor, now)
    return number


def check_status(old: Status, new: Status) -> None:
    """Raise `InvalidTransition` where an entry may not be published with this status."""
    if new is Status.DRAFT:
        raise InvalidTransition("A draft is not public: choose “Planned” to publish it.")
    if old is Status.DRAFT and new in (Status.CONCLUDED, Status.CANCELLED, Status.ON_HOLD):
        return  # a plan kept elsewhere may come in with its past; it was never public here as anything else
    check_transition(old, new)


def _record_events(
    session: Session, public: PublicEntry, changes: tuple[Change, ...], why: str, minor: bool, now: datetime
) -> None:
    facets = replace(facets_of(public, now), revision=public.revision)
    if minor:
        record(session, EntryCorrected(facets=facets, sentence=changes[0].sentence, why=why), now)
        return
    for change in changes:
        record(session, change.event(facets, why), now)


def facets_of(public: PublicEntry, now: datetime) -> Facets:
    """Return what an event tells of an entry."""
    content, advice = public.content, give_advice(public.content, london_day(now))
    return Facets(
        subject="entry",
        subject_id=str(public.id),
        reference=public.reference,
        title=content.headline,
        commissioner=public.commissioner.slug,
        commissioner_name=public.commissioner.name,
        formerly=public.commissioner.predecessors,
        areas=content.areas,
        themes=content.themes,
        cpv=content.cpv,
        route=content.route,
        chance=advice.chance,
        status=content.status.value,
        value_least=content.value.least if content.value else None,
        value_most=content.value.most if content.value else None,
        stems=tuple(entry_stems(content, public.planners, public.reference)),
        can_we_go=advice.can_we_go,
        what_to_do=advice.what_to_do,
    )


def _refresh_public_view(
    session: Session, entry: Entry, content: EntryContent, number: int, now: datetime
) -> PublicEntry:
    row = session.get(PublicEntryRow, entry.id)
    if row is None:
        row = PublicEntryRow(entry_id=entry.id, reference=entry.reference, first_published_at=now, formerly=[])
        session.add(row)
    else:
        _forget_indexes(session, entry.id)
    opening = opening_of(content)
    row.organisation_id, row.revision, row.content = entry.organisation_id, number, to_json(content)
    row.headline_key = content.headline.lower()[:MOST_SORTED]
    row.status, row.ended = content.status.value, content.status.ended
    row.route, row.chance = content.route, chance_of(content)
    row.value_least = content.value.least if content.value else None
    row.value_most = content.value.most if content.value else None
    row.opens_on, row.opens_until = (opening.earliest, opening.latest) if opening else (NO_OPENING, NO_OPENING)
    row.stale = content.status.waits and row.opens_until < london_day(now)
    row.updated_at = now
    public = PublicEntry.of(row, session.get_one(Organisation, entry.organisation_id))
    count_entries(session, [(row, public)])
    session.flush()
    _write_indexes(session, entry.id, content)
    index_entry(session, entry.id, entry_stems(content, public.planners, public.reference))
    return public


def _forget_indexes(session: Session, entry_id: uuid.UUID) -> None:
    for table in (PublicArea, PublicTheme, PublicCpv, PublicMilestone, PublicDisclosure, PublicLink):
        session.execute(sa.delete(table).where(table.entry_id == entry_id))
    forget_entry(session, entry_id)


def _write_indexes(session: Session, entry_id: uuid.UUID, content: EntryContent) -> None:
    session.add_all(PublicArea(entry_id=entry_id, code=code) for code in set(content.areas))
    session.add_all(PublicTheme(entry_id=entry_id, code=code) for code in set(content.themes))
    session.add_all(PublicCpv(entry_id=entry_id, code=code) for code in set(content.cpv))
    session.add_all(
        PublicMilestone(
            entry_id=entry_id,
            kind=m.kind,
            earliest=m.when.earliest,
            latest=m.when.latest,
            alert_on=milestone_kind(m.kind).next_alert_on(m.when.earliest),
        )
        for m in key_dates(content)
    )
    session.add_all(
        PublicDisclosure(entry_id=entry_id, path=d.path, expected_by=d.expected_by) for d in content.disclosures
    )
    session.add_all(PublicLink(entry_id=entry_id, kind=a.kind.value, reference=a.reference) for a in content.links)
    session.flush()
