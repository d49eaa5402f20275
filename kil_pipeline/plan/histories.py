"""Public entries with every publication of theirs, for documents that tell the whole course."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.codec import from_json
from kil_pipeline.errors import NotFound
from kil_pipeline.organisations.organisations import Organisation, PublicOrganisation
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.entries import EntryHandover, Revision
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.queries import PublicRevision


@dataclass(frozen=True)
class PublicHistory:
    """A public entry with its publications, the first one first."""

    entry: PublicEntry
    revisions: tuple[PublicRevision, ...]

    def states(self) -> tuple[PublicEntry, ...]:
        """Return the entry as each publication left it, the first one first."""
        return tuple(
            replace(
                self.entry,
                revision=r.number,
                content=r.content,
                updated_at=r.published_at,
                commissioner=r.commissioner or self.entry.commissioner,
            )
            for r in self.revisions
        )

    def until(self, number: int) -> "PublicHistory":
        """Return the history up to a publication. Raises `NotFound` where there is none of this number."""
        found = tuple(revision for revision in self.revisions if revision.number <= number)
        if not found or found[-1].number != number:
            raise NotFound(f"{self.entry.reference} has no publication {number}.")
        return replace(self, revisions=found)


def public_histories(session: Session, entries: Sequence[PublicEntry]) -> tuple[PublicHistory, ...]:
    """Return the histories of some entries, in their order. The caller bounds how many there are."""
    ids = [entry.id for entry in entries]
    earlier = _planners_before(session, ids)
    rows = session.scalars(
        sa.select(Revision).where(Revision.entry_id.in_(ids)).order_by(Revision.entry_id, Revision.number)
    )
    found: dict[uuid.UUID, list[PublicRevision]] = {}
    for row in rows:
        content = from_json(EntryContent, row.content)
        then = next((who for number, who in earlier.get(row.entry_id, ()) if row.number < number), None)
        revision = PublicRevision(row.number, row.published_at, tuple(row.sentences), row.why, row.minor, content, then)
        found.setdefault(row.entry_id, []).append(revision)
    return tuple(PublicHistory(entry, tuple(found[entry.id])) for entry in entries)


def _planners_before(
    session: Session, entry_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[tuple[int, PublicOrganisation]]]:
    """Return, for each entry that was handed over, who planned it before which publication, the first one first."""
    rows = session.execute(
        sa.select(EntryHandover.entry_id, EntryHandover.revision, Organisation)
        .join(Organisation, Organisation.id == EntryHandover.from_id)
        .where(EntryHandover.entry_id.in_(entry_ids), EntryHandover.revision.is_not(None))
        .order_by(EntryHandover.revision)
    )
    found: dict[uuid.UUID, list[tuple[int, PublicOrganisation]]] = {}
    for entry_id, number, organisation in rows:
        found.setdefault(entry_id, []).append((int(number or 0), PublicOrganisation.of(organisation)))
    return found
