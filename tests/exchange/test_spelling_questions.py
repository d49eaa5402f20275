"""A name that is close to a known one is asked about once; yes brings the two together, no is remembered."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.errors import InvalidTransition
from kil_pipeline.exchange.mergers import answer_spelling
from kil_pipeline.exchange.row_entries import named_organisation
from kil_pipeline.organisations.organisations import OrganisationKind, normalise_name, recognise_organisation
from kil_pipeline.organisations.spellings import CLOSE, likeness, open_questions
from kil_pipeline.organisations.successions import find_ended
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.queries import public_entries, public_revisions
from tests.factories import NOW, a_commissioner, publish, some_content

BOARD = "NHS West Exampleshire Integrated Care Board"
LATER = NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("name", "close"),
    [
        (f"{BOARD} (Leeds)", True),
        ("NHS West Exampelshire ICB", True),
        ("NHS West Exampleshire Integrated Care Bord", True),
        ("NHS Otherham ICB", False),
        ("West Exampleshire Council", False),
        ("", False),
    ],
)
def test_only_close_names_are_asked_about(name: str, close: bool) -> None:
    assert (likeness(normalise_name(name), normalise_name(BOARD)) >= CLOSE) is close


def ask(session: Session, name: str = f"{BOARD} (Leeds)") -> None:
    a_commissioner(session, BOARD, prefix="WEX")
    named_organisation(session, name, NOW)


def test_an_import_asks_and_adds_it_meanwhile(database: Database) -> None:
    with database.write() as session:
        ask(session)
        (question,) = open_questions(session, asked_at=NOW)

        assert question.sentence == f"Is “{BOARD} (Leeds)” the same as {BOARD}?"
        assert open_questions(session, asked_at=LATER) == ()


def test_what_is_the_same_leads_to_the_known_one_from_then_on(database: Database) -> None:
    with database.write() as session:
        ask(session)
        (question,) = open_questions(session)
        entry_id = publish(session, question.new_id, some_content("Carers’ breaks"))
        said = answer_spelling(session, question.id, same=True, user_id=None, now=LATER)
        (entry,) = public_entries(session, Criteria()).entries
        ended = find_ended(session, "nhs-west-exampleshire-integrated-care-board-leeds", OrganisationKind.COMMISSIONER)
        known = recognise_organisation(session, name=question.new_name)

        assert said == f"{BOARD} (Leeds) is a name of {BOARD} now."
        assert (entry.id, entry.commissioner.name, entry.formerly) == (entry_id, BOARD, ())
        assert public_revisions(session, entry_id)[0].sentences == (f"“{BOARD} (Leeds)” is another name of {BOARD}.",)
        assert ended is not None
        assert (ended.alias, ended.heir.name) == (True, BOARD)
        assert known is not None
        assert (known.id, open_questions(session)) == (question.known_id, ())


def test_what_is_not_the_same_stays_and_is_not_asked_again(database: Database) -> None:
    with database.write() as session:
        ask(session)
        (question,) = open_questions(session)
        said = answer_spelling(session, question.id, same=False, user_id=None, now=LATER)
        again = named_organisation(session, f"{BOARD} (Leeds)", LATER)

        assert said == f"{BOARD} (Leeds) stays an organisation of its own."
        assert (again, open_questions(session)) == (question.new_id, ())
        with pytest.raises(InvalidTransition):
            answer_spelling(session, question.id, same=True, user_id=None, now=LATER)


def test_a_name_that_is_like_no_other_is_not_asked_about(database: Database) -> None:
    with database.write() as session:
        ask(session, "Otherham Council")

        assert open_questions(session) == ()
