"""Readers' answers as everyone may see them, with the responses to them."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.support.reader_answers import ReaderAnswer

MOST_SHOWN = 50


@dataclass(frozen=True)
class PublicAnswer:
    """A published answer. Made by `of` alone. Without its text where it was withdrawn or hidden; the response stays."""

    path: str
    question: str
    name: str
    text: str
    response: str
    published_at: datetime
    hidden_why: str = ""
    withdrawn: bool = False

    @classmethod
    def of(cls, row: ReaderAnswer) -> "PublicAnswer":
        """Make the public view. Raises ValueError for an answer that was never published."""
        if row.published_at is None or not row.may_publish:
            raise ValueError("this answer is not public")
        if row.withdrawn_at is not None:
            return cls(row.path, row.question, "", "", row.response, row.published_at, withdrawn=True)
        if row.hidden_at is not None:
            return cls(row.path, row.question, "", "", row.response, row.published_at, row.hidden_why)
        return cls(row.path, row.question, row.name, row.text, row.response, row.published_at)


def public_answers(session: Session, entry_id: uuid.UUID) -> tuple[PublicAnswer, ...]:
    """Return the published answers to an entry, the last published first, at most `MOST_SHOWN`."""
    rows = session.scalars(
        sa.select(ReaderAnswer)
        .where(ReaderAnswer.entry_id == entry_id, ReaderAnswer.published_at.is_not(None))
        .order_by(ReaderAnswer.published_at.desc(), ReaderAnswer.id.desc())
        .limit(MOST_SHOWN)
    )
    return tuple(PublicAnswer.of(row) for row in rows)
