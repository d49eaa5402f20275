"""Invitations: by mail, for a week, once."""

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from kil_pipeline.database import Database
from kil_pipeline.errors import InvalidTransition, LinkNotValid, NotFound
from kil_pipeline.organisations.browser_sessions import hash_token
from kil_pipeline.organisations.invitations import (
    KEPT,
    LIVES,
    Invitation,
    accept_invitation,
    erase_old_invitations,
    invite,
    mint_invitation_token,
    open_invitations,
    read_invitation,
    withdraw_invitation,
)
from kil_pipeline.organisations.members import InvalidAddress, Role, add_member, memberships_of
from tests.factories import NOW, a_commissioner
from tests.threads import all_at_once

DEE = "dee@example.org"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def council(database: Database) -> uuid.UUID:
    """A council's id."""
    with database.write() as session:
        return a_commissioner(session).id


def invited(database: Database, council: uuid.UUID, role: Role = Role.AUTHOR) -> str:
    """Invite Dee; return the token of the mail."""
    with database.write() as session:
        found = invite(session, organisation_id=council, email=" Dee@Example.org", role=role, now=NOW)
        minted = mint_invitation_token(session, found.id, NOW)
    assert minted is not None
    return minted[0]


def accept(database: Database, token: str, after: timedelta = MINUTE) -> uuid.UUID:
    with database.write() as session:
        return accept_invitation(session, token, NOW + after)[0]


def test_who_accepts_is_a_member_in_the_role_that_was_offered(database: Database, council: uuid.UUID) -> None:
    token = invited(database, council, Role.ENGAGEMENT_LEAD)
    with database.read() as session:
        shown = read_invitation(session, token, NOW)
        assert (shown.email, shown.role, shown.organisation_name) == (
            DEE,
            Role.ENGAGEMENT_LEAD,
            "Exampleshire Council",
        )
    user_id = accept(database, token)
    with database.read() as session:
        assert [(m.email, m.role) for m in memberships_of(session, user_id)] == [(DEE, Role.ENGAGEMENT_LEAD)]
        assert open_invitations(session, council, NOW) == ()


def test_an_invitation_lives_for_a_week_and_works_once(database: Database, council: uuid.UUID) -> None:
    token = invited(database, council)
    with pytest.raises(LinkNotValid):
        accept(database, token, LIVES)
    accept(database, token, LIVES - MINUTE)
    with pytest.raises(LinkNotValid):
        accept(database, token)


def test_an_invitation_that_is_accepted_by_many_at_once_is_accepted_once(
    database: Database, council: uuid.UUID
) -> None:
    token = invited(database, council)
    assert sorted(all_at_once([lambda: accept(database, token)] * 4)) == [False, False, False, True]


def test_a_token_is_stored_hashed_and_a_new_mail_replaces_it(database: Database, council: uuid.UUID) -> None:
    old = invited(database, council)
    with database.write() as session:
        (waiting,) = open_invitations(session, council, NOW)
        minted = mint_invitation_token(session, waiting.id, NOW, random_token=lambda: "another")
        assert minted is not None
        assert session.scalars(sa.select(Invitation.token_hash)).all() == [hash_token("another")]
    with database.read() as session, pytest.raises(LinkNotValid):
        read_invitation(session, old, NOW)


def test_who_is_invited_again_has_one_invitation(database: Database, council: uuid.UUID) -> None:
    old = invited(database, council, Role.ADMIN)
    invited(database, council, Role.VIEWER)
    with database.read() as session:
        assert [(one.email, one.role) for one in open_invitations(session, council, NOW)] == [(DEE, Role.VIEWER)]
    with pytest.raises(LinkNotValid):
        accept(database, old)


def test_an_invitation_that_was_taken_back_is_worth_nothing(database: Database, council: uuid.UUID) -> None:
    token = invited(database, council)
    with database.write() as session:
        (waiting,) = open_invitations(session, council, NOW)
        other = a_commissioner(session, "Another Council").id
        with pytest.raises(NotFound):
            withdraw_invitation(session, other, waiting.id, NOW)
        withdraw_invitation(session, council, waiting.id, NOW)
        assert mint_invitation_token(session, waiting.id, NOW) is None
    with pytest.raises(LinkNotValid):
        accept(database, token)


def test_members_and_what_is_no_address_are_refused(database: Database, council: uuid.UUID) -> None:
    with database.write() as session:
        add_member(session, email=DEE, organisation_id=council, role=Role.VIEWER, now=NOW)
        with pytest.raises(InvalidTransition):
            invite(session, organisation_id=council, email=DEE, role=Role.ADMIN, now=NOW)
        with pytest.raises(InvalidAddress):
            invite(session, organisation_id=council, email="dee", role=Role.ADMIN, now=NOW)


def test_who_became_a_member_meanwhile_keeps_their_role(database: Database, council: uuid.UUID) -> None:
    token = invited(database, council, Role.ADMIN)
    with database.write() as session:
        add_member(session, email=DEE, organisation_id=council, role=Role.VIEWER, now=NOW)
    user_id = accept(database, token)
    with database.read() as session:
        assert [m.role for m in memberships_of(session, user_id)] == [Role.VIEWER]


def test_old_invitations_are_erased_thirty_days_after_their_week(database: Database, council: uuid.UUID) -> None:
    invited(database, council)
    erased = []
    for after in (LIVES + KEPT, LIVES + KEPT + MINUTE):
        with database.write() as session:
            erased.append(erase_old_invitations(session, NOW + after))
    assert erased == [0, 1]
