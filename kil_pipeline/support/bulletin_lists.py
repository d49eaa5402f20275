"""Sending a bulletin to an organisation's own list: whoever reads email there agrees first, and can end it."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import DigestItem, NoticeLetter
from kil_pipeline.alerts.links import Signer
from kil_pipeline.alerts.notices import NoticeContext, queue_notice
from kil_pipeline.codec import from_json, to_json
from kil_pipeline.errors import InvalidContent, LinkNotValid
from kil_pipeline.organisations.members import normalise_address
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.support.bulletins import Bulletin, BulletinPart, note_passed_on, parts_of

PURPOSE = "bulletin-list"


@dataclass(frozen=True)
class BulletinLetter(NoticeLetter):
    """A bulletin for a list: `heading` is the organisation's name, `paragraphs` its introduction."""

    items: tuple[DigestItem, ...] = ()
    notes: tuple[str, ...] = ()
    """The organisation's note on each item; empty for none."""


def set_list_address(session: Session, row: Bulletin, address: str, now: datetime) -> bool:
    """Set where a bulletin is sent; empty for nowhere. Returns whether a link went there. Raises `InvalidAddress`."""
    new = normalise_address(address) if address.strip() else ""
    if new == row.list_address:
        return False
    row.list_address, row.list_confirmed_at = new, None
    if new:
        about = {"organisation": str(row.organisation_id), "round": _round(new)}
        queue_notice(session, "bulletin_list", new, about, now=now)
    session.flush()
    return bool(new)


def list_path(signer: Signer, row: Bulletin) -> str:
    """Return the path of the page on which whoever reads email at the list agrees, or ends it."""
    return f"/bulletins/list/{signer.sign(PURPOSE, row.organisation_id, _round(row.list_address))}"


def read_list(session: Session, signer: Signer, token: str) -> tuple[Bulletin, str]:
    """Return a bulletin by its list's link, and the organisation's name. Raises `LinkNotValid`."""
    organisation_id, round_ = signer.read_about(PURPOSE, token)
    row = session.get(Bulletin, organisation_id, with_for_update=True)
    if row is None or not row.list_address or _round(row.list_address) != round_:
        raise LinkNotValid("The bulletin is not sent to this address any more.")
    return row, session.get_one(Organisation, organisation_id).name


def confirm_list(row: Bulletin, now: datetime) -> None:
    """Note that whoever reads email at the list agreed. Doing it again changes nothing."""
    row.list_confirmed_at = row.list_confirmed_at or now


def end_list(row: Bulletin) -> None:
    """Send nothing there any more, and forget the address."""
    row.list_address, row.list_confirmed_at = "", None


def show_bulletin_lists(session: Session, address: str) -> list[dict[str, Any]]:
    """Return whose bulletins are sent to an address, or may be once it agrees."""
    rows = session.execute(
        sa.select(Organisation.name, Bulletin.list_confirmed_at)
        .join(Bulletin, Bulletin.organisation_id == Organisation.id)
        .where(Bulletin.list_address == address)
        .order_by(Organisation.name)
    )
    return [{"organisation": row.name, "agreed": row.list_confirmed_at is not None} for row in rows]


def end_bulletin_lists(session: Session, address: str, now: datetime) -> None:
    """Send no bulletin to an address any more, and forget it."""
    for row in session.scalars(sa.select(Bulletin).where(Bulletin.list_address == address).with_for_update()):
        end_list(row)
    session.flush()


def send_bulletin(session: Session, organisation_id: uuid.UUID, version: int, now: datetime) -> int:
    """Queue the draft for the list, as it is now, and begin anew. Returns how many items it has.

    Raises `EditedMeanwhile`, `InvalidContent`.
    """
    row = session.get(Bulletin, organisation_id, with_for_update=True)
    if row is None or not row.list_address or row.list_confirmed_at is None:
        raise InvalidContent("The address of your list is not confirmed yet.")
    parts = [part for part in parts_of(row) if not part.dropped]
    if not parts:
        raise InvalidContent("Nothing is left in it: a bulletin is never empty.")
    about = {
        "organisation": str(organisation_id),
        "round": _round(row.list_address),
        "introduction": row.introduction,
        "parts": [to_json(part) for part in parts],
    }
    address = row.list_address
    note_passed_on(session, organisation_id, version, now)
    queue_notice(session, "bulletin", address, about, now=now)
    return len(parts)


def write_list_confirm(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Ask whoever reads email at a list whether an organisation's bulletin may come there."""
    row = _wanted(session, about)
    if row is None or row.list_confirmed_at is not None:
        return None
    name = session.get_one(Organisation, row.organisation_id).name
    return NoticeLetter(
        f"May the bulletin of {name} come to this address?",
        "A bulletin for your list",
        (f"{name} wants to send its bulletin of planned opportunities here. Nothing comes before you agree.",),
        buttons=(("Look at it and agree", list_path(context.signer, row)),),
        ending=("If you know nothing of it, do nothing.",),
    )


def write_bulletin(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Write a bulletin to its list, as it was when it was sent off."""
    row = _wanted(session, about)
    if row is None or row.list_confirmed_at is None:
        return None
    name = session.get_one(Organisation, row.organisation_id).name
    parts = [from_json(BulletinPart, part) for part in about["parts"]]
    return BulletinLetter(
        f"{name}: {parts[0].item.title}" + (f", and {len(parts) - 1} more" if len(parts) > 1 else ""),
        name,
        tuple(line for line in about["introduction"].splitlines() if line.strip()),
        buttons=(("Send no more bulletins here", list_path(context.signer, row)),),
        items=tuple(part.item for part in parts),
        notes=tuple(part.note for part in parts),
    )


def _wanted(session: Session, about: Mapping[str, Any]) -> Bulletin | None:
    row = session.get(Bulletin, uuid.UUID(about["organisation"]))
    return row if row is not None and row.list_address and _round(row.list_address) == about["round"] else None


def _round(address: str) -> str:
    """Name an address in a link without saying it."""
    return hashlib.sha256(address.encode()).hexdigest()[:16]
