"""What was called and what came back, for a webhook's owner and for operators; and what is to be called again."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.alerts.matches import Match
from kil_pipeline.alerts.webhook_calls import MOST_CALLS, DueCall, make_calls
from kil_pipeline.alerts.webhooks import Webhook, WebhookAnswer, load_webhook
from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import DomainError, NotFound
from kil_pipeline.text import clean_line, shorten
from kil_pipeline.times import at_london, day_after

KEPT = timedelta(days=30)
PAGE = 50
LONGEST_ANSWER = 200
_LOOKED_AT = 2000
"""Bytes of an answer of which its first characters are taken."""


class WebhookCallRow(Base):
    """One call that was made. Kept for `KEPT`; it goes with its webhook."""

    __tablename__ = "webhook_call"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    webhook_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("webhook.id", ondelete="CASCADE"))
    called_at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(sa.String(60))
    """The call's type, as its body says it: `entry.EntryPublished`, `webhook.challenge`."""
    reference: Mapped[str] = mapped_column(sa.String(60))
    position: Mapped[int] = mapped_column(sa.BigInteger)
    """Of the event in the log; 0 for a challenge."""
    status: Mapped[int]
    """Of the answer (HTTP); 0 where there was none."""
    took: Mapped[str] = mapped_column(sa.String(20))
    taken: Mapped[bool]
    again: Mapped[bool]
    """Whether somebody asked for it to be made again."""
    answer: Mapped[str] = mapped_column(sa.String(LONGEST_ANSWER))
    """The first characters of what came back, cleaned; else why nothing did."""

    __table_args__ = (sa.Index("ix_webhook_call_webhook", "webhook_id", "id"),)


class WebhookReplay(Base):
    """Calls that are to be made again, from one position of the log to another. Gone once made, or after `KEPT`."""

    __tablename__ = "webhook_replay"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    webhook_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("webhook.id", ondelete="CASCADE"), index=True)
    next_position: Mapped[int] = mapped_column(sa.BigInteger)
    last_position: Mapped[int] = mapped_column(sa.BigInteger)
    asked_at: Mapped[datetime] = mapped_column(index=True)


class ReplayNotPossible(DomainError):
    """A span of which nothing can be called again."""


@dataclass(frozen=True)
class CallMade:
    """A call and what came of it. `seconds`: how long it took."""

    due: DueCall
    answer: WebhookAnswer
    seconds: float
    wrong: str
    """Why it was not taken; empty where it was."""


@dataclass(frozen=True)
class CallPage:
    """Some of a webhook's calls, the last first. `older`: where the next page begins, if there is one."""

    calls: tuple[WebhookCallRow, ...]
    older: uuid.UUID | None


def note_calls(session: Session, webhook_id: uuid.UUID, made: Sequence[CallMade], now: datetime) -> None:
    """Keep what came of some calls, in their order."""
    session.add_all(
        WebhookCallRow(
            id=new_id(),
            webhook_id=webhook_id,
            called_at=now,
            kind=one.due.kind[:60],
            reference=one.due.reference[:60],
            position=one.due.position,
            status=one.answer.status,
            took=_class_of(one.seconds),
            taken=not one.wrong,
            again=one.due.replay is not None,
            answer=_shown(one),
        )
        for one in made
    )


def calls_of(session: Session, webhook_id: uuid.UUID, *, before: uuid.UUID | None = None) -> CallPage:
    """Return a webhook's last calls, or those before one of them."""
    query = sa.select(WebhookCallRow).where(WebhookCallRow.webhook_id == webhook_id)
    if before is not None:
        query = query.where(WebhookCallRow.id < before)
    rows = session.scalars(query.order_by(WebhookCallRow.id.desc()).limit(PAGE + 1)).all()
    return CallPage(tuple(rows[:PAGE]), rows[PAGE - 1].id if len(rows) > PAGE else None)


def replay_call(session: Session, webhook_id: uuid.UUID, call_id: uuid.UUID, now: datetime) -> None:
    """Let one call be made again at the next tick. Raises `NotFound`, `ReplayNotPossible`."""
    call = session.get(WebhookCallRow, call_id)
    if call is None or call.webhook_id != webhook_id:
        raise NotFound("This call is not there any more.")
    if not call.position:
        raise ReplayNotPossible("A challenge is not sent again. Press “Try again now”.")
    _ask(session, webhook_id, call.position, call.position, now)


def replay_span(session: Session, webhook_id: uuid.UUID, first: date, last: date, now: datetime) -> int:
    """Let what happened from one day to another be told again, in its order. Returns how many calls that makes.

    What was not told yet is not in it: it comes in any case. Raises `ReplayNotPossible`.
    """
    row, _ = load_webhook(session, webhook_id)
    if last < first:
        raise ReplayNotPossible("The last day is before the first one.")
    found = sa.select(sa.func.min(Match.position), sa.func.max(Match.position), sa.func.count()).where(
        Match.criteria_id == row.criteria_id,
        Match.position <= row.sent_position,
        Match.recorded_at >= max(at_london(first, time()), now - KEPT),
        Match.recorded_at < at_london(day_after(last), time()),
    )
    lowest, highest, number = session.execute(found).one()
    if not number:
        raise ReplayNotPossible("Nothing was told of these days, or it is more than 30 days ago.")
    _ask(session, webhook_id, lowest, highest, now)
    return int(number)


def _ask(session: Session, webhook_id: uuid.UUID, first: int, last: int, now: datetime) -> None:
    row = session.get_one(Webhook, webhook_id, with_for_update=True)
    if row.state != "on":
        raise ReplayNotPossible("Switch the webhook on first.")
    row.due_at = min(row.due_at, now)
    same = (WebhookReplay.webhook_id == webhook_id, WebhookReplay.last_position == last)
    if session.scalar(sa.select(WebhookReplay.id).where(*same, WebhookReplay.next_position == first)) is None:
        session.add(
            WebhookReplay(id=new_id(), webhook_id=webhook_id, next_position=first, last_position=last, asked_at=now)
        )


def count_replays(session: Session, row: Webhook) -> int:
    """Return how many requests to call again wait."""
    return session.scalar(sa.select(sa.func.count()).select_from(_waiting(row).subquery())) or 0


def _waiting(row: Webhook) -> sa.Select[WebhookReplay]:
    """Return the requests of which something can still be called: what matched is not kept for ever."""
    span = Match.position.between(WebhookReplay.next_position, WebhookReplay.last_position)
    return sa.select(WebhookReplay).where(
        WebhookReplay.webhook_id == row.id, sa.exists().where(Match.criteria_id == row.criteria_id, span)
    )


def replays_of(
    session: Session, webhook_id: uuid.UUID, keys: Sequence[str], base_url: str, now: datetime
) -> tuple[DueCall, ...]:
    """Return the next calls of the oldest request to call again."""
    row, criteria = load_webhook(session, webhook_id)
    asked = session.scalars(_waiting(row).order_by(WebhookReplay.id).limit(1)).first()
    if asked is None or row.state != "on":
        return ()
    positions = session.scalars(
        sa.select(Match.position)
        .where(Match.criteria_id == row.criteria_id)
        .where(Match.position.between(asked.next_position, asked.last_position))
        .order_by(Match.position)
        .limit(MOST_CALLS)
    ).all()
    calls = make_calls(session, row, criteria, positions, keys, base_url, now)
    return tuple(replace(call, replay=asked.id) for call in calls)


def note_replayed(session: Session, made: Sequence[CallMade]) -> None:
    """Go on behind what was called again, and forget what is done."""
    for one in made:
        row = session.get(WebhookReplay, one.due.replay) if one.due.replay and not one.wrong else None
        if row is not None:
            row.next_position = one.due.position + 1
            if row.next_position > row.last_position:
                session.delete(row)
                session.flush()


def erase_old_calls(session: Session, now: datetime) -> int:
    """Erase the calls of more than `KEPT` ago, and requests to call again that nobody could do. Returns how many."""
    erased = 0
    for table, moment in ((WebhookCallRow, WebhookCallRow.called_at), (WebhookReplay, WebhookReplay.asked_at)):
        old = session.scalars(sa.select(table.id).where(moment < now - KEPT).limit(500)).all()
        session.execute(sa.delete(table).where(table.id.in_(old)))
        erased += len(old)
    return erased


def _class_of(seconds: float) -> str:
    if seconds < 1:
        return "under a second"
    return "1 to 5 seconds" if seconds < 5 else "5 seconds or more"


def _shown(made: CallMade) -> str:
    said = clean_line(made.answer.body[:_LOOKED_AT].decode("utf-8", "replace"))
    return shorten(said or made.wrong or made.answer.detail, LONGEST_ANSWER)
