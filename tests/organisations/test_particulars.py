"""Other names, numbers in registers and what an organisation is part of."""

import uuid

import pytest
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.errors import InvalidContent
from kil_pipeline.events.log import public_version
from kil_pipeline.organisations.identifiers import parse_identifier, read_identifier
from kil_pipeline.organisations.organisations import (
    Organisation,
    OrganisationKind,
    PublicOrganisation,
    add_organisation,
    recognise_organisation,
)
from kil_pipeline.organisations.particulars import Particulars, particulars_of, parts_of, save_particulars
from tests.factories import NOW, a_commissioner

BOTH = (("GB-CHC", "1123456"), ("GB-COH", "01234567"))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("GB-CHC-1123456", ("GB-CHC", "1123456")),
        (" gb-chc - 1153055 ", ("GB-CHC", "1153055")),
        ("GB-COH-1234567", ("GB-COH", "01234567")),
        ("GB-COH-oc317661", ("GB-COH", "OC317661")),
        ("GB-NHS-S1Y5D", ("GB-NHS", "S1Y5D")),
        ("GB-PPON-PABC-1234-DEFG", ("GB-PPON", "PABC-1234-DEFG")),
        ("GB-LAE-LDS", ("GB-LAE", "LDS")),
        ("GB-MPR-30938R", ("GB-MPR", "30938R")),
        ("XI-PB-12/3", ("XI-PB", "12/3")),
    ],
)
def test_an_identifier_is_read_as_it_is_registered(written: str, read: tuple[str, str]) -> None:
    assert parse_identifier(written) == read


@pytest.mark.parametrize(
    "written", ["", "1123456", "GB-CHC-", "GB-CHC-12", "GB-PPON-PABC", "GB-NHS-TOO-LONG", "gb", "A-B-C", "GB-XXX-<b>"]
)
def test_what_is_none_is_refused(written: str) -> None:
    with pytest.raises(InvalidContent):
        parse_identifier(written)


def test_what_is_wrong_is_said_with_an_example() -> None:
    with pytest.raises(InvalidContent) as refused:
        read_identifier("GB-LAE", "Leeds")
    assert str(refused.value) == "“LEEDS” is no number of Local authorities, England: one looks like LDS."


def save(session: Session, organisation_id: uuid.UUID, parent: Organisation | None = None, **parts: object) -> None:
    public = PublicOrganisation.of(parent) if parent else None
    save_particulars(session, organisation_id, Particulars(parent=public, **parts), NOW)  # type: ignore[arg-type]


def test_what_is_stored_is_shown_and_recognised(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session)
        save(session, council.id, names=("The Borough", "ExC"), identifiers=BOTH, website="https://example.org")
        known = particulars_of(session, council.id)

        assert known == Particulars(("ExC", "The Borough"), BOTH, None, "https://example.org", "")
        found = [recognise_organisation(session, name=name) for name in ("THE BOROUGH", "exampleshire council")]
        found.append(recognise_organisation(session, name="?", identifiers=[BOTH[1]]))
        assert [one.id if one else None for one in found] == [council.id] * 3


def test_what_is_left_out_is_forgotten_but_its_own_name_never(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session)
        save(session, council.id, names=("The Borough",), identifiers=BOTH)
        save(session, council.id, identifiers=BOTH[:1])

        assert particulars_of(session, council.id) == Particulars(identifiers=BOTH[:1])
        assert recognise_organisation(session, name="The Borough") is None
        own = recognise_organisation(session, name="Exampleshire Council")
        assert own is not None
        assert own.id == council.id


def test_what_another_has_is_refused(database: Database) -> None:
    with database.write() as session:
        council, board = a_commissioner(session), a_commissioner(session, "Exampleshire Board")
        save(session, board.id, names=("The Board",), identifiers=BOTH)
        said = []
        for parts in ({"names": ("the BOARD",)}, {"identifiers": BOTH[1:]}):
            with pytest.raises(InvalidContent) as refused:
                save(session, council.id, **parts)
            said.append(str(refused.value))

        assert said == [
            "“the BOARD” is a name of Exampleshire Board here.",
            "GB-COH-01234567 is the number of Exampleshire Board here.",
        ]


def test_nothing_is_part_of_itself_however_far_up(database: Database) -> None:
    with database.write() as session:
        top, middle = a_commissioner(session, "Top"), a_commissioner(session, "Middle")
        low = add_organisation(session, name="Low CVS", kind=OrganisationKind.INFRASTRUCTURE_BODY, now=NOW)
        save(session, middle.id, parent=top)
        save(session, low.id, parent=middle)
        for parent in (top, low):
            with pytest.raises(InvalidContent):
                save(session, top.id, parent=parent)

        assert particulars_of(session, low.id).parent == PublicOrganisation.of(middle)
        assert parts_of(session, top.id) == (PublicOrganisation.of(middle),)


def test_only_a_change_moves_the_public_version(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session)
    versions = []
    for website in ("https://example.org", "https://example.org", "https://council.example.org"):
        with database.write() as session:
            save(session, council.id, website=website)
        with database.read() as session:
            versions.append(public_version(session).n)

    assert versions == [1, 1, 2]
