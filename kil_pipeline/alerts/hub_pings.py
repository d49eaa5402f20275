"""Telling a WebSub hub that feeds changed (W3C WebSub, section 7), where one is configured: retried until it hears."""

from datetime import datetime
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.alerts.claims import BACK_OFF, LEASE
from kil_pipeline.alerts.webhooks import WebhookAnswer, WebhookCall
from kil_pipeline.database import Base
from kil_pipeline.events.log import public_version

TOPICS = tuple(f"/feeds/{feed}.{kind}" for feed in ("entries", "changes") for kind in ("atom", "rss", "json"))
"""The feeds of the whole plan: only these name the hub (docs/adr/0017). Those with filters are without number."""


class HubPing(Base):
    """One row: what the hub was told of. Permanent."""

    __tablename__ = "hub_ping"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    told_position: Mapped[int] = mapped_column(sa.BigInteger)
    due_at: Mapped[datetime]
    attempts: Mapped[int]
    detail: Mapped[str] = mapped_column(sa.String(200))


def due_ping(session: Session, hub: str, base_url: str, now: datetime) -> tuple[WebhookCall, int] | None:
    """Return the call that tells the hub of all topics, and the position it tells of; None where nothing is due."""
    row = session.get(HubPing, 1, with_for_update=True)
    if row is None:
        row = HubPing(id=1, told_position=0, due_at=now, attempts=0, detail="")
        session.add(row)
    position = public_version(session).n
    if position <= row.told_position or row.due_at > now:
        return None
    row.due_at = now + LEASE
    form = [("hub.mode", "publish"), *(("hub.url", base_url + topic) for topic in TOPICS)]
    headers = (("Content-Type", "application/x-www-form-urlencoded"), ("User-Agent", "kil-pipeline-websub/1"))
    return WebhookCall(hub, headers, urlencode(form).encode()), position


def mark_ping(session: Session, position: int, answer: WebhookAnswer, now: datetime, chance: float) -> None:
    """Note what the hub said."""
    row = session.get_one(HubPing, 1, with_for_update=True)
    row.detail = answer.detail[:200]
    if answer.taken:
        row.told_position, row.attempts, row.due_at = position, 0, now
    else:
        row.attempts += 1
        row.due_at = now + BACK_OFF[min(row.attempts, len(BACK_OFF)) - 1] * (1 + chance / 4)
