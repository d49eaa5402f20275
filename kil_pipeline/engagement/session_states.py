"""Which state of a session may follow which: one table, by what is done to it."""

from collections.abc import Mapping
from enum import StrEnum

from kil_pipeline.engagement.sessions import SessionState
from kil_pipeline.errors import InvalidContent, InvalidTransition


class Command(StrEnum):
    """What can be done to a session."""

    ASK_HOST = "ask_host"
    TAKE_BACK = "take_back"
    PUBLISH = "publish"
    MOVE = "move"
    POSTPONE = "postpone"
    CANCEL = "cancel"
    HOLD = "hold"
    DRAFT_RECORD = "draft_record"
    CHECK_RECORD = "check_record"
    PUBLISH_RECORD = "publish_record"


_S = SessionState
TRANSITIONS: Mapping[Command, Mapping[SessionState, SessionState]] = {
    Command.ASK_HOST: {_S.DRAFT: _S.AWAITING_HOST, _S.AWAITING_HOST: _S.AWAITING_HOST},
    Command.TAKE_BACK: {_S.AWAITING_HOST: _S.DRAFT},
    Command.PUBLISH: {_S.AWAITING_HOST: _S.PUBLISHED},
    Command.MOVE: {_S.PUBLISHED: _S.RESCHEDULED, _S.RESCHEDULED: _S.RESCHEDULED, _S.POSTPONED: _S.RESCHEDULED},
    Command.POSTPONE: {_S.PUBLISHED: _S.POSTPONED, _S.RESCHEDULED: _S.POSTPONED},
    Command.CANCEL: {_S.PUBLISHED: _S.CANCELLED, _S.RESCHEDULED: _S.CANCELLED, _S.POSTPONED: _S.CANCELLED},
    Command.HOLD: {_S.PUBLISHED: _S.HELD, _S.RESCHEDULED: _S.HELD},
    Command.DRAFT_RECORD: {_S.HELD: _S.RECORD_DRAFT, _S.ATTENDEE_CHECK: _S.RECORD_DRAFT},
    Command.CHECK_RECORD: {_S.RECORD_DRAFT: _S.ATTENDEE_CHECK},
    Command.PUBLISH_RECORD: {_S.ATTENDEE_CHECK: _S.RECORD_PUBLISHED},
}
"""For each command: in which states it is possible, and what follows. Nothing public becomes private again."""

NEEDS_REASON = frozenset({Command.MOVE, Command.POSTPONE, Command.CANCEL})
"""The commands that are refused without a reason. It is public."""

_VERBS = {
    Command.ASK_HOST: "get a host",
    Command.TAKE_BACK: "become a draft again",
    Command.PUBLISH: "be published",
    Command.MOVE: "be moved",
    Command.POSTPONE: "be postponed",
    Command.CANCEL: "be cancelled",
    Command.HOLD: "be marked as held",
    Command.DRAFT_RECORD: "get a record",
    Command.CHECK_RECORD: "have its record checked",
    Command.PUBLISH_RECORD: "have its record published",
}


def next_state(state: SessionState, command: Command) -> SessionState:
    """Return the state that follows. Raises `InvalidTransition` where the table has none."""
    following = TRANSITIONS[command].get(state)
    if following is None:
        raise InvalidTransition(f"A session that is “{state.label}” cannot {_VERBS[command]}.")
    return following


def is_possible(state: SessionState, command: Command) -> bool:
    """Tell whether the table allows a command in a state."""
    return state in TRANSITIONS[command]


def need_reason(command: Command, why: str) -> str:
    """Return a reason as it is stored. Raises `InvalidContent` where there is none and one is mandatory."""
    if command in NEEDS_REASON and not why.strip():
        raise InvalidContent(f"Say why: a session can {_VERBS[command]} only with a reason that readers can see.")
    return why.strip()
