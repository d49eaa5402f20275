"""Who has to have a second factor: operators, and whom an organisation or a deployment asks for it."""

import uuid

import pytest
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.organisations.browser_sessions import begin_session
from kil_pipeline.organisations.factor_rules import asks_for_second_factor, choose_factor_rule, lacks_second_factor
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.operators import add_operator
from tests.factories import NOW, a_commissioner
from tests.web.visitors import enrol

APPROVING = {Role.APPROVER, Role.ADMIN}


def lacking(session: Session, organisation_id: uuid.UUID, everywhere: str) -> set[Role]:
    """Return the roles that have to set up a second factor before they go on."""
    found = set()
    for role in Role:
        email = f"{role.value}@example.org"
        user = add_member(session, email=email, organisation_id=organisation_id, role=role, now=NOW).user_id
        _, person = begin_session(session, user, NOW)
        if lacks_second_factor(session, person, everywhere):
            found.add(role)
    return found


@pytest.mark.parametrize(
    ("asked", "everywhere", "roles"),
    [
        (False, "organisations", set()),
        (True, "organisations", APPROVING),
        (False, "approvers", APPROVING),
        (True, "everybody", set(Role)),
    ],
)
def test_who_is_asked(database: Database, asked: bool, everywhere: str, roles: set[Role]) -> None:
    with database.write() as session:
        council = a_commissioner(session).id
        choose_factor_rule(session, council, wanted=asked)
        assert lacking(session, council, everywhere) == roles


def test_who_has_one_lacks_none(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session).id
        user = add_member(session, email="ann@example.org", organisation_id=council, role=Role.ADMIN, now=NOW).user_id
        choose_factor_rule(session, council, wanted=True)
        enrol(session, user)
        _, person = begin_session(session, user, NOW)
        assert not lacks_second_factor(session, person, "everybody")


def test_an_operator_is_asked_in_their_own_organisation_too(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session).id
        add_member(session, email="op@example.org", organisation_id=council, role=Role.VIEWER, now=NOW)
        _, person = begin_session(session, add_operator(session, email="op@example.org", now=NOW), NOW)
        assert lacks_second_factor(session, person, "organisations")


def test_an_organisation_chooses_for_itself_alone_and_as_often_as_it_likes(database: Database) -> None:
    with database.write() as session:
        own, other = a_commissioner(session).id, a_commissioner(session, "Another Council").id
        said = []
        for wanted in (True, True, False, False):
            choose_factor_rule(session, own, wanted=wanted)
            said.append((asks_for_second_factor(session, own), asks_for_second_factor(session, other)))
    assert said == [(True, False), (True, False), (False, False), (False, False)]
