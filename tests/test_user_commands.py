"""`kil user remove` and `kil second-factor off`."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from kil_pipeline.database import Database
from kil_pipeline.organisations.audit import AuditPerson, AuditRow
from kil_pipeline.organisations.browser_sessions import begin_session, find_person
from kil_pipeline.organisations.members import Role, User, add_member
from kil_pipeline.organisations.organisations import find_organisation
from kil_pipeline.organisations.second_factors import SecondFactor
from kil_pipeline.organisations.user_removal import THEIRS, references_to_users
from kil_pipeline.plan.contents import Author
from kil_pipeline.plan.drafts import create_entry
from kil_pipeline.plan.entries import WorkingCopy
from kil_pipeline.plan.publishing_rules import PublishingRules, choose_rules
from kil_pipeline.plan.submissions import Submission, request_publication
from kil_pipeline.times import utc_now
from tests.factories import NOW, some_content
from tests.test_commands import Run, kil, plan, run

__all__ = ["kil", "run"]
ANN = "ann@example.org"


def deeds(database: Database) -> list[tuple[str, str]]:
    rows = sa.select(AuditRow.deed, AuditPerson.concerned).join(AuditPerson, AuditPerson.audit_id == AuditRow.id)
    with database.read() as session:
        return [(row.deed, row.concerned) for row in session.execute(rows)]


def test_every_column_that_names_a_person_goes_with_them_or_can_be_emptied() -> None:
    columns = list(references_to_users())
    assert {column.table.name for column in columns} >= THEIRS
    assert [str(column) for column in columns if not column.nullable and column.table.name not in THEIRS] == []


def test_a_person_is_removed_whatever_they_submitted_and_the_trail_says_so(kil: Run, tmp_path: Path) -> None:
    database = plan(tmp_path)
    with database.write() as session:
        council = find_organisation(session, "EXA").id
        ann = Author(add_member(session, email=ANN, organisation_id=council, role=Role.AUTHOR, now=NOW).user_id)
        choose_rules(session, council, PublishingRules(four_eyes=True))
        entry = create_entry(session, council, some_content(), by=ann, now=NOW).entry_id
        request_publication(session, entry, by=ann, now=NOW)
    assert kil("user", "remove", " Ann@example.org").code == 0
    with database.read() as session:
        assert session.scalars(sa.select(User.email)).all() == []
        assert session.scalars(sa.select(Submission.submitted_by)).all() == [None]
    assert deeds(database) == [("remove_user", ANN)]
    again = kil("user", "remove", ANN)
    assert (again.code, again.said) == (1, f"kil: Nobody is known by the address {ANN}.\n")


def test_the_only_admin_of_an_organisation_stays(kil: Run, tmp_path: Path) -> None:
    database = plan(tmp_path)
    with database.write() as session:
        council = find_organisation(session, "EXA").id
        add_member(session, email=ANN, organisation_id=council, role=Role.ADMIN, now=NOW)
    assert kil("user", "remove", ANN).said == "kil: This is the only admin. Make somebody else an admin first.\n"
    with database.read() as session:
        assert session.scalars(sa.select(User.email)).all() == [ANN]
    assert deeds(database) == []


def test_what_a_removed_person_was_writing_is_on_an_admins_list(kil: Run, tmp_path: Path) -> None:
    database = plan(tmp_path)
    with database.write() as session:
        council = find_organisation(session, "EXA").id
        ann = Author(add_member(session, email=ANN, organisation_id=council, role=Role.AUTHOR, now=NOW).user_id)
        bob = add_member(session, email="bob@example.org", organisation_id=council, role=Role.ADMIN, now=NOW).user_id
        entry = create_entry(session, council, some_content(), by=ann, now=NOW).entry_id
    assert kil("user", "remove", ANN).code == 0
    with database.read() as session:
        assert session.get_one(WorkingCopy, entry).updated_by == bob


def test_a_person_is_signed_out_everywhere_and_the_trail_says_so(kil: Run, tmp_path: Path) -> None:
    database = plan(tmp_path)
    with database.write() as session:
        council = find_organisation(session, "EXA").id
        ann = add_member(session, email=ANN, organisation_id=council, role=Role.AUTHOR, now=NOW).user_id
        key, _ = begin_session(session, ann, utc_now())
    assert kil("user", "sign-out", ANN).code == 0
    with database.read() as session:
        assert find_person(session, key, utc_now()) is None
    assert deeds(database) == [("sign_user_out", ANN)]


@pytest.mark.parametrize(("role", "stays"), [("author", True), ("admin", False)])
def test_who_is_given_another_role_is_signed_out(kil: Run, tmp_path: Path, role: str, stays: bool) -> None:
    database = plan(tmp_path)
    with database.write() as session:
        council = find_organisation(session, "EXA").id
        ann = add_member(session, email=ANN, organisation_id=council, role=Role.AUTHOR, now=NOW).user_id
        key, _ = begin_session(session, ann, utc_now())
    assert kil("user", "add", ANN, "--organisation", "EXA", "--role", role).code == 0
    with database.read() as session:
        assert (find_person(session, key, utc_now()) is not None) == stays
    assert deeds(database) == [("add_member", ANN)]


def test_who_becomes_an_operator_is_signed_out(kil: Run, tmp_path: Path) -> None:
    database = plan(tmp_path)
    with database.write() as session:
        council = find_organisation(session, "EXA").id
        ann = add_member(session, email=ANN, organisation_id=council, role=Role.AUTHOR, now=NOW).user_id
        key, _ = begin_session(session, ann, utc_now())
    assert kil("add-operator", ANN).code == 0
    with database.read() as session:
        assert find_person(session, key, utc_now()) is None


def test_a_second_factor_is_taken_off_and_the_trail_says_so(kil: Run, tmp_path: Path) -> None:
    database = plan(tmp_path)
    with database.write() as session:
        council = find_organisation(session, "EXA").id
        ann = add_member(session, email=ANN, organisation_id=council, role=Role.AUTHOR, now=NOW).user_id
        session.add(SecondFactor(user_id=ann, secret="closed", confirmed_at=NOW, last_step=0, tries=0))
    assert kil("second-factor", "off", ANN).code == 0
    with database.read() as session:
        assert session.scalars(sa.select(SecondFactor.user_id)).all() == []
    assert deeds(database) == [("second_factor_off", ANN)]
