"""A notice that was attached wrongly is detached, with a reason; and approvers hear once of what an import brought."""

import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.errors import InvalidContent, NotFound
from kil_pipeline.exchange.notice_attaching import attach_notice, detach_notice
from kil_pipeline.exchange.tender_notices import attached_notices, notices_to_match, own_notice
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.plan.entries import Entry
from kil_pipeline.plan.publishing_rules import PublishingRules, choose_rules
from kil_pipeline.plan.queries import public_revisions
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.submissions import submissions_of
from tests.engagement.sessions import notices
from tests.exchange.sheets import a_release, import_notices
from tests.exchange.test_notice_matching import OTHER_PROCESS, a_tender, bring, public
from tests.factories import NOW

ID = "000002-2026"


def council_of(session: Session) -> uuid.UUID:
    return session.scalars(sa.select(Entry.organisation_id)).one()


def attached(session: Session) -> list[str]:
    return [found.notice.id for found in attached_notices(session, council_of(session))]


def with_four_eyes(database: Database, *addresses: str) -> None:
    with database.write() as session:
        council = council_of(session)
        choose_rules(session, council, PublishingRules(four_eyes=True))
        for address in addresses:
            add_member(session, email=address, organisation_id=council, role=Role.APPROVER, now=NOW)


def test_a_detached_notice_is_gone_from_the_page_and_its_publication_says_why(
    database: Database, tmp_path: Path
) -> None:
    import_notices(database, tmp_path, a_release(), publish=True)
    bring(database, tmp_path, a_tender())
    with database.write() as session:
        entry = session.scalars(sa.select(Entry.id)).one()
        detach_notice(session, own_notice(session, council_of(session), ID), entry, why="Another lot.", now=NOW)
        last = public_revisions(session, entry)[0]
        assert (last.sentences, last.why) == (
            (f"A notice that does not belong here was taken out: UK4 {ID}.",),
            "Another lot.",
        )
        content = public(session)
        assert (ID in {notice.id for notice in content.notices}, content.status) == (False, Status.OPEN)
        assert attached(session) == []


def test_no_import_attaches_it_again_and_a_person_still_can(database: Database, tmp_path: Path) -> None:
    import_notices(database, tmp_path, a_release(), publish=True)
    bring(database, tmp_path, a_tender())
    with database.write() as session:
        entry, council = session.scalars(sa.select(Entry.id)).one(), council_of(session)
        detach_notice(session, own_notice(session, council, ID), entry, why="Another lot.", now=NOW)
    assert bring(database, tmp_path, a_tender()).unchanged == 1
    with database.write() as session:
        (waits,) = notices_to_match(session, council)
        assert (waits.notice.id, waits.suggestions, attached(session)) == (ID, (), [])
        attach_notice(session, own_notice(session, council, ID), entry, now=NOW)
        assert (notices_to_match(session, council), attached(session)) == ((), [ID])


def test_detaching_needs_a_reason_and_something_that_is_attached(database: Database, tmp_path: Path) -> None:
    import_notices(database, tmp_path, a_release(), publish=True)
    bring(database, tmp_path, a_tender(), a_tender(id="000003-2026", ocid=OTHER_PROCESS))
    with database.write() as session:
        entry, council = session.scalars(sa.select(Entry.id)).one(), council_of(session)
        with pytest.raises(InvalidContent):
            detach_notice(session, own_notice(session, council, ID), entry, why="  ", now=NOW)
        with pytest.raises(NotFound):
            detach_notice(session, own_notice(session, council, "000003-2026"), entry, why="No.", now=NOW)
        assert attached(session) == [ID]


def test_where_a_second_pair_of_eyes_is_wanted_detaching_waits_for_it(database: Database, tmp_path: Path) -> None:
    import_notices(database, tmp_path, a_release(), publish=True)
    bring(database, tmp_path, a_tender())
    with_four_eyes(database)
    with database.write() as session:
        entry, council = session.scalars(sa.select(Entry.id)).one(), council_of(session)
        detach_notice(session, own_notice(session, council, ID), entry, why="Another lot.", now=NOW)
        (waiting,) = submissions_of(session, council)
        found = [ID in {notice.id for notice in content.notices} for content in (public(session), waiting.content)]
        assert found == [True, False]


def test_approvers_are_mailed_once_for_a_file_of_tenders(database: Database, tmp_path: Path) -> None:
    import_notices(database, tmp_path, a_release(), publish=True)
    with_four_eyes(database, "ann@example.org", "bob@example.org")
    again = a_tender(id="000003-2026", date="2026-11-21T09:00:00+00:00")
    bring(database, tmp_path, a_tender(), again)
    bring(database, tmp_path, a_tender(), again)
    with database.read() as session:
        assert sorted(notices(session)) == [
            ("approval_wanted", "ann@example.org"),
            ("approval_wanted", "bob@example.org"),
        ]


def test_approvers_are_mailed_once_for_a_file_of_planning_notices(database: Database, tmp_path: Path) -> None:
    import_notices(database, tmp_path, a_release(), publish=True)
    with_four_eyes(database, "ann@example.org")
    others = [a_release(id=f"00000{n}-2026", ocid=f"ocds-h6vhtk-00000{n}") for n in (5, 6)]
    import_notices(database, tmp_path, *others, publish=True)
    import_notices(database, tmp_path, *others, publish=True)
    with database.read() as session:
        assert notices(session) == [("approval_wanted", "ann@example.org")]
