"""Telling webhooks what happened: claim │ call │ mark, never in one transaction."""

import uuid
from collections.abc import Callable
from datetime import datetime

import structlog

from kil_pipeline.alerts.webhook_calls import due_calls
from kil_pipeline.alerts.webhooks import PostCall, claim_webhooks, mark_confirmed, mark_failed, mark_told
from kil_pipeline.database import Database
from kil_pipeline.errors import LinkNotValid
from kil_pipeline.settings import Settings

log = structlog.get_logger("scheduler")


def call_webhooks(
    database: Database, settings: Settings, post: PostCall, random: Callable[[], float], now: datetime
) -> int:
    """Look at each webhook that is due, once. Returns how many calls were taken."""
    taken = 0
    while True:
        with database.write() as session:
            claimed = [row.id for row in claim_webhooks(session, now)]
        if not claimed:
            return taken
        taken += sum(_tell(database, settings, post, webhook_id, random(), now) for webhook_id in claimed)


def _tell(
    database: Database, settings: Settings, post: PostCall, webhook_id: uuid.UUID, chance: float, now: datetime
) -> int:
    try:
        with database.read() as session:
            calls = due_calls(session, webhook_id, settings.secret_keys, settings.base_url, settings.quiet_period, now)
    except LinkNotValid:  # deleted meanwhile
        return 0
    taken, position = 0, 0
    for due in calls:
        answer = post(due.call)
        if not due.answered(answer):
            wrong = "The answer did not repeat the challenge." if answer.taken else answer.detail
            with database.write() as session:
                if position:
                    mark_told(session, webhook_id, position, now)
                mark_failed(session, webhook_id, wrong, now, chance)
            return taken
        taken, position = taken + 1, due.position
        if due.challenge:
            with database.write() as session:
                mark_confirmed(session, webhook_id, now)
            return taken
    with database.write() as session:
        mark_told(session, webhook_id, position, now, detail=f"Told of {taken}." if taken else "")
    return taken
