"""Telling webhooks what happened: claim │ call │ mark, never in one transaction."""

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from kil_pipeline.alerts.webhook_calls import DueCall, due_calls
from kil_pipeline.alerts.webhook_log import CallMade, note_calls, note_replayed, replays_of
from kil_pipeline.alerts.webhooks import PostCall, Webhook, claim_webhooks, mark_confirmed, mark_failed, mark_told
from kil_pipeline.database import Database
from kil_pipeline.errors import LinkNotValid
from kil_pipeline.settings import Settings


def call_webhooks(
    database: Database,
    settings: Settings,
    post: PostCall,
    random: Callable[[], float],
    seconds: Callable[[], float],
    now: datetime,
) -> int:
    """Look at each webhook that is due, once. `seconds` tells how long a call took. Returns how many were taken."""
    taken = 0
    while True:
        with database.write() as session:
            claimed = [row.id for row in claim_webhooks(session, now)]
        if not claimed:
            return taken
        for webhook_id in claimed:
            made = _call(_due(database, settings, webhook_id, now), post, seconds)
            taken += sum(not one.wrong for one in made)
            with database.write() as session:
                _mark(session, webhook_id, made, random(), now)


def _due(database: Database, settings: Settings, webhook_id: uuid.UUID, now: datetime) -> tuple[DueCall, ...]:
    """Return what is to be told, and behind it what is to be told again."""
    keys, base_url = settings.secret_keys, settings.base_url
    try:
        with database.read() as session:
            return (
                *due_calls(session, webhook_id, keys, base_url, settings.quiet_period, now),
                *replays_of(session, webhook_id, keys, base_url, now),
            )
    except LinkNotValid:  # deleted meanwhile
        return ()


def _call(calls: Iterable[DueCall], post: PostCall, seconds: Callable[[], float]) -> list[CallMade]:
    """Make calls until one fails."""
    made: list[CallMade] = []
    for due in calls:
        began = seconds()
        answer = post(due.call)
        wrong = ""
        if not due.answered(answer):
            wrong = "The answer did not repeat the challenge." if answer.taken else answer.detail or "It failed."
        made.append(CallMade(due, answer, seconds() - began, wrong))
        if wrong:
            break
    return made


def _mark(session: Session, webhook_id: uuid.UUID, made: list[CallMade], chance: float, now: datetime) -> None:
    if session.get(Webhook, webhook_id, with_for_update=True) is None:
        return
    note_calls(session, webhook_id, made, now)
    note_replayed(session, made)
    taken = [one.due for one in made if not one.wrong]
    if any(due.challenge for due in taken):
        mark_confirmed(session, webhook_id, now)
    elif taken or not made:
        detail = f"Told of {len(taken)}." if taken else ""
        mark_told(session, webhook_id, max((due.position for due in taken), default=0), now, detail=detail)
    if len(taken) < len(made):
        mark_failed(session, webhook_id, made[-1].wrong, now, chance)
