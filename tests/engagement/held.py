"""A session that was held, for the tests of records."""

import uuid
from datetime import timedelta

from sqlalchemy.orm import Session

from kil_pipeline.engagement.programme import announce_session
from kil_pipeline.engagement.sessions import SessionContent, SessionRow
from tests.factories import NOW


def a_held_session(session: Session, organisation_id: uuid.UUID, *entries: str) -> uuid.UUID:
    """Add a session that was held a week ago, about some planned opportunities. Returns its id."""
    starts = NOW - timedelta(days=7)
    content = SessionContent(
        "What would help?",
        "To hear what helps.",
        starts,
        starts + timedelta(hours=2),
        open_to_change="Opening hours",
        host="Mill Hall Trust",
        areas=("E08000035",),
        themes=("falls",),
        entries=entries,
    )
    found = announce_session(session, organisation_id, content, venue_id=None, now=NOW - timedelta(days=30))
    session.get_one(SessionRow, found.id).state = "held"
    session.flush()
    return found.id
