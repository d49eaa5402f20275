"""The public entries that one is linked to, in both directions: what it replaces, and what replaces it."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.plan.contents import LinkKind
from kil_pipeline.plan.entries import PublicEntryRow, PublicLink
from kil_pipeline.plan.public import PublicEntry

MOST = 100


@dataclass(frozen=True)
class LinkedEntry:
    """Another public entry, and what it is to this one."""

    label: str
    reference: str
    headline: str


def linked_entries(session: Session, entry: PublicEntry) -> tuple[LinkedEntry, ...]:
    """Return what an entry names, then what names it. What is not public is left out."""
    named = {link.reference: link.kind for link in entry.content.links}
    headlines = dict(_headlines(session, tuple(named)))
    there = (
        LinkedEntry(kind.label, reference, headlines[reference])
        for reference, kind in named.items()
        if reference in headlines
    )
    rows = session.execute(
        sa.select(PublicLink.kind, PublicEntryRow.reference, PublicEntryRow.content)
        .join(PublicEntryRow, PublicEntryRow.entry_id == PublicLink.entry_id)
        .where(PublicLink.reference == entry.reference)
        .order_by(PublicLink.kind, PublicEntryRow.reference)
        .limit(MOST)
    )
    back = (LinkedEntry(LinkKind(kind).label_back, ref, str(content["headline"])) for kind, ref, content in rows)
    return (*there, *back)


def _headlines(session: Session, references: tuple[str, ...]) -> list[tuple[str, str]]:
    if not references:
        return []
    rows = session.execute(
        sa.select(PublicEntryRow.reference, PublicEntryRow.content).where(PublicEntryRow.reference.in_(references))
    )
    return [(reference, str(content["headline"])) for reference, content in rows]
