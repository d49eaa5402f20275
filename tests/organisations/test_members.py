"""People and what they may do."""

from itertools import product

import pytest
import sqlalchemy as sa

from kil_pipeline.database import Database, new_id
from kil_pipeline.organisations.audit import AuditRow, note_deed
from kil_pipeline.organisations.members import (
    InvalidAddress,
    Member,
    Role,
    User,
    add_member,
    memberships_of,
    normalise_address,
)
from tests.factories import NOW, a_commissioner


@pytest.mark.parametrize(("has", "wants"), list(product(Role, Role)), ids=lambda role: role.value)
def test_each_role_may_do_what_those_before_it_may(has: Role, wants: Role) -> None:
    member = Member(new_id(), "ada@example.org", new_id(), "Exampleshire Council", has)
    order = ["viewer", "engagement_lead", "author", "approver", "admin"]
    assert member.may(wants) == (order.index(has.value) >= order.index(wants.value))


def test_a_person_has_one_role_in_each_organisation_and_one_account(database: Database) -> None:
    with database.write() as session:
        one, two = a_commissioner(session, "Exampleshire Council"), a_commissioner(session, "Alderham Council")
        for organisation, role in ((one, Role.VIEWER), (two, Role.AUTHOR), (one, Role.ADMIN)):
            member = add_member(session, email="Ada@example.org ", organisation_id=organisation.id, role=role, now=NOW)
        user = member.user_id
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(User)) == 1
        assert memberships_of(session, user) == (
            Member(user, "ada@example.org", two.id, "Alderham Council", Role.AUTHOR),
            Member(user, "ada@example.org", one.id, "Exampleshire Council", Role.ADMIN),
        )


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ada@example.org", "ada@example.org"),
        (" Ada.L+plan@Council.Example.ORG\n", "ada.l+plan@council.example.org"),
    ],
)
def test_an_address_is_kept_in_one_form(text: str, address: str) -> None:
    assert normalise_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ada@example",
        "@example.org",
        "ada@@example.org",
        "ada@example..org",
        "ada@example.org, bea@example.org",
        "ada@example.org\nBcc: bea@example.org",
        "Ada <ada@example.org>",
        "ada\0@example.org",
        ".ada@example.org",
        "ada.@example.org",
        "ad\u0430@example.org",
        "a" * 65 + "@example.org",
        "ada@" + "a" * 250 + ".org",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidAddress):
        normalise_address(text)


def test_a_deed_is_written_down_without_any_value(database: Database) -> None:
    with database.write() as session:
        note_deed(session, "publish_entry", subject="EXA-0001", now=NOW)
    with database.read() as session:
        (row,) = session.scalars(sa.select(AuditRow)).all()
        assert (row.deed, row.subject, row.at, row.user_id) == ("publish_entry", "EXA-0001", NOW, None)
