"""Signing in: a link works once and for a short time, a session ends by itself, and nothing stored can be used."""

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from kil_pipeline.database import Database
from kil_pipeline.errors import LinkNotValid
from kil_pipeline.organisations.browser_sessions import (
    IDLE,
    LONGEST,
    SignedIn,
    choose_organisation,
    end_session,
    find_person,
    hash_token,
    note_seen,
)
from kil_pipeline.organisations.members import InvalidAddress, Membership, Role, add_member
from kil_pipeline.organisations.sign_in import (
    MOST_LINKS_AN_HOUR,
    SignInRequest,
    SignInToken,
    ask_to_sign_in,
    erase_old_sign_ins,
    mint_sign_in_token,
    start_session,
)
from tests.factories import NOW, a_commissioner

ADA = "ada@council.example.org"
MINUTE = timedelta(minutes=1)


def a_member(database: Database, council: str = "Exampleshire Council", role: Role = Role.AUTHOR) -> uuid.UUID:
    """Add Ada to a council. Returns her id."""
    with database.write() as session:
        organisation = a_commissioner(session, council)
        return add_member(session, email=ADA, organisation_id=organisation.id, role=role, now=NOW).user_id


def signed_in(database: Database) -> str:
    """Sign Ada in at NOW. Returns her session's key."""
    user = a_member(database)
    with database.write() as session:
        return start_session(session, mint_sign_in_token(session, user, NOW, minutes=15), NOW)[0]


def test_a_link_signs_in_the_person_who_asked(database: Database) -> None:
    a_member(database)
    with database.write() as session:
        asked = ask_to_sign_in(session, " Ada@Council.Example.ORG ", NOW)
        assert asked.email == ADA
        assert asked.user_id is not None
        token = mint_sign_in_token(session, asked.user_id, NOW, minutes=15)
    with database.write() as session:
        key, person = start_session(session, token, NOW + 14 * MINUTE)
    member = person.member
    assert member is not None
    assert (member.email, member.organisation_name, member.role) == (ADA, "Exampleshire Council", Role.AUTHOR)
    with database.read() as session:
        assert find_person(session, key, NOW + 14 * MINUTE) == person


def test_a_link_works_once(database: Database) -> None:
    user = a_member(database)
    with database.write() as session:
        token = mint_sign_in_token(session, user, NOW, minutes=15)
        start_session(session, token, NOW)
    with database.write() as session, pytest.raises(LinkNotValid):
        start_session(session, token, NOW + MINUTE)


def test_a_link_works_for_a_short_time(database: Database) -> None:
    user = a_member(database)
    with database.write() as session:
        token = mint_sign_in_token(session, user, NOW, minutes=15)
    with database.write() as session, pytest.raises(LinkNotValid):
        start_session(session, token, NOW + 15 * MINUTE)


@pytest.mark.parametrize("token", ["", "x", "a" * 5_000, "\ud800", "\0"])
def test_what_is_no_link_of_ours_is_refused(database: Database, token: str) -> None:
    with database.write() as session, pytest.raises(LinkNotValid):
        start_session(session, token, NOW)


def test_a_link_of_somebody_who_left_signs_nobody_in(database: Database) -> None:
    user = a_member(database)
    with database.write() as session:
        token = mint_sign_in_token(session, user, NOW, minutes=15)
        session.execute(sa.delete(Membership))
    with database.write() as session, pytest.raises(LinkNotValid):
        start_session(session, token, NOW)


def test_nothing_that_is_stored_can_be_used(database: Database) -> None:
    user = a_member(database)
    with database.write() as session:
        token = mint_sign_in_token(session, user, NOW, minutes=15)
        stored = session.scalars(sa.select(SignInToken.token_hash)).all()
        assert stored == [hash_token(token)]
        key, _ = start_session(session, token, NOW)
        stored = session.scalars(sa.select(SignedIn.token_hash)).all()
        assert stored == [hash_token(key)]
        assert find_person(session, stored[0], NOW) is None


@pytest.mark.parametrize("email", ["nobody@example.org", "bea@example.org"])
def test_strangers_and_people_without_a_role_get_no_link(database: Database, email: str) -> None:
    with database.write() as session:
        organisation = a_commissioner(session)
        add_member(session, email="bea@example.org", organisation_id=organisation.id, role=Role.VIEWER, now=NOW)
        session.execute(sa.delete(Membership))
    with database.write() as session:
        asked = ask_to_sign_in(session, email, NOW)
        assert (asked.user_id, asked.email) == (None, "")


def test_what_is_no_address_is_refused(database: Database) -> None:
    with database.read() as session, pytest.raises(InvalidAddress):
        ask_to_sign_in(session, "ada", NOW)


def test_one_person_gets_so_many_links_an_hour(database: Database) -> None:
    a_member(database)
    with database.write() as session:
        asked = [ask_to_sign_in(session, ADA, NOW).user_id is not None for _ in range(MOST_LINKS_AN_HOUR + 2)]
        assert asked == [True] * MOST_LINKS_AN_HOUR + [False, False]
        assert ask_to_sign_in(session, ADA, NOW + 61 * MINUTE).user_id is not None


def test_a_session_ends_when_it_is_idle(database: Database) -> None:
    key = signed_in(database)
    with database.read() as session:
        assert find_person(session, key, NOW + IDLE) is not None
        assert find_person(session, key, NOW + IDLE + MINUTE) is None


def test_a_session_that_is_used_goes_on_to_its_longest_end(database: Database) -> None:
    key = signed_in(database)
    hours = int(LONGEST / timedelta(hours=1))
    for hour in range(1, hours + 1):
        with database.write() as session:
            assert find_person(session, key, NOW + timedelta(hours=hour)) is not None
            note_seen(session, key, NOW + timedelta(hours=hour))
    with database.read() as session:
        assert find_person(session, key, NOW + LONGEST + MINUTE) is None


def test_a_session_is_noted_as_used_once_a_minute_at_most(database: Database) -> None:
    key = signed_in(database)
    seen = []
    for seconds in (30, 90):
        with database.write() as session:
            note_seen(session, key, NOW + timedelta(seconds=seconds))
            seen.append(
                session.scalars(sa.select(SignedIn).where(SignedIn.token_hash == hash_token(key))).one().seen_at
            )
    assert seen == [NOW, NOW + timedelta(seconds=90)]


def test_signing_out_ends_the_session_at_once(database: Database) -> None:
    key = signed_in(database)
    with database.write() as session:
        end_session(session, key, NOW)
        assert find_person(session, key, NOW) is None


def test_a_session_has_the_role_of_the_moment(database: Database) -> None:
    key = signed_in(database)
    with database.write() as session:
        session.execute(sa.update(Membership).values(role=Role.VIEWER.value))
    with database.write() as session:
        person = find_person(session, key, NOW)
        assert person is not None
        assert person.member is not None
        assert person.member.role is Role.VIEWER
        session.execute(sa.delete(Membership))
    with database.read() as session:
        assert find_person(session, key, NOW) is None


def test_a_person_of_two_organisations_can_act_for_either(database: Database) -> None:
    key = signed_in(database)
    with database.write() as session:
        other = a_commissioner(session, "Sampleton Council")
        add_member(session, email=ADA, organisation_id=other.id, role=Role.VIEWER, now=NOW)
    with database.write() as session:
        rotated = choose_organisation(session, key, other.id, NOW)
        person = find_person(session, rotated, NOW)
        assert find_person(session, key, NOW) is None
    assert person is not None
    assert person.member is not None
    member = person.member
    assert (member.organisation_name, member.role) == ("Sampleton Council", Role.VIEWER)


def test_nobody_acts_for_an_organisation_that_is_not_theirs(database: Database) -> None:
    key = signed_in(database)
    with database.write() as session:
        other = a_commissioner(session, "Sampleton Council")
        with pytest.raises(LinkNotValid):
            choose_organisation(session, key, other.id, NOW)


@pytest.mark.parametrize("minutes", [1, 121], ids=["signed out", "idle"])
def test_a_session_that_ended_cannot_be_brought_back(database: Database, minutes: int) -> None:
    key = signed_in(database)
    late = NOW + minutes * MINUTE
    with database.write() as session:
        home = session.scalars(sa.select(SignedIn).where(SignedIn.token_hash == hash_token(key))).one().organisation_id
        assert home is not None
        if late < NOW + IDLE:
            end_session(session, key, NOW)
        with pytest.raises(LinkNotValid):
            choose_organisation(session, key, home, late)
        note_seen(session, key, late)
        assert find_person(session, key, late) is None


def test_old_links_requests_and_sessions_are_erased_a_day_after_their_end(database: Database) -> None:
    user = a_member(database)
    with database.write() as session:
        ask_to_sign_in(session, ADA, NOW)
        start_session(session, mint_sign_in_token(session, user, NOW, minutes=15), NOW)
    kept = []
    for hours in (24, 25, 37):
        with database.write() as session:
            erase_old_sign_ins(session, NOW + timedelta(hours=hours))
            tables = (SignInToken, SignInRequest, SignedIn)
            kept.append([session.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables])
    assert kept == [[1, 1, 1], [0, 0, 1], [0, 0, 0]]
