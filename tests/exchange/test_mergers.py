"""A body that became another: all that it had is the successor's, and whoever knew the old one finds the new one."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

import web.wiring  # noqa: F401  # imports every table
from kil_pipeline.alerts.criteria_index import keep_criteria, matching_criteria
from kil_pipeline.alerts.matching import explain_match, tells_anyone
from kil_pipeline.database import Base, Database
from kil_pipeline.engagement.early_notice_records import early_notice_records
from kil_pipeline.engagement.session_queries import public_sessions
from kil_pipeline.engagement.sessions import SessionRow
from kil_pipeline.errors import InvalidTransition
from kil_pipeline.events.log import events_after
from kil_pipeline.events.types import EntryHandedOver, EntryPublished, OrganisationSucceeded, PublicEvent
from kil_pipeline.exchange.mergers import GOES_OVER, STAYS_WHERE_NEW_HAS_OWN, Belongings, merge_organisation
from kil_pipeline.organisations.audit import DeedFilter, deeds_of, note_deed
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.organisations import (
    Organisation,
    OrganisationKind,
    add_organisation,
    current_organisation,
    find_organisation,
    public_organisations,
    recognise_organisation,
)
from kil_pipeline.organisations.people import colleagues
from kil_pipeline.organisations.successions import ended_bodies, find_ended
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.drafts import create_entry, find_draft
from kil_pipeline.plan.histories import public_histories
from kil_pipeline.plan.plan_index import PlanIndex
from kil_pipeline.plan.queries import public_entries, public_entry, public_revisions
from kil_pipeline.plan.reindexing import reindex_after
from kil_pipeline.plan.withheld import withheld_values
from tests.engagement.sessions import a_public_session
from tests.factories import NOW, a_commissioner, a_milestone, publish, republish, some_content

OLD, NEW = "NHS North Exampleshire Integrated Care Board", "NHS Exampleshire Integrated Care Board"
MERGED_ON = date(2026, 4, 1)
TOMORROW = NOW.date() + timedelta(days=1)
LATER = NOW + timedelta(hours=1)
ODS = ("GB-NHS", "QZ1")


def two_boards(session: Session) -> tuple[Organisation, Organisation]:
    return (
        add_organisation(
            session, name=OLD, kind=OrganisationKind.COMMISSIONER, prefix="OLD", identifiers=[ODS], now=NOW
        ),
        a_commissioner(session, NEW, prefix="NEW"),
    )


def merge(session: Session, old: Organisation, new: Organisation) -> Belongings:
    moved = merge_organisation(session, old.id, new.id, MERGED_ON, now=LATER)
    session.flush()
    return moved


def test_what_is_planned_keeps_its_reference_and_says_who_planned_it(database: Database) -> None:
    with database.write() as session:
        old, new = two_boards(session)
        publish(session, old.id, some_content("Carers’ breaks"))
        moved = merge(session, old, new)
        entry = public_entry(session, "OLD-0001")
        newest = public_revisions(session, entry.id)[0]

        assert moved == Belongings(entries=1, sessions=0, people=0)
        assert (entry.commissioner.name, entry.formerly, entry.revision) == (NEW, (OLD,), 2)
        assert newest.sentences == (f"{OLD} became {NEW} on 1 April 2026, which plans this now.",)
        assert (newest.content, newest.published_at) == (entry.content, LATER)


def test_each_publication_is_told_as_of_who_planned_it_then(database: Database) -> None:
    with database.write() as session:
        old, new = two_boards(session)
        entry_id = publish(session, old.id, some_content("Carers’ breaks"))
        merge(session, old, new)
        republish(session, entry_id, some_content("Breaks for carers"), at=LATER + timedelta(hours=1))
        states = public_histories(session, [public_entry(session, "OLD-0001")])[0].states()

        assert [state.commissioner.name for state in states] == [OLD, NEW, NEW]


def test_a_draft_goes_over_with_what_is_withheld_and_is_told_to_nobody(database: Database) -> None:
    with database.write() as session:
        old, new = two_boards(session)
        draft = create_entry(session, old.id, some_content("A draft"), withheld={"value": "£450,000"}, now=NOW)
        merge(session, old, new)

        assert find_draft(session, new.id, "OLD-0001").content == draft.content
        assert withheld_values(session, draft.entry_id) == {"value": "£450,000"}
        assert [row.event for row in events_after(session, 0) if isinstance(row.event, PublicEvent)] == []


def test_lists_and_searches_for_the_old_body_find_what_it_planned(database: Database) -> None:
    with database.write() as session:
        old, new = two_boards(session)
        publish(session, old.id, some_content("Carers’ breaks"))
        publish(session, new.id, some_content("Dental vans"))
        merge(session, old, new)

        def found(criteria: Criteria) -> list[str]:
            return [entry.headline for entry in public_entries(session, criteria).entries]

        assert found(Criteria(commissioners=(old.slug,))) == ["Dental vans", "Carers’ breaks"]
        assert found(Criteria(commissioners=(new.slug,))) == ["Dental vans", "Carers’ breaks"]
        assert found(Criteria(words='"North Exampleshire"')) == ["Carers’ breaks"]


def test_what_is_indexed_anew_is_still_found_by_the_name_of_the_old_body(database: Database) -> None:
    with database.write() as session:
        old, new = two_boards(session)
        publish(session, old.id, some_content("Carers’ breaks"))
        merge(session, old, new)

        assert reindex_after(session, "").found == 0
        found = public_entries(session, Criteria(words='"North Exampleshire"')).entries
        assert [entry.headline for entry in found] == ["Carers’ breaks"]


def test_alerts_on_the_old_body_go_on_and_the_merger_itself_is_told_to_nobody(database: Database) -> None:
    with database.write() as session:
        old, new = two_boards(session)
        publish(session, old.id, some_content("Carers’ breaks"))
        follows = Criteria(commissioners=(old.slug,))
        key = keep_criteria(session, follows)
        merge(session, old, new)
        publish(session, new.id, some_content("Dental vans"), at=LATER)
    with database.read() as session:
        events = [row.event for row in events_after(session, 0)]
        handed = next(event for event in events if isinstance(event, EntryHandedOver))
        fresh = [event for event in events if isinstance(event, EntryPublished)][-1]

        assert isinstance(handed, PublicEvent)
        assert (tells_anyone(handed), tells_anyone(fresh)) == (False, True)
        assert matching_criteria(session, fresh) == [key]
        assert explain_match(fresh.facets, follows) == f"you follow {NEW}"
        assert [type(event) for event in events] == [
            EntryPublished, EntryHandedOver, OrganisationSucceeded, EntryPublished,
        ]  # fmt: skip


def test_an_import_that_knows_the_old_body_reaches_the_successor(database: Database) -> None:
    with database.write() as session:
        old, new = two_boards(session)
        merge(session, old, new)
        by_name = recognise_organisation(session, name="NHS NORTH EXAMPLESHIRE ICB")
        by_code = recognise_organisation(session, name="?", identifiers=[ODS])

        assert [known.id if known else None for known in (by_name, by_code)] == [new.id, new.id]
        assert [known.name for known in public_organisations(session, OrganisationKind.COMMISSIONER)] == [NEW]
        assert find_organisation(session, old.slug).id == old.id


def test_the_same_sheet_finds_its_entries_again(database: Database) -> None:
    with database.write() as session:
        old, new = two_boards(session)
        create_entry(session, old.id, some_content("A"), source_key=f"sheet:{old.id}:abc", now=NOW)
        merge(session, old, new)
        keys = session.scalars(sa.text("SELECT source_key FROM entry")).all()

        assert keys == [f"sheet:{new.id}:abc"]


def test_people_keep_their_role_unless_they_have_one_there(database: Database) -> None:
    with database.write() as session:
        old, new = two_boards(session)
        for email, organisation, role in (
            ("ann@example.org", old, Role.ADMIN),
            ("bo@example.org", old, Role.ADMIN),
            ("bo@example.org", new, Role.VIEWER),
        ):
            add_member(session, email=email, organisation_id=organisation.id, role=role, now=NOW)
        merge(session, old, new)

        assert colleagues(session, old.id) == ()
        assert [(c.email, c.role) for c in colleagues(session, new.id)] == [
            ("ann@example.org", Role.ADMIN),
            ("bo@example.org", Role.VIEWER),
        ]


def test_sessions_go_over(database: Database) -> None:
    with database.write() as session:
        old, new = two_boards(session)
        reference = a_public_session(session, old.id).reference
        merge(session, old, new)

        assert session.scalars(sa.select(SessionRow.reference)).all() == [reference]
        follows = Criteria(commissioners=(old.slug,))
        assert [found.commissioner.name for found in public_sessions(session, follows)] == [NEW]


def test_the_successors_admin_reads_what_was_done_for_all_that_became_it(database: Database) -> None:
    with database.write() as session:
        old, new = two_boards(session)
        last = a_commissioner(session, "NHS Greater Exampleshire Integrated Care Board", prefix="LST")
        note_deed(session, "publish_entry", subject="OLD-0001", organisation_id=old.id, now=NOW)
        merge(session, old, new)
        merge(session, new, last)
        deeds = deeds_of(session, last.id, DeedFilter(deed="publish_entry"), limit=10)

        assert [deed.subject for deed in deeds] == ["OLD-0001"]


def test_chains_are_followed_to_their_end(database: Database) -> None:
    with database.write() as session:
        old, new = two_boards(session)
        last = a_commissioner(session, "NHS Greater Exampleshire Integrated Care Board", prefix="LST")
        publish(session, old.id, some_content("Carers’ breaks"))
        merge(session, old, new)
        merge(session, new, last)
        ended = find_ended(session, old.slug, OrganisationKind.COMMISSIONER)

        assert current_organisation(session, old.id).id == last.id
        assert ended is not None
        assert (ended.heir.slug, ended.on, ended.heir.predecessors) == (last.slug, MERGED_ON, (old.slug, new.slug))
        assert {body.slug for body in ended_bodies(session, ended.heir.predecessors)} == {old.slug, new.slug}
        assert public_entry(session, "OLD-0001").formerly == (OLD, NEW)


@pytest.mark.parametrize(
    ("old", "new", "on", "said"),
    [
        ("OLD", "OLD", MERGED_ON, f"{OLD} cannot become itself."),
        ("OLD", "CVS", MERGED_ON, "Both must be of the same kind: a commissioner becomes a commissioner."),
        ("OLD", "NEW", TOMORROW, "That day is still to come. Do this once the change has happened."),
        ("END", "NEW", MERGED_ON, f"Ended Board has become {NEW} already."),
        ("OLD", "END", MERGED_ON, f"Ended Board has ended. Name {NEW}, which it became."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(old: str, new: str, on: date, said: str, database: Database) -> None:
    with database.write() as session:
        _, heir = two_boards(session)
        merge(session, a_commissioner(session, "Ended Board", prefix="END"), heir)
        kind = OrganisationKind.INFRASTRUCTURE_BODY
        add_organisation(session, name="Exampleshire CVS", kind=kind, prefix="CVS", now=NOW)
        ended, heir_id = (find_organisation(session, prefix).id for prefix in (old, new))
        with pytest.raises(InvalidTransition) as refused:
            merge_organisation(session, ended, heir_id, on, now=LATER)
        assert str(refused.value) == said


def test_every_table_that_names_an_organisation_is_thought_of() -> None:
    """A new one goes over, or stays for a reason that stands here."""
    naming = {
        name
        for name, table in Base.metadata.tables.items()
        if any(key.column.table.name == "organisation" for key in table.foreign_keys)
    }
    moved = {table.__tablename__ for table in (*GOES_OVER, *STAYS_WHERE_NEW_HAS_OWN)}
    one_by_one = {"entry", "public_entry", "public_slip", "submission", "timed_release"}
    people = {"membership", "invitation", "api_token", "signed_in"}
    merged = {"patch_area", "organisation_document"}
    ends = {"bulletin"}
    stays = {
        "organisation", "organisation_identifier", "organisation_name",  # they lead to the successor
        "entry_handover",  # what was, stays
        "factor_rule",  # the successor decides for its own people
        "spelling_question",  # what was answered, stays
        "answered_request",  # of tokens that end; gone after a day
    }  # fmt: skip
    assert naming == moved | one_by_one | people | merged | ends | stays


def test_filters_count_what_went_over_for_the_successor_and_by_the_old_name(database: Database) -> None:
    index = PlanIndex()
    with database.write() as session:
        old, new = two_boards(session)
        publish(session, old.id, some_content("Ours"))
        slugs = old.slug, new.slug
    with database.read() as session:
        before = index.count(session, Criteria()).choices["commissioners"]
    with database.write() as session:
        merge(session, *(find_organisation(session, slug) for slug in slugs))
    with database.read() as session:
        after = index.count(session, Criteria(commissioners=slugs[:1]))
    assert before == {slugs[0]: 1}
    assert (after.total, after.choices["commissioners"]) == (1, {slugs[1]: 1})


def test_the_plan_of_another_body_is_not_touched(database: Database) -> None:
    with database.write() as session:
        old, new = two_boards(session)
        third = a_commissioner(session, "Otherham Council", prefix="OTH")
        publish(session, third.id, some_content("Ours"))
        before = public_entry(session, "OTH-0001")
        merge(session, old, new)

        assert public_entry(session, "OTH-0001") == before


def test_the_successors_figures_count_what_came_over(database: Database) -> None:
    with database.write() as session:
        old, new = two_boards(session)
        late = publish(session, old.id, some_content("Carers’ breaks", milestones=(a_milestone("opens", TOMORROW),)))
        next_week = a_milestone("opens", TOMORROW + timedelta(weeks=1))
        republish(session, late, some_content("Carers’ breaks", milestones=(next_week,)), at=NOW)
        publish(session, new.id, some_content("Dental vans"))
        both = [old.id, new.id]
        before = early_notice_records(session, both, NOW.date())
        merge(session, old, new)
        after = early_notice_records(session, both, NOW.date())

        assert [(before[one].plan.live, before[one].plan.slips.count) for one in both] == [(1, 1), (1, 0)]
        assert [(after[one].plan.live, after[one].plan.slips.count) for one in both] == [(0, 0), (2, 1)]
