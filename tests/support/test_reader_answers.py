"""Readers' answers: passed on once confirmed, published only where their writer agreed, gone when they say so."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import DigestLetter, NoticeLetter
from kil_pipeline.database import Database
from kil_pipeline.errors import InvalidContent, InvalidTransition, LinkNotValid, NotFound
from kil_pipeline.events.log import EventRow
from kil_pipeline.organisations.members import InvalidAddress
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.publishing_rules import MustWait, PublishingRules, choose_rules
from kil_pipeline.plan.queries import public_entry
from kil_pipeline.plan.statuses import Status
from kil_pipeline.scheduler.personal_data import SOURCES
from kil_pipeline.support.answer_replies import answers_to, count_waiting_answers, hide, respond, set_aside
from kil_pipeline.support.data_requests import erase_address, held_about_address
from kil_pipeline.support.public_answers import PublicAnswer, public_answers
from kil_pipeline.support.reader_answers import (
    ReaderAnswer,
    WrittenAnswer,
    confirm_answer,
    erase_old_reader_answers,
    own_answer,
    questions_of,
    send_answer,
    withdraw_answer,
)
from tests.alerts.sinks import Post
from tests.factories import NOW, a_commissioner, a_subscriber, publish, republish, some_content

QUESTION = "Tell us the largest lot you could deliver."
LOTS = Disclosure("lots", DisclosureState.UNDECIDED, "undecided.codesign", how_you_could_help=QUESTION)
SILENT = Disclosure("route", DisclosureState.UNDECIDED, "undecided.route")
LATER = NOW + timedelta(hours=1)
_numbers = itertools.count(1)


def an_entry(session: Session) -> tuple[uuid.UUID, uuid.UUID]:
    """Publish an entry that asks about its lots. Returns its commissioner's id and its own."""
    council = a_commissioner(session, prefix="EXC").id
    return council, publish(session, council, some_content("Falls classes", disclosures=(LOTS, SILENT)))


def answered(
    session: Session, text: str = "One ward.", *, name: str = "Ann", may: bool = True, confirmed: bool = True
) -> uuid.UUID:
    """Answer the question of EXC-0001 from a new address. Returns the answer's id."""
    email = f"reader{next(_numbers)}@example.org"
    send_answer(session, public_entry(session, "EXC-0001"), "lots", WrittenAnswer(text, email, name, may), NOW)
    found = session.scalars(sa.select(ReaderAnswer.id).where(ReaderAnswer.email == email)).one()
    if confirmed:
        confirm_answer(session, found, NOW)
    return found


def published(session: Session, council: uuid.UUID) -> uuid.UUID:
    answer = answered(session)
    respond(session, council, answer, "We plan two lots.", publish=True, approver=False, now=LATER)
    return answer


def told(session: Session) -> list[str]:
    return list(session.scalars(sa.select(EventRow.kind).where(EventRow.kind == "AnswerPublished")))


def test_only_fields_that_ask_for_help_can_be_answered(database: Database) -> None:
    with database.write() as session:
        an_entry(session)
        entry = public_entry(session, "EXC-0001")
        assert questions_of(entry) == (LOTS,)
        with pytest.raises(NotFound):
            send_answer(session, entry, "route", WrittenAnswer("A grant.", "a@example.org"), NOW)


def test_what_has_ended_asks_nothing(database: Database) -> None:
    with database.write() as session:
        _, entry = an_entry(session)
        off = some_content("Falls classes", disclosures=(LOTS,), status=Status.CANCELLED, status_reason="No money.")
        republish(session, entry, off, at=LATER)
        assert questions_of(public_entry(session, "EXC-0001")) == ()


def test_the_commissioner_sees_what_is_confirmed_and_no_address(database: Database) -> None:
    with database.write() as session:
        council, _ = an_entry(session)
        answered(session, "Not confirmed.", confirmed=False)
        answered(session)
        found = answers_to(session, council)
        assert [(one.text, one.name, one.question) for one in found] == [("One ward.", "Ann", QUESTION)]
        assert count_waiting_answers(session, council) == 1
        other = a_commissioner(session, "Another", prefix="OTH").id
        assert (answers_to(session, other), count_waiting_answers(session, other)) == ((), 0)
    assert "@" not in repr(found)


def test_an_answer_and_its_response_are_published_with_the_name_that_its_writer_chose(database: Database) -> None:
    with database.write() as session:
        council, entry = an_entry(session)
        published(session, council)
        nameless = answered(session, "Half the county.", name="")
        respond(session, council, nameless, "Noted.", publish=True, approver=False, now=LATER + timedelta(hours=1))
        assert public_answers(session, entry) == (
            PublicAnswer("lots", QUESTION, "", "Half the county.", "Noted.", LATER + timedelta(hours=1)),
            PublicAnswer("lots", QUESTION, "Ann", "One ward.", "We plan two lots.", LATER),
        )
        assert count_waiting_answers(session, council) == 0
        assert told(session) == ["AnswerPublished"] * 2


def test_what_its_writer_does_not_want_published_is_responded_to_alone(database: Database) -> None:
    with database.write() as session:
        council, entry = an_entry(session)
        answer = answered(session, may=False)
        with pytest.raises(InvalidTransition):
            respond(session, council, answer, "Thanks.", publish=True, approver=True, now=LATER)
        respond(session, council, answer, "Thanks.", publish=False, approver=False, now=LATER)
        assert (public_answers(session, entry), told(session)) == ((), [])
        row = session.get_one(ReaderAnswer, answer)
        with pytest.raises(ValueError, match="not public"):
            PublicAnswer.of(row)


def test_publishing_keeps_the_organisations_own_rules(database: Database) -> None:
    with database.write() as session:
        council, entry = an_entry(session)
        answer = answered(session)
        choose_rules(session, council, PublishingRules(four_eyes=True))
        with pytest.raises(MustWait):
            respond(session, council, answer, "Thanks.", publish=True, approver=False, now=LATER)
        respond(session, council, answer, "Thanks.", publish=True, approver=True, now=LATER)
        assert len(public_answers(session, entry)) == 1


def test_before_a_poll_an_answer_is_responded_to_and_not_published(database: Database) -> None:
    with database.write() as session:
        council, entry = an_entry(session)
        answer, april = answered(session), datetime(2027, 4, 20, 9, tzinfo=UTC)
        choose_rules(session, council, PublishingRules(hold_before_polls=True))
        with pytest.raises(MustWait) as caught:
            respond(session, council, answer, "Thanks.", publish=True, approver=True, now=april)
        said = "Nothing is published before the poll, until 7 May 2027. You can respond to the writer alone."
        assert str(caught.value) == said
        respond(session, council, answer, "Thanks.", publish=False, approver=True, now=april)
        assert public_answers(session, entry) == ()


def test_nobody_responds_twice_or_for_another_organisation(database: Database) -> None:
    with database.write() as session:
        council, _ = an_entry(session)
        other = a_commissioner(session, "Another", prefix="OTH").id
        answer = answered(session)
        with pytest.raises(NotFound):
            respond(session, other, answer, "Mine.", publish=False, approver=True, now=LATER)
        with pytest.raises(NotFound):
            set_aside(session, other, answer, LATER)
        set_aside(session, council, answer, LATER)
        with pytest.raises(InvalidTransition):
            respond(session, council, answer, "Late.", publish=False, approver=True, now=LATER)


def test_a_hidden_answer_leaves_its_reason_and_the_response(database: Database) -> None:
    with database.write() as session:
        council, entry = an_entry(session)
        answer = published(session, council)
        with pytest.raises(InvalidContent):
            hide(session, council, answer, " ", LATER)
        hide(session, council, answer, "It names a person.", LATER)
        assert public_answers(session, entry) == (
            PublicAnswer("lots", QUESTION, "", "", "We plan two lots.", LATER, "It names a person."),
        )
        assert own_answer(session, answer, LATER).hidden_why == "It names a person."
        with pytest.raises(InvalidTransition):
            hide(session, council, answer, "Again.", LATER)


def test_a_withdrawn_answer_leaves_that_there_was_one(database: Database) -> None:
    with database.write() as session:
        council, entry = an_entry(session)
        answer, private = published(session, council), answered(session, "Private.")
        for withdrawn in (answer, private):
            withdraw_answer(session, withdrawn, LATER)
            with pytest.raises(LinkNotValid):
                own_answer(session, withdrawn, LATER)
        assert public_answers(session, entry) == (
            PublicAnswer("lots", QUESTION, "", "", "We plan two lots.", LATER, withdrawn=True),
        )
        (row,) = session.scalars(sa.select(ReaderAnswer)).all()
        assert (row.email, row.name, row.text) == ("", "", "")


def test_what_is_held_is_shown_and_erased_with_everything_else_of_the_address(database: Database) -> None:
    with database.write() as session:
        council, entry = an_entry(session)
        email = session.get_one(ReaderAnswer, published(session, council)).email
        held = [one.title for one in held_about_address(session, email, SOURCES)]
        assert held == ["Answers to what commissioners ask", "Emails to you"]
        erase_address(session, email, SOURCES, LATER)
        assert held_about_address(session, email, SOURCES) == ()
        assert [one.withdrawn for one in public_answers(session, entry)] == [True]


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        (" ", "", "Write your answer."),
        ("x" * 3001, "", "Write your answer in at most 3,000 characters; it has 3,001."),
        ("Yes.", "n" * 121, "Give a name of at most 120 characters; it has 121."),
        ("www.a http://b https://c", "", "Use at most 2 links in your answer; there are 3."),
        ("buy this now " * 15, "", "Your answer says the same words over and over. Say each thing once."),
    ],
)
def test_what_is_wrong_with_an_answer_is_said(database: Database, text: str, name: str, message: str) -> None:
    with database.write() as session:
        an_entry(session)
        written = WrittenAnswer(text, "a@example.org", name)
        with pytest.raises(InvalidContent) as caught:
            send_answer(session, public_entry(session, "EXC-0001"), "lots", written, NOW)
        assert str(caught.value) == message
        with pytest.raises(InvalidAddress):
            send_answer(session, public_entry(session, "EXC-0001"), "lots", WrittenAnswer("Yes.", "nobody"), NOW)


def test_the_same_text_from_another_address_is_refused_and_from_the_same_one_sent_anew(database: Database) -> None:
    with database.write() as session:
        an_entry(session)
        entry, ann = public_entry(session, "EXC-0001"), WrittenAnswer("One ward.", "ann@example.org")
        send_answer(session, entry, "lots", ann, NOW)
        send_answer(session, entry, "lots", ann, LATER)
        assert session.scalars(sa.select(ReaderAnswer.asked_at)).all() == [LATER]
        with pytest.raises(InvalidContent):
            send_answer(session, entry, "lots", WrittenAnswer("One ward.", "bob@example.org"), LATER)


def test_the_mails_carry_the_button_and_then_the_response(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        council, _ = an_entry(session)
        answer = answered(session, confirmed=False)
    post.tick(NOW)
    with database.write() as session:
        confirm_answer(session, answer, NOW)
        respond(session, council, answer, "Two lots.", publish=False, approver=False, now=LATER)
    post.tick(LATER)
    letters = [letter for letter in post.letters if isinstance(letter, NoticeLetter)]
    assert [letter.heading for letter in letters] == [
        "Send your answer",
        "The commissioner has responded to your answer",
    ]
    assert letters[1].paragraphs == ("Two lots.",)


def test_followers_are_told_of_a_published_answer_without_its_words(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        council, _ = an_entry(session)
    post.tick(NOW + timedelta(minutes=30))
    with database.write() as session:
        a_subscriber(session, Criteria(references=("EXC-0001",), kinds=("unsaid",)), at=NOW + timedelta(minutes=40))
        published(session, council)
    post.tick(NOW + timedelta(hours=3))
    (digest,) = [letter for letter in post.letters if isinstance(letter, DigestLetter)]
    said = "A reader’s answer to “How you could help us decide” (Lots) is published, with the response to it."
    assert [(item.news, item.sentences) for item in digest.items] == [("A reader’s answer", (said,))]


@pytest.mark.parametrize(
    ("kind", "days", "left"),
    [
        ("unconfirmed", 7, True), ("unconfirmed", 8, False), ("waiting", 365, True), ("waiting", 366, False),
    ],
)  # fmt: skip
def test_old_answers_are_erased(database: Database, kind: str, days: int, left: bool) -> None:
    with database.write() as session:
        an_entry(session)
        answered(session, confirmed=kind == "waiting")
        erased = erase_old_reader_answers(session, NOW + timedelta(days=days))
        assert (erased, session.scalar(sa.select(sa.func.count(ReaderAnswer.id)))) == (int(not left), int(left))


def test_a_published_answer_outlives_the_name_and_the_address_and_can_still_be_withdrawn(database: Database) -> None:
    with database.write() as session:
        council, entry = an_entry(session)
        answer, old = published(session, council), NOW + timedelta(days=366)
        assert [erase_old_reader_answers(session, old) for _ in range(2)] == [1, 0]
        session.expire_all()
        assert public_answers(session, entry) == (
            PublicAnswer("lots", QUESTION, "", "One ward.", "We plan two lots.", LATER),
        )
        assert session.get_one(ReaderAnswer, answer).email == ""
        withdraw_answer(session, answer, old)
        assert [one.withdrawn for one in public_answers(session, entry)] == [True]
