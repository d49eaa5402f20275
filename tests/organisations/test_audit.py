"""The audit trail: appended to, never changed; who did it lies beside it, and is erased alone."""

import uuid
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from kil_pipeline.database import Database
from kil_pipeline.organisations.audit import (
    AuditPerson,
    AuditRow,
    Deed,
    DeedFilter,
    count_deeds,
    deeds_of,
    erase_old_audit_people,
    filter_choices,
    network_of,
    note_deed,
    set_origin,
)
from kil_pipeline.organisations.members import Role, add_member
from tests.factories import NOW, a_commissioner

SIX_YEARS = timedelta(days=2191)
ADA = "ada@example.org"


@pytest.fixture
def council(database: Database) -> uuid.UUID:
    """A council's id: Ada published there, and removed Bob a day later; the installation flagged something."""
    with database.write() as session:
        own, other = a_commissioner(session).id, a_commissioner(session, "Another Council").id
        ada = add_member(session, email=ADA, organisation_id=own, role=Role.ADMIN, now=NOW).user_id
        set_origin("203.0.113.77")
        note_deed(session, "publish_entry", subject="EXC-0001", user_id=ada, organisation_id=own, now=NOW)
        set_origin("")
        later = NOW + timedelta(days=1)
        note_deed(session, "remove_person", user_id=ada, organisation_id=own, concerned="bob@example.org", now=later)
        note_deed(session, "flag", organisation_id=own, now=later + timedelta(days=1))
        note_deed(session, "publish_entry", subject="OTH-0001", user_id=ada, organisation_id=other, now=NOW)
    return own


@pytest.fixture(autouse=True)
def _nowhere() -> Iterator[None]:
    """Leave no origin behind for the tests that follow."""
    yield
    set_origin("")


def test_an_organisation_sees_its_own_deeds_newest_first(database: Database, council: uuid.UUID) -> None:
    with database.read() as session:
        assert deeds_of(session, council, DeedFilter(), limit=10) == (
            Deed(NOW + timedelta(days=2), "flag", "", False, "", "", ""),
            Deed(NOW + timedelta(days=1), "remove_person", "", True, ADA, "bob@example.org", ""),
            Deed(NOW, "publish_entry", "EXC-0001", True, ADA, "", "203.0.113.0/24"),
        )
        assert filter_choices(session, council) == ((ADA,), ("flag", "publish_entry", "remove_person"))


@pytest.mark.parametrize(
    ("wanted", "deeds"),
    [
        (DeedFilter(email=ADA), ["remove_person", "publish_entry"]),
        (DeedFilter(email="nobody@example.org"), []),
        (DeedFilter(deed="publish_entry"), ["publish_entry"]),
        (DeedFilter(since=date(2026, 11, 24)), ["flag", "remove_person"]),
        (DeedFilter(until=date(2026, 11, 24)), ["remove_person", "publish_entry"]),
        (DeedFilter(since=date(2026, 11, 24), until=date(2026, 11, 24)), ["remove_person"]),
    ],
)
def test_the_trail_is_filtered(database: Database, council: uuid.UUID, wanted: DeedFilter, deeds: list[str]) -> None:
    with database.read() as session:
        assert [deed.deed for deed in deeds_of(session, council, wanted, limit=10)] == deeds
        assert count_deeds(session, council, wanted) == len(deeds)


@pytest.mark.parametrize("change", [sa.update(AuditRow).values(deed="nothing"), sa.delete(AuditRow)])
def test_the_database_refuses_to_change_the_trail(
    database: Database, council: uuid.UUID, change: sa.Executable
) -> None:
    with database.write() as session:
        session.execute(sa.delete(AuditPerson))  # so that no foreign key refuses it first
    with database.write() as session, pytest.raises(DatabaseError, match="appended to, never changed"):
        session.execute(change)
    with database.read() as session:
        assert count_deeds(session, council, DeedFilter()) == 3


def test_who_did_it_is_erased_after_years_and_what_was_done_stays(database: Database, council: uuid.UUID) -> None:
    with database.write() as session:
        assert erase_old_audit_people(session, NOW + SIX_YEARS, SIX_YEARS) == 0
        assert erase_old_audit_people(session, NOW + SIX_YEARS + timedelta(hours=1), SIX_YEARS) == 2
        oldest = deeds_of(session, council, DeedFilter(), limit=10)[-1]
    assert oldest == Deed(NOW, "publish_entry", "EXC-0001", True, "", "", "")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", ""),
        ("unix:", ""),
        ("x" * 500, ""),
    ],
)
def test_an_address_is_kept_as_its_network(address: str, network: str) -> None:
    assert network_of(address) == network
