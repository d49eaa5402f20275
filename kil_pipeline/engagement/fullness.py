"""Telling the organiser how a session fills: at 50, 80 and 100 per cent, each once."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.notices import queue_notice
from kil_pipeline.engagement.places import Places, places_row
from kil_pipeline.engagement.sessions import PublicSession
from kil_pipeline.organisations.members import InvalidAddress, Membership, Role, User, normalise_address

PERCENTS = (50, 80, 100)
MOST_TOLD = 20
"""People of one organisation."""


def tell_organiser(session: Session, public: PublicSession, places: Iterable[Places], now: datetime) -> None:
    """Queue a notice where a locked session has become half full, nearly full or full since the last one.

    Where it can be come to in two ways, the fuller one counts. Where it passes two marks at once, one mail goes out.
    """
    full = max((100 * way.taken // way.most for way in places if way.most), default=0)
    reached = max((percent for percent in PERCENTS if full >= percent), default=0)
    if not reached or reached <= (row := places_row(session, public.id)).told_percent:
        return
    row.told_percent = reached
    for address in organisers(session, public):
        about = {"session": str(public.id), "percent": reached}
        queue_notice(session, "coming_filling", address, about, now=now)


def organisers(session: Session, public: PublicSession) -> tuple[str, ...]:
    """Return where the organiser reads mail: its contact where that is an address, else its members who may write."""
    try:
        return (normalise_address(public.commissioner.contact or ""),)
    except InvalidAddress:
        pass
    may_write = [role.value for role in Role if role is not Role.VIEWER]
    members = (
        sa.select(User.email)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id == public.commissioner.id, Membership.role.in_(may_write))
        .order_by(User.email)
        .limit(MOST_TOLD)
    )
    return tuple(session.scalars(members))
