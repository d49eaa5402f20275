"""Nudges: each is given where it fits, and nowhere else."""

import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from kil_pipeline.database import Database
from kil_pipeline.engagement.nudges import Surroundings, find_nudges
from kil_pipeline.engagement.session_drafts import read_session_draft
from kil_pipeline.engagement.session_parts import Material, MaterialKind
from kil_pipeline.engagement.session_surroundings import surroundings_of
from kil_pipeline.engagement.sessions import PublicSession, SessionState
from kil_pipeline.engagement.venues import AccessFact, Known, PublicVenue, VenueFacts
from tests.engagement.sessions import CONTENT, a_planned_session, a_public_session
from tests.factories import TODAY, a_commissioner, a_milestone, publish, some_content
from tests.feeds.public import a_session

MATERIAL = Material("Two pages", MaterialKind.PRE_READ, "https://council.example.org/two-pages.pdf")
GOOD = replace(CONTENT, open_to_change="Where and when.", materials=(MATERIAL,))
HALL = PublicVenue(uuid.UUID(int=1), VenueFacts("Hall", owner="Hall Charity", access=(AccessFact("lift", Known.NO),)))
OWN = PublicVenue(
    uuid.UUID(int=2), VenueFacts("County Hall", owner="The Exampleshire council", access=HALL.facts.access)
)
ALL_WELL = Surroundings(
    commissioner="Exampleshire Council",
    venue=HALL,
    has_host=True,
    announced=False,
    siblings=(),
    same_day=(),
    openings=(),
    today=TODAY,
)


def nudges(around: dict[str, Any] | None = None, **parts: Any) -> tuple[str, ...]:
    return find_nudges(replace(GOOD, **parts), replace(ALL_WELL, **(around or {})))


def other(starts_at: datetime = CONTENT.starts_at, venue: PublicVenue | None = HALL) -> PublicSession:
    content = replace(CONTENT, title="Another", starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
    return a_session(content, SessionState.PUBLISHED, venue=venue)


def test_there_is_nothing_to_say_where_all_is_well() -> None:
    assert nudges() == ()


@pytest.mark.parametrize(
    ("around", "parts", "said"),
    [
        ({}, {"open_to_change": " "}, "Nothing is said to be open to change."),
        ({}, {"materials": ()}, "Nothing is sent beforehand."),
        ({}, {"materials": (replace(MATERIAL, kind=MaterialKind.RECORDING),)}, "Nothing is sent beforehand."),
        ({"has_host": False}, {}, "No local organisation hosts it yet."),
        ({"venue": None}, {}, "No place is named yet."),
        ({"venue": PublicVenue(uuid.UUID(int=3), VenueFacts("Barn"))}, {}, "Nothing is known of access at Barn."),
        ({"venue": OWN}, {}, "It is at your own offices."),
        ({"venue": OWN, "siblings": (other(venue=OWN),)}, {}, "Every session about this is at your own offices."),
        ({"openings": (("Breaks", date(2027, 1, 14)),)}, {}, "It comes when “Breaks” may be open already."),
        ({"same_day": (other(),)}, {}, "At the same time there is “Another” (Exampleshire Council) in the same area."),
        ({"today": date(2026, 12, 22)}, {}, "It is fewer than 15 working days away."),
    ],
)
def test_each_nudge_says_what_might_be_better(around: dict[str, Any], parts: dict[str, Any], said: str) -> None:
    found = nudges(around, **parts)
    assert [nudge[: len(said)] for nudge in found] == [said]


@pytest.mark.parametrize(
    ("around", "parts"),
    [
        ({"venue": OWN, "siblings": (other(venue=HALL),)}, {}),
        ({"openings": (("Breaks", date(2027, 1, 15)),)}, {}),
        ({"same_day": (other(CONTENT.ends_at),)}, {}),
        ({"same_day": (other(CONTENT.starts_at - timedelta(hours=2)),)}, {}),
        ({"venue": None}, {"in_person": False, "online": True}),
        ({"today": date(2026, 12, 21)}, {}),  # bank holidays: 25 and 28 December, 1 January
        ({"today": date(2027, 1, 13), "announced": True}, {}),
    ],
)
def test_nothing_is_said_where_it_does_not_fit(around: dict[str, Any], parts: dict[str, Any]) -> None:
    assert nudges(around, **parts) == ()


def test_what_lies_around_a_session_is_found(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        opens = a_milestone("opens", date(2027, 3, 1))
        publish(session, council, some_content("Breaks", areas=("E08000035",), milestones=(opens,)))
        about: dict[str, Any] = {"entries": ("EXC-0001",), "areas": ("E08000035",)}
        sibling = a_public_session(session, council, **about)
        a_public_session(session, council, areas=("E08000009",))
        draft = a_planned_session(session, council, **about)
        around = surroundings_of(session, read_session_draft(session, draft.session_id), TODAY)
    assert [one.reference for one in around.siblings] == [sibling.reference]
    assert [one.reference for one in around.same_day] == [sibling.reference]
    assert around.openings == (("Breaks", date(2027, 3, 1)),)
    assert (around.has_host, around.announced, around.commissioner) == (False, False, "Exampleshire Council")
