"""Publications that wait: for a second pair of eyes, or for the day after a poll."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.errors import InvalidContent, NotFound
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.plan.contents import Author, EntryContent
from kil_pipeline.plan.drafts import create_entry, read_draft, save_draft
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.plan.publishing_rules import MustWait, PublishingRules, choose_rules
from kil_pipeline.plan.queries import public_entry, public_revisions
from kil_pipeline.plan.status_deeds import DEEDS, do_deed
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.submission_decisions import approve, lift_held, override_hold, send_back, stop_holding
from kil_pipeline.plan.submissions import Answer, Request, SubmissionState, request_publication, submission_of
from tests.alerts.sinks import Post
from tests.factories import NOW, a_commissioner, a_subscriber, some_content

FOUR_EYES = PublishingRules(four_eyes=True)
HELD = PublishingRules(hold_before_polls=True)
APRIL = datetime(2027, 4, 20, 9, tzinfo=UTC)
LIFTS = date(2027, 5, 7)
AFTER = datetime.combine(LIFTS, time(8), UTC)
HOLD = next(deed for deed in DEEDS if deed.slug == "hold")


@dataclass
class Office:
    """A council with an author, an approver and a draft."""

    council: uuid.UUID
    author: Author
    approver: Author
    entry: uuid.UUID
    reference: str


def an_office(session: Session, rules: PublishingRules) -> Office:
    council = a_commissioner(session, prefix="EXC").id
    author, approver = (
        Author(add_member(session, email=f"{r}@example.org", organisation_id=council, role=r, now=NOW).user_id)
        for r in (Role.AUTHOR, Role.APPROVER)
    )
    choose_rules(session, council, rules)
    draft = create_entry(session, council, some_content("Beds"), now=NOW)
    return Office(council, author, approver, draft.entry_id, draft.reference)


def write(session: Session, office: Office, content: EntryContent) -> None:
    version = read_draft(session, office.entry).version
    save_draft(session, office.entry, content, version=version, now=NOW)


def submit(session: Session, office: Office, at: datetime = NOW) -> uuid.UUID:
    answer = request_publication(session, office.entry, by=office.author, now=at)
    assert answer.request is not Request.PUBLISHED
    submitted = submission_of(session, office.entry)
    assert submitted is not None
    return submitted.id


def test_without_rules_it_is_published_at_once(database: Database) -> None:
    with database.write() as session:
        office = an_office(session, PublishingRules())
        assert request_publication(session, office.entry, now=NOW) == Answer(Request.PUBLISHED, 1)
        assert request_publication(session, office.entry, now=NOW) == Answer(Request.UNCHANGED)


def test_nothing_is_public_before_somebody_else_approves(database: Database) -> None:
    with database.write() as session:
        office = an_office(session, FOUR_EYES)
        waiting = submit(session, office)
        with pytest.raises(NotFound):
            public_entry(session, office.reference)
        with pytest.raises(MustWait):
            approve(session, waiting, by=office.author, now=NOW)
        assert approve(session, waiting, by=office.approver, now=NOW) == Answer(Request.PUBLISHED, 1)
        assert public_entry(session, office.reference).headline == "Beds"
        assert submission_of(session, office.entry) is None
        assert read_draft(session, office.entry).published


def test_nothing_goes_round_the_second_pair_of_eyes(database: Database) -> None:
    with database.write() as session:
        office = an_office(session, FOUR_EYES)
        with pytest.raises(MustWait):
            publish_entry(session, office.entry, by=office.approver, now=NOW)


def test_what_was_looked_at_is_published_whatever_was_written_since(database: Database) -> None:
    with database.write() as session:
        office = an_office(session, FOUR_EYES)
        waiting = submit(session, office)
        write(session, office, some_content("Beds", summary="More."))
        approve(session, waiting, by=office.approver, now=NOW)
        assert public_entry(session, office.reference).content == some_content("Beds")
        draft = read_draft(session, office.entry)
        assert (draft.content.summary, draft.published) == ("More.", False)


def test_submitting_again_takes_the_place_of_what_waited(database: Database) -> None:
    with database.write() as session:
        office = an_office(session, FOUR_EYES)
        first = submit(session, office)
        assert request_publication(session, office.entry, now=NOW) == Answer(Request.WAITING, renewed=False)
        write(session, office, some_content("Beds", summary="More."))
        assert submit(session, office) != first
        with pytest.raises(MustWait):
            approve(session, first, by=office.approver, now=NOW)


def test_sent_back_it_waits_for_its_author(database: Database) -> None:
    with database.write() as session:
        office = an_office(session, FOUR_EYES)
        waiting = submit(session, office)
        with pytest.raises(InvalidContent):
            send_back(session, waiting, " ", by=office.approver)
        send_back(session, waiting, "Name the board.", by=office.approver)
        submitted = submission_of(session, office.entry)
        assert submitted is not None
        assert (submitted.state, submitted.note) == (SubmissionState.SENT_BACK, "Name the board.")
        with pytest.raises(MustWait):
            approve(session, waiting, by=office.approver, now=NOW)
        again = submit(session, office)
        assert approve(session, again, by=office.approver, now=NOW).revision == 1


def test_a_change_of_status_joins_what_waits(database: Database) -> None:
    with database.write() as session:
        office = an_office(session, FOUR_EYES)
        approve(session, submit(session, office), by=office.approver, now=NOW)
        write(session, office, some_content("Beds", summary="More."))
        submit(session, office)
        answer = do_deed(session, office.entry, HOLD, "A review.", by=office.author, now=NOW)
        assert answer.request is Request.WAITING
        assert public_entry(session, office.reference).content.status is Status.PUBLISHED
        submitted = submission_of(session, office.entry)
        assert submitted is not None
        approve(session, submitted.id, by=office.approver, now=NOW)
        public = public_entry(session, office.reference).content
        assert (public.status, public.summary) == (Status.ON_HOLD, "More.")


def test_before_a_poll_it_is_held_and_lifts_by_itself_in_order(database: Database) -> None:
    with database.write() as session:
        office = an_office(session, HELD)
        second = create_entry(session, office.council, some_content("Second"), now=NOW).entry_id
        later = APRIL + timedelta(minutes=1)
        assert request_publication(session, second, now=later) == Answer(Request.HELD, held_until=LIFTS)
        submit(session, office, APRIL)
        assert lift_held(session, AFTER - timedelta(days=1)) == 0
        assert lift_held(session, AFTER) == 2
        assert lift_held(session, AFTER) == 0
        published = [public_revisions(session, entry)[0].published_at for entry in (office.entry, second)]
        assert published == [AFTER, AFTER]
        assert submission_of(session, second) is None


def test_outside_the_period_nothing_is_held(database: Database) -> None:
    with database.write() as session:
        office = an_office(session, HELD)
        assert request_publication(session, office.entry, now=NOW).request is Request.PUBLISHED


def test_approved_before_a_poll_it_is_held_still(database: Database) -> None:
    with database.write() as session:
        office = an_office(session, PublishingRules(four_eyes=True, hold_before_polls=True))
        waiting = submit(session, office, APRIL)
        assert approve(session, waiting, by=office.approver, now=APRIL) == Answer(Request.HELD, held_until=LIFTS)
        assert lift_held(session, AFTER) == 1
        assert public_entry(session, office.reference).revision == 1


def test_an_admin_can_publish_it_all_the_same_once(database: Database) -> None:
    with database.write() as session:
        office = an_office(session, HELD)
        held = submit(session, office, APRIL)
        assert override_hold(session, held, APRIL) == Answer(Request.PUBLISHED, 1)
        with pytest.raises(MustWait):
            override_hold(session, held, APRIL)


def test_what_waits_for_approval_cannot_be_overridden(database: Database) -> None:
    with database.write() as session:
        office = an_office(session, FOUR_EYES)
        with pytest.raises(MustWait):
            override_hold(session, submit(session, office), NOW)


def test_what_cannot_be_published_any_more_goes_back_to_its_author(database: Database) -> None:
    with database.write() as session:
        office = an_office(session, HELD)
        request_publication(session, office.entry, now=NOW)
        write(session, office, some_content("Beds", status=Status.OPEN))
        held = submit(session, office, APRIL)
        choose_rules(session, office.council, PublishingRules())
        withdrawn = some_content("Beds", status=Status.WITHDRAWN, status_reason="Twice.")
        write(session, office, withdrawn)
        publish_entry(session, office.entry, now=APRIL)
        assert lift_held(session, AFTER) == 1
        submitted = submission_of(session, office.entry)
        assert submitted is not None
        assert (submitted.id, submitted.state) == (held, SubmissionState.SENT_BACK)
        assert public_entry(session, office.reference).content == withdrawn


def test_who_stops_keeping_the_period_publishes_at_the_next_tick(database: Database) -> None:
    with database.write() as session:
        office = an_office(session, HELD)
        submit(session, office, APRIL)
        choose_rules(session, office.council, PublishingRules())
        stop_holding(session, office.council, APRIL)
        assert lift_held(session, APRIL) == 1
        assert public_entry(session, office.reference).revision == 1


def test_the_scheduler_lifts_what_was_held_and_tells_of_it_as_new(database: Database) -> None:
    with database.write() as session:
        office = an_office(session, HELD)
        a_subscriber(session, at=APRIL)
        submit(session, office, APRIL)
    post = Post(database, quiet_minutes=0)
    before = AFTER - timedelta(hours=12)
    post.tick(before)
    assert post.digests() == []
    assert dict(post.tick(AFTER).counts)["held publications lifted"] == 1
    post.tick(AFTER + timedelta(minutes=1))
    assert [titles for _, titles in post.digests()] == [("Beds",)]
