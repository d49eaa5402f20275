"""The code in a sign-in mail: for the browser that asked, five tries, once. And everything that is used at once."""

import itertools
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from kil_pipeline.database import Database
from kil_pipeline.errors import LinkNotValid
from kil_pipeline.organisations.browser_sessions import SignedIn, begin_session
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.sign_in import (
    MOST_TRIES,
    SignInRequest,
    ask_to_sign_in,
    mint_sign_in_code,
    mint_sign_in_token,
    start_session,
    use_code,
    use_link,
)
from tests.factories import NOW, a_commissioner
from tests.threads import all_at_once

ADA, BROWSER = "ada@example.org", "the key of the browser that asked"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def mail(database: Database) -> tuple[uuid.UUID, str, str]:
    """Ada's id, and the link and the code that were mailed to her."""
    with database.write() as session:
        council = a_commissioner(session).id
        user = add_member(session, email=ADA, organisation_id=council, role=Role.AUTHOR, now=NOW).user_id
        request = ask_to_sign_in(session, ADA, NOW, browser_key=BROWSER).request_id
        token = mint_sign_in_token(session, user, NOW, 15, request_id=request)
        return user, token, mint_sign_in_code(session, request, NOW, 15)


def attempt(database: Database, code: str, browser: str = BROWSER, minutes: int = 1) -> uuid.UUID | None:
    with database.write() as session:
        return use_code(session, browser, code, NOW + minutes * MINUTE)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


def test_the_code_signs_in_the_browser_that_asked_once(database: Database, mail: tuple[uuid.UUID, str, str]) -> None:
    user, _, code = mail
    assert (len(code), code.isdigit()) == (8, True)
    assert attempt(database, code, "another browser") is None
    assert attempt(database, f" {code[:4]} {code[4:]} ") == user
    assert attempt(database, code) is None


def test_a_code_lives_as_long_as_the_link(database: Database, mail: tuple[uuid.UUID, str, str]) -> None:
    user, _, code = mail
    assert [attempt(database, code, minutes=minutes) for minutes in (15, 14)] == [None, user]


@pytest.mark.parametrize(("tries", "works"), [(MOST_TRIES - 1, True), (MOST_TRIES, False)])
def test_a_code_can_be_tried_five_times(
    database: Database, mail: tuple[uuid.UUID, str, str], tries: int, works: bool
) -> None:
    _, _, code = mail
    assert [attempt(database, wrong(code)) for _ in range(tries)] == [None] * tries
    assert (attempt(database, code) is not None) == works


@pytest.mark.parametrize("text", ["", "x", "１２３４", "\0", "\ud800", "9" * 5_000])
def test_what_is_no_code_is_refused(database: Database, mail: tuple[uuid.UUID, str, str], text: str) -> None:
    assert attempt(database, text) is None


def test_the_code_is_stored_so_that_it_cannot_be_read(database: Database, mail: tuple[uuid.UUID, str, str]) -> None:
    with database.read() as session:
        stored = session.execute(sa.select(SignInRequest.code_hash, SignInRequest.browser_hash)).one()
    assert [len(text or "") for text in stored] == [64, 64]
    assert mail[2] not in str(stored)


@pytest.mark.parametrize("first", ["link", "code"])
def test_link_and_code_of_one_mail_sign_in_once_between_them(
    database: Database, mail: tuple[uuid.UUID, str, str], first: str
) -> None:
    _, token, code = mail
    if first == "code":
        assert attempt(database, code) is not None
    with database.write() as session:
        if first == "link":
            start_session(session, token, NOW)
        else:
            with pytest.raises(LinkNotValid):
                use_link(session, token, NOW)
    assert attempt(database, code) is None


def test_an_unknown_address_leaves_the_same_row_without_a_name(database: Database) -> None:
    with database.write() as session:
        asked = ask_to_sign_in(session, "nobody@example.org", NOW, browser_key=BROWSER)
        assert (asked.user_id, asked.email) == (None, "")
        rows = session.execute(sa.select(SignInRequest.id, SignInRequest.user_id)).all()
    assert [tuple(row) for row in rows] == [(asked.request_id, None)]


@pytest.mark.parametrize("what", ["link", "code", "both"])
def test_what_is_used_by_many_at_once_signs_in_once(
    database: Database, mail: tuple[uuid.UUID, str, str], what: str
) -> None:
    _, token, code = mail

    def by_link() -> None:
        with database.write() as session:
            start_session(session, token, NOW)

    def by_code() -> bool:
        with database.write() as session:
            user_id = use_code(session, BROWSER, code, NOW)
            if user_id is not None:
                begin_session(session, user_id, NOW)
        return user_id is not None

    chosen: dict[str, list[Callable[[], object]]] = {
        "link": [by_link],
        "code": [by_code],
        "both": [by_link, by_code],
    }
    outcomes = all_at_once([way for way, _ in zip(itertools.cycle(chosen[what]), range(4))])
    assert sorted(outcomes) == [False, False, False, True]
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SignedIn)) == 1
