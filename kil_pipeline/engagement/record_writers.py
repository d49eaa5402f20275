"""Co-hosts who write a record: by a signed link, until it is final or the commissioner ends all links."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from kil_pipeline.alerts.notices import queue_notice
from kil_pipeline.engagement.records import RecordRow, RecordState, hold_record
from kil_pipeline.engagement.sessions import SessionRow
from kil_pipeline.errors import InvalidTransition, LinkNotValid
from kil_pipeline.organisations.members import normalise_address


def new_writers(session: Session, session_id: uuid.UUID, now: datetime) -> None:
    """End all links that co-hosts have to the record."""
    hold_record(session, session_id, now).writers += 1
    session.flush()


def invite_writer(session: Session, session_id: uuid.UUID, address: str, now: datetime) -> str:
    """Send a co-host the link to write the record. Returns the address. Raises `InvalidAddress`."""
    cleaned = normalise_address(address)
    row = hold_record(session, session_id, now)
    if row.state == RecordState.FINAL.value:
        raise InvalidTransition("This record is final: nobody can write in it any more.")
    queue_notice(session, "record_writer", cleaned, {"session": str(session_id), "round": row.writers}, now=now)
    return cleaned


def writers_session(session: Session, session_id: uuid.UUID, round_: str) -> SessionRow:
    """Return the session whose record a co-host's link opens. Raises `LinkNotValid` where the link was ended."""
    about, row = session.get(SessionRow, session_id), session.get(RecordRow, session_id)
    if about is None or row is None or str(row.writers) != round_:
        raise LinkNotValid("This link has ended. Ask the commissioner for a new one.")
    return about
