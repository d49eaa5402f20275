"""What an event about a record says of its session, and the words that several of them share."""

import uuid
from collections.abc import Iterable

from sqlalchemy.orm import Session

from kil_pipeline.codec import from_json
from kil_pipeline.engagement.session_facets import areas_of, themes_of
from kil_pipeline.engagement.sessions import SessionContent, SessionRow
from kil_pipeline.events.types import Facets
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.text import stems


def record_facets(session: Session, session_id: uuid.UUID, themes: Iterable[str] = (), words: str = "") -> Facets:
    """Return what an event about a session's record is matched by. `themes`, `words`: of a point, besides its own."""
    row = session.get_one(SessionRow, session_id)
    content, organisation = from_json(SessionContent, row.content), session.get_one(Organisation, row.organisation_id)
    return Facets(
        subject="session",
        subject_id=str(row.id),
        reference=row.reference,
        title=content.title,
        commissioner=organisation.slug,
        commissioner_name=organisation.name,
        formerly=tuple(organisation.predecessors),
        areas=areas_of(session, content),
        themes=tuple(dict.fromkeys([*themes_of(session, content), *themes])),
        about=content.entries,
        status=row.state,
        stems=tuple(stems(" ".join([content.title, content.purpose, organisation.name, content.host, words]))),
        can_we_go="The session is over; its record is open to all",
        what_to_do="Read what was said, and what comes of it.",
    )


def describe_count(number: int, one: str) -> str:
    """Return "1 point", "3 points"."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"
