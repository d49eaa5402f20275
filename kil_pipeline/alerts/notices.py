"""Notices: mails about something that one person is part of. Each has a name, and one function that writes it.

Queued with ids alone; written when they are sent, so that they say what holds then, and nothing stored can be used.
`scheduler.notices` lists every writer.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.alerts.deliveries import queue_delivery
from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.links import Signer


@dataclass(frozen=True)
class NoticeContext:
    """What the writer of a notice has at hand besides the database."""

    signer: Signer
    random_token: Callable[[], str]
    now: datetime


WriteNotice = Callable[[Session, Mapping[str, Any], NoticeContext], NoticeLetter | None]
"""Returns the letter, or None where it must not be sent any more. Given what was queued with it."""


def queue_notice(
    session: Session,
    name: str,
    address: str,
    about: Mapping[str, Any],
    *,
    due_at: datetime | None = None,
    now: datetime,
) -> uuid.UUID:
    """Queue a notice, in the caller's transaction. `about` holds ids, never a link or a token. Returns the delivery."""
    body = {"notice": name, "about": dict(about)}
    return queue_delivery(session, "notice", address, body, due_at=due_at or now, now=now)
