"""What is held of somebody who comes to a session: their download, their erasure, and what goes by itself in time."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.alerts.personal_data import Held, rows_of
from kil_pipeline.engagement.coming import CONFIRM_DAYS, leave
from kil_pipeline.engagement.places import places_row
from kil_pipeline.engagement.registrations import (
    ACTIVE,
    AccessNeed,
    Registration,
    RegistrationState,
    load_registration,
)
from kil_pipeline.engagement.sessions import SessionRow

MOST_AT_ONCE = 500
KEPT = timedelta(days=365)
"""How long after a session it is known who came."""
NEEDS_KEPT = timedelta(days=28)
"""How long after a session it is known what somebody needed to take part."""


def held_about_registration(session: Session, row: Registration) -> tuple[Held, ...]:
    """Return each table with the condition for the rows about somebody who comes; their registration comes last."""
    mails = session.execute(
        sa.select(Delivery.id, Delivery.body).where(Delivery.address == row.email, Delivery.kind == "notice")
    )
    own = [key for key, body in mails if body["about"].get("registration") == str(row.id)]
    return (
        (Delivery, Delivery.id.in_(own)),
        (AccessNeed, AccessNeed.registration_id == row.id),
        (Registration, Registration.id == row.id),
    )


def registration_data(session: Session, registration_id: uuid.UUID, now: datetime) -> dict[str, Any]:
    """Return all that is held of somebody for one session, as JSON's values. Raises `LinkNotValid` once erased."""
    row = load_registration(session, registration_id)
    tables = {
        table.__tablename__: rows_of(session, table, which) for table, which in held_about_registration(session, row)
    }
    return {"address": row.email, "as_of": now.isoformat(), "tables": tables}


def erase_registration(
    session: Session, registration_id: uuid.UUID, offer_for: timedelta | None, now: datetime
) -> None:
    """Erase somebody from a session at once (UK GDPR, article 17); their place goes to the next, as `leave` says.

    A row without a person stays, as the count of who came. Raises `LinkNotValid` where they were erased before.
    """
    row = load_registration(session, registration_id)
    if RegistrationState(row.state) in (*ACTIVE, RegistrationState.REQUESTED):
        leave(session, registration_id, offer_for, now)
    _erase(session, load_registration(session, registration_id), now)


def _erase(session: Session, row: Registration, now: datetime) -> None:
    for table, which in held_about_registration(session, row)[:-1]:
        session.execute(sa.delete(table).where(which))
    row.name, row.organisation_name, row.email = "", "", None
    row.host_sees, row.others_see, row.erased_at = False, False, now
    session.flush()


def erase_unconfirmed(session: Session, now: datetime) -> int:
    """Erase requests that nobody confirmed within `CONFIRM_DAYS`. Returns how many."""
    old = sa.select(Registration).where(
        Registration.state == RegistrationState.REQUESTED.value,
        Registration.asked_at < now - timedelta(days=CONFIRM_DAYS),
    )
    rows = session.scalars(old.limit(MOST_AT_ONCE).with_for_update(skip_locked=True)).all()
    for row in rows:
        for table, which in held_about_registration(session, row):
            session.execute(sa.delete(table).where(which))
    return len(rows)


def erase_old_needs(session: Session, now: datetime) -> int:
    """Erase access needs `NEEDS_KEPT` after the session; how many there were is kept. Returns how many."""
    old = (
        sa.select(AccessNeed.registration_id, Registration.session_id)
        .join(Registration, Registration.id == AccessNeed.registration_id)
        .join(SessionRow, SessionRow.id == Registration.session_id)
        .where(SessionRow.starts_at < now - NEEDS_KEPT)
        .order_by(Registration.session_id)
        .limit(MOST_AT_ONCE)
    )
    found = session.execute(old).all()
    for _, session_id in found:
        places_row(session, session_id).needs_erased += 1
    gone = [registration_id for registration_id, _ in found]
    session.execute(sa.delete(AccessNeed).where(AccessNeed.registration_id.in_(gone)))
    session.flush()
    return len(found)


def erase_old_registrations(session: Session, now: datetime) -> int:
    """Erase who came from registrations whose session was more than `KEPT` ago. Returns how many."""
    old = (
        sa.select(Registration)
        .join(SessionRow, SessionRow.id == Registration.session_id)
        .where(Registration.erased_at.is_(None), SessionRow.starts_at < now - KEPT)
        .limit(MOST_AT_ONCE)
        .with_for_update(of=Registration, skip_locked=True)
    )
    rows = session.scalars(old).all()
    for row in rows:
        _erase(session, row, now)
    return len(rows)
