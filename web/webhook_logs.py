"""The log of a webhook's calls on a page: what is shown of it, and what a form asks to be called again."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from kil_pipeline.alerts.webhook_log import ReplayNotPossible, calls_of, count_replays, replay_call, replay_span
from kil_pipeline.alerts.webhooks import load_webhook
from kil_pipeline.errors import NotFound
from kil_pipeline.text import drop_unwritable

NO_DAY = "Enter a day, such as 2027-01-04."


@dataclass(frozen=True)
class ReplayAnswer:
    """What came of asking for calls again: a message, or what is to be mended in which field."""

    message: str = ""
    problems: tuple[tuple[str, str], ...] = ()


def shown_log(
    session: Session, webhook_id: uuid.UUID, args: MultiDict[str, str], form: MultiDict[str, str]
) -> dict[str, Any]:
    """Return what the template's log needs. `form`: what was typed, where it has to be mended."""
    row, _ = load_webhook(session, webhook_id)
    return {
        "page": calls_of(session, webhook_id, before=_id(args.get("before", ""))),
        "waiting": count_replays(session, row),
        "typed": {name: drop_unwritable(form.get(name, "")) for name in ("first", "last")},
    }


def ask_again(session: Session, webhook_id: uuid.UUID, form: MultiDict[str, str], now: datetime) -> ReplayAnswer:
    """Let one call or a span of days be called again, as the form says."""
    try:
        if form.get("do") == "replay":
            call = _id(form.get("call", ""))
            if call is None:
                raise NotFound("This call is not there any more.")
            replay_call(session, webhook_id, call, now)
            return ReplayAnswer("It is sent again within a minute.")
        first, last = (_day(form.get(name, "")) for name in ("first", "last"))
        if first is None or last is None:
            missing = (("first", first), ("last", last))
            return ReplayAnswer(problems=tuple((name, NO_DAY) for name, day in missing if day is None))
        number = replay_span(session, webhook_id, first, last, now)
    except ReplayNotPossible as error:
        return ReplayAnswer(problems=(("first", str(error)),))
    return ReplayAnswer(f"Sent again within a minute: {number} {'call' if number == 1 else 'calls'}.")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
