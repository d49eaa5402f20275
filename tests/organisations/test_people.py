"""An organisation's people: another role, being removed, leaving. One admin always stays."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from kil_pipeline.database import Database
from kil_pipeline.errors import InvalidTransition, NotFound
from kil_pipeline.organisations.browser_sessions import begin_session, find_person
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.people import change_role, colleagues, find_colleague, remove_member
from tests.factories import NOW, a_commissioner
from tests.threads import all_at_once


@dataclass
class Council:
    """A council with two admins and an author."""

    id: uuid.UUID
    ann: uuid.UUID
    bob: uuid.UUID
    cat: uuid.UUID


@pytest.fixture
def council(database: Database) -> Council:
    """Exampleshire Council: Ann and Bob are its admins, Cat is an author."""
    with database.write() as session:
        own = a_commissioner(session).id
        roles = {"ann": Role.ADMIN, "bob": Role.ADMIN, "cat": Role.AUTHOR}
        people = [
            add_member(session, email=f"{name}@example.org", organisation_id=own, role=role, now=NOW).user_id
            for name, role in roles.items()
        ]
    return Council(own, *people)


def roles(database: Database, council: Council) -> dict[str, str]:
    with database.read() as session:
        return {one.email.partition("@")[0]: one.role.value for one in colleagues(session, council.id)}


def test_an_admin_sees_the_members(database: Database, council: Council) -> None:
    assert roles(database, council) == {"ann": "admin", "bob": "admin", "cat": "author"}


@pytest.mark.parametrize("how", ["removed", "another role", "the same role"])
def test_whoever_loses_a_role_is_signed_out_at_once(database: Database, council: Council, how: str) -> None:
    with database.write() as session:
        key, _ = begin_session(session, council.cat, NOW)
        if how == "removed":
            remove_member(session, council.id, council.cat, NOW)
        else:
            role = Role.AUTHOR if how == "the same role" else Role.VIEWER
            change_role(session, council.id, council.cat, role, NOW)
    with database.read() as session:
        assert (find_person(session, key, NOW) is None) == (how != "the same role")


def test_the_last_admin_can_neither_go_nor_become_less(database: Database, council: Council) -> None:
    with database.write() as session:
        change_role(session, council.id, council.bob, Role.VIEWER, NOW)
        with pytest.raises(InvalidTransition):
            remove_member(session, council.id, council.ann, NOW)
        with pytest.raises(InvalidTransition):
            change_role(session, council.id, council.ann, Role.APPROVER, NOW)
    assert roles(database, council) == {"ann": "admin", "bob": "viewer", "cat": "author"}


@pytest.mark.parametrize("act", ["remove", "demote"])
def test_two_admins_who_remove_each_other_at_once_leave_one(database: Database, council: Council, act: str) -> None:
    def against(user_id: uuid.UUID) -> Callable[[], None]:
        def run() -> None:
            with database.write() as session:
                if act == "remove":
                    remove_member(session, council.id, user_id, NOW)
                else:
                    change_role(session, council.id, user_id, Role.VIEWER, NOW)

        return run

    assert sorted(all_at_once([against(council.ann), against(council.bob)])) == [False, True]
    assert list(roles(database, council).values()).count("admin") == 1


def test_nobody_reaches_the_people_of_another_organisation(database: Database, council: Council) -> None:
    with database.write() as session:
        other = a_commissioner(session, "Another Council").id
        for act in (
            lambda: find_colleague(session, other, council.cat),
            lambda: change_role(session, other, council.cat, Role.ADMIN, NOW),
            lambda: remove_member(session, other, council.cat, NOW),
        ):
            with pytest.raises(NotFound):
                act()
    assert roles(database, council)["cat"] == "author"
