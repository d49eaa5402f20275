"""Answers to points: what they must say, whom they are told to, and what happens when their day nears and passes."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from kil_pipeline.alerts.change_history import latest_changes
from kil_pipeline.alerts.letters import DigestLetter, NoticeLetter
from kil_pipeline.database import Database
from kil_pipeline.engagement.public_records import entry_trail, public_record
from kil_pipeline.engagement.record_checks import start_check
from kil_pipeline.engagement.record_contents import Outcome, Point
from kil_pipeline.engagement.records import add_part
from kil_pipeline.engagement.response_contents import ResponseContent, ResponseState
from kil_pipeline.engagement.response_days import DueAnswer, answers_due
from kil_pipeline.engagement.responses import ResponseOwner, find_response, save_response, shorten
from kil_pipeline.engagement.sessions import SessionRow
from kil_pipeline.errors import EditedMeanwhile, InvalidContent, InvalidTransition, NotFound
from kil_pipeline.events.log import events_of
from kil_pipeline.events.types import ResponseMoved, ResponseOverdue
from kil_pipeline.plan.criteria import Criteria
from tests.alerts.sinks import Post
from tests.engagement.held import a_held_session
from tests.factories import NOW, TODAY, a_commissioner, a_subscriber, publish, some_content

LATER = NOW + timedelta(days=3)
DUE = date(2027, 3, 1)
WILL = ResponseContent(ResponseState.WILL_DO, "From June.", owner="Transport team", due=DUE)
DONE = ResponseContent(ResponseState.DONE, "It opens at 7am now.", evidence="https://example.org/hours")


@pytest.fixture
def final(database: Database) -> uuid.UUID:
    """The id of a session with a final record: a point, an outcome, two people who came."""
    with database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        publish(session, council, some_content("Opening hours", themes=("loneliness",), areas=("E08000032",)))
        held = a_held_session(session, council, "EXC-0001")
        add_part(session, held, Point("Open before work", themes=("carers",), organisations=3), now=NOW)
        add_part(session, held, Outcome("Fewer missed visits"), now=NOW)
        addresses = ("ann@example.org", "bob@example.org")
        until = TODAY + timedelta(days=1)
        start_check(session, held, until=until, addresses=addresses, identifies_nobody=True, now=NOW)
    Post(database).tick(NOW + timedelta(days=2))
    return held


def answer(database: Database, held: uuid.UUID, content: ResponseContent, **parts: Any) -> bool:
    given: dict[str, Any] = {"address": "", "version": 0, "now": LATER, **parts}
    with database.write() as session:
        return save_response(session, held, 1, content, **given)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"state": ResponseState.CANNOT_DO}, "Say why it cannot be done."),
        ({"state": ResponseState.WILL_DO, "owner": "A team"}, "Give a day by which this is to be done or decided."),
        ({"state": ResponseState.CONSIDERING, "due": DUE}, "Say which role or team sees to it."),
        (
            {"state": ResponseState.DONE, "owner": "ann@example.org"},
            "The owner is a role or a team. Its email address has a box of its own.",
        ),
        (
            {"state": ResponseState.DONE, "evidence": "javascript:alert(1)"},
            "The evidence must be a web address that begins with https://.",
        ),
        ({"state": ResponseState.DONE, "revision": 2}, "Name the planned opportunity that the publication is of."),
    ],
)
def test_an_answer_says_what_it_must(parts: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidContent) as refused:
        ResponseContent(**parts)
    assert str(refused.value) == said


def test_a_move_is_an_event_and_is_public(database: Database, final: uuid.UUID) -> None:
    assert answer(database, final, WILL)
    with database.read() as session:
        record = public_record(session, final)
        (event,) = [one.event for one in events_of(session, str(final)) if isinstance(one.event, ResponseMoved)]
    sentence = "You said (point 1): Open before work. Our answer: will do, by 1 March 2027. From June."
    assert (event.sentence, event.number, event.state, event.facets.themes, event.facets.areas) == (
        sentence,
        1,
        "will_do",
        ("falls", "loneliness", "carers"),  # its own, those of what it is about, those of the point
        ("E08000035", "E08000032"),
    )
    assert record is not None
    (response,) = record.responses.values()
    assert (response.content, response.moves) == (WILL, ((LATER, sentence),))
    assert [response.overdue(day) for day in (DUE, DUE + timedelta(days=1))] == [False, True]


def test_saving_the_same_again_tells_nobody(database: Database, final: uuid.UUID) -> None:
    answer(database, final, WILL)
    assert not answer(database, final, WILL, version=1, address="team@example.org")
    with database.read() as session:
        assert find_response(session, final, 1).address == "team@example.org"
        assert len([one for one in events_of(session, str(final)) if isinstance(one.event, ResponseMoved)]) == 1


def test_nobody_overwrites_an_answer_unseen(database: Database, final: uuid.UUID) -> None:
    answer(database, final, WILL)
    with pytest.raises(EditedMeanwhile):
        answer(database, final, DONE)


def test_only_points_of_final_records_are_answered(database: Database, final: uuid.UUID) -> None:
    with database.write() as session:
        with pytest.raises(NotFound):
            save_response(session, final, 2, DONE, address="", version=0, now=LATER)
        other = a_held_session(session, session.get_one(SessionRow, final).organisation_id)
        add_part(session, other, Point("Early"), now=NOW)
        with pytest.raises(InvalidTransition):
            save_response(session, other, 1, DONE, address="", version=0, now=LATER)


@pytest.mark.parametrize(
    ("entry", "revision", "said"),
    [
        ("EXC-9999", None, "There is no planned opportunity EXC-9999."),
        ("EXC-0001", 2, "EXC-0001 has no publication number 2."),
    ],
)
def test_a_change_that_is_named_is_there(
    database: Database, final: uuid.UUID, entry: str, revision: int | None, said: str
) -> None:
    with pytest.raises(InvalidContent) as refused:
        answer(database, final, ResponseContent(ResponseState.DONE, entry=entry, revision=revision))
    assert str(refused.value) == said


def test_those_who_came_are_told_of_all_that_moves_in_an_hour_in_one_mail(database: Database, final: uuid.UUID) -> None:
    post = Post(database)
    post.tick(LATER)  # what was sent before
    before = len(post.sent)
    answer(database, final, WILL)
    answer(database, final, DONE, version=1, now=LATER + timedelta(minutes=20))
    post.tick(LATER + timedelta(minutes=59))
    assert len(post.sent) == before
    post.tick(LATER + timedelta(minutes=61))
    assert [outgoing.to for outgoing in post.sent[before:]] == ["ann@example.org", "bob@example.org"]
    letter = post.letters[-1]
    assert isinstance(letter, NoticeLetter)
    assert letter.paragraphs == (
        "Exampleshire Council has answered what was said at this session.",
        "You said (point 1): Open before work. Our answer: done. It opens at 7am now.",
    )
    answer(database, final, WILL, version=2, now=LATER + timedelta(minutes=62))
    post.tick(LATER + timedelta(minutes=123))
    assert len(post.sent) == before + 4


def test_an_owner_is_warned_ten_working_days_before_and_again_when_it_is_late(
    database: Database, final: uuid.UUID
) -> None:
    post = Post(database)
    answer(database, final, WILL, address="team@example.org")
    post.tick(datetime(2027, 2, 12, 9, tzinfo=UTC))  # 1 March is the eleventh working day after
    subjects = [letter.subject for letter in post.letters if isinstance(letter, NoticeLetter)]
    assert [subject for subject in subjects if subject.startswith(("Due", "Overdue"))] == []
    for _ in range(2):
        post.tick(datetime(2027, 2, 15, 9, tzinfo=UTC))
    for _ in range(2):
        post.tick(datetime(2027, 3, 2, 9, tzinfo=UTC))
    told = [(to.to, letter.subject) for to, letter in zip(post.sent, post.letters, strict=True)
            if isinstance(letter, NoticeLetter) and to.to == "team@example.org"]  # fmt: skip
    assert told == [
        ("team@example.org", "Due soon: the answer to point 1 of EXC-S0002"),
        ("team@example.org", "Overdue: the answer to point 1 of EXC-S0002"),
    ]
    with database.read() as session:
        (event,) = [one.event for one in events_of(session, str(final)) if isinstance(one.event, ResponseOverdue)]
    assert (event.sentence, event.due) == (
        "Point 1 (Open before work): the answer was due by 1 March 2027 and is overdue.",
        DUE,
    )


def test_an_overdue_answer_is_told_without_an_owners_address_and_not_once_it_is_done(
    database: Database, final: uuid.UUID
) -> None:
    answer(database, final, WILL)
    post = Post(database)
    post.tick(datetime(2027, 3, 2, 9, tzinfo=UTC))
    answer(database, final, DONE, version=1, now=datetime(2027, 3, 3, 9, tzinfo=UTC))
    post.tick(datetime(2027, 3, 4, 9, tzinfo=UTC))
    with database.read() as session:
        assert len([one for one in events_of(session, str(final)) if isinstance(one.event, ResponseOverdue)]) == 1


def test_the_workspace_lists_what_is_due_soon(database: Database, final: uuid.UUID) -> None:
    answer(database, final, WILL)
    with database.read() as session:
        council = session.get_one(SessionRow, final).organisation_id
        due = DueAnswer("EXC-S0002", 1, "Open before work", "Transport team", DUE)
        days = (date(2027, 2, 12), date(2027, 2, 15), date(2027, 4, 1))
        assert [answers_due(session, council, day) for day in days] == [(), (due,), (due,)]
        assert answers_due(session, uuid.UUID(int=1), DUE) == ()


def test_an_address_that_is_taken_out_is_gone(database: Database, final: uuid.UUID) -> None:
    answer(database, final, WILL, address="team@example.org")
    answer(database, final, WILL, version=1)
    with database.read() as session:
        assert session.scalars(sa.select(ResponseOwner)).all() == []


def test_an_opportunity_has_the_trail_of_what_it_was_about_and_what_changed_it(
    database: Database, final: uuid.UUID
) -> None:
    with database.write() as session:
        council = session.get_one(SessionRow, final).organisation_id
        publish(session, council, some_content("Another"))
    answer(database, final, ResponseContent(ResponseState.DONE, entry="EXC-0003", revision=1))
    with database.read() as session:
        trails = {name: entry_trail(session, name) for name in ("EXC-0001", "EXC-0003", "EXC-0004")}
    assert {name: [step.session.id for step in steps] for name, steps in trails.items()} == {
        "EXC-0001": [final],
        "EXC-0003": [final],
        "EXC-0004": [],
    }


def test_a_long_text_is_cut_between_words() -> None:
    assert [shorten("a few words", 20), shorten("a few words, more", 14)] == ["a few words", "a few words…"]


def test_whoever_follows_an_opportunity_hears_what_became_of_what_was_said_about_it(
    database: Database, final: uuid.UUID
) -> None:
    with database.write() as session:
        a_subscriber(session, Criteria(references=("EXC-0001",)), email="follows@example.org", at=LATER)
        a_subscriber(session, Criteria(references=("EXC-0009",)), email="other@example.org", at=LATER)
    post = Post(database)
    post.tick(LATER)
    answer(database, final, DONE, now=LATER + timedelta(hours=2))
    post.tick(LATER + timedelta(hours=4))
    (digest,) = [letter for letter in post.letters if isinstance(letter, DigestLetter)]
    (item,) = digest.items
    assert (item.news, item.path, item.sentences, item.because) == (
        "You said, we did",
        "/sessions/EXC-S0002",
        ("You said (point 1): Open before work. Our answer: done. It opens at 7am now.",),
        "you follow EXC-0001, which this is about",
    )


def test_the_feed_of_an_opportunitys_changes_tells_of_answers(database: Database, final: uuid.UUID) -> None:
    answer(database, final, DONE)
    with database.read() as session:
        changes = latest_changes(session, Criteria(references=("EXC-0001",))).changes
    assert [type(change.events[0]).__name__ for change in changes] == [
        "ResponseMoved",
        "RecordPublished",
        "SessionAnnounced",
        "EntryPublished",
    ]
