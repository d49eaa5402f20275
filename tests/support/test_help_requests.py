"""Asking for help: nothing before the button in the mail, the asker's address only where they said so, then erased."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.suppressions import suppress
from kil_pipeline.database import Database
from kil_pipeline.errors import InvalidContent, InvalidTransition, LinkNotValid, NotFound
from kil_pipeline.organisations.members import InvalidAddress
from kil_pipeline.support.help_requests import (
    MOST_NEED,
    AskedHelp,
    HelpAnswer,
    HelpRequest,
    answer_help,
    ask_for_help,
    close_help,
    confirm_help,
    count_requests,
    erase_old_help,
    own_help,
    requests_to,
    withdraw_help,
)
from tests.alerts.sinks import Post
from tests.factories import NOW
from tests.support.test_patches import LEEDS, a_body

ASKED = AskedHelp("Example Carers", "asker@example.org", "Somebody to read our bid.", ("bid-writing", "other"))


def asked(database: Database, what: AskedHelp = ASKED, *, confirmed: bool = True) -> tuple[uuid.UUID, uuid.UUID]:
    """Ask a new body for help. Returns the body's id and the request's."""
    with database.write() as session:
        body = a_body(session, f"Body {uuid.uuid4()}", LEEDS)
        ask_for_help(session, body, what, NOW)
        request = session.scalars(sa.select(HelpRequest.id).where(HelpRequest.organisation_id == body)).one()
        if confirmed:
            confirm_help(session, request, NOW)
    return body, request


def mails(post: Post) -> list[tuple[str, str]]:
    letters = [letter for letter in post.letters if isinstance(letter, NoticeLetter)]
    return [(outgoing.to, letter.heading) for outgoing, letter in zip(post.sent, letters, strict=True)]


def test_nothing_is_passed_on_before_the_button_is_pressed(database: Database) -> None:
    post = Post(database)
    body, request = asked(database, confirmed=False)
    post.tick(NOW)
    assert mails(post) == [("asker@example.org", "Send your request for help")]
    with database.read() as session:
        assert requests_to(session, body) == ()
    with database.write() as session:
        confirm_help(session, request, NOW)
        confirm_help(session, request, NOW)  # pressed twice
    post.tick(NOW)
    assert mails(post)[1:] == [("hello@body.example.org", "Somebody near you asks for help")]


@pytest.mark.parametrize("shown", [False, True])
def test_the_askers_address_is_told_only_where_they_said_so(database: Database, shown: bool) -> None:
    post = Post(database)
    body, _ = asked(database, replace(ASKED, show_address=shown))
    post.tick(NOW)
    (letter,) = [
        found for found in post.letters if isinstance(found, NoticeLetter) and "asks for help" in found.heading
    ]
    with database.read() as session:
        (view,) = requests_to(session, body)
    assert view.email == ("asker@example.org" if shown else "")
    assert ("asker@example.org" in repr(letter)) is shown
    assert view.kinds == ("bid-writing",)


def test_an_answer_goes_to_the_asker(database: Database) -> None:
    post = Post(database)
    body, request = asked(database)
    post.tick(NOW)
    with database.write() as session:
        answer_help(session, body, request, "Come on Monday.", NOW)
        counts = count_requests(session, body)
    post.tick(NOW)
    assert counts == {"waiting": 0, "answered": 1, "closed": 0}
    assert post.sent[-1].to == "asker@example.org"
    letter = post.letters[-1]
    assert isinstance(letter, NoticeLetter)
    assert letter.paragraphs == ("Come on Monday.",)


def test_another_body_can_neither_answer_nor_close_it(database: Database) -> None:
    _, request = asked(database)
    stranger, _ = asked(database, replace(ASKED, email="second@example.org"))
    with database.write() as session:
        with pytest.raises(NotFound):
            answer_help(session, stranger, request, "Mine", NOW)
        with pytest.raises(NotFound):
            close_help(session, stranger, request, NOW)


def test_what_was_not_confirmed_is_not_there_for_the_body(database: Database) -> None:
    body, request = asked(database, confirmed=False)
    with database.write() as session, pytest.raises(NotFound):
        answer_help(session, body, request, "Mine", NOW)


def test_a_closed_request_is_answered_no_more(database: Database) -> None:
    body, request = asked(database)
    with database.write() as session:
        close_help(session, body, request, NOW)
        close_help(session, body, request, NOW + timedelta(days=1))  # again
        assert session.get_one(HelpRequest, request).closed_at == NOW
        with pytest.raises(InvalidTransition):
            answer_help(session, body, request, "Too late", NOW)


@pytest.mark.parametrize(
    ("change", "error"),
    [({"email": "nobody"}, InvalidAddress), ({"need": " "}, InvalidContent), ({"need": "x" * 3001}, InvalidContent)],
)
def test_what_cannot_be_asked_is_refused(database: Database, change: dict[str, str], error: type[Exception]) -> None:
    with database.write() as session, pytest.raises(error):
        ask_for_help(session, a_body(session, "Body", LEEDS), replace(ASKED, **change), NOW)  # type: ignore[arg-type]  # a test's own parts


def test_the_longest_need_is_taken(database: Database) -> None:
    _, request = asked(database, replace(ASKED, need="x" * MOST_NEED))
    with database.read() as session:
        assert len(own_help(session, request, NOW).need) == MOST_NEED


def test_an_address_gets_three_mails_an_hour_and_a_suppressed_one_none(database: Database) -> None:
    with database.write() as session:
        body = a_body(session, "Body", LEEDS)
        suppress(session, "bad@example.org", "550", NOW)
        for _ in range(5):
            ask_for_help(session, body, ASKED, NOW)
        ask_for_help(session, body, replace(ASKED, email="bad@example.org"), NOW)
        emails = session.scalars(sa.select(HelpRequest.email)).all()
    assert emails == ["asker@example.org"] * 3


def test_a_link_runs_out_after_seven_days(database: Database) -> None:
    _, request = asked(database, confirmed=False)
    with database.write() as session:
        confirm_help(session, request, NOW + timedelta(days=7) - timedelta(seconds=1))
    _, late = asked(database, replace(ASKED, email="late@example.org"), confirmed=False)
    with database.write() as session, pytest.raises(LinkNotValid):
        confirm_help(session, late, NOW + timedelta(days=7))


@pytest.mark.parametrize(("confirmed", "closed", "days"), [(False, False, 7), (True, True, 365), (True, False, 730)])
def test_a_request_is_erased_with_its_answers_when_its_time_is_over(
    database: Database, confirmed: bool, closed: bool, days: int
) -> None:
    body, request = asked(database, confirmed=confirmed)
    with database.write() as session:
        if confirmed:
            answer_help(session, body, request, "Yes.", NOW)
        if closed:
            close_help(session, body, request, NOW)
        assert erase_old_help(session, NOW + timedelta(days=days)) == 0
        assert erase_old_help(session, NOW + timedelta(days=days, seconds=1)) == 1
        assert session.scalars(sa.select(HelpAnswer)).all() == []


def test_the_asker_erases_it_at_any_time(database: Database) -> None:
    body, request = asked(database)
    with database.write() as session:
        answer_help(session, body, request, "Yes.", NOW)
        withdraw_help(session, request)
        assert requests_to(session, body) == ()
        with pytest.raises(LinkNotValid):
            own_help(session, request, NOW)


def test_who_waits_for_an_answer_stands_before_who_has_one(database: Database) -> None:
    body, waiting = asked(database)
    with database.write() as session:
        ask_for_help(session, body, replace(ASKED, email="later@example.org"), NOW + timedelta(days=1))
        newer = session.scalars(sa.select(HelpRequest.id).where(HelpRequest.id != waiting)).one()
        confirm_help(session, newer, NOW + timedelta(days=1))
        before = [view.id for view in requests_to(session, body)]
        answer_help(session, body, newer, "Come on Monday.", NOW + timedelta(days=2))
        after = [view.id for view in requests_to(session, body)]
    assert (before, after) == ([newer, waiting], [waiting, newer])
