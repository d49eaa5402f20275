"""What there is to do: overdue, to look at again, and what readers wait for most."""

import uuid
from datetime import date, timedelta

import pytest

from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.plan.contents import Author, EntryContent
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import create_entry, read_draft, save_draft
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.worklists import Show, WorkItem, find_items, suggest_disclosure, work_items
from tests.factories import NOW, TODAY, a_commissioner, a_milestone, publish, some_content

NOBODY = uuid.UUID(int=0)
LATE = Disclosure("value", DisclosureState.UNDECIDED, "undecided.budget", expected_by=TODAY - timedelta(days=1))


def items_of(database: Database, *contents: EntryContent) -> tuple[WorkItem, ...]:
    with database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        for content in contents:
            publish(session, council, content)
        return work_items(session, council, NOBODY, NOW)


def test_each_list_has_what_belongs_to_it(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        member = add_member(session, email="a@example.org", organisation_id=council, role=Role.AUTHOR, now=NOW)
        entry = publish(session, council, some_content("Late", disclosures=(LATE,)))
        changed = publish(session, council, some_content("Changed"))
        publish(session, council, some_content("Old"), at=NOW - timedelta(days=61))
        create_entry(session, council, some_content("Draft"), now=NOW)
        mine = some_content("Changed", summary="More.")
        version = read_draft(session, changed).version
        save_draft(session, changed, mine, version=version, by=Author(member.user_id), now=NOW)
        assert read_draft(session, entry).published
        items = work_items(session, council, member.user_id, NOW)
    found = {show: sorted(item.draft.content.headline for item in find_items(items, show)) for show in Show}
    assert found == {
        Show.ALL: ["Changed", "Draft", "Late", "Old"],
        Show.MINE: ["Changed"],
        Show.DRAFTS: ["Draft"],
        Show.CHANGED: ["Changed"],
        Show.OVERDUE: ["Late"],
        Show.REVIEW: ["Old"],
    }


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (
            {"milestones": (a_milestone("opens", TODAY - timedelta(days=1)),)},
            ("“Applications or bids open” has passed: 22 November 2026.",),
        ),
        ({"milestones": (a_milestone("opens", TODAY),)}, ()),
        ({"milestones": (a_milestone("opens", TODAY - timedelta(days=1)),), "status": Status.OPEN}, ()),
        ({"milestones": (a_milestone("engagement_closes", TODAY - timedelta(days=1)),)}, ()),
        (
            {"disclosures": (Disclosure("value", DisclosureState.UNDECIDED, "undecided.budget", review_on=TODAY),)},
            ("The reason for “How much” was to be looked at again on 23 November 2026.",),
        ),
        (
            {
                "disclosures": (Disclosure("value", DisclosureState.UNDECIDED, "undecided.budget", review_on=TODAY),),
                "status": Status.CONCLUDED,
            },
            (),
        ),
    ],
)
def test_what_needs_another_look_and_why(database: Database, parts: dict[str, object], said: tuple[str, ...]) -> None:
    assert [item.review for item in items_of(database, EntryContent("A", **parts))] == [said]  # type: ignore[arg-type]  # a test's own parts


def test_sixty_days_without_a_change_are_not_yet_too_long(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session).id
        publish(session, council, some_content(), at=NOW - timedelta(days=60))
        assert [item.review for item in work_items(session, council, NOBODY, NOW)] == [()]
        later = work_items(session, council, NOBODY, NOW + timedelta(days=1))
    assert [item.review for item in later] == [("Nobody has touched it for 61 days.",)]


def test_the_nearest_opening_is_asked_about_first(database: Database) -> None:
    near, far = (a_milestone("opens", date(2027, month, 1)) for month in (2, 9))
    items = items_of(
        database,
        some_content("Says nothing"),
        some_content("Far", milestones=(far,)),
        some_content("Near", milestones=(near,)),
        some_content("Passed", milestones=(a_milestone("opens", date(2026, 10, 1)),)),
    )
    suggested = suggest_disclosure(items, TODAY)
    assert suggested is not None
    assert (suggested[0].content.headline, suggested[1]) == (
        "Near",
        "Readers wait most for “How the provider will be chosen”: it opens 1 February 2027.",
    )


def test_where_nothing_is_missing_nothing_is_suggested(database: Database) -> None:
    assert suggest_disclosure(items_of(database, some_content(status=Status.CONCLUDED)), TODAY) is None


@pytest.mark.parametrize(("words", "found"), [("breaks car", 1), ("BREAKS", 1), ("exc-0001", 1), ("beds", 0), ("", 1)])
def test_one_is_found_by_its_headline_or_reference(database: Database, words: str, found: int) -> None:
    assert len(find_items(items_of(database, some_content("Breaks for carers")), Show.ALL, words)) == found
