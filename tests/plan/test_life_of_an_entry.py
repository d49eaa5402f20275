"""Whatever an author does, in whatever order: what is public is what was published last, and nothing is lost."""

from dataclasses import replace
from datetime import timedelta

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from kil_pipeline.database import Database
from kil_pipeline.errors import InvalidTransition, NotFound
from kil_pipeline.events.log import events_after, events_of, public_version
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import create_entry, read_draft, save_draft
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.plan.queries import public_entry, public_revisions
from kil_pipeline.plan.status_deeds import DEEDS, StatusDeed, content_after, do_deed
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.withheld import withheld_values
from tests.factories import NOW, a_commissioner, some_content
from tests.plan.test_statuses import ALLOWED

COMMERCIAL = Disclosure("value", DisclosureState.WITHHELD, "withheld.commercial")
FIRST = {Status.PUBLISHED, Status.OPEN, Status.ON_HOLD, Status.CONCLUDED, Status.CANCELLED}
"""As what an entry may become public: a plan kept elsewhere comes in with its past."""


class Life(RuleBasedStateMachine):
    """One entry, beside a model of it: what is being written, what was published, what is withheld."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.writing = some_content(disclosures=(COMMERCIAL,))
        self.published: list[EntryContent] = []
        self.withheld: dict[str, str] = {}
        with self.database.write() as session:
            council = a_commissioner(session)
            draft = create_entry(session, council.id, self.writing, now=NOW)
            self.start = public_version(session).n
        self.entry, self.reference = draft.entry_id, draft.reference

    def _save(self, content: EntryContent) -> None:
        self.now += timedelta(minutes=1)
        with self.database.write() as session:
            version = read_draft(session, self.entry).version
            save_draft(session, self.entry, content, withheld=self.withheld, version=version, now=self.now)
        self.writing = content

    @rule(length=st.sampled_from([None, "Two years", "Three years"]))
    def edit(self, length: str | None) -> None:
        """Write something else."""
        self._save(replace(self.writing, length=length))

    @rule(status=st.sampled_from(Status))
    def choose_a_status(self, status: Status) -> None:
        """Hold, cancel, withdraw, resume, conclude or open it."""
        self._save(replace(self.writing, status=status, status_reason="As agreed." if status.needs_reason else ""))

    @rule(deed=st.sampled_from(DEEDS))
    def do_a_deed(self, deed: StatusDeed) -> None:
        """Change its status alone, whatever else is being written."""
        self.now += timedelta(minutes=1)
        old = self.published[-1].status if self.published else None
        allowed = old is not None and (deed.status is old or deed.status.value in ALLOWED[old.value].split())
        try:
            with self.database.write() as session:
                number = do_deed(session, self.entry, deed, "As agreed.", now=self.now).revision
            done = True
        except InvalidTransition:
            done = False
        assert done == allowed
        if not done:
            return
        self.writing = content_after(self.writing, deed, "As agreed.")
        public = content_after(self.published[-1], deed, "As agreed.")
        assert number == (len(self.published) + 1 if public != self.published[-1] else None)
        if number:
            self.published.append(public)

    @rule(value=st.sampled_from(["", "£5,000", "£6,000"]))
    def withhold(self, value: str) -> None:
        """Note a value that is not public."""
        self.withheld = {"value": value} if value else {}
        self._save(self.writing)

    @rule(minor=st.booleans())
    def publish(self, minor: bool) -> None:
        """Make it public, where the table of statuses allows that."""
        self.now += timedelta(minutes=1)
        number: int | None = None
        try:
            with self.database.write() as session:
                number = publish_entry(session, self.entry, minor=minor, now=self.now)
            allowed = True
        except InvalidTransition:
            allowed = False
        assert allowed == self._may_publish()
        if allowed and self.writing not in self.published[-1:]:
            self.published.append(self.writing)
            assert number == len(self.published)
        else:
            assert number is None

    def _may_publish(self) -> bool:
        new = self.writing.status
        if not self.published:
            return new in FIRST
        old = self.published[-1].status
        return new is old or new.value in ALLOWED[old.value].split()

    @invariant()
    def what_is_public_is_what_was_published_last(self) -> None:
        """A draft is nowhere; a publication is kept whole."""
        with self.database.read() as session:
            if not self.published:
                with pytest.raises(NotFound):
                    public_entry(session, self.reference)
                return
            public = public_entry(session, self.reference)
            revisions = public_revisions(session, self.entry)
        assert (public.content, public.revision) == (self.published[-1], len(self.published))
        assert [(r.number, r.content) for r in reversed(revisions)] == list(enumerate(self.published, start=1))

    @invariant()
    def the_log_is_dense_and_in_order(self) -> None:
        """Every publication is in the log, in the order in which they came; what is withheld is not."""
        with self.database.read() as session:
            events = events_after(session, self.start)
            mine, version = events_of(session, str(self.entry)), public_version(session)
        assert [event.position for event in events] == list(range(self.start + 1, version.n + 1))
        assert list(reversed(mine)) == list(events)
        assert [event.recorded_at for event in events] == sorted(event.recorded_at for event in events)
        assert len({event.recorded_at for event in events}) == len(self.published)

    @invariant()
    def what_is_withheld_is_kept_and_what_is_being_written_too(self) -> None:
        """The author finds everything again."""
        with self.database.read() as session:
            draft = read_draft(session, self.entry)
            assert (draft.content, withheld_values(session, self.entry)) == (self.writing, self.withheld)
        status = self.published[-1].status if self.published else Status.DRAFT
        assert draft.status is status


def test_the_life_of_an_entry(database: Database) -> None:
    life = type("Life", (Life,), {"database": database})
    run_state_machine_as_test(life, settings=hypothesis.settings(max_examples=12, stateful_step_count=20))
