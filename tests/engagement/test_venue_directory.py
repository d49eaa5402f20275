"""The directory of venues: what is found, in which order, and where each venue stands."""

import uuid
import warnings
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session

from kil_pipeline.database import Database, new_id
from kil_pipeline.engagement.programme import announce_session, public_session
from kil_pipeline.engagement.sessions import SessionContent
from kil_pipeline.engagement.venue_directory import VenueCriteria, change_venue, coming_sessions_at, public_venues
from kil_pipeline.engagement.venues import AccessFact, Known, PublicVenue, VenueFacts, add_venue, find_venue
from kil_pipeline.errors import NotFound
from kil_pipeline.events.log import public_version
from kil_pipeline.migrations import alembic_config
from tests.conftest import AUTHORITY
from tests.factories import NOW, TODAY, a_commissioner

TRAFFORD, LEEDS, GREATER_MANCHESTER = "E08000009", "E08000035", "E54000057"
HALL = VenueFacts(
    "Village Hall",
    owner="Village Hall Charity",
    community_owned=True,
    town="Sale",
    postcode="M33 3NH",
    areas=(TRAFFORD,),
    access=(AccessFact("lift", Known.YES), AccessFact("hearing_loop", Known.NO)),
)
LIBRARY = VenueFacts("Central Library", community_owned=False, areas=(LEEDS,), access=(AccessFact("lift", Known.YES),))
MILL = VenueFacts("old mill", access=(AccessFact("lift", Known.YES), AccessFact("hearing_loop", Known.YES)))


@pytest.fixture
def directory(database: Database) -> Database:
    """A database with three venues."""
    with database.write() as session:
        for facts in (MILL, HALL, LIBRARY):
            add_venue(session, facts, now=NOW)
    return database


def names(database: Database, **criteria: Any) -> list[str]:
    with database.read() as session:
        return [v.facts.name for v in public_venues(session, VenueCriteria(**criteria)).venues]


def test_all_venues_are_listed_by_name_whatever_its_case(directory: Database) -> None:
    assert names(directory) == ["Central Library", "old mill", "Village Hall"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("halls", ["Village Hall"]),
        ("m33", ["Village Hall"]),
        ("trafford", ["Village Hall"]),
        ('"village charity"', []),
        ('"hall charity"', ["Village Hall"]),
        ("-hall", ["Central Library", "old mill"]),
        ("central -library", []),
        ("ill", []),
        ("the", []),
        ("%", []),
    ],
)
def test_words_find_as_they_do_in_the_plan(directory: Database, words: str, found: list[str]) -> None:
    assert names(directory, words=words) == found


def test_who_needs_two_things_is_shown_what_has_both_for_certain(directory: Database) -> None:
    assert names(directory, access=("lift",)) == ["Central Library", "old mill", "Village Hall"]
    assert names(directory, access=("lift", "hearing_loop")) == ["old mill"]


def test_community_owned_leaves_out_what_is_not_and_what_is_not_known(directory: Database) -> None:
    assert names(directory, community_owned=True) == ["Village Hall"]


@pytest.mark.parametrize(
    ("area", "found"),
    [
        (TRAFFORD, ["Village Hall"]),
        (GREATER_MANCHESTER, ["Village Hall"]),
        ("E92000001", ["Central Library", "Village Hall"]),
    ],
)
def test_an_area_finds_what_lies_in_it(directory: Database, area: str, found: list[str]) -> None:
    assert names(directory, area=area) == found


def test_pages_hold_every_venue_once(directory: Database) -> None:
    with directory.read() as session:
        pages = [public_venues(session, VenueCriteria(), page=number, per_page=2) for number in (1, 2, 3)]
    assert [[venue.facts.name for venue in page.venues] for page in pages] == [
        ["Central Library", "old mill"],
        ["Village Hall"],
        [],
    ]
    assert [(page.total, page.pages) for page in pages] == [(3, 2)] * 3


def test_a_venue_is_found_by_its_slug_and_by_its_id(directory: Database) -> None:
    with directory.read() as session:
        found = find_venue(session, "village-hall")
        assert found is not None
        assert [find_venue(session, name) for name in (str(found.id), found.id)] == [found, found]
        assert [find_venue(session, name) for name in ("no-such-hall", str(uuid.UUID(int=1)), "")] == [None] * 3


def test_two_venues_of_one_name_get_addresses_of_their_own(database: Database) -> None:
    with database.write() as session:
        facts = (HALL, HALL, HALL, VenueFacts("村"), VenueFacts("x" * 300))
        slugs = [add_venue(session, each, now=NOW).slug for each in facts]
    assert slugs == ["village-hall", "village-hall-m33-3nh", "village-hall-m33-3nh-2", "venue", "x" * 80]


def test_a_changed_venue_is_found_by_what_it_is_now_at_the_address_it_had(directory: Database) -> None:
    with directory.write() as session:
        hall = find_venue(session, "village-hall")
        assert hall is not None
        new = VenueFacts("Town Hall", areas=(LEEDS,), access=(AccessFact("wifi", Known.YES),))
        assert change_venue(session, hall.id, new, now=NOW) == PublicVenue(hall.id, new, "village-hall")
    assert names(directory, words="village") == []
    assert names(directory, access=("wifi",), area=LEEDS) == ["Town Hall"]
    assert names(directory, area=TRAFFORD) == []


def test_a_venue_that_is_not_there_cannot_be_changed(database: Database) -> None:
    with database.write() as session, pytest.raises(NotFound):
        change_venue(session, new_id(), HALL, now=NOW)


@pytest.mark.parametrize(
    ("facts", "moved"),
    [(replace(HALL, name="Hub"), 1), (replace(HALL, latitude=1.0), 1), (replace(HALL, owner="B"), 0)],
)
def test_sessions_to_come_count_as_changed_when_their_place_reads_differently(
    database: Database, facts: VenueFacts, moved: int
) -> None:
    with database.write() as session:
        hall = add_venue(session, HALL, now=NOW)
        reference = announce(session, hall)
    later = NOW + timedelta(days=1)
    with database.write() as session:
        change_venue(session, hall.id, facts, now=later)
    with database.read() as session:
        found = public_session(session, reference)
        assert (found.sequence, found.updated_at) == (moved, later if moved else NOW)
        assert public_version(session).n == 1 + moved


def test_sessions_that_are_over_stay_as_they_were_but_calendars_are_made_anew(database: Database) -> None:
    with database.write() as session:
        hall = add_venue(session, HALL, now=NOW)
        reference = announce(session, hall)
    with database.write() as session:
        change_venue(session, hall.id, VenueFacts("Renamed"), now=NOW + timedelta(days=60))
    with database.read() as session:
        assert (public_session(session, reference).sequence, public_version(session).n) == (0, 2)


def test_a_venue_without_sessions_changes_unheard(database: Database) -> None:
    with database.write() as session:
        hall = add_venue(session, HALL, now=NOW)
    with database.write() as session:
        change_venue(session, hall.id, VenueFacts("Renamed"), now=NOW)
    with database.read() as session:
        assert public_version(session).n == 0


def test_sessions_to_come_at_a_venue_are_listed_and_others_are_not(database: Database) -> None:
    with database.write() as session:
        here, elsewhere = (add_venue(session, facts, now=NOW) for facts in (HALL, MILL))
        coming = announce(session, here)
        announce(session, elsewhere)
    with database.read() as session:
        assert [s.reference for s in coming_sessions_at(session, here.id, after=NOW)] == [coming]
        assert coming_sessions_at(session, here.id, after=NOW + timedelta(days=60)) == ()


def announce(session: Session, venue: PublicVenue) -> str:
    """Announce a session at a venue, 30 days from now. Returns its reference."""
    council = a_commissioner(session, f"Council of {venue.facts.name}")
    starts = NOW + timedelta(days=30)
    content = SessionContent("Come", "To talk.", starts, starts + timedelta(hours=1), host="A host")
    return announce_session(session, council.id, content, venue_id=venue.id, now=NOW).reference


@pytest.mark.parametrize(
    ("checked_on", "old"),
    [(None, True), (date(2024, 11, 22), True), (date(2024, 11, 23), False), (TODAY, False)],
)
def test_access_facts_are_old_after_24_months_and_where_nobody_says_when(checked_on: date | None, old: bool) -> None:
    facts = VenueFacts("Hall", access=(AccessFact("lift", Known.YES),), checked_on=checked_on)
    assert PublicVenue(uuid.UUID(int=1), facts).is_old(TODAY) is old


def test_what_nobody_ever_said_is_not_old() -> None:
    assert PublicVenue(uuid.UUID(int=1), VenueFacts("Hall")).is_old(TODAY) is False


def test_24_months_before_a_leap_day_is_the_28th() -> None:
    facts = VenueFacts("Hall", access=(AccessFact("lift", Known.YES),), checked_on=date(2026, 2, 28))
    assert PublicVenue(uuid.UUID(int=1), facts).is_old(date(2028, 2, 29)) is False


def test_venues_from_before_the_directory_are_found_in_it(database: Database) -> None:
    """A migration runs on a database full of rows."""
    config = alembic_config(database)
    before = ScriptDirectory.from_config(config).get_revision("0004").down_revision
    old = {"name": "Village Hall", "community_owned": True, "access": [{"question": "lift", "answer": "yes"}]}
    start_from(database, str(before))
    venue = sa.table("venue", sa.column("id", sa.Uuid()), sa.column("facts", sa.JSON()), sa.column("created_at"))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with database.write() as session:
        for _ in range(2):
            session.execute(sa.insert(venue).values(id=new_id(), facts=old, created_at=at))
    command.upgrade(config, "head")
    assert names(database, words="village", access=("lift",), community_owned=True) == ["Village Hall"] * 2
    with database.read() as session:
        assert find_venue(session, "village-hall") is not None


def start_from(database: Database, revision: str) -> None:
    """Bring an empty database to an earlier revision."""
    with database.writer.begin() as connection:
        if not database.sqlite:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        else:
            connection.exec_driver_sql("DROP TABLE IF EXISTS entry_search_fts")
            found = sa.MetaData()
            with warnings.catch_warnings():
                warnings.simplefilter(
                    "ignore", sa.exc.SAWarning
                )  # of indexes of expressions, which go with their table
                found.reflect(connection)
            found.drop_all(connection)
    config = alembic_config(database)
    config.attributes["authority"] = AUTHORITY
    command.upgrade(config, revision)
