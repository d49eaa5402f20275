"""Matching: alerts, the index that finds them and the plan's own filters must all agree on what meets criteria."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from kil_pipeline.alerts.criteria_index import WIDEST, criteria_keys, event_keys, keep_criteria, matching_criteria
from kil_pipeline.alerts.matching import explain_match, meets
from kil_pipeline.alerts.news_kinds import NEWS_KINDS, kinds_of
from kil_pipeline.database import Database
from kil_pipeline.events.types import (
    EntryPublished,
    Facets,
    FieldDisclosed,
    MilestoneApproaching,
    OpportunityOpened,
    PublicEvent,
)
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.publishing import facets_of
from kil_pipeline.plan.queries import public_entries
from kil_pipeline.reference.areas import areas
from tests.alerts.strategies import contents, criteria, wide_criteria
from tests.factories import NOW, a_commissioner, publish

one_database = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


@contextmanager
def a_plan(database: Database, plan: list[EntryContent]) -> Iterator[tuple[Session, list[Facets]]]:
    """Publish a plan by turns of two commissioners, and forget it afterwards. Yields what events tell of each entry."""
    with Session(database.writer) as session, session.begin() as transaction:
        councils = [a_commissioner(session, f"{name} Council", prefix=name[:3].upper()) for name in NAMES]
        for number, content in enumerate(plan):
            publish(session, councils[number % 2].id, content)
        entries = public_entries(session, Criteria(), per_page=100).entries
        yield session, [facets_of(entry, NOW) for entry in entries]
        transaction.rollback()


NAMES = ("Exampleshire", "Otherham")


@given(plan=st.lists(contents, min_size=1, max_size=4), wishes=st.lists(wide_criteria, min_size=1, max_size=8))
@one_database
def test_mail_and_pages_agree_on_what_meets_criteria(
    plan: list[EntryContent], wishes: list[Criteria], database: Database
) -> None:
    with a_plan(database, plan) as (session, told):
        for wish in wishes:
            on_the_page = {entry.reference for entry in public_entries(session, wish, per_page=100).entries}
            in_the_mail = {facets.reference for facets in told if explain_match(facets, wish) is not None}
            assert in_the_mail == on_the_page, wish


@given(plan=st.lists(contents, min_size=1, max_size=4), wishes=st.lists(wide_criteria, min_size=1, max_size=8))
@one_database
def test_the_index_finds_exactly_the_criteria_that_an_event_meets(
    plan: list[EntryContent], wishes: list[Criteria], database: Database
) -> None:
    with a_plan(database, plan) as (session, told):
        kept = {keep_criteria(session, wish): wish for wish in wishes}
        for facets in told:
            for kind in (EntryPublished, OpportunityOpened, FieldDisclosed):
                event = an_event(kind, facets)
                met = {key for key, wish in kept.items() if _asked(event, wish)}
                assert set(matching_criteria(session, event)) == met


def _asked(event: PublicEvent, wish: Criteria) -> bool:
    """Ask naively, of the whole event."""
    wanted = not wish.kinds or any(kind in wish.kinds for kind in kinds_of(event))
    return wanted and explain_match(event.facets, wish) is not None


def an_event(kind: type[PublicEvent], facets: Facets) -> PublicEvent:
    more = {"path": "value"} if kind is FieldDisclosed else {}
    return kind(facets=facets, sentence="It happened.", **more)


@given(wish=criteria, other=criteria)
@one_database
def test_equal_criteria_are_stored_once(wish: Criteria, other: Criteria, sqlite_database: Database) -> None:
    with Session(sqlite_database.writer) as session, session.begin() as transaction:
        ids: list[uuid.UUID] = [keep_criteria(session, each) for each in (wish, other, wish)]
        assert ids[0] == ids[2]
        assert (ids[0] == ids[1]) == (wish == other)
        transaction.rollback()


def test_a_long_list_of_areas_is_not_spread_over_a_thousand_keys() -> None:
    codes = tuple(areas())[:80]
    wish = Criteria(areas=codes, themes=("falls", "carers"))
    facets = some_facets(areas=codes[:1], themes=("falls",))
    assert set(criteria_keys(wish)) == {"*|falls", "*|carers"}
    assert len(codes) * 2 > WIDEST
    assert set(criteria_keys(wish)) & set(event_keys(facets)) == {"*|falls"}


def some_facets(**parts: object) -> Facets:
    plain = {
        "subject": "entry",
        "subject_id": "1",
        "reference": "EXC-0001",
        "title": "Falls classes",
        "commissioner": "exampleshire-council",
        "commissioner_name": "Exampleshire Council",
    }
    return Facets(**(plain | parts))  # type: ignore[arg-type]  # a test's own parts


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (Criteria(), "you follow everything in the plan"),
        (Criteria(areas=("E08000035",)), "you follow Leeds (this is for all of Yorkshire and The Humber)"),
        (Criteria(areas=("E92000001",)), "you follow England (this is for Yorkshire and The Humber)"),
        (Criteria(areas=("E12000003",)), "you follow Yorkshire and The Humber"),
        (Criteria(themes=("falls", "carers"), words='"falls class"'), 'you follow Falls and the words “"falls class"”'),
        (Criteria(references=("EXC-0001",)), "you follow “Falls classes”"),
        (Criteria(commissioners=("exampleshire-council",)), "you follow Exampleshire Council"),
        (Criteria(cpv=("85000000",)), "you follow Health and social work services"),
        (Criteria(chances=("grant",)), "you follow “Yes, a grant”"),
        (Criteria(routes=("grant.open",)), "you follow “A grant that you can apply for”"),
        (Criteria(statuses=("open",)), None),
        (Criteria(areas=("E12000003",), exactly=True), "you follow Yorkshire and The Humber"),
        (Criteria(areas=("E08000035",), exactly=True), None),
        (Criteria(value_most=50_000_00), "you follow what may be worth up to £50,000 (no figure yet)"),
        (Criteria(themes=("falls",), areas=("E12000007",)), None),
    ],
)
def test_a_reader_is_told_why_they_got_it(wish: Criteria, why: str | None) -> None:
    facets = some_facets(
        areas=("E12000003",),
        themes=("falls",),
        cpv=("85311200",),
        route="grant.open",
        chance="grant",
        stems=("fall", "class"),
    )
    assert explain_match(facets, wish) == why


@pytest.mark.parametrize(
    ("least", "most", "met"),
    [(None, None, True), (None, 90, True), (None, 40, False), (110, None, True), (210, None, False), (90, 110, True)],
)
def test_a_band_is_met_by_what_may_come_to_lie_in_it(least: int | None, most: int | None, met: bool) -> None:
    facets = some_facets(value_least=least, value_most=most)
    assert (explain_match(facets, Criteria(value_least=50, value_most=200)) is not None) == met


def test_all_that_happens_to_a_session_is_news_of_sessions() -> None:
    facets = some_facets(subject="session")
    assert kinds_of(an_event(EntryPublished, facets)) == ("session",)


def test_what_becomes_known_is_a_detail_and_news_of_what_could_not_be_said() -> None:
    assert kinds_of(an_event(FieldDisclosed, some_facets())) == ("detail", "unsaid")
    assert set(kinds_of(an_event(FieldDisclosed, some_facets()))) < set(NEWS_KINDS)


def test_criteria_of_before_keep_their_hash() -> None:
    assert Criteria(themes=("falls",)).canonical() == '{"themes": ["falls"]}'


def test_exactly_says_nothing_without_an_area() -> None:
    assert Criteria(exactly=True) == Criteria()


@pytest.mark.parametrize(("wanted", "days", "told"), [((), 90, True), ((30, 7), 30, True), ((30, 7), 90, False)])
def test_an_early_notice_comes_as_early_as_was_asked_for(wanted: tuple[int, ...], days: int, told: bool) -> None:
    facets = Facets(
        subject="entry",
        subject_id="1",
        reference="EXC-0001",
        title="Meals",
        commissioner="exampleshire-council",
        commissioner_name="Exampleshire Council",
    )
    notice = MilestoneApproaching(facets=facets, sentence="Soon.", milestone="opens", days=days, earliest=NOW.date())
    assert meets(notice, Criteria(notice_days=wanted)) == told
    assert meets(EntryPublished(facets=facets, sentence="New."), Criteria(notice_days=wanted))
