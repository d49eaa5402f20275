"""The numbers beside the choices of a filter, and results by relevance."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.drafts import create_entry
from kil_pipeline.plan.plan_index import PlanIndex
from kil_pipeline.plan.queries import Order, public_entries
from kil_pipeline.plan.statuses import Status
from kil_pipeline.reference.areas import choosable_areas
from tests.benchmarks.grouped_counts import group_choices
from tests.factories import NOW, a_commissioner, publish, republish

PLAN = (
    EntryContent("Dancing", themes=("falls", "food"), areas=("E08000035",), route="grant.open"),
    EntryContent("Dancing again", themes=("falls",), areas=("E08000035", "E08000032"), route="pa.open"),
    EntryContent("Swimming", Status.OPEN, themes=("food",), areas=("E12000003",), route="pa.open"),
    EntryContent("Road salt"),
)
CRITERIA = (
    Criteria(),
    Criteria(themes=("falls",), statuses=("published",)),
    Criteria(areas=("E08000035",), routes=("pa.open",)),
    Criteria(words="dancing -again", commissioners=("exampleshire-council",)),
    Criteria(words="dancing", areas=("E08000032",), themes=("falls",), routes=("pa.open", "grant.open")),
)


@pytest.fixture(params=[0, 1_000_000], ids=["one by one", "by bits"])
def hits_are_counted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Count what words find in each of the two ways: in small plans, too, where one would do."""
    monkeypatch.setattr("kil_pipeline.plan.plan_index.FEW", request.param)


def total(session: Session, criteria: Criteria, part: str, code: str) -> int:
    """Return how many entries are found when `code` is the only choice of one filter."""
    only: dict[str, Any] = {part: (code,)}
    return public_entries(session, replace(criteria, **only)).total


@pytest.mark.usefixtures("hits_are_counted")
@pytest.mark.parametrize("criteria", CRITERIA)
def test_each_number_is_what_choosing_it_would_find(database: Database, criteria: Criteria) -> None:
    with database.write() as session:
        council, other = a_commissioner(session).id, a_commissioner(session, "Other").id
        for number, content in enumerate(PLAN):
            publish(session, council if number < 3 else other, content)
    choices = {
        "themes": ("falls", "food", "carers"),
        "commissioners": ("exampleshire-council", "other"),
        "routes": ("grant.open", "pa.open", "psr.urgent"),
        "chances": ("grant", "open", "not_stated"),
        "statuses": ("published", "open", "cancelled"),
        "areas": ("E08000035", "E08000032", "E12000003", "E92000001", "E06000058"),
    }
    with database.read() as session:
        counts = PlanIndex().count(session, criteria).choices
        found = {
            part: {code: total(session, criteria, part, code) for code in codes} for part, codes in choices.items()
        }
    assert {part: {code: counts[part].get(code, 0) for code in codes} for part, codes in choices.items()} == found


def test_every_area_that_people_choose_from_is_counted_as_it_is_found(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        council = a_commissioner(session).id
        for content in PLAN:
            publish(session, council, content)
    listed = choosable_areas()[::12]
    with sqlite_database.read() as session:
        counts = PlanIndex().count(session, Criteria()).choices["areas"]
        found = {a.code: public_entries(session, Criteria(areas=(a.code,))).total for a in listed}
    assert {a.code: counts.get(a.code, 0) for a in listed} == found


@pytest.mark.usefixtures("hits_are_counted")
def test_it_goes_on_with_what_is_published_meanwhile(database: Database) -> None:
    index = PlanIndex()
    with database.write() as session:
        council = a_commissioner(session).id
        entries = [publish(session, council, content) for content in PLAN]
    for changed, content in ((0, PLAN[2]), (3, PLAN[1]), (0, PLAN[3])):
        agrees(database, index)
        with database.write() as session:
            republish(session, entries[changed], content, at=NOW, minor=changed == 3)
            publish(session, council, PLAN[0])
    agrees(database, index)


def test_it_reads_the_plan_anew_where_much_was_published(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kil_pipeline.plan.plan_index.MOST_READ", 1)
    index = PlanIndex()
    with sqlite_database.write() as session:
        council = a_commissioner(session).id
        first = publish(session, council, PLAN[0])
    agrees(sqlite_database, index)
    with sqlite_database.write() as session:
        republish(session, first, PLAN[1], at=NOW)
        publish(session, council, PLAN[2])
    agrees(sqlite_database, index)


def test_a_draft_is_not_counted(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        council = a_commissioner(session).id
        create_entry(session, council, PLAN[0], now=NOW)
        publish(session, council, PLAN[1])
    with sqlite_database.read() as session:
        counts = PlanIndex().count(session, Criteria())
    assert (counts.total, counts.choices["themes"]) == (1, {"falls": 1})


def agrees(database: Database, index: PlanIndex) -> None:
    """Check that an index counts as the database does."""
    with database.read() as session:
        for criteria in (*CRITERIA, Criteria(words="-again"), Criteria(areas=("E12000003",), exactly=True)):
            counts = index.count(session, criteria)
            assert counts.choices == group_choices(session, criteria)
            assert counts.total == public_entries(session, criteria).total


def ranked(database: Database, words: str) -> list[str]:
    with database.read() as session:
        page = public_entries(session, Criteria(words=words), order=Order.RELEVANCE)
    return [entry.headline for entry in page.entries]


def test_what_is_about_the_words_comes_before_what_mentions_them(database: Database) -> None:
    long = "Meals, minibuses and much besides. " + "Lunch, tea and company for people at home. " * 20
    with database.write() as session:
        council = a_commissioner(session).id
        publish(session, council, EntryContent("Lunch clubs", summary=long))
        publish(session, council, EntryContent("Old minibuses", Status.CONCLUDED, summary="Minibuses. Minibuses."))
        publish(session, council, EntryContent("Minibuses", summary="Two minibuses for trips."))
        publish(session, council, EntryContent("Road salt"))
    assert ranked(database, "minibuses") == ["Minibuses", "Lunch clubs", "Old minibuses"]
    assert ranked(database, '"two minibuses"') == ["Minibuses"]
    assert ranked(database, "minibuses -lunch") == ["Minibuses", "Old minibuses"]


def test_without_a_word_to_look_for_relevance_is_the_opening(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session).id
        for headline in ("First", "Second"):
            publish(session, council, EntryContent(headline))
    assert (ranked(database, ""), ranked(database, "-first"), ranked(database, "the")) == (
        ["First", "Second"],
        ["Second"],
        [],
    )
