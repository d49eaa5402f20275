"""The mails about a reader's answer: the button that sends it, and what the commissioner says to it."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.notices import NoticeContext
from kil_pipeline.alerts.requests import LINK_DAYS
from kil_pipeline.plan.disclosures import field_label
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.support.reader_answers import ReaderAnswer
from kil_pipeline.text import clean_line


def write_answer_confirm(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Ask whether the owner of an address really answered."""
    row = session.get(ReaderAnswer, uuid.UUID(about["id"]))
    if row is None or row.confirmed_at is not None:
        return None
    headline = _headline(session, row)
    return NoticeLetter(
        f"Confirm your answer: {headline}",
        "Send your answer",
        (f"You answered a question about “{headline}”. Press the button, and the commissioner gets it.",),
        facts=(("What was asked", clean_line(row.question)), ("Your answer", clean_line(row.text))),
        buttons=(("See and send my answer", _own(row, context)),),
        ending=(
            "Keep this email: with its link you see, download or withdraw your answer at any time.",
            f"The link lives for {LINK_DAYS} days until you confirm. If it was not you, do nothing: it is then erased.",
        ),
    )


def write_answer_answered(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Carry the commissioner's response to whoever answered."""
    row = session.get(ReaderAnswer, uuid.UUID(about["id"]))
    if row is None or not row.email or not row.response:
        return None
    headline, public = _headline(session, row), row.published_at is not None
    reference = session.get_one(PublicEntryRow, row.entry_id).reference
    told = "Your answer and this response are on the page." if public else "This response is for you alone."
    return NoticeLetter(
        f"A response to your answer: {headline}",
        "The commissioner has responded to your answer",
        tuple(line for line in row.response.splitlines() if line.strip()),
        facts=(("About", f"{headline} ({reference}): {field_label(row.path)}"), ("Your answer", clean_line(row.text))),
        buttons=(
            ("See the planned opportunity", f"/entries/{reference}"),
            ("See or withdraw my answer", _own(row, context)),
        ),
        ending=(told,),
    )


def _own(row: ReaderAnswer, context: NoticeContext) -> str:
    return f"/answers/{context.signer.sign('answer', row.id)}"


def _headline(session: Session, row: ReaderAnswer) -> str:
    return str(session.get_one(PublicEntryRow, row.entry_id).content["headline"])
