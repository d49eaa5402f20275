"""Reminders, and telling everybody once that a session moved or is off. Both are asked of the tables at each tick.

Nothing here is told by the code that moves sessions: whoever was last told of an earlier `sequence` is behind.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.notices import queue_notice
from kil_pipeline.engagement.places import OPEN_STATES
from kil_pipeline.engagement.registrations import ACTIVE, Registration, RegistrationState
from kil_pipeline.engagement.sessions import SessionRow, SessionState

MOST_AT_ONCE = 200
OFF = (SessionState.POSTPONED, SessionState.CANCELLED)


def tell_changes(session: Session, now: datetime) -> int:
    """Queue a notice to everybody who comes, or waits, and was not told of a session's last change. Returns how many.

    What changes after a session began is told to nobody, except that it is off.
    """
    behind = (
        sa.select(Registration, SessionRow.sequence, SessionRow.starts_at)
        .join(SessionRow, SessionRow.id == Registration.session_id)
        .where(
            Registration.state.in_([state.value for state in ACTIVE]),
            Registration.email.is_not(None),
            Registration.told_sequence < SessionRow.sequence,
            sa.or_(
                SessionRow.state.in_([state.value for state in OFF]),
                sa.and_(SessionRow.state.in_([state.value for state in OPEN_STATES]), SessionRow.starts_at > now),
            ),
        )
        .order_by(Registration.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(of=Registration, skip_locked=True)
    )
    rows = session.execute(behind).all()
    for row, sequence, starts_at in rows:
        about = {"registration": str(row.id), "sequence": sequence, "was": row.told_starts_at.isoformat()}
        queue_notice(session, "coming_changed", row.email or "", about, now=now)
        row.told_sequence, row.told_starts_at, row.told_at = sequence, starts_at, now
    session.flush()
    return len(rows)


def remind(session: Session, days_before: Sequence[int], now: datetime) -> int:
    """Queue the reminders that are due, the nearest for each person. Returns how many people were looked at.

    A reminder is due so many days before the start as it stands: when the session moves, it moves too. Whoever had a
    mail about the session since then needs none.
    """
    for days in sorted(days_before):
        rows = session.execute(_due(days, now)).all()
        for row, starts_at in rows:
            if row.told_at <= starts_at - timedelta(days=days):
                about = {"registration": str(row.id), "starts": starts_at.isoformat()}
                queue_notice(session, "coming_reminder", row.email or "", about, now=now)
            row.reminded_for, row.reminded_days = starts_at, days
        session.flush()
        if rows:
            return len(rows)
    return 0


def _due(days: int, now: datetime) -> sa.Select[Registration, datetime]:
    not_yet = sa.or_(
        Registration.reminded_for.is_(None),
        Registration.reminded_for != SessionRow.starts_at,
        Registration.reminded_days > days,
    )
    return (
        sa.select(Registration, SessionRow.starts_at)
        .join(SessionRow, SessionRow.id == Registration.session_id)
        .where(
            Registration.state == RegistrationState.REGISTERED.value,
            Registration.email.is_not(None),
            SessionRow.state.in_([state.value for state in OPEN_STATES]),
            SessionRow.starts_at > now,
            SessionRow.starts_at <= now + timedelta(days=days),
            not_yet,
        )
        .order_by(Registration.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(of=Registration, skip_locked=True)
    )
