"""A venue's owner corrects its access facts: the link, what changes, and what is told of it."""

import uuid
from datetime import timedelta

import pytest

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.database import Database
from kil_pipeline.engagement.venue_corrections import (
    AccessAnswers,
    ask_owner,
    correct_venue,
    corrections_of,
    has_contact,
    owners_venue,
    set_contact,
)
from kil_pipeline.engagement.venues import AccessFact, Known, VenueFacts, add_venue, find_venue
from kil_pipeline.errors import EditedMeanwhile, InvalidContent, LinkNotValid, NotFound
from kil_pipeline.organisations.members import InvalidAddress
from tests.alerts.sinks import Post
from tests.factories import NOW, TODAY

HALL = VenueFacts("Mill Hall", travel="Bus 7", access=(AccessFact("lift", Known.YES), AccessFact("hoist", Known.NO)))
LATER = NOW + timedelta(days=1)
LIFT_OUT = AccessAnswers(
    (AccessFact("lift", Known.NO, "out of use"), AccessFact("hoist", Known.NO)), "", "Bus 7", TODAY
)


@pytest.fixture
def hall(database: Database) -> uuid.UUID:
    """The id of a venue whose owner's address is held."""
    with database.write() as session:
        found = add_venue(session, HALL, now=NOW).id
        set_contact(session, "mill-hall", "owner@example.org")
    return found


def test_an_owner_is_mailed_the_link_once_in_an_hour(database: Database, hall: uuid.UUID) -> None:
    post = Post(database)
    with database.write() as session:
        times = (NOW, NOW + timedelta(minutes=59), NOW + timedelta(minutes=60))
        assert [ask_owner(session, hall, now) for now in times] == [True] * 3
    post.tick(NOW + timedelta(hours=2))
    assert [outgoing.to for outgoing in post.sent] == ["owner@example.org"] * 2
    letter = post.letters[0]
    assert isinstance(letter, NoticeLetter)
    assert (letter.subject, [words for words, _ in letter.buttons]) == (
        "What we say of Mill Hall: is it right?",
        ["Look, and correct it"],
    )


def test_what_an_owner_corrects_is_stored_and_told(database: Database, hall: uuid.UUID) -> None:
    with database.write() as session:
        _, seen = owners_venue(session, hall, "1")
        told = correct_venue(session, hall, LIFT_OUT, seen=seen.isoformat(), now=LATER)
        assert told == ("Lift: no, out of use (before: yes).", "Checked on 23 November 2026.")
        assert corrections_of(session, hall) == ((LATER, told),)
        found = find_venue(session, hall)
    assert found is not None
    assert (found.facts.access, found.facts.checked_on) == (LIFT_OUT.access, TODAY)
    assert (found.facts.name, found.facts.travel) == ("Mill Hall", "Bus 7")


def test_an_owner_who_finds_all_right_says_when_they_looked(database: Database, hall: uuid.UUID) -> None:
    with database.write() as session:
        same = AccessAnswers(HALL.access, "", "Bus 7", TODAY)
        assert correct_venue(session, hall, same, seen=NOW.isoformat(), now=LATER) == ("Checked on 23 November 2026.",)
        assert correct_venue(session, hall, same, seen=LATER.isoformat(), now=LATER) == ()
        assert len(corrections_of(session, hall)) == 1


def test_nobody_overwrites_what_changed_meanwhile_or_looks_tomorrow(database: Database, hall: uuid.UUID) -> None:
    with database.write() as session:
        with pytest.raises(EditedMeanwhile):
            correct_venue(session, hall, LIFT_OUT, seen=LATER.isoformat(), now=LATER)
        with pytest.raises(InvalidContent):
            correct_venue(session, hall, LIFT_OUT, seen=NOW.isoformat(), now=NOW - timedelta(days=1))


def test_another_address_ends_the_links_before(database: Database, hall: uuid.UUID) -> None:
    with database.write() as session:
        ask_owner(session, hall, NOW)
        set_contact(session, "mill-hall", "new@example.org")
        with pytest.raises(LinkNotValid):
            owners_venue(session, hall, "1")
        assert owners_venue(session, hall, "2")[0].id == hall
        set_contact(session, "mill-hall", "")
        assert (has_contact(session, hall), ask_owner(session, hall, NOW)) == (False, False)
        with pytest.raises(LinkNotValid):
            owners_venue(session, hall, "2")
    post = Post(database)
    post.tick(LATER)
    assert post.sent == []


def test_a_contact_needs_a_venue_and_a_good_address(database: Database, hall: uuid.UUID) -> None:
    with database.write() as session:
        with pytest.raises(NotFound):
            set_contact(session, "nowhere", "a@example.org")
        with pytest.raises(InvalidAddress):
            set_contact(session, "mill-hall", "nobody")
