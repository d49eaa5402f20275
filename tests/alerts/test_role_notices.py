"""Mails about roles: they say what holds when they are sent, and go to whom it concerns."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.role_notices import tell_of_admin, tell_of_removal, tell_of_role
from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.people import change_role, remove_member
from tests.alerts.sinks import Post
from tests.factories import NOW, a_commissioner


@dataclass
class Council:
    """Exampleshire Council: Ann and Bob are its admins, Cat is an author."""

    id: uuid.UUID
    ann: uuid.UUID
    cat: uuid.UUID


@pytest.fixture
def council(database: Database) -> Council:
    """The council."""
    with database.write() as session:
        own = a_commissioner(session).id
        ann, _, cat = (
            add_member(session, email=f"{name}@example.org", organisation_id=own, role=role, now=NOW).user_id
            for name, role in (("ann", Role.ADMIN), ("bob", Role.ADMIN), ("cat", Role.AUTHOR))
        )
    return Council(own, ann, cat)


def sent(database: Database) -> list[tuple[str, str]]:
    """Send what waits. Returns each address with the subject."""
    post = Post(database)
    post.tick(NOW)
    letters = [letter for letter in post.letters if isinstance(letter, NoticeLetter)]
    return sorted((mail.to, letter.subject) for mail, letter in zip(post.sent, letters, strict=True))


def told_of_role(session: Session, council: Council, role: Role) -> None:
    change_role(session, council.id, council.cat, role, NOW)
    tell_of_role(session, council.id, council.cat, "cat@example.org", NOW)


def test_another_role_is_told_to_whom_it_concerns(database: Database, council: Council) -> None:
    with database.write() as session:
        told_of_role(session, council, Role.APPROVER)
    post = Post(database)
    post.tick(NOW)
    (letter,) = post.letters
    assert isinstance(letter, NoticeLetter)
    assert [mail.to for mail in post.sent] == ["cat@example.org"]
    assert letter.subject == "Your role at Exampleshire Council is another one now"
    assert letter.facts == (("Your role", "Approver: an author who says yes to what others wrote"),)


def test_a_new_admin_is_told_to_the_others_too(database: Database, council: Council) -> None:
    with database.write() as session:
        told_of_role(session, council, Role.ADMIN)
    new = "Exampleshire Council has a new admin"
    assert sent(database) == [
        ("ann@example.org", new),
        ("bob@example.org", new),
        ("cat@example.org", "Your role at Exampleshire Council is another one now"),
    ]


def test_who_is_no_admin_is_told_to_nobody(database: Database, council: Council) -> None:
    with database.write() as session:
        tell_of_admin(session, council.id, council.cat, NOW)
    assert sent(database) == []


def test_a_removal_is_told(database: Database, council: Council) -> None:
    with database.write() as session:
        remove_member(session, council.id, council.cat, NOW)
        tell_of_removal(session, council.id, council.cat, "cat@example.org", NOW)
    assert sent(database) == [("cat@example.org", "You are no member of Exampleshire Council here any more")]


def take_back_in(session: Session, council: Council) -> None:
    add_member(session, email="cat@example.org", organisation_id=council.id, role=Role.AUTHOR, now=NOW)


def remove(session: Session, council: Council) -> None:
    remove_member(session, council.id, council.cat, NOW)


@pytest.mark.parametrize("meanwhile", [take_back_in, remove])
def test_what_holds_no_more_is_not_sent(
    database: Database, council: Council, meanwhile: Callable[[Session, Council], None]
) -> None:
    with database.write() as session:
        if meanwhile is take_back_in:
            remove(session, council)
            tell_of_removal(session, council.id, council.cat, "cat@example.org", NOW)
        else:
            told_of_role(session, council, Role.ADMIN)
        meanwhile(session, council)
    assert sent(database) == []
