"""Sessions of browsers: listed, rotated, ended one by one or all at once."""

import uuid
from datetime import timedelta

import pytest

from kil_pipeline.database import Database
from kil_pipeline.errors import LinkNotValid, NotFound
from kil_pipeline.organisations.browser_sessions import (
    FRESH,
    IDLE,
    LONGEST,
    Lifetimes,
    begin_session,
    end_own_session,
    end_sessions,
    find_person,
    note_proof,
    own_sessions,
)
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.operators import add_operator
from tests.factories import NOW, a_commissioner

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ada(database: Database) -> uuid.UUID:
    """An author's id."""
    with database.write() as session:
        council = a_commissioner(session).id
        return add_member(session, email="ada@example.org", organisation_id=council, role=Role.AUTHOR, now=NOW).user_id


def test_a_person_sees_where_they_are_signed_in_last_used_first(database: Database, ada: uuid.UUID) -> None:
    with database.write() as session:
        begin_session(session, ada, NOW - LONGEST - MINUTE, device="Long over")
        begin_session(session, ada, NOW - IDLE - MINUTE, device="Idle")
        begin_session(session, ada, NOW - MINUTE, device="Firefox on Windows")
        begin_session(session, ada, NOW, device="Safari on iPhone")
        begin_session(session, ada, NOW, device="Not through yet", waits=True)
    with database.read() as session:
        assert [one.device for one in own_sessions(session, ada, NOW)] == ["Safari on iPhone", "Firefox on Windows"]


def test_a_person_ends_one_of_their_sessions_and_nobody_elses(database: Database, ada: uuid.UUID) -> None:
    with database.write() as session:
        bea = add_operator(session, email="bea@example.org", now=NOW)
        key, person = begin_session(session, ada, NOW)
        other, _ = begin_session(session, ada, NOW)
        with pytest.raises(NotFound):
            end_own_session(session, bea, person.session_id, NOW)
        assert find_person(session, key, NOW) == person
        end_own_session(session, ada, person.session_id, NOW)
        assert [find_person(session, each, NOW) is None for each in (key, other)] == [True, False]


def test_signing_out_everywhere_ends_every_session_of_this_person_alone(database: Database, ada: uuid.UUID) -> None:
    with database.write() as session:
        bea = add_operator(session, email="bea@example.org", now=NOW)
        keys = [begin_session(session, user, NOW)[0] for user in (ada, ada, bea)]
        end_sessions(session, ada, NOW)
        assert [find_person(session, key, NOW) is None for key in keys] == [True, True, False]


def test_a_proof_gives_a_new_key_and_holds_for_ten_minutes(database: Database, ada: uuid.UUID) -> None:
    with database.write() as session:
        old, _ = begin_session(session, ada, NOW)
        new = note_proof(session, old, NOW + 30 * MINUTE)
        assert find_person(session, old, NOW + 30 * MINUTE) is None
        person = find_person(session, new, NOW + 30 * MINUTE)
    assert person is not None
    proved = NOW + 30 * MINUTE
    assert [person.proved_lately(at) for at in (proved + FRESH, proved + FRESH + MINUTE)] == [True, False]


def test_whose_second_factor_is_to_come_is_not_signed_in(database: Database, ada: uuid.UUID) -> None:
    with database.write() as session:
        key, _ = begin_session(session, ada, NOW, waits=True)
        assert find_person(session, key, NOW) is None
        assert find_person(session, key, NOW, waiting=True) is not None
        key = note_proof(session, key, NOW)
        assert find_person(session, key, NOW) is not None
        assert find_person(session, key, NOW, waiting=True) is None


def test_an_installation_chooses_how_long_sessions_last(database: Database, ada: uuid.UUID) -> None:
    short = Lifetimes(5 * MINUTE, 10 * MINUTE)
    with database.write() as session:
        key, person = begin_session(session, ada, NOW)
        assert find_person(session, key, NOW + 5 * MINUTE, short) == person
        assert find_person(session, key, NOW + 6 * MINUTE, short) is None
        with pytest.raises(LinkNotValid):
            note_proof(session, key, NOW + 6 * MINUTE, short)


def test_an_operator_signs_in_without_an_organisation(database: Database) -> None:
    with database.write() as session:
        user = add_operator(session, email="op@example.org", now=NOW)
        assert add_operator(session, email="OP@example.org ", now=NOW) == user
        key, _ = begin_session(session, user, NOW)
        person = find_person(session, key, NOW)
    assert person is not None
    assert (person.member, person.operator, person.email) == (None, True, "op@example.org")
