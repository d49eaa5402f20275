"""Hearing no more of one commissioner, whatever else one follows: a mute whose subject is the organisation."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.mutes import MOST_TITLE, Mute
from kil_pipeline.errors import LinkNotValid
from kil_pipeline.events.log import events_of
from kil_pipeline.events.types import PublicEvent
from kil_pipeline.organisations.organisations import Organisation

NO_REFERENCE = ""
"""What a commissioner's mute has in place of a reference: by this it is told from others."""


@dataclass(frozen=True)
class MutedCommissioners:
    """By slug, up to which position of the log a commissioner's news is not told; None where it is muted still."""

    until: Mapping[str, int | None]

    def covers(self, slug: str, position: int) -> bool:
        """Tell whether something that a commissioner's log says at a position is not to be told."""
        if slug not in self.until:
            return False
        until = self.until[slug]
        return until is None or position <= until


NONE_MUTED = MutedCommissioners({})


def muted_commissioners(session: Session, people: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, MutedCommissioners]:
    """Return the muted commissioners of those people who have any. Few have: that costs one query for all."""
    rows = session.execute(
        sa.select(Mute.subscriber_id, Mute.subject_id, Mute.until_position).where(
            Mute.subscriber_id.in_(people), Mute.reference == NO_REFERENCE
        )
    ).all()
    if not rows:
        return {}
    ids = {uuid.UUID(row.subject_id) for row in rows}
    named = sa.select(Organisation.id, Organisation.slug).where(Organisation.id.in_(ids))
    slugs = {row.id: row.slug for row in session.execute(named)}
    found: dict[uuid.UUID, dict[str, int | None]] = defaultdict(dict)
    for row in rows:
        slug = slugs.get(uuid.UUID(row.subject_id))
        if slug is not None:
            found[row.subscriber_id][slug] = row.until_position
    return {person: MutedCommissioners(until) for person, until in found.items()}


def commissioner_of(session: Session, subject_id: str) -> tuple[uuid.UUID, str]:
    """Return whose an entry or session is: the organisation's id and name. Raises `LinkNotValid`."""
    for logged in events_of(session, subject_id, limit=1):
        if isinstance(logged.event, PublicEvent):
            slug = logged.event.facets.commissioner
            row = session.scalar(sa.select(Organisation).where(Organisation.slug == slug))
            if row is not None:
                return row.id, row.name
    raise LinkNotValid("We know nothing of that any more.")


def mute_commissioner(session: Session, subscriber_id: uuid.UUID, subject_id: str, now: datetime) -> str:
    """Tell a subscriber no more of whoever an entry or session is of. Returns the commissioner's name.

    Doing it again changes nothing. Raises `LinkNotValid`.
    """
    organisation_id, name = commissioner_of(session, subject_id)
    row = session.get(Mute, (subscriber_id, str(organisation_id)))
    if row is None:
        row = Mute(subscriber_id=subscriber_id, subject_id=str(organisation_id), reference=NO_REFERENCE)
        session.add(row)
    elif row.until_position is None:
        return name
    row.title, row.muted_at, row.until_position = name[:MOST_TITLE], now, None
    session.flush()
    return name
