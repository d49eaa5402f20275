"""One entry goes to another body."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from kil_pipeline.alerts.matching import explain_match, tells_anyone
from kil_pipeline.database import Database
from kil_pipeline.errors import DomainError, InvalidTransition, NotFound
from kil_pipeline.events.log import events_of
from kil_pipeline.events.types import EntryHandedOver
from kil_pipeline.organisations.organisations import Organisation, OrganisationKind, add_organisation
from kil_pipeline.plan.contents import NOBODY
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.handovers import move_entry
from kil_pipeline.plan.queries import public_entries, public_entry, public_revisions
from tests.factories import NOW, a_commissioner, publish, some_content

LATER = NOW + timedelta(hours=1)
WHY = "The service is the board’s from April."


def two(session: Session) -> tuple[Organisation, Organisation]:
    return a_commissioner(session, prefix="EXC"), a_commissioner(session, "Exampleshire Board", prefix="EXB")


def test_it_is_in_the_other_plan_and_its_trail_says_so(database: Database) -> None:
    with database.write() as session:
        council, board = two(session)
        publish(session, council.id, some_content("Carers’ breaks"))
        move_entry(session, "EXC-0001", council.id, board.id, WHY, by=NOBODY, now=LATER)
        entry = public_entry(session, "EXC-0001")
        newest = public_revisions(session, entry.id)[0]

        assert (entry.commissioner.name, entry.formerly) == ("Exampleshire Board", ("Exampleshire Council",))
        assert newest.sentences == ("Exampleshire Board plans this now. Before, Exampleshire Council did.",)
        assert newest.why == WHY
        assert public_entries(session, Criteria(commissioners=(council.slug,))).total == 0


def test_whoever_follows_either_body_is_told(database: Database) -> None:
    with database.write() as session:
        council, board = two(session)
        entry_id = publish(session, council.id, some_content("Carers’ breaks"))
        move_entry(session, "EXC-0001", council.id, board.id, WHY, by=NOBODY, now=LATER)
        slugs = council.slug, board.slug
    with database.read() as session:
        event = events_of(session, str(entry_id))[0].event
        assert isinstance(event, EntryHandedOver)
        assert tells_anyone(event)
        met = [explain_match(event.facets, Criteria(commissioners=(slug,))) for slug in slugs]
        assert met == ["you follow Exampleshire Board"] * 2


def test_it_comes_back_without_being_its_own_former_self(database: Database) -> None:
    with database.write() as session:
        council, board = two(session)
        publish(session, council.id, some_content("Carers’ breaks"))
        move_entry(session, "EXC-0001", council.id, board.id, WHY, by=NOBODY, now=LATER)
        move_entry(session, "EXC-0001", board.id, council.id, WHY, by=NOBODY, now=LATER + timedelta(hours=1))

        assert public_entry(session, "EXC-0001").formerly == ("Exampleshire Board",)


@pytest.mark.parametrize(
    ("reference", "to", "why", "error"),
    [
        ("EXB-0001", "board", WHY, NotFound("There is no planned opportunity EXB-0001 in this plan.")),
        ("EXC-0001", "board", " ", InvalidTransition("Moving it needs a reason.")),
        ("EXC-0001", "council", WHY, InvalidTransition("It is in the plan of Exampleshire Council already.")),
        ("EXC-0001", "cvs", WHY, InvalidTransition("Exampleshire CVS is no commissioner: it has no plan.")),
    ],
)
def test_what_cannot_be_is_refused(reference: str, to: str, why: str, error: DomainError, database: Database) -> None:
    with database.write() as session:
        council, board = two(session)
        kind = OrganisationKind.INFRASTRUCTURE_BODY
        cvs = add_organisation(session, name="Exampleshire CVS", kind=kind, now=NOW)
        publish(session, council.id, some_content("Ours"))
        publish(session, board.id, some_content("Theirs"))
        chosen = {"council": council.id, "board": board.id, "cvs": cvs.id}[to]
        with pytest.raises(type(error)) as refused:
            move_entry(session, reference, council.id, chosen, why, by=NOBODY, now=LATER)
        assert str(refused.value) == str(error)
