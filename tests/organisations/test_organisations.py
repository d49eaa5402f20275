"""Organisations: the same body is recognised however it is written, and no reference is ever used again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kil_pipeline.database import Database
from kil_pipeline.errors import NotFound
from kil_pipeline.organisations.organisations import (
    Organisation,
    OrganisationKind,
    add_organisation,
    find_organisation,
    learn_spelling,
    normalise_name,
    public_organisations,
    recognise_organisation,
    take_reference,
)
from tests.factories import NOW, a_commissioner

BOARD = "NHS Exampleshire Integrated Care Board"
ODS = ("GB-NHS", "QX1")


def a_board(database: Database) -> None:
    """Add a board with an identifier."""
    with database.write() as session:
        add_organisation(session, name=BOARD, kind=OrganisationKind.COMMISSIONER, identifiers=[ODS], now=NOW)


def name_of(found: Organisation | None) -> str | None:
    """Return what a recognised body is called."""
    return found.name if found else None


@pytest.mark.parametrize(
    "name",
    [BOARD, "nhs exampleshire ICB", "The NHS Exampleshire Integrated Care Board.", "NHS  EXAMPLESHIRE - ICB"],
)
def test_a_body_is_recognised_in_any_usual_spelling(database: Database, name: str) -> None:
    a_board(database)
    with database.read() as session:
        assert name_of(recognise_organisation(session, name=name)) == BOARD


def test_an_identifier_goes_before_a_name(database: Database) -> None:
    a_board(database)
    with database.write() as session:
        a_commissioner(session, "Exampleshire Council")
        found = recognise_organisation(session, name="Exampleshire Council", identifiers=[("GB-PPON", "PX"), ODS])
        assert name_of(found) == BOARD


def test_what_was_learnt_is_recognised_and_takes_nothing_from_others(database: Database) -> None:
    a_board(database)
    with database.write() as session:
        council = a_commissioner(session, "Exampleshire Council")
        learn_spelling(session, council, name="Exampleshire CC", identifiers=[("GB-PPON", "PX"), ODS])
        learn_spelling(session, council, name=BOARD, identifiers=[])
    with database.read() as session:
        found = [
            recognise_organisation(session, name="Exampleshire County Council"),
            recognise_organisation(session, name="?", identifiers=[("GB-PPON", "PX")]),
            recognise_organisation(session, name=BOARD),
            recognise_organisation(session, name="?", identifiers=[ODS]),
        ]
        assert [name_of(body) for body in found] == ["Exampleshire Council"] * 2 + [BOARD] * 2


@pytest.mark.parametrize("name", ["", "The", "Sampleton Council"])
def test_a_body_that_we_do_not_know_is_not_guessed(database: Database, name: str) -> None:
    a_board(database)
    with database.read() as session:
        assert recognise_organisation(session, name=name) is None


def test_names_and_identifiers_without_end_are_taken_in_twice_without_harm(database: Database) -> None:
    name, identifier = "Exampleshire " * 1_000, ("GB-" + "X" * 100, "9" * 1_000)
    for _ in range(2):
        with database.write() as session:
            known = recognise_organisation(session, name=name, identifiers=[identifier])
            if known is None:
                add_organisation(
                    session, name=name, kind=OrganisationKind.COMMISSIONER, identifiers=[identifier], now=NOW
                )
            else:
                learn_spelling(session, known, name=name, identifiers=[identifier])
    with database.read() as session:
        assert len(public_organisations(session, OrganisationKind.COMMISSIONER)) == 1


def test_slugs_and_prefixes_are_each_ones_own(database: Database) -> None:
    with database.write() as session:
        made = [
            a_commissioner(session, name) for name in ("Leeds City Council", "Leeds: City Council", "London CC", "中")
        ]
        assert [(body.slug, body.prefix) for body in made] == [
            ("leeds-city-council", "LCC"),
            ("leeds-city-council-2", "LCC2"),
            ("london-cc", "LON"),
            ("organisation", "ORG"),
        ]


def test_an_organisation_is_found_by_slug_prefix_and_name(database: Database) -> None:
    with database.write() as session:
        body = a_commissioner(session, "Exampleshire Council", prefix="EXC")
    with database.read() as session:
        for reference in ("exampleshire-council", "EXC", "Exampleshire Council"):
            assert find_organisation(session, reference).id == body.id
        with pytest.raises(NotFound, match="There is no organisation “nobody”"):
            find_organisation(session, "nobody")


def test_references_count_up_for_each_organisation_and_are_never_used_again(database: Database) -> None:
    with database.write() as session:
        one = a_commissioner(session, "Exampleshire Council", prefix="EXC").id
        two = a_commissioner(session, "Sampleton Council", prefix="SAM").id
        taken = [take_reference(session, body) for body in (one, two, one)]
    assert taken == ["EXC-0001", "SAM-0001", "EXC-0002"]
    with database.write() as session:
        session.get_one(Organisation, one).name = "Renamed Council"
        assert take_reference(session, one) == "EXC-0003"


@given(st.text(max_size=40))
def test_a_normalised_name_is_its_own_spelling(name: str) -> None:
    assert normalise_name(normalise_name(name)) == normalise_name(name)
