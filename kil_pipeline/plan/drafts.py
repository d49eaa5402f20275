"""Working copies: what a commissioner writes before it is public."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.codec import from_json, to_json
from kil_pipeline.database import new_id
from kil_pipeline.errors import EditedMeanwhile, NotFound
from kil_pipeline.organisations.organisations import take_reference
from kil_pipeline.plan.contents import NOBODY, Author, EntryContent
from kil_pipeline.plan.disclosures import DisclosureState
from kil_pipeline.plan.entries import Entry, WorkingCopy
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.withheld import all_withheld_values, keep_withheld_values, withheld_values


@dataclass(frozen=True)
class Draft:
    """An entry as its author sees it. Without its withheld values: those are asked for apart (`plan.withheld`)."""

    entry_id: uuid.UUID
    reference: str
    organisation_id: uuid.UUID
    status: Status
    """`draft` until the first publication, then the status that is public."""
    content: EntryContent
    version: int
    published: bool
    """Whether what it says here is what the public sees."""
    updated_at: datetime


def create_entry(
    session: Session,
    organisation_id: uuid.UUID,
    content: EntryContent,
    *,
    withheld: Mapping[str, str] | None = None,
    source_key: str | None = None,
    source_digest: str | None = None,
    by: Author = NOBODY,
    now: datetime,
) -> Draft:
    """Start an entry as a draft, with a reference of its own. Nothing of it is public."""
    entry = Entry(
        id=new_id(),
        reference=take_reference(session, organisation_id),
        organisation_id=organisation_id,
        status=Status.DRAFT.value,
        source_key=source_key,
        source_digest=source_digest,
        created_at=now,
    )
    session.add(entry)
    session.flush()
    copy = WorkingCopy(
        entry_id=entry.id,
        version=1,
        published_version=None,
        content=to_json(content),
        updated_at=now,
        updated_by=by.user_id,
    )
    session.add(copy)
    keep_withheld_values(session, entry.id, withheld or {}, now)
    return _draft(entry, copy)


def save_draft(
    session: Session,
    entry_id: uuid.UUID,
    content: EntryContent,
    *,
    withheld: Mapping[str, str] | None = None,
    version: int,
    by: Author = NOBODY,
    now: datetime,
) -> Draft:
    """Save a working copy. `withheld` None leaves the withheld values as they are.

    A change of withheld values alone is a new version too, else two people would overwrite each other's; what is
    published stays published by it. Raises `EditedMeanwhile` where `version` is not the one that is stored, and
    `NotFound`.
    """
    entry, copy = _load(session, entry_id)
    if copy.version != version:
        raise EditedMeanwhile(f"Somebody saved {entry.reference} after you opened it.")
    data = to_json(content)
    private_change = withheld is not None and keep_withheld_values(session, entry_id, withheld, now)
    if data == copy.content and copy.published_version == version and private_change:
        copy.published_version = version + 1  # what the public sees is still what it says here
    if data != copy.content or private_change:
        copy.content, copy.version, copy.updated_at, copy.updated_by = data, version + 1, now, by.user_id
    session.flush()
    return _draft(entry, copy)


def find_draft(session: Session, organisation_id: uuid.UUID, reference: str) -> Draft:
    """Return an organisation's own entry as its author sees it. Raises `NotFound`, for another's entry too."""
    entry_id = session.scalar(
        sa.select(Entry.id).where(Entry.reference == reference, Entry.organisation_id == organisation_id)
    )
    if entry_id is None:
        raise NotFound(f"Your organisation has no planned opportunity {reference}.")
    return read_draft(session, entry_id)


def read_draft(session: Session, entry_id: uuid.UUID) -> Draft:
    """Return an entry as its author sees it. Raises `NotFound`."""
    return _draft(*_load(session, entry_id))


def drafts_of(session: Session, organisation_id: uuid.UUID, *, limit: int = 100, offset: int = 0) -> tuple[Draft, ...]:
    """Return an organisation's entries, drafts and public ones, last touched first."""
    rows = session.execute(
        sa.select(Entry, WorkingCopy)
        .join(WorkingCopy, WorkingCopy.entry_id == Entry.id)
        .where(Entry.organisation_id == organisation_id)
        .order_by(WorkingCopy.updated_at.desc(), Entry.reference)
        .limit(limit)
        .offset(offset)
    )
    return tuple(_draft(entry, copy) for entry, copy in rows)


def _load(session: Session, entry_id: uuid.UUID) -> tuple[Entry, WorkingCopy]:
    row = session.execute(
        sa.select(Entry, WorkingCopy)
        .join(WorkingCopy, WorkingCopy.entry_id == Entry.id)
        .where(Entry.id == entry_id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such planned opportunity.")
    return row[0], row[1]


def _draft(entry: Entry, copy: WorkingCopy) -> Draft:
    return Draft(
        entry_id=entry.id,
        reference=entry.reference,
        organisation_id=entry.organisation_id,
        status=Status(entry.status),
        content=from_json(EntryContent, copy.content),
        version=copy.version,
        published=copy.published_version == copy.version,
        updated_at=copy.updated_at,
    )


def still_withheld(
    session: Session, entry_id: uuid.UUID, content: EntryContent, given: Mapping[str, str]
) -> dict[str, str]:
    """Return what to keep as withheld once an entry says `content`: what is given, and what is stored of other fields.

    For a source that need not have the stored values, such as a public export that comes back: it must not lose them.
    """
    paths = {d.path for d in content.disclosures if d.state is DisclosureState.WITHHELD}
    stored = withheld_values(session, entry_id)
    return {path: value for path, value in stored.items() if path in paths} | dict(given)


def changes_withheld(session: Session, entry_id: uuid.UUID, content: EntryContent, given: Mapping[str, str]) -> bool:
    """Tell whether saving `content` with what is given changes anything that is withheld (see `still_withheld`)."""
    return still_withheld(session, entry_id, content, given) != withheld_values(session, entry_id)


def private_drafts(session: Session, organisation_id: uuid.UUID) -> Iterator[tuple[Draft, dict[str, str]]]:
    """Yield all of an organisation's entries by reference, each with its withheld values. For its own people only."""
    private: dict[uuid.UUID, dict[str, str]] = {}
    for entry_id, path, value in all_withheld_values(session, organisation_entries(organisation_id)):
        private.setdefault(entry_id, {})[path] = value
    rows = session.execute(
        sa.select(Entry, WorkingCopy)
        .join(WorkingCopy, WorkingCopy.entry_id == Entry.id)
        .where(Entry.organisation_id == organisation_id)
        .order_by(Entry.reference)
        .execution_options(yield_per=200)
    )
    for entry, copy in rows:
        yield _draft(entry, copy), private.get(entry.id, {})


def organisation_entries(organisation_id: uuid.UUID) -> sa.Select[Any]:
    """Return the query for the ids of an organisation's entries."""
    return sa.select(Entry.id).where(Entry.organisation_id == organisation_id)
