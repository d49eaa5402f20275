"""Tokens for programs: scoped, expiring, hashed, ended with the role of whoever made them."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa

from kil_pipeline.database import Database
from kil_pipeline.errors import NotFound
from kil_pipeline.organisations.api_tokens import (
    KEPT,
    LONGEST,
    ROLE_OF,
    ApiToken,
    Scope,
    ScopeMissing,
    TokenNotMade,
    TokenNotValid,
    api_tokens,
    erase_old_tokens,
    make_api_token,
    member_of_token,
    revoke_api_token,
)
from kil_pipeline.organisations.browser_sessions import hash_token
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.people import change_role, remove_member
from tests.factories import NOW, a_commissioner

WEEK, MINUTE = timedelta(days=7), timedelta(minutes=1)


@dataclass
class Council:
    """A council, and its two admins."""

    id: uuid.UUID
    ann: uuid.UUID
    bob: uuid.UUID


@pytest.fixture
def council(database: Database) -> Council:
    """Exampleshire Council."""
    with database.write() as session:
        own = a_commissioner(session).id
        people = [
            add_member(session, email=f"{name}@example.org", organisation_id=own, role=Role.ADMIN, now=NOW).user_id
            for name in ("ann", "bob")
        ]
    return Council(own, *people)


def make(database: Database, council: Council, *scopes: Scope, lives: timedelta = WEEK, name: str = "Sync") -> str:
    with database.write() as session:
        token, _ = make_api_token(
            session,
            organisation_id=council.id,
            made_by=council.ann,
            name=name,
            scopes=scopes or tuple(Scope),
            lives=lives,
            now=NOW,
        )
    return token


def role_of(database: Database, token: str, scope: Scope, after: timedelta = MINUTE) -> Role:
    with database.write() as session:
        return member_of_token(session, token, scope, NOW + after).role


@pytest.mark.parametrize("scope", Scope)
def test_a_token_acts_for_its_organisation_as_no_more_than_its_scope_needs(
    database: Database, council: Council, scope: Scope
) -> None:
    token = make(database, council, scope)
    with database.write() as session:
        member = member_of_token(session, token, scope, NOW)
    assert (member.organisation_id, member.user_id, member.role) == (council.id, council.ann, ROLE_OF[scope])


@pytest.mark.parametrize("scope", [Scope.READ_PRIVATE, Scope.PUBLISH])
def test_a_scope_that_was_not_given_is_refused(database: Database, council: Council, scope: Scope) -> None:
    token = make(database, council, Scope.WRITE)
    with pytest.raises(ScopeMissing):
        role_of(database, token, scope)


def test_a_token_ends_at_its_time(database: Database, council: Council) -> None:
    token = make(database, council)
    assert role_of(database, token, Scope.WRITE, WEEK - MINUTE) is Role.AUTHOR
    with pytest.raises(TokenNotValid):
        role_of(database, token, Scope.WRITE, WEEK)


@pytest.mark.parametrize("how", ["revoked", "removed", "another role"])
def test_a_token_ends_at_once(database: Database, council: Council, how: str) -> None:
    token = make(database, council)
    with database.write() as session:
        if how == "revoked":
            (listed,) = api_tokens(session, council.id, NOW)
            revoke_api_token(session, council.id, listed.id, NOW)
        elif how == "removed":
            remove_member(session, council.id, council.ann, NOW)
        else:
            change_role(session, council.id, council.ann, Role.APPROVER, NOW)
        assert api_tokens(session, council.id, NOW) == ()
    with pytest.raises(TokenNotValid):
        role_of(database, token, Scope.READ_PRIVATE)


def test_a_token_of_an_admin_who_became_less_elsewhere_in_the_database_may_no_more_than_they(
    database: Database, council: Council
) -> None:
    token = make(database, council)
    with database.write() as session:
        add_member(session, email="ann@example.org", organisation_id=council.id, role=Role.VIEWER, now=NOW)
    assert role_of(database, token, Scope.READ_PRIVATE) is Role.VIEWER
    with pytest.raises(ScopeMissing):
        role_of(database, token, Scope.WRITE)


@pytest.mark.parametrize("text", ["", "kil_", "x" * 5_000, "\0", "\ud800"])
def test_what_is_no_token_of_ours_is_refused(database: Database, council: Council, text: str) -> None:
    make(database, council)
    with pytest.raises(TokenNotValid):
        role_of(database, text, Scope.WRITE)


def test_what_is_stored_cannot_be_used(database: Database, council: Council) -> None:
    token = make(database, council)
    with database.read() as session:
        stored = session.scalars(sa.select(ApiToken.token_hash)).one()
    assert stored == hash_token(token)
    with pytest.raises(TokenNotValid):
        role_of(database, stored, Scope.WRITE)


def test_it_shows_when_it_was_last_used(database: Database, council: Council) -> None:
    token, seen = make(database, council), []
    for after in (timedelta(seconds=1), timedelta(seconds=30), timedelta(seconds=62)):
        role_of(database, token, Scope.WRITE, after)
        with database.read() as session:
            (listed,) = api_tokens(session, council.id, NOW)
            seen.append(listed.last_used_at)
    assert seen == [NOW + timedelta(seconds=seconds) for seconds in (1, 1, 62)]


def test_nobody_revokes_a_token_of_another_organisation(database: Database, council: Council) -> None:
    make(database, council)
    with database.write() as session:
        other = a_commissioner(session, "Another Council").id
        (listed,) = api_tokens(session, council.id, NOW)
        assert api_tokens(session, other, NOW) == ()
        with pytest.raises(NotFound):
            revoke_api_token(session, other, listed.id, NOW)


@pytest.mark.parametrize(
    ("name", "scopes", "lives"),
    [
        (" \t", (Scope.WRITE,), WEEK),
        ("Sync", (), WEEK),
        ("Sync", (Scope.WRITE,), timedelta(0)),
        ("Sync", (Scope.WRITE,), LONGEST + timedelta(seconds=1)),
    ],
)
def test_a_token_needs_a_name_a_scope_and_an_end_within_a_year(
    database: Database, council: Council, name: str, scopes: tuple[Scope, ...], lives: timedelta
) -> None:
    with database.write() as session, pytest.raises(TokenNotMade):
        make_api_token(
            session, organisation_id=council.id, made_by=council.ann, name=name, scopes=scopes, lives=lives, now=NOW
        )


def test_old_tokens_are_erased_thirty_days_after_their_end(database: Database, council: Council) -> None:
    make(database, council)
    erased = []
    for after in (WEEK + KEPT, WEEK + KEPT + MINUTE):
        with database.write() as session:
            erased.append(erase_old_tokens(session, NOW + after))
    assert erased == [0, 1]
