"""What is told when a session changes: one event for each thing that readers may want to hear of."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from kil_pipeline.alerts.matching import tells_anyone
from kil_pipeline.database import Database
from kil_pipeline.engagement.programme import (
    cancel_session,
    hold_session,
    move_session,
    postpone_session,
    public_session,
    public_sessions,
    publish_session,
)
from kil_pipeline.engagement.session_drafts import SessionDraft, read_session_draft
from kil_pipeline.engagement.session_parts import Material, MaterialKind
from kil_pipeline.engagement.session_writing import save_session
from kil_pipeline.engagement.venues import VenueFacts, add_venue
from kil_pipeline.errors import InvalidContent, InvalidTransition
from kil_pipeline.events.log import events_of
from kil_pipeline.events.types import PublicEvent
from kil_pipeline.plan.criteria import Criteria
from tests.engagement.sessions import CONTENT, a_public_session
from tests.engagement.test_hosting import EARLY, LATE
from tests.factories import NOW, a_commissioner, publish, some_content

SLIDES = Material("What we know", MaterialKind.SLIDES, "https://council.example.org/slides")


def told(database: Database, draft: SessionDraft) -> list[tuple[str, str]]:
    """Return the kind and the sentence of every event but the announcement, oldest first."""
    with database.read() as session:
        logged = reversed(events_of(session, str(draft.session_id)))
        events = [one.event for one in logged if isinstance(one.event, PublicEvent)]
    return [(type(event).__name__, event.sentence) for event in events][1:]


def change(session: Session, draft: SessionDraft, *, venue_id: Any = None, **parts: Any) -> bool:
    saved = save_session(
        session,
        draft.session_id,
        replace(draft.content, **parts),
        venue_id=venue_id,
        online_link="",
        version=draft.version,
        now=NOW,
    )
    return publish_session(session, draft.session_id, version=saved.version, why="We listened.", now=NOW)


def test_a_session_is_found_by_the_areas_and_topics_of_what_it_is_about(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        publish(session, council, some_content("Breaks", areas=("E08000035",), themes=("carers",)))
        draft = a_public_session(session, council, entries=("EXC-0001",), themes=("falls",))
    with database.read() as session:
        (event,) = (logged.event for logged in events_of(session, str(draft.session_id)))
        assert isinstance(event, PublicEvent)
        assert (event.facets.areas, event.facets.themes) == (("E08000035",), ("falls", "carers"))
        for criteria in (Criteria(areas=("E08000035",)), Criteria(themes=("carers",)), Criteria(themes=("falls",))):
            assert [one.reference for one in public_sessions(session, criteria)] == [draft.reference]
        assert public_sessions(session, Criteria(themes=("education",))) == ()


def test_a_new_place_is_a_move_and_counts_up(database: Database) -> None:
    with database.write() as session:
        draft = a_public_session(session, a_commissioner(session).id)
        hall = add_venue(session, VenueFacts("Village Hall"), now=NOW)
        assert change(session, draft, venue_id=hall.id)
        assert public_session(session, draft.reference).sequence == 1
    assert told(database, draft) == [("SessionMoved", "Moved from a place to come to Village Hall.")]


def test_new_material_is_told(database: Database) -> None:
    with database.write() as session:
        draft = a_public_session(session, a_commissioner(session).id)
        change(session, draft, materials=(SLIDES,))
    assert told(database, draft) == [("SessionMaterialsOut", "New material: What we know (slides).")]


def test_other_changes_show_on_the_page_and_mail_nobody(database: Database) -> None:
    with database.write() as session:
        draft = a_public_session(session, a_commissioner(session).id)
        change(session, draft, purpose="Something else.", capacity=20, online=True)
    assert told(database, draft) == [
        ("SessionUpdated", "Changed: what it is for, how to take part, the places in person.")
    ]
    with database.read() as session:
        newest = events_of(session, str(draft.session_id))[0].event
    assert not tells_anyone(newest)


def test_publishing_what_is_public_already_tells_nothing(database: Database) -> None:
    with database.write() as session:
        draft = a_public_session(session, a_commissioner(session).id)
        assert not change(session, draft)
        assert public_session(session, draft.reference).sequence == 0
    assert told(database, draft) == []


def test_the_life_of_a_session_is_told_in_plain_words(database: Database) -> None:
    with database.write() as session:
        draft = a_public_session(session, a_commissioner(session).id)
        postpone_session(session, draft.reference, why="Snow.", now=NOW)
        move_session(session, draft.reference, starts_at=EARLY, ends_at=LATE, why="It thaws.", now=NOW)
        with pytest.raises(InvalidTransition):
            hold_session(session, draft.reference, now=NOW)
        hold_session(session, draft.reference, now=EARLY)
        with pytest.raises(InvalidTransition):
            cancel_session(session, draft.reference, why="Too late.", now=LATE)
        public = public_session(session, draft.reference)
    assert told(database, draft) == [
        ("SessionPostponed", "Postponed: not on Thursday 14 January 2027, 5:30pm to 7:30pm. A new date will follow."),
        ("SessionMoved", "New date after it was postponed: Thursday 21 January 2027, 5:30pm to 7:30pm."),
        ("SessionUpdated", "It was held."),
    ]
    assert (public.sequence, public.earlier_starts) == (3, (CONTENT.starts_at,))


def test_what_to_do_follows_the_state(database: Database) -> None:
    with database.write() as session:
        draft = a_public_session(session, a_commissioner(session).id)
        postpone_session(session, draft.reference, why="Snow.", now=NOW)
        cancel_session(session, draft.reference, why="More snow.", now=NOW)
    with database.read() as session:
        events = [logged.event for logged in reversed(events_of(session, str(draft.session_id)))]
    assert [event.facets.what_to_do for event in events if isinstance(event, PublicEvent)] == [
        "Come along: Thursday 14 January 2027, 5:30pm to 7:30pm.",
        "Wait for the new date.",
        "Do not come: it will not take place.",
    ]


def test_a_move_to_the_same_time_or_into_the_past_is_refused(database: Database) -> None:
    with database.write() as session:
        draft = a_public_session(session, a_commissioner(session).id)
        for starts_at, ends_at in ((CONTENT.starts_at, CONTENT.ends_at), (NOW, EARLY)):
            with pytest.raises(InvalidContent):
                move_session(session, draft.reference, starts_at=starts_at, ends_at=ends_at, why="Why.", now=NOW)
        assert read_session_draft(session, draft.session_id).content.starts_at == CONTENT.starts_at
