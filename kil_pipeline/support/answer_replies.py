"""What a commissioner does with readers' answers: reads them, responds, publishes, sets aside, hides.

An answer is published only where its writer agreed, together with the response, and under the organisation's own rules
for publishing: an approver publishes where a second pair of eyes is wanted, nobody does in a pre-election period.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.notices import queue_notice
from kil_pipeline.errors import InvalidContent, InvalidTransition, NotFound
from kil_pipeline.events.log import record
from kil_pipeline.events.types import AnswerPublished
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.disclosures import field_label
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.publishing import facets_of
from kil_pipeline.plan.publishing_rules import MustWait, rules_of
from kil_pipeline.support.reader_answers import ReaderAnswer
from kil_pipeline.text import clean_text
from kil_pipeline.times import london_day

MOST_RESPONSE = 3_000
MOST_WHY = 500
"""Characters of why an answer is hidden."""
MOST_LISTED = 200


@dataclass(frozen=True)
class AnswerView:
    """A confirmed answer as the commissioner sees it. There is no address in it."""

    id: uuid.UUID
    reference: str
    headline: str
    path: str
    question: str
    name: str
    text: str
    may_publish: bool
    confirmed_at: datetime
    closed: bool
    response: str
    published: bool
    hidden_why: str
    withdrawn: bool


def answers_to(session: Session, organisation_id: uuid.UUID, *, limit: int = MOST_LISTED) -> tuple[AnswerView, ...]:
    """Return the answers to an organisation's entries: those that wait first, oldest first, then the last answered."""
    rows = session.execute(
        sa.select(ReaderAnswer, PublicEntryRow.reference, PublicEntryRow.content)
        .join(PublicEntryRow, PublicEntryRow.entry_id == ReaderAnswer.entry_id)
        .where(_to(organisation_id))
        .order_by(
            ReaderAnswer.closed_at.is_not(None),
            ReaderAnswer.closed_at.desc(),
            ReaderAnswer.confirmed_at,
            ReaderAnswer.id,
        )
        .limit(limit)
    )
    return tuple(_view(row, reference, str(content["headline"])) for row, reference, content in rows)


def count_waiting_answers(session: Session, organisation_id: uuid.UUID) -> int:
    """Return how many answers to an organisation's entries nobody has dealt with."""
    query = (
        sa.select(sa.func.count())
        .select_from(ReaderAnswer)
        .join(PublicEntryRow, PublicEntryRow.entry_id == ReaderAnswer.entry_id)
        .where(_to(organisation_id), ReaderAnswer.closed_at.is_(None))
    )
    return session.scalar(query) or 0


def respond(
    session: Session,
    organisation_id: uuid.UUID,
    answer_id: uuid.UUID,
    text: str,
    *,
    publish: bool,
    approver: bool,
    now: datetime,
) -> None:
    """Respond to an answer, and publish both if wished. Its writer hears of it by mail.

    `approver`: whether whoever does it may approve publications. Raises `NotFound`, `InvalidContent`,
    `InvalidTransition` and `MustWait`.
    """
    row = _waiting(session, organisation_id, answer_id)
    response = _within(text, MOST_RESPONSE, "your response")
    if publish:
        _publish(session, organisation_id, row, approver, now)
    row.response, row.closed_at = response, now
    session.flush()
    if row.email:
        queue_notice(session, "answer_answered", row.email, {"id": str(row.id)}, now=now)


def _publish(session: Session, organisation_id: uuid.UUID, row: ReaderAnswer, approver: bool, now: datetime) -> None:
    if not row.may_publish:
        raise InvalidTransition("Its writer does not want it to be published. You can respond to them alone.")
    rules = rules_of(session, organisation_id)
    if rules.four_eyes and not approver:
        raise MustWait("Your organisation publishes with a second pair of eyes: an approver has to publish it.")
    poll = rules.held_for(london_day(now))
    if poll is not None:
        lifts = f"{poll.lifts_on.day} {poll.lifts_on:%B %Y}"
        raise MustWait(f"Nothing is published before the poll, until {lifts}. You can respond to the writer alone.")
    row.published_at = now
    public = session.get_one(PublicEntryRow, row.entry_id)
    entry = PublicEntry.of(public, session.get_one(Organisation, organisation_id))
    label = field_label(row.path)
    said = f"A reader’s answer to “How you could help us decide” ({label}) is published, with the response to it."
    record(session, AnswerPublished(facets=facets_of(entry, now), sentence=said, path=row.path), now)


def set_aside(session: Session, organisation_id: uuid.UUID, answer_id: uuid.UUID, now: datetime) -> None:
    """Close an answer without a response: advertising, or nothing to do with the question. Nobody is told."""
    _waiting(session, organisation_id, answer_id).closed_at = now
    session.flush()


def hide(session: Session, organisation_id: uuid.UUID, answer_id: uuid.UUID, why: str, now: datetime) -> None:
    """Take the text of a published answer from its page; the reason stands there instead.

    Raises `NotFound`, `InvalidContent` without a reason, and `InvalidTransition` where it is not public.
    """
    row = _theirs(session, organisation_id, answer_id)
    if row.published_at is None or row.withdrawn_at is not None or row.hidden_at is not None:
        raise InvalidTransition("This answer is not shown on the page.")
    row.hidden_why, row.hidden_at = _within(why, MOST_WHY, "why you hide it: readers see the reason"), now
    session.flush()


def _to(organisation_id: uuid.UUID) -> sa.ColumnElement[bool]:
    """Return the condition for confirmed answers to an organisation's entries, joined with those."""
    return sa.and_(PublicEntryRow.organisation_id == organisation_id, ReaderAnswer.confirmed_at.is_not(None))


def _view(row: ReaderAnswer, reference: str, headline: str) -> AnswerView:
    assert row.confirmed_at is not None  # the query asks for it
    return AnswerView(
        row.id, reference, headline, row.path, row.question, row.name, row.text, row.may_publish, row.confirmed_at,
        row.closed_at is not None, row.response, row.published_at is not None, row.hidden_why,
        row.withdrawn_at is not None,
    )  # fmt: skip


def _waiting(session: Session, organisation_id: uuid.UUID, answer_id: uuid.UUID) -> ReaderAnswer:
    row = _theirs(session, organisation_id, answer_id)
    if row.closed_at is not None:
        raise InvalidTransition("Somebody of your organisation has dealt with this answer already.")
    return row


def _theirs(session: Session, organisation_id: uuid.UUID, answer_id: uuid.UUID) -> ReaderAnswer:
    row = session.get(ReaderAnswer, answer_id, with_for_update=True)
    entry = session.get(PublicEntryRow, row.entry_id) if row is not None else None
    if row is None or row.confirmed_at is None or entry is None or entry.organisation_id != organisation_id:
        raise NotFound("There is no such answer here. Its writer may have withdrawn it.")
    return row


def _within(text: str, most: int, what: str) -> str:
    cleaned = clean_text(text)
    if not cleaned:
        raise InvalidContent(f"Write {what}.")
    if len(cleaned) > most:
        raise InvalidContent(f"At most {most:,} characters fit here; there are {len(cleaned):,}.")
    return cleaned
