"""With a second pair of eyes: whatever is written, submitted, sent or taken back, only what was approved is public."""

import uuid
from dataclasses import replace
from datetime import timedelta

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from kil_pipeline.database import Database
from kil_pipeline.errors import InvalidTransition, NotFound
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.plan.contents import Author, EntryContent
from kil_pipeline.plan.drafts import create_entry, read_draft, save_draft
from kil_pipeline.plan.publishing_rules import MustWait, PublishingRules, choose_rules
from kil_pipeline.plan.queries import public_entry
from kil_pipeline.plan.status_deeds import DEEDS, StatusDeed, content_after, deeds_for, do_deed
from kil_pipeline.plan.submission_decisions import approve, send_back
from kil_pipeline.plan.submissions import Request, SubmissionState, drop_submission, request_publication, submission_of
from tests.factories import NOW, a_commissioner, some_content


class Approval(RuleBasedStateMachine):
    """One entry beside a model of it: what is being written, what waits, what is public."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.writing = some_content()
        self.waiting: EntryContent | None = None
        self.sent_back = False
        self.public: EntryContent | None = None
        with self.database.write() as session:
            council = a_commissioner(session).id
            draft = create_entry(session, council, self.writing, now=NOW)
            choose_rules(session, council, PublishingRules(four_eyes=True))
            self.people = [
                Author(add_member(session, email=f"p{n}@example.org", organisation_id=council, role=r, now=NOW).user_id)
                for n, r in enumerate((Role.APPROVER, Role.APPROVER))
            ]
        self.entry, self.reference = draft.entry_id, draft.reference
        self.author: Author | None = None

    @rule(length=st.sampled_from([None, "Two years", "Three years"]))
    def edit(self, length: str | None) -> None:
        """Write something else."""
        self.writing = replace(self.writing, length=length)
        with self.database.write() as session:
            version = read_draft(session, self.entry).version
            save_draft(session, self.entry, self.writing, version=version, now=self.now)

    @rule(who=st.integers(0, 1))
    def submit(self, who: int) -> None:
        """Ask that the working copy be published."""
        self.now += timedelta(minutes=1)
        same = self.waiting == self.writing and not self.sent_back
        with self.database.write() as session:
            try:
                answer = request_publication(session, self.entry, by=self.people[who], now=self.now)
            except InvalidTransition:
                return
        if self.writing == self.public:
            assert answer.request is Request.UNCHANGED
            self.waiting = None
            return
        assert (answer.request, answer.renewed) == (Request.WAITING, not same)
        self.waiting, self.sent_back = self.writing, False
        self.author = self.author if same else self.people[who]

    @rule(who=st.integers(0, 1), deed=st.sampled_from(DEEDS))
    def do_a_deed(self, who: int, deed: StatusDeed) -> None:
        """Ask for another status: it joins what waits."""
        if self.public is None or deed not in deeds_for(self.public.status):
            return
        self.now += timedelta(minutes=1)
        wanted = content_after(self.waiting or self.public, deed, "As agreed.")
        same = self.waiting == wanted and not self.sent_back
        with self.database.write() as session:
            do_deed(session, self.entry, deed, "As agreed.", by=self.people[who], now=self.now)
        self.writing = content_after(self.writing, deed, "As agreed.")
        self.waiting, self.sent_back = wanted, False
        self.author = self.author if same else self.people[who]

    @rule(who=st.integers(0, 1))
    def approve(self, who: int) -> None:
        """Approve what waits, where that is somebody else's."""
        with self.database.write() as session:
            try:
                answer = approve(session, self._id(), by=self.people[who], now=self.now)
            except MustWait:
                assert self.waiting is None or self.sent_back or self.author == self.people[who]
                return
        assert (answer.request, self.author != self.people[who]) == (Request.PUBLISHED, True)
        self.public, self.waiting = self.waiting, None

    @rule(who=st.integers(0, 1))
    def send_back(self, who: int) -> None:
        """Send back what waits, where that is somebody else's."""
        with self.database.write() as session:
            try:
                send_back(session, self._id(), "Not yet.", by=self.people[who])
            except MustWait:
                return
        self.sent_back = True

    @rule()
    def take_back(self) -> None:
        """Take back what waits."""
        with self.database.write() as session:
            drop_submission(session, self.entry)
        self.waiting, self.sent_back = None, False

    def _id(self) -> uuid.UUID:
        with self.database.read() as session:
            submitted = submission_of(session, self.entry)
        return submitted.id if submitted else uuid.UUID(int=0)

    @invariant()
    def only_what_was_approved_is_public(self) -> None:
        """What readers see, what waits and what is being written are what the model says."""
        with self.database.read() as session:
            if self.public is None:
                with pytest.raises(NotFound):
                    public_entry(session, self.reference)
            else:
                assert public_entry(session, self.reference).content == self.public
            submitted = submission_of(session, self.entry)
            assert (submitted.content if submitted else None) == self.waiting
            state = SubmissionState.SENT_BACK if self.sent_back else SubmissionState.WAITING
            assert submitted is None or submitted.state is state
            assert read_draft(session, self.entry).content == self.writing


def test_the_life_of_a_submission(database: Database) -> None:
    life = type("Approval", (Approval,), {"database": database})
    run_state_machine_as_test(life, settings=hypothesis.settings(max_examples=12, stateful_step_count=20))
