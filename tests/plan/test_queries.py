"""Questions about the public plan: what is public is found, in its order, and nothing else is."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.dated_queries import entries_within
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import create_entry, save_draft
from kil_pipeline.plan.expected_dates import Precision
from kil_pipeline.plan.money import Money
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.plan.queries import (
    MOST_PER_PAGE,
    Order,
    all_public_entries,
    public_entries,
    public_entries_after,
)
from kil_pipeline.plan.statuses import Status
from tests.factories import NOW, a_commissioner, a_milestone, publish, some_content

LATER = NOW + timedelta(days=3)


def found_by(session: Session, **criteria: object) -> list[str]:
    """Return the headlines of the public entries that criteria find."""
    return [entry.headline for entry in public_entries(session, Criteria(**criteria)).entries]  # type: ignore[arg-type]  # a test's own parts


def test_search_and_filters_follow_what_is_public(database: Database) -> None:
    old = some_content("Dancing", themes=("falls",), areas=("E08000035",), route="grant.open", cpv=("85311100",))
    with database.write() as session:
        entry = publish(session, a_commissioner(session).id, old)
    with database.write() as session:
        new = some_content("Swimming", themes=("food",), areas=("E08000032",), route="pa.open", cpv=("98000000",))
        draft = save_draft(session, entry, new, version=1, now=LATER)
    for headline, other in (("Dancing", "Swimming"), ("Swimming", "Dancing")):
        content = old if headline == "Dancing" else new
        with database.read() as session:
            assert found_by(session, words=headline) == [headline]
            assert found_by(session, words=other) == []
            for part, given in (("themes", content.themes), ("areas", content.areas), ("cpv", content.cpv)):
                assert found_by(session, **{part: given}) == [headline]
                assert found_by(session, **{part: getattr(new if content is old else old, part)}) == []
            assert found_by(session, routes=(content.route,)) == [headline]
        with database.write() as session:
            publish_entry(session, draft.entry_id, now=LATER)


SEARCHES = {
    "minibuses": True,
    "carers": True,
    '"older people"': True,
    '"people minibus"': False,
    "-minibus older": False,
    '-"people minibus" older': True,
    '-"older people" older': False,
    "Exampleshire": True,
    "Leeds": True,
    "frailty": True,
    "the": False,
    "24/7": True,
    "naïve": True,
    "½": True,
    "日本": True,
    '"* OR ( " AND NEAR: & | ! <->': False,
}


def test_words_find_what_they_mean_on_both_databases(database: Database) -> None:
    summary = "Minibuses for older people, 24/7, and their carer; not naive: ½ price. 日本"
    content = some_content("Transport", summary=summary, themes=("older-people",), areas=("E08000035",))
    with database.write() as session:
        publish(session, a_commissioner(session).id, content)
    with database.read() as session:
        assert {words: found_by(session, words=words) == ["Transport"] for words in SEARCHES} == SEARCHES


def test_an_entry_is_sorted_by_when_one_can_act_on_it_first(database: Database) -> None:
    opens, notice = a_milestone("opens", date(2027, 5, 14)), a_milestone("intention_notice", date(2027, 2, 1))
    plan = [
        EntryContent("No date"),
        EntryContent("May", milestones=(opens, notice), route="pa.open"),
        EntryContent("February", milestones=(opens, notice), route="psr.most-suitable-provider"),
        EntryContent("Ended", Status.CONCLUDED, milestones=(notice,)),
    ]
    with database.write() as session:
        council = a_commissioner(session).id
        for content in plan:
            publish(session, council, content)
    with database.read() as session:
        assert found_by(session) == ["February", "May", "No date", "Ended"]


@pytest.mark.parametrize(
    ("up", "down", "found"),
    [
        (Order.VALUE, Order.VALUE_DOWN, [["up to £2", "£3 to £4"], ["Nothing said", "Withheld"]]),
        (Order.SOONEST, Order.LATEST, [["£3 to £4", "up to £2"], ["Nothing said", "Withheld"]]),
        (Order.HEADLINE, Order.HEADLINE_DOWN, [["Nothing said", "up to £2", "Withheld", "£3 to £4"], []]),
        (Order.COMMISSIONER, Order.COMMISSIONER_DOWN, [["£3 to £4", "Nothing said", "up to £2", "Withheld"], []]),
        (Order.STALEST, Order.UPDATED, [["Nothing said", "up to £2", "Withheld", "£3 to £4"], []]),
    ],
)
def test_what_is_not_known_and_what_is_withheld_come_last_in_either_direction(
    database: Database, up: Order, down: Order, found: list[list[str]]
) -> None:
    why = Disclosure("value", DisclosureState.WITHHELD, "withheld.commercial")
    plan = [
        EntryContent("Nothing said"),
        EntryContent("up to £2", value=Money(None, 200), milestones=(a_milestone("opens", date(2027, 5, 14)),)),
        EntryContent("Withheld", disclosures=(why,)),
        EntryContent("£3 to £4", value=Money(300, 400), milestones=(a_milestone("opens", date(2027, 2, 1)),)),
    ]
    with database.write() as session:
        councils = [a_commissioner(session, name).id for name in ("Byshire", "caster", "Dunham", "another")]
        for day, content in enumerate(plan):
            at = NOW + timedelta(days=day)
            draft = create_entry(session, councils[day], content, withheld={"value": f"£{day}"}, now=at)
            publish_entry(session, draft.entry_id, now=at)
    known, unknown = found
    with database.read() as session:
        rising = [entry.headline for entry in public_entries(session, Criteria(), order=up).entries]
        falling = [entry.headline for entry in public_entries(session, Criteria(), order=down).entries]
    assert rising == known + unknown
    assert falling == known[::-1] + unknown


def test_a_month_finds_what_falls_or_may_fall_in_it_the_most_exact_first(database: Database) -> None:
    april = date(2027, 4, 14)
    plan = [
        EntryContent("Some time in the year", milestones=(a_milestone("opens", april, Precision.FINANCIAL_YEAR),)),
        EntryContent("Quarter", milestones=(a_milestone("opens", april, Precision.QUARTER),)),
        EntryContent("Day", milestones=(a_milestone("opens", april), a_milestone("decision", date(2027, 9, 1)))),
        EntryContent("May", milestones=(a_milestone("opens", date(2027, 5, 1)),)),
        EntryContent("March", milestones=(a_milestone("opens", date(2027, 3, 31)),)),
        EntryContent("Ended", Status.CONCLUDED, milestones=(a_milestone("opens", april),)),
        EntryContent("No date"),
    ]
    with database.write() as session:
        council = a_commissioner(session).id
        for content in plan:
            publish(session, council, content)
    with database.read() as session:
        asked = [
            entries_within(session, Criteria(words=words), date(2027, 4, 1), date(2027, 4, 30), page=page, per_page=2)
            for words, page in (("", 1), ("", 2), ("quarter", 1))
        ]
    assert [([entry.headline for entry in page.entries], page.total) for page in asked] == [
        (["Day", "Quarter"], 3),
        (["Some time in the year"], 3),
        (["Quarter"], 1),
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("E08000035", ["Board", "County", "Town"]),
        ("E12000003", ["Board", "County", "Town"]),
        ("UKE4", ["Board", "County", "Town"]),
        ("E92000001", ["Board", "County", "Dorset", "Town"]),
        ("E08000032", ["Board", "County"]),
        ("E06000058", ["Dorset"]),
    ],
)
def test_an_area_finds_what_lies_in_it_what_contains_it_and_what_overlaps(
    sqlite_database: Database, asked: str, found: list[str]
) -> None:
    plan = {"Town": "E08000035", "County": "E12000003", "Board": "E54000054", "Dorset": "E10000009"}
    with sqlite_database.write() as session:
        council = a_commissioner(session).id
        for headline, code in plan.items():
            publish(session, council, EntryContent(headline, areas=(code,)))
    with sqlite_database.read() as session:
        assert sorted(found_by(session, areas=(asked,))) == found


def test_pages_hold_everything_once_and_one_past_the_end_is_empty(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session).id
        for number in range(5):
            publish(session, council, EntryContent(f"Entry {number}"))
    with database.read() as session:
        pages = [public_entries(session, Criteria(), page=page, per_page=2) for page in (1, 2, 3, 4)]
        everything = [entry.headline for entry in all_public_entries(session, Criteria(), batch=2)]
    assert [[entry.headline for entry in page.entries] for page in pages] == [
        ["Entry 0", "Entry 1"],
        ["Entry 2", "Entry 3"],
        ["Entry 4"],
        [],
    ]
    assert {(page.total, page.pages) for page in pages} == {(5, 3)}
    assert everything == [f"Entry {number}" for number in range(5)]


def test_a_page_is_bounded_whatever_is_asked_for(sqlite_database: Database) -> None:
    with sqlite_database.read() as session:
        assert public_entries(session, Criteria(), per_page=10**9).per_page == MOST_PER_PAGE


def test_what_one_part_asks_for_are_alternatives_and_parts_add_up(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session).id
        publish(session, council, EntryContent("A", themes=("falls",), route="pa.open"))
        publish(session, council, EntryContent("B", themes=("food", "falls"), route="grant.open"))
        publish(session, a_commissioner(session, "Other").id, EntryContent("C", themes=("food",), status=Status.OPEN))
    with database.read() as session:
        assert found_by(session, themes=("falls", "food")) == ["A", "B", "C"]
        assert found_by(session, themes=("falls",), chances=("grant",)) == ["B"]
        assert found_by(session, commissioners=("other",)) == ["C"]
        assert found_by(session, statuses=("open",), words="-B") == ["C"]
        assert found_by(session, cpv=("85000000",)) == []


def test_equal_criteria_have_one_canonical_form() -> None:
    one = Criteria(words=" falls  prevention ", themes=("food", "falls", "food"))
    two = Criteria(words="falls prevention", themes=("falls", "food"))
    assert (one, one.canonical()) == (two, two.canonical())
    assert Criteria().everything()
    assert not one.everything()


def test_entries_after_a_reference_are_those_that_follow_it_and_changed_since(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        for at in (NOW, LATER, NOW, LATER):
            publish(session, council, some_content("Rides"), at=at)
    with database.read() as session:
        found = {
            since: [e.reference for e in public_entries_after(session, Criteria(), "EXC-0001", since=since, limit=2)]
            for since in (None, LATER, LATER + timedelta(microseconds=1))
        }
    assert list(found.values()) == [["EXC-0002", "EXC-0003"], ["EXC-0002", "EXC-0004"], []]
