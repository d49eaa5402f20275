"""Readers' answers as everyone may see them, with the responses to them: on the page, in the API, in every export."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from kil_pipeline.plan.public import PublicEntry
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
    number: int = field(default=0, compare=False)
    """Which of the entry's published answers it is, counted from 1 in the order in which they were published."""
    changed_at: datetime | None = field(default=None, compare=False)
    """When it was published, hidden or withdrawn: whichever came last."""

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


class AnsweredEntry:
    """A public entry with the answers to what it asks. Everything else of it is the entry's own."""

    def __init__(self, entry: PublicEntry, answers: tuple[PublicAnswer, ...]) -> None:
        self.entry, self.answers = entry, answers

    def __getattr__(self, name: str) -> Any:
        """Return what the entry has."""
        return getattr(self.entry, name)


def public_answers(session: Session, entry_id: uuid.UUID) -> tuple[PublicAnswer, ...]:
    """Return the published answers to an entry, the last published first, at most `MOST_SHOWN`."""
    return answers_to_entries(session, [entry_id]).get(entry_id, ())


def answers_to_entries(
    session: Session, entry_ids: Sequence[uuid.UUID]
) -> Mapping[uuid.UUID, tuple[PublicAnswer, ...]]:
    """Return the published answers to each of some entries, as `public_answers` does. The caller bounds the entries."""
    order = (ReaderAnswer.published_at, ReaderAnswer.id)
    numbered = (
        sa.select(
            ReaderAnswer,
            sa.func.row_number().over(partition_by=ReaderAnswer.entry_id, order_by=order).label("number"),
            sa.func.count().over(partition_by=ReaderAnswer.entry_id).label("published"),
        )
        .where(ReaderAnswer.entry_id.in_(entry_ids), ReaderAnswer.published_at.is_not(None))
        .subquery()
    )
    published = aliased(ReaderAnswer, numbered)
    rows = session.execute(
        sa.select(published, numbered.c.number)
        .where(numbered.c.number > numbered.c.published - MOST_SHOWN)
        .order_by(numbered.c.number.desc())
    )
    found: dict[uuid.UUID, list[PublicAnswer]] = {}
    for row, number in rows:
        changed_at = max(filter(None, (row.published_at, row.hidden_at, row.withdrawn_at)))
        answer = replace(PublicAnswer.of(row), number=number, changed_at=changed_at)
        found.setdefault(row.entry_id, []).append(answer)
    return {entry_id: tuple(answers) for entry_id, answers in found.items()}


def with_answers(session: Session, entries: Sequence[PublicEntry]) -> tuple[AnsweredEntry, ...]:
    """Return entries with the answers to what they ask, in their order."""
    answers = answers_to_entries(session, [entry.id for entry in entries])
    return tuple(AnsweredEntry(entry, answers.get(entry.id, ())) for entry in entries)


def count_taken_back(session: Session) -> int:
    """Return how many published answers lost their text or their name: no event tells of it, so that ETags must."""
    gone = sa.or_(ReaderAnswer.withdrawn_at.is_not(None), ReaderAnswer.hidden_at.is_not(None), ReaderAnswer.email == "")
    counted = sa.select(sa.func.count()).where(ReaderAnswer.published_at.is_not(None), gone)
    return session.scalar(counted) or 0


def count_unpublished_answers(session: Session, entry_id: uuid.UUID) -> int:
    """Return how many confirmed answers to an entry are not public."""
    mine = (ReaderAnswer.entry_id == entry_id, ReaderAnswer.confirmed_at.is_not(None))
    return session.scalar(sa.select(sa.func.count()).where(*mine, ReaderAnswer.published_at.is_(None))) or 0
