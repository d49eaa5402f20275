"""An entry that another body plans from now on: its reference and its addresses stay, the trail says so."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.codec import from_json
from kil_pipeline.database import new_id
from kil_pipeline.errors import InvalidTransition, NotFound
from kil_pipeline.events.log import record
from kil_pipeline.events.types import EntryHandedOver
from kil_pipeline.organisations.organisations import Organisation, OrganisationKind
from kil_pipeline.plan.contents import NOBODY, Author, EntryContent
from kil_pipeline.plan.entries import Entry, EntryHandover, PublicEntryRow, PublicSlip, Revision
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.publishing import facets_of
from kil_pipeline.plan.release_dates import TimedRelease
from kil_pipeline.plan.search import entry_stems, forget_entry, index_entry
from kil_pipeline.plan.submissions import Submission


@dataclass(frozen=True)
class Told:
    """What readers are told of a handover: a sentence, and the reason.

    `merged`: the whole body went over; `alias`: it was the same body under another name.
    """

    sentence: str
    why: str = ""
    merged: bool = False
    alias: bool = False


def hand_over(
    session: Session, entry_id: uuid.UUID, to_id: uuid.UUID, told: Told, *, by: Author = NOBODY, now: datetime
) -> None:
    """Give an entry to another commissioner, with its draft, its withheld values and what waits to be published.

    What is public gets a revision that says the same and tells of it. Raises `InvalidTransition`.
    """
    entry = session.get_one(Entry, entry_id, with_for_update=True)
    old, new = session.get_one(Organisation, entry.organisation_id), session.get_one(Organisation, to_id)
    _check(old, new, told)
    entry.organisation_id = new.id
    if entry.source_key:
        _keep_source(session, entry, old.id)
    for table in (Submission, TimedRelease, PublicSlip):
        session.execute(sa.update(table).where(table.entry_id == entry_id).values(organisation_id=new.id))
    number = _tell(session, entry_id, old, new, told, by, now)
    session.add(EntryHandover(id=new_id(), entry_id=entry_id, from_id=old.id, to_id=new.id, revision=number, at=now))
    session.flush()


def move_entry(
    session: Session, reference: str, from_id: uuid.UUID, to_id: uuid.UUID, why: str, *, by: Author, now: datetime
) -> None:
    """Give one entry of an organisation to another. Raises `NotFound`, and `InvalidTransition` without a reason."""
    entry_id = session.scalar(sa.select(Entry.id).where(Entry.reference == reference, Entry.organisation_id == from_id))
    if entry_id is None:
        raise NotFound(f"There is no planned opportunity {reference} in this plan.")
    if not why.strip():
        raise InvalidTransition("Moving it needs a reason.")
    old, new = (session.get_one(Organisation, key).name for key in (from_id, to_id))
    hand_over(session, entry_id, to_id, Told(f"{new} plans this now. Before, {old} did.", why.strip()), by=by, now=now)


def _check(old: Organisation, new: Organisation, told: Told) -> None:
    if old.id == new.id:
        raise InvalidTransition(f"It is in the plan of {new.name} already.")
    if new.kind != OrganisationKind.COMMISSIONER.value:
        raise InvalidTransition(f"{new.name} is no commissioner: it has no plan.")
    if new.successor_id is not None:
        raise InvalidTransition(f"{new.name} has ended. Choose the body that it became.")


def _keep_source(session: Session, entry: Entry, old_id: uuid.UUID) -> None:
    """Let the same row of the same sheet find the entry again, in the plan that it is in now."""
    key = entry.source_key or ""
    moved = key.replace(f"sheet:{old_id}:", f"sheet:{entry.organisation_id}:", 1)
    taken = sa.exists().where(Entry.source_key == moved, Entry.id != entry.id)
    if moved != key and not session.scalar(sa.select(taken)):
        entry.source_key = moved


def _tell(
    session: Session, entry_id: uuid.UUID, old: Organisation, new: Organisation, told: Told, by: Author, now: datetime
) -> int | None:
    """Tell everyone, where anything of the entry is public. Returns the number of the publication."""
    row = session.get(PublicEntryRow, entry_id)
    if row is None:
        return None
    row.revision += 1
    session.add(
        Revision(
            id=new_id(),
            entry_id=entry_id,
            number=row.revision,
            content=row.content,
            sentences=[told.sentence],
            why=told.why,
            minor=False,
            published_at=now,
            published_by=by.user_id,
        )
    )
    row.organisation_id, row.updated_at = new.id, now
    if not told.alias:
        row.formerly = [*(name for name in row.formerly if name not in (old.name, new.name)), old.name]
    session.flush()
    public = PublicEntry.of(row, new)
    forget_entry(session, entry_id)
    stems = entry_stems(from_json(EntryContent, row.content), public.planners, public.reference)
    index_entry(session, entry_id, stems)
    facets = facets_of(public, now)
    formerly = tuple(dict.fromkeys([*facets.formerly, old.slug]))
    facets = replace(facets, formerly=formerly, revision=row.revision)
    record(session, EntryHandedOver(facets=facets, sentence=told.sentence, why=told.why, merged=told.merged), now)
    return row.revision
