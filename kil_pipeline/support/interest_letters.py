"""The mails about interest in an entry, and about being put in touch."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.notices import NoticeContext
from kil_pipeline.alerts.requests import LINK_DAYS
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.support.interests import Interest, Visibility
from kil_pipeline.support.introductions import Introduction
from kil_pipeline.text import clean_line


def write_interest_confirm(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Ask whether the owner of an address is really interested."""
    row = session.get(Interest, uuid.UUID(about["id"]))
    if row is None or row.confirmed_at is not None:
        return None
    headline = _headline(session, row)
    return NoticeLetter(
        f"Confirm your interest: {headline}",
        "Confirm that you are interested",
        (f"{row.name} is interested in “{headline}”. Press the button, and it counts.",),
        facts=(("Who will see it", Visibility(row.visibility).label),),
        buttons=(("See and confirm it", _own(row, context)),),
        ending=(
            "Keep this email: with its link you change or withdraw your interest, and see who else is interested.",
            f"Unless you confirm it, it is erased after {LINK_DAYS} days.",
        ),
    )


def write_introduction_asked(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Ask an organisation whether it wants to be put in touch with another."""
    row = session.get(Introduction, uuid.UUID(about["id"]))
    if row is None or row.agreed is not None:
        return None
    asker = session.get_one(Interest, row.asker_id)
    facts = [
        ("About", _headline(session, asker)),
        ("They bring", clean_line(asker.brings)),
        ("They seek", clean_line(asker.seeks)),
    ]
    return NoticeLetter(
        f"{asker.name} would like to get in touch",
        f"{asker.name} would like to get in touch",
        (
            "You said that you are looking for partners. If you agree, each of you gets the other’s address.",
            *(line for line in row.message.splitlines() if line.strip()),
        ),
        facts=tuple((name, text) for name, text in facts if text),
        buttons=(("Agree or decline", f"/introductions/{context.signer.sign('introduction', row.id)}"),),
        ending=("If you do nothing, your address stays hidden.",),
    )


def write_introduction_agreed(
    session: Session, about: Mapping[str, Any], context: NoticeContext
) -> NoticeLetter | None:
    """Give one organisation the address of the other: both have agreed."""
    row = session.get(Introduction, uuid.UUID(about["id"]))
    other = session.get(Interest, uuid.UUID(about["about"]))
    if row is None or other is None or not row.agreed or other.id not in (row.asker_id, row.asked_id):
        return None
    return NoticeLetter(
        f"You are in touch with {other.name}",
        f"You are in touch with {other.name}",
        (f"You both agreed about “{_headline(session, other)}”. They have your address too.",),
        facts=(("Their address", other.email),),
    )


def write_introduction_declined(
    session: Session, about: Mapping[str, Any], context: NoticeContext
) -> NoticeLetter | None:
    """Tell the asker that the other does not want to be put in touch."""
    row = session.get(Introduction, uuid.UUID(about["id"]))
    if row is None or row.agreed is not False:
        return None
    asker, other = session.get_one(Interest, row.asker_id), session.get_one(Interest, row.asked_id)
    return NoticeLetter(
        f"{other.name} does not want to be put in touch now",
        f"{other.name} does not want to be put in touch now",
        ("Your address was not shown to them.",),
        buttons=(("See who else is interested", _own(asker, context)),),
    )


def _own(row: Interest, context: NoticeContext) -> str:
    return f"/interested/{context.signer.sign('interest', row.id)}"


def _headline(session: Session, row: Interest) -> str:
    return str(session.get_one(PublicEntryRow, row.entry_id).content["headline"])
