"""Webhooks: a program's address that is told of each change that meets criteria (https://www.standardwebhooks.com).

Nothing is sent before the address echoed a challenge. Calls go in the order of the log, after the quiet period, until
one fails: then all wait, further apart each time, and after `GIVE_UP` the webhook is switched off.
"""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.alerts.claims import BACK_OFF, LEASE
from kil_pipeline.alerts.criteria_index import CriteriaRow, keep_criteria
from kil_pipeline.codec import from_json
from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import DomainError, LinkNotValid
from kil_pipeline.events.log import public_version
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.text import clean_line

GIVE_UP = timedelta(days=5)
"""How long calls may fail before a webhook is switched off."""
CHALLENGE_DAYS = 7
"""How many days a new address has to answer its challenge; after that it is erased."""
OFF_KEPT = timedelta(days=30)
"""How long one that is switched off is kept, so that its owner can switch it on again."""
_NEXT = timedelta(seconds=1)
"""Not before the next tick: each is looked at once in one."""
LONGEST_ADDRESS = 500
HOW = "Write the whole address, such as https://example.org/hooks/plan. It must begin with https://."


class Webhook(Base):
    """A program's address. Kept until it is deleted, seven days unconfirmed, or 30 days after it was switched off."""

    __tablename__ = "webhook"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    address: Mapped[str] = mapped_column(sa.String(LONGEST_ADDRESS))
    criteria_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("criteria.id"), index=True)
    state: Mapped[str] = mapped_column(sa.String(10))
    """new, on or off."""
    sent_position: Mapped[int] = mapped_column(sa.BigInteger)
    """Everything up to here was told. Starts when it is added."""
    due_at: Mapped[datetime] = mapped_column(index=True)
    """When it is looked at next; while it is: when its lease runs out."""
    attempts: Mapped[int]
    """How many calls failed since the last one that was taken."""
    failing_since: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    """When its state changed last."""
    detail: Mapped[str] = mapped_column(sa.String(200))
    """What became of the last call: for its owner and for operators."""


@dataclass(frozen=True)
class WebhookCall:
    """One POST that is to be made."""

    address: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class WebhookAnswer:
    """What came of it: `status` is 0 where there was none. `body`: at most the first few kilobytes."""

    status: int
    body: bytes = b""
    detail: str = ""

    @property
    def taken(self) -> bool:
        """Whether the call was taken (2xx)."""
        return 200 <= self.status < 300


PostCall = Callable[[WebhookCall], WebhookAnswer]
"""Makes the call. Never raises; refuses addresses that are not of the public internet."""


class InvalidWebhook(DomainError):
    """An address that no webhook can have."""


def read_address(text: str) -> str:
    """Return an address as it is called. Raises `InvalidWebhook`."""
    address = clean_line(text)
    try:
        parts = urlsplit(address)
        fits = parts.scheme == "https" and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        fits = False
    if not fits or len(address) > LONGEST_ADDRESS or not address.isascii() or " " in address:
        raise InvalidWebhook(HOW)
    return address.partition("#")[0]


def add_webhook(session: Session, address: str, criteria: Criteria, now: datetime) -> uuid.UUID:
    """Note a new address; its challenge leaves at the next tick. Returns its id. Raises `InvalidWebhook`."""
    row = Webhook(
        id=new_id(),
        address=read_address(address),
        criteria_id=keep_criteria(session, criteria),
        state="new",
        sent_position=public_version(session).n,
        due_at=now,
        attempts=0,
        changed_at=now,
        detail="",
    )
    session.add(row)
    session.flush()
    return row.id


def load_webhook(session: Session, webhook_id: uuid.UUID) -> tuple[Webhook, Criteria]:
    """Return a webhook with what it follows. Raises `LinkNotValid` where it was deleted."""
    row = session.get(Webhook, webhook_id)
    if row is None:
        raise LinkNotValid("This webhook is deleted. You can add a new one.")
    return row, from_json(Criteria, session.get_one(CriteriaRow, row.criteria_id).body)


def switch_on(session: Session, webhook_id: uuid.UUID, now: datetime) -> None:
    """Challenge a webhook anew that is switched off, or try at once what waits. It goes on where it stood."""
    row, _ = load_webhook(session, webhook_id)
    if row.state == "off":
        row.state, row.changed_at, row.detail = "new", now, ""
    row.due_at, row.failing_since, row.attempts = now, None, 0


def delete_webhook(session: Session, webhook_id: uuid.UUID) -> None:
    """Forget a webhook."""
    session.execute(sa.delete(Webhook).where(Webhook.id == webhook_id))


def claim_webhooks(session: Session, now: datetime, *, limit: int = 20) -> Sequence[Webhook]:
    """Take webhooks that are due, for the time of a lease. No two workers get the same."""
    rows = session.scalars(
        sa.select(Webhook)
        .where(Webhook.state != "off", Webhook.due_at <= now)
        .order_by(Webhook.due_at, Webhook.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.due_at = now + LEASE
    session.flush()
    return rows


def mark_failed(session: Session, webhook_id: uuid.UUID, detail: str, now: datetime, chance: float) -> None:
    """Note a call that failed: the next one waits longer. Switched off after `GIVE_UP`."""
    row = session.get(Webhook, webhook_id, with_for_update=True)
    if row is None:
        return
    row.attempts, row.failing_since, row.detail = row.attempts + 1, row.failing_since or now, detail[:200]
    row.due_at = now + BACK_OFF[min(row.attempts, len(BACK_OFF)) - 1] * (1 + chance / 4)
    if now - row.failing_since >= GIVE_UP:
        row.state, row.changed_at = "off", now


def mark_told(session: Session, webhook_id: uuid.UUID, position: int, now: datetime, *, detail: str = "") -> None:
    """Note how far a webhook was told; it is looked at again at the next tick."""
    row = session.get(Webhook, webhook_id, with_for_update=True)
    if row is not None:
        row.sent_position, row.detail = max(row.sent_position, position), detail[:200] or row.detail
        row.due_at = now + _NEXT
        row.attempts, row.failing_since = 0, None


def mark_confirmed(session: Session, webhook_id: uuid.UUID, now: datetime) -> None:
    """Note that an address echoed its challenge. One that was on before goes on where it stood."""
    row = session.get(Webhook, webhook_id, with_for_update=True)
    if row is not None:
        row.state, row.changed_at, row.detail = "on", now, "The address answered its challenge."
        row.due_at = now + _NEXT
        row.attempts, row.failing_since = 0, None


def erase_old_webhooks(session: Session, now: datetime) -> int:
    """Erase addresses that never answered, and those switched off long ago. Returns how many."""
    unconfirmed = sa.and_(Webhook.state == "new", Webhook.changed_at < now - timedelta(days=CHALLENGE_DAYS))
    off = sa.and_(Webhook.state == "off", Webhook.changed_at < now - OFF_KEPT)
    ids = session.scalars(sa.select(Webhook.id).where(sa.or_(unconfirmed, off)).limit(500)).all()
    session.execute(sa.delete(Webhook).where(Webhook.id.in_(ids)))
    return len(ids)


def signing_secrets(keys: Sequence[str], webhook_id: uuid.UUID) -> tuple[str, ...]:
    """Return a webhook's secrets, newest first, as its owner types them in: made from our keys and stored nowhere."""
    made = (hmac.digest(key.encode(), b"kil-webhook-" + webhook_id.bytes, "sha256") for key in keys)
    return tuple("whsec_" + base64.b64encode(secret).decode() for secret in made)


def make_call(address: str, secrets: Sequence[str], call_id: str, body: dict[str, Any], now: datetime) -> WebhookCall:
    """Return a signed call. While keys are changed it carries a signature for each, as the standard allows."""
    content = json.dumps(body, ensure_ascii=False).encode()
    stamp = str(int(now.timestamp()))
    signed = b".".join([call_id.encode(), stamp.encode(), content])
    signatures = (
        base64.b64encode(hmac.new(base64.b64decode(s.removeprefix("whsec_")), signed, hashlib.sha256).digest()).decode()
        for s in secrets
    )
    headers = (
        ("Content-Type", "application/json"),
        ("User-Agent", "kil-pipeline-webhooks/1"),
        ("webhook-id", call_id),
        ("webhook-timestamp", stamp),
        ("webhook-signature", " ".join(f"v1,{signature}" for signature in signatures)),
    )
    return WebhookCall(address, headers, content)
