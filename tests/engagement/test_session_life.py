"""A session driven through random commands: the public view is always the fold of what happened."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.engagement.hosting import (
    accept_time,
    ask_again,
    confirm_hosting,
    decline_hosting,
    invite_host,
    propose_time,
    take_back_invitation,
)
from kil_pipeline.engagement.programme import (
    cancel_session,
    hold_session,
    move_session,
    postpone_session,
    public_session,
    publish_session,
)
from kil_pipeline.engagement.session_drafts import SessionDraft, read_session_draft
from kil_pipeline.engagement.session_states import NEEDS_REASON, TRANSITIONS, Command, next_state
from kil_pipeline.engagement.session_writing import save_session
from kil_pipeline.engagement.sessions import PUBLIC_STATES, SessionState
from kil_pipeline.errors import DomainError, NotFound
from kil_pipeline.events.log import events_of
from kil_pipeline.plan.contents import NOBODY
from tests.engagement.sessions import HOST, a_planned_session
from tests.factories import NOW, a_commissioner

LENGTH = timedelta(hours=2)
REASONS = st.sampled_from(("", "  ", "The hall is taken.", "Snow."))
DAYS = st.integers(min_value=1, max_value=90)


@dataclass
class Told:
    """What the test knows, from what it did alone."""

    starts_at: datetime
    host: str = "nobody"
    """nobody, asked, yes, no or proposed."""
    proposed: datetime | None = None
    state: str = "private"
    reason: str = ""
    earlier: list[datetime] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    def happened(self, state: str, reason: str, event: str) -> None:
        """Note one public change."""
        self.state, self.reason = state, reason
        self.events.append(event)


class SessionLife(RuleBasedStateMachine):
    """One session, its host and its author."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.now = NOW

    @initialize()
    def plan(self) -> None:
        """Start with a draft."""
        with self.database.write() as session:
            draft = a_planned_session(session, a_commissioner(session).id)
        self.id, self.reference = draft.session_id, draft.reference
        self.told = Told(draft.content.starts_at)
        self.host_id = self.id

    def attempt(self, do: Callable[[Session], object], allowed: bool) -> bool:
        """Do something, see that it is refused exactly where it should be, and tell whether it was done."""
        try:
            with self.database.write() as session:
                do(session)
        except DomainError:
            assert not allowed
            return False
        assert allowed
        return True

    @property
    def planned(self) -> bool:
        """Whether it is not public yet."""
        return self.told.state == "private"

    def draft(self) -> SessionDraft:
        """Return the session as its author sees it."""
        with self.database.read() as session:
            return read_session_draft(session, self.id)

    @rule()
    def ask(self) -> None:
        """Ask the host."""

        def do(session: Session) -> None:
            self.host_id = invite_host(session, self.id, HOST, now=self.now).id

        if self.attempt(do, self.planned and self.told.host in ("nobody", "no")):
            self.told.host = "asked"

    @rule()
    def confirm(self) -> None:
        """Let the host say yes to the time there is."""
        at = self.told.starts_at
        allowed = self.planned and self.told.host != "nobody"
        if self.attempt(
            lambda s: confirm_hosting(s, self.host_id, starts_at=at, ends_at=at + LENGTH, note="", now=self.now),
            allowed,
        ):
            self.told.host = "yes"

    @rule()
    def decline(self) -> None:
        """Let the host say no."""
        allowed = self.planned and self.told.host != "nobody"
        if self.attempt(lambda s: decline_hosting(s, self.host_id, note="", now=self.now), allowed):
            self.told.host = "no"

    @rule(days=DAYS)
    def propose(self, days: int) -> None:
        """Let the host name another time."""
        at = self.now + timedelta(days=days)
        allowed = self.planned and self.told.host != "nobody"

        def do(session: Session) -> None:
            propose_time(session, self.host_id, starts_at=at, ends_at=at + LENGTH, note="", now=self.now)

        if self.attempt(do, allowed):
            self.told.host, self.told.proposed = "proposed", at

    @rule()
    def accept(self) -> None:
        """Accept the time that the host named."""

        def do(session: Session) -> None:
            accept_time(session, self.id, self.host_id, by=NOBODY, now=self.now)

        if self.attempt(do, self.planned and self.told.host == "proposed"):
            assert self.told.proposed is not None
            self.told.host, self.told.starts_at = "yes", self.told.proposed

    @rule()
    def take_back(self) -> None:
        """Ask the host no longer."""
        allowed = self.planned and self.told.host not in ("nobody", "no")
        if self.attempt(lambda s: take_back_invitation(s, self.id, self.host_id, now=self.now), allowed):
            self.told.host = "nobody"

    @rule(days=DAYS)
    def rewrite(self, days: int) -> None:
        """Save the draft with another time: what is public keeps its own, what is planned asks its host again."""
        draft, at = self.draft(), self.now + timedelta(days=days)
        content = replace(draft.content, starts_at=at, ends_at=at + LENGTH)

        def do(session: Session) -> None:
            save_session(session, self.id, content, venue_id=None, online_link="", version=draft.version, now=self.now)
            ask_again(session, self.id, self.now)

        if self.attempt(do, self.told.state != "cancelled") and self.planned:
            self.told.host = self.told.host if self.told.host in ("nobody", "no") else "asked"
            self.told.starts_at = at

    @rule()
    def publish(self) -> None:
        """Publish what is written."""
        version, planned = self.draft().version, self.planned
        allowed = self.told.host == "yes" if planned else self.told.state != "cancelled"
        if self.attempt(lambda s: publish_session(s, self.id, version=version, now=self.now), allowed) and planned:
            self.told.happened("published", "", "SessionAnnounced")

    @rule(days=st.integers(min_value=-3, max_value=90), why=REASONS)
    def move(self, days: int, why: str) -> None:
        """Move it."""
        at = self.now + timedelta(days=days)
        allowed = self.told.state in ("published", "rescheduled", "postponed") and bool(why.strip()) and days > 0
        allowed = allowed and (at != self.told.starts_at or self.told.state == "postponed")

        def do(session: Session) -> None:
            move_session(session, self.reference, starts_at=at, ends_at=at + LENGTH, why=why, now=self.now)

        if self.attempt(do, allowed):
            self.told.earlier.append(self.told.starts_at)
            self.told.starts_at = at
            self.told.happened("rescheduled", why.strip(), "SessionMoved")

    @rule(why=REASONS)
    def postpone(self, why: str) -> None:
        """Put it off."""
        allowed = self.told.state in ("published", "rescheduled") and bool(why.strip())
        if self.attempt(lambda s: postpone_session(s, self.reference, why=why, now=self.now), allowed):
            self.told.happened("postponed", why.strip(), "SessionPostponed")

    @rule(why=REASONS)
    def cancel(self, why: str) -> None:
        """Call it off."""
        allowed = self.told.state in ("published", "rescheduled", "postponed") and bool(why.strip())
        if self.attempt(lambda s: cancel_session(s, self.reference, why=why, now=self.now), allowed):
            self.told.happened("cancelled", why.strip(), "SessionCancelled")

    @rule()
    def hold(self) -> None:
        """Mark it as held."""
        allowed = self.told.state in ("published", "rescheduled") and self.told.starts_at <= self.now
        if self.attempt(lambda s: hold_session(s, self.reference, now=self.now), allowed):
            self.told.happened("held", "", "SessionUpdated")

    @rule(days=st.integers(min_value=1, max_value=40))
    def wait(self, days: int) -> None:
        """Let time pass."""
        self.now += timedelta(days=days)

    @invariant()
    def the_public_sees_what_happened(self) -> None:
        """Compare the public view, and the log, with what the test did."""
        with self.database.read() as session:
            events = [type(logged.event).__name__ for logged in reversed(events_of(session, str(self.id)))]
            try:
                public = public_session(session, self.reference)
            except NotFound:
                public = None
        assert events == self.told.events
        if public is None:
            assert self.planned
            return
        seen = public.state.value, public.state_reason, public.content.starts_at, list(public.earlier_starts)
        assert seen == (self.told.state, self.told.reason, self.told.starts_at, self.told.earlier)
        assert (public.content.host, public.sequence) == (HOST.name, len(events) - 1)


def test_the_public_view_is_the_fold_of_what_happened(database: Database) -> None:
    examples = settings(max_examples=20, stateful_step_count=20, deadline=None)
    run_state_machine_as_test(lambda: SessionLife(database), settings=examples)  # type: ignore[arg-type]  # a factory does as well


def test_nothing_public_becomes_private_again() -> None:
    back = {
        (command, old, new)
        for command, steps in TRANSITIONS.items()
        for old, new in steps.items()
        if old in PUBLIC_STATES and new not in PUBLIC_STATES
    }
    assert back == set()


def test_every_state_can_be_reached_and_two_are_ends() -> None:
    reached = {new for steps in TRANSITIONS.values() for new in steps.values()}
    left = {old for steps in TRANSITIONS.values() for old in steps}
    assert reached == set(SessionState)
    assert set(SessionState) - left == {SessionState.CANCELLED, SessionState.RECORD_PUBLISHED}
    assert {Command.MOVE, Command.POSTPONE, Command.CANCEL} == NEEDS_REASON


def test_a_record_goes_back_to_its_writers_and_then_ends() -> None:
    steps = (Command.DRAFT_RECORD, Command.CHECK_RECORD, Command.DRAFT_RECORD, Command.CHECK_RECORD)
    state = SessionState.HELD
    for command in (*steps, Command.PUBLISH_RECORD):
        state = next_state(state, command)
    assert state is SessionState.RECORD_PUBLISHED
