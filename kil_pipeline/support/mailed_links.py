"""Mails that anybody can cause by typing in an address: how many one address gets, and whether it may be mailed."""

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.alerts.notices import queue_notice
from kil_pipeline.alerts.requests import LINK_DAYS, MOST_AN_HOUR
from kil_pipeline.alerts.suppressions import is_suppressed
from kil_pipeline.errors import LinkNotValid

LINK_LIFE = timedelta(days=LINK_DAYS)
"""How long a link lives that confirms something; what is not confirmed by then is erased."""


def may_be_mailed(session: Session, address: str, notice: str, now: datetime) -> bool:
    """Tell whether an address may get this notice: it is not suppressed, and had fewer than `MOST_AN_HOUR` of it."""
    recent = sa.select(sa.func.count()).where(
        Delivery.address == address,
        Delivery.kind == "notice",
        Delivery.body["notice"].as_string() == notice,
        Delivery.created_at > now - timedelta(hours=1),
    )
    return (session.scalar(recent) or 0) < MOST_AN_HOUR and not is_suppressed(session, address)


def queue_link(session: Session, notice: str, address: str, subject_id: uuid.UUID, now: datetime) -> None:
    """Queue the notice with the link to something of this address's."""
    queue_notice(session, notice, address, {"id": str(subject_id)}, now=now)


def still_lives(asked_at: datetime, now: datetime) -> None:
    """Raise `LinkNotValid` where a link that confirms something has run out."""
    if asked_at <= now - LINK_LIFE:
        raise LinkNotValid(f"This link lived for {LINK_DAYS} days. Ask again to get a new one.")
