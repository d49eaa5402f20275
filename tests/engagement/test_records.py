"""A record from its first point to its amendments: who may change what, and what nobody overwrites unseen."""

import uuid
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.links import Signer
from kil_pipeline.database import Database
from kil_pipeline.engagement.public_records import public_record
from kil_pipeline.engagement.record_checks import (
    amend,
    check_answers,
    erase_old_checks,
    say_right,
    settle_suggestion,
    start_check,
    suggest,
)
from kil_pipeline.engagement.record_contents import (
    Outcome,
    Point,
    PointKind,
    Problems,
    Ripple,
    TheoryStep,
    find_personal,
    read_part,
)
from kil_pipeline.engagement.record_contributors import Contributor, find_contributor, stop_telling
from kil_pipeline.engagement.record_writers import invite_writer, new_writers, writers_session
from kil_pipeline.engagement.records import (
    RecordHead,
    RecordState,
    add_part,
    change_part,
    find_part,
    held_session,
    read_record,
    save_head,
)
from kil_pipeline.engagement.sessions import SessionRow
from kil_pipeline.errors import EditedMeanwhile, InvalidContent, InvalidTransition, LinkNotValid, NotFound
from kil_pipeline.events.log import events_of
from kil_pipeline.events.types import RecordAmended, RecordPublished
from kil_pipeline.organisations.members import InvalidAddress
from kil_pipeline.settings import load_settings
from tests.alerts.sinks import Post
from tests.engagement.held import a_held_session
from tests.factories import NOW, TODAY, a_commissioner

UNTIL = TODAY + timedelta(days=7)
AFTER = NOW + timedelta(days=8)
SLOTS = Point("Evening slots, please", PointKind.IDEA, themes=("carers",), organisations=3)


@pytest.fixture
def held(database: Database) -> uuid.UUID:
    """The id of a session that was held."""
    with database.write() as session:
        return a_held_session(session, a_commissioner(session, prefix="EXC").id)


def ask(database: Database, held: uuid.UUID, *addresses: str, ticked: bool = True, until: date = UNTIL) -> int:
    with database.write() as session:
        return start_check(session, held, until=until, addresses=addresses, identifies_nobody=ticked, now=NOW)


def write_point(database: Database, held: uuid.UUID, point: Point = SLOTS) -> int:
    with database.write() as session:
        return add_part(session, held, point, now=NOW).number


def contributor_ids(database: Database) -> list[uuid.UUID]:
    with database.read() as session:
        return list(session.scalars(sa.select(Contributor.id).order_by(Contributor.id)))


def test_a_record_keeps_every_kind_of_part_in_order(database: Database, held: uuid.UUID) -> None:
    contents = (SLOTS, Outcome("Fewer waits", "Weeks", "The board"), Ripple("Met", "Talked", "Carers"), TheoryStep("£"))
    with database.write() as session:
        for content in contents:
            add_part(session, held, content, now=NOW)
    with database.read() as session:
        found = read_record(session, held)
    assert tuple((part.number, part.content) for part in found.parts) == tuple(enumerate(contents, start=1))
    assert (found.state, found.head) == (RecordState.DRAFT, RecordHead(None, None, ""))


def test_a_number_is_never_given_twice(database: Database, held: uuid.UUID) -> None:
    write_point(database, held)
    with database.write() as session:
        change_part(session, held, 1, None, version=1, now=NOW)
    assert write_point(database, held) == 2


def test_nobody_overwrites_a_part_or_the_head_unseen(database: Database, held: uuid.UUID) -> None:
    write_point(database, held)
    with database.write() as session:
        change_part(session, held, 1, Point("Mine"), version=1, now=NOW)
        save_head(session, held, RecordHead(came_people=12), version=0, now=NOW)
    with database.write() as session:
        with pytest.raises(EditedMeanwhile):
            change_part(session, held, 1, Point("Theirs"), version=1, now=NOW)
        with pytest.raises(EditedMeanwhile):
            change_part(session, held, 1, None, version=1, now=NOW)
        with pytest.raises(EditedMeanwhile):
            save_head(session, held, RecordHead(came_people=99), version=0, now=NOW)
    with database.read() as session:
        assert find_part(session, held, 1).content == Point("Mine")
        assert read_record(session, held).head == RecordHead(came_people=12)


def test_a_session_to_come_has_no_record_and_neither_has_anothers(database: Database, held: uuid.UUID) -> None:
    with database.write() as session:
        row = session.get_one(SessionRow, held)
        assert held_session(session, row.reference, row.organisation_id).id == held
        with pytest.raises(NotFound):
            held_session(session, row.reference, uuid.UUID(int=1))
        row.state = "published"
        with pytest.raises(InvalidTransition):
            held_session(session, row.reference, row.organisation_id)


@pytest.mark.parametrize(
    ("ticked", "until", "said"),
    [
        (False, UNTIL, "Read it through and tick that nothing in it identifies a person who has not agreed."),
        (True, TODAY, "The day must be later than today, and at most 60 days away."),
        (True, TODAY + timedelta(days=61), "The day must be later than today, and at most 60 days away."),
    ],
)
def test_a_check_needs_a_tick_and_a_day(
    database: Database, held: uuid.UUID, ticked: bool, until: date, said: str
) -> None:
    write_point(database, held)
    with pytest.raises(InvalidContent) as refused:
        ask(database, held, ticked=ticked, until=until)
    assert str(refused.value) == said


def test_a_check_needs_a_point_and_good_addresses(database: Database, held: uuid.UUID) -> None:
    with pytest.raises(InvalidContent):
        ask(database, held)
    write_point(database, held)
    with pytest.raises(InvalidAddress):
        ask(database, held, "ann@example.org", "nobody")
    assert contributor_ids(database) == []
    assert ask(database, held, "ann@example.org", " ANN@example.org", "bob@example.org") == 2
    assert ask(database, held, "bob@example.org", "cat@example.org") == 1


def test_those_who_came_check_it_and_it_becomes_final_after_the_day(database: Database, held: uuid.UUID) -> None:
    post = Post(database)
    write_point(database, held)
    ask(database, held, "ann@example.org", "bob@example.org")
    post.tick(NOW)
    ann, bob = contributor_ids(database)
    path = "/records/check/" + Signer(load_settings({"KIL_ENV": "development"}).secret_keys).sign("record-check", ann)
    (letter, _) = post.letters
    assert isinstance(letter, NoticeLetter)
    assert (letter.subject, letter.buttons) == (
        "Is this right? What was said at “What would help?”",
        (("Read the record", path),),
    )
    with database.write() as session:
        say_right(session, ann, NOW)
        suggest(session, bob, 1, "It was <b>five</b> groups.", NOW)
        assert public_record(session, held) is None
    with database.read() as session:
        answers = check_answers(session, held)
    assert (answers.asked, answers.right) == (2, 1)
    assert [(s.number, s.text, s.settled) for s in answers.suggestions] == [(1, "It was five groups.", False)]
    with database.write() as session:
        settle_suggestion(session, held, answers.suggestions[0].id, NOW)
    last_day = post.tick(NOW + timedelta(days=7))
    assert dict(last_day.counts)["records made final"] == 0
    assert dict(post.tick(AFTER).counts)["records made final"] == 1
    with database.read() as session:
        record = public_record(session, held)
        assert record is not None
        assert (record.parts[0].content, record.final_at) == (SLOTS, AFTER)
        (logged,) = [one.event for one in events_of(session, str(held)) if isinstance(one.event, RecordPublished)]
    assert logged.sentence == "The record of what was said is public: 1 point."
    assert sorted(outgoing.to for outgoing in post.sent) == ["ann@example.org"] * 2 + ["bob@example.org"] * 2


def test_a_check_that_is_over_takes_no_answer(database: Database, held: uuid.UUID) -> None:
    write_point(database, held)
    ask(database, held, "ann@example.org")
    Post(database).tick(AFTER)
    (ann,) = contributor_ids(database)
    with database.write() as session:
        with pytest.raises(InvalidTransition):
            say_right(session, ann, AFTER)
        with pytest.raises(InvalidTransition):
            suggest(session, ann, 1, "No", AFTER)


def test_a_suggestion_says_something_about_a_part_that_is_there(database: Database, held: uuid.UUID) -> None:
    write_point(database, held)
    ask(database, held, "ann@example.org")
    (ann,) = contributor_ids(database)
    with database.write() as session:
        with pytest.raises(InvalidContent):
            suggest(session, ann, 1, " ", NOW)
        with pytest.raises(NotFound):
            suggest(session, ann, 9, "What?", NOW)


def test_a_final_record_is_only_added_to(database: Database, held: uuid.UUID) -> None:
    write_point(database, held)
    with database.write() as session, pytest.raises(InvalidTransition):
        amend(session, held, "Too early", identifies_nobody=True, now=NOW)
    ask(database, held)
    Post(database).tick(AFTER)
    with database.write() as session:
        with pytest.raises(InvalidTransition):
            change_part(session, held, 1, Point("Other"), version=1, now=AFTER)
        with pytest.raises(InvalidTransition):
            add_part(session, held, SLOTS, now=AFTER)
        with pytest.raises(InvalidTransition):
            save_head(session, held, RecordHead(), version=0, now=AFTER)
        with pytest.raises(InvalidContent):
            amend(session, held, "Five groups.", identifies_nobody=False, now=AFTER)
        amend(session, held, "It was five groups.", identifies_nobody=True, now=AFTER)
    with database.read() as session:
        record = public_record(session, held)
        assert record is not None
        assert [(a.at, a.by, a.text) for a in record.amendments] == [
            (AFTER, "Exampleshire Council", "It was five groups.")
        ]
        (added,) = [one.event for one in events_of(session, str(held)) if isinstance(one.event, RecordAmended)]
    assert added.sentence == "Exampleshire Council added to the record: It was five groups."


def test_whoever_wants_no_mail_is_forgotten(database: Database, held: uuid.UUID) -> None:
    write_point(database, held)
    ask(database, held, "ann@example.org")
    (ann,) = contributor_ids(database)
    with database.write() as session:
        stop_telling(session, ann)
    with database.read() as session, pytest.raises(LinkNotValid):
        find_contributor(session, ann)
    post = Post(database)
    post.tick(AFTER)
    assert post.sent == []


def test_suggestions_go_after_90_days_and_people_after_two_years(database: Database, held: uuid.UUID) -> None:
    write_point(database, held)
    ask(database, held, "ann@example.org")
    (ann,) = contributor_ids(database)
    with database.write() as session:
        suggest(session, ann, 0, "All fine, but long.", NOW)
    Post(database).tick(AFTER)
    with database.write() as session:
        erased = [erase_old_checks(session, AFTER + timedelta(days=days, seconds=1)) for days in (89, 90, 729, 730)]
    assert erased == [0, 1, 0, 1]
    assert contributor_ids(database) == []


def test_a_co_hosts_link_ends_with_its_round(database: Database, held: uuid.UUID) -> None:
    post = Post(database)
    with database.write() as session:
        assert invite_writer(session, held, " Host@example.org ", NOW) == "host@example.org"
        assert writers_session(session, held, "1").id == held
        new_writers(session, held, NOW)
        with pytest.raises(LinkNotValid):
            writers_session(session, held, "1")
    post.tick(NOW)
    assert post.sent == []  # the link that was asked for has ended
    with database.read() as session:
        assert session.scalars(sa.select(Delivery.state)).all() == ["failed"]


def test_what_is_typed_is_read_or_named_with_what_to_mend() -> None:
    problems: Problems = []
    typed = {
        "kind": ["idea"],
        "text": [" Evening  slots "],
        "organisations": ["3"],
        "people": [""],
        "themes": ["carers", "x"],
    }
    assert read_part("point", typed, problems) == Point(
        "Evening slots", PointKind.IDEA, themes=("carers",), organisations=3
    )
    assert read_part("point", {"organisations": ["a few"], "text": ["x" * 3001]}, problems) is None
    assert problems == [
        ("kind", "Choose what kind of point it is."),
        ("text", "In plain words: 3,001 characters are too many. Use 3,000."),
        ("organisations", "How many organisations asked for it: write a whole number such as 12, or leave it empty."),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Write to ann.example@example.org today", ("ann.example@example.org",)),
        ("Ring 01632 960 123 or +44 1632 960124.", ("01632 960 123", "+44 1632 960124")),
        ("It costs £0.5 million, from 2027-03-14, in 12,000,000 parts", ()),
        ("Nothing", ()),
    ],
)
def test_addresses_and_numbers_in_a_text_are_found(text: str, found: tuple[str, ...]) -> None:
    assert find_personal(text) == found
