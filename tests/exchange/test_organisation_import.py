"""Organisations from sheets and from 360Giving: known ones are found again, bad rows come back, nothing is lost."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kil_pipeline.database import Database
from kil_pipeline.exchange.organisation_import import OrganisationOptions, import_organisations
from kil_pipeline.exchange.organisation_rows import read_organisation
from kil_pipeline.exchange.reports import ImportReport, UnreadableFile
from kil_pipeline.organisations.organisations import (
    Organisation,
    OrganisationIdentifier,
    OrganisationKind,
    add_organisation,
)
from kil_pipeline.support.patches import patch_of
from tests.exchange.sheets import Cells, write_csv, write_xlsx
from tests.factories import NOW

HEADINGS = ("Name", "Identifiers", "Charity number", "Website")
NOT_A_CHARITY = "“12” is no number of Charity Commission, England and Wales: one looks like 1123456."
NOT_A_WEBSITE = "Write the address of a website, such as https://example.org, or leave it empty."
HALL = ("Exampleshire Hall Trust", "GB-CHC-1123456", "", "hall.example.org")


def import_rows(database: Database, folder: Path, *rows: Cells, **options: Any) -> ImportReport:
    path = write_csv(folder / "organisations.csv", *rows)
    (folder / "bad.csv").unlink(missing_ok=True)
    chosen = OrganisationOptions(to_correct=folder / "bad.csv", **options)
    return import_organisations(database, path, chosen, now=NOW)


def import_grants(database: Database, folder: Path, *grants: object, **options: Any) -> ImportReport:
    path = folder / "grants.json"
    path.write_text(json.dumps({"grants": grants}), "utf-8")
    (folder / "bad.csv").unlink(missing_ok=True)
    chosen = OrganisationOptions(to_correct=folder / "bad.csv", **options)
    return import_organisations(database, path, chosen, now=NOW)


def grant(name: str, number: str, **parts: object) -> dict[str, object]:
    return {
        "id": "360G-example-1",
        "fundingOrganization": [{"id": "GB-CHC-1000001", "name": "Exampleshire Community Fund"}],
        "recipientOrganization": [{"id": number, "name": name, **parts}],
    }


def known(database: Database) -> list[tuple[str, str, str | None, list[str]]]:
    """Return name, kind, website and identifiers of all."""
    with database.read() as session:
        rows = session.scalars(sa.select(Organisation).order_by(Organisation.name, Organisation.slug)).all()
        numbers = session.execute(
            sa.select(
                OrganisationIdentifier.organisation_id, OrganisationIdentifier.scheme, OrganisationIdentifier.value
            )
        ).all()
        held = {row.id: sorted(f"{scheme}-{value}" for key, scheme, value in numbers if key == row.id) for row in rows}
        return [(row.name, row.kind, row.website, held[row.id]) for row in rows]


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.changed, report.unchanged, report.bad_rows


def test_a_row_becomes_an_organisation_and_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    first = import_rows(database, tmp_path, HEADINGS, HALL)
    again = import_rows(database, tmp_path, HEADINGS, HALL)

    assert (counts(first), counts(again)) == ((1, 0, 0, 0), (0, 0, 1, 0))
    assert known(database) == [("Exampleshire Hall Trust", "vcse", "https://hall.example.org", ["GB-CHC-1123456"])]


def test_a_row_adds_what_is_missing_and_takes_nothing_away(sqlite_database: Database, tmp_path: Path) -> None:
    import_rows(sqlite_database, tmp_path, HEADINGS, HALL)
    headings = ("org_id", "name", "company_number", "website", "area", "Also known as")
    row = ("GB-CHC-1123456", "The Hall", "1234567", "https://other.example.org", "Leeds", "Old Hall; Hall Trust")
    report = import_rows(sqlite_database, tmp_path, headings, row)

    assert counts(report) == (0, 1, 0, 0)
    assert known(sqlite_database) == [
        ("Exampleshire Hall Trust", "vcse", "https://hall.example.org", ["GB-CHC-1123456", "GB-COH-01234567"])
    ]
    with sqlite_database.read() as session:
        assert patch_of(session, session.scalars(sa.select(Organisation.id)).one()) == ("E08000035",)
    assert counts(import_rows(sqlite_database, tmp_path, ("Name",), ("OLD HALL",))) == (0, 0, 1, 0)


def test_two_of_one_name_with_two_numbers_are_two(sqlite_database: Database, tmp_path: Path) -> None:
    rows = (HEADINGS, ("Splash", "GB-CHC-1000001", "", ""), ("Splash", "", "1000002", ""))
    first, again = (counts(import_rows(sqlite_database, tmp_path, *rows)) for _ in range(2))

    assert (first, again) == ((2, 0, 0, 0), (0, 0, 2, 0))
    assert [numbers for _, _, _, numbers in known(sqlite_database)] == [["GB-CHC-1000001"], ["GB-CHC-1000002"]]


def test_rows_that_cannot_be_read_come_back_with_reasons(sqlite_database: Database, tmp_path: Path) -> None:
    headings = ("Name", "Kind", "Identifiers", "Charity number", "Website", "Areas")
    report = import_rows(
        sqlite_database, tmp_path, headings,
        ("", "", "", "", "", ""),
        ("No Name? Yes", "club", "nonsense", "12", "javascript:alert(1)", "Nowhereshire"),
        ("=cmd", "", "", "", "", ""),
        ("Fine", "", "", "1000003", "", ""),
        ("Fine again", "", "GB-CHC-1000003", "", "", ""),
    )  # fmt: skip

    assert [problem.line() for problem in report.problems] == [
        "Row 3, Kind (“club”): Write commissioner, infrastructure body or VCSE, or leave it empty.",
        "Row 3, Identifiers (“nonsense”): “nonsense” is no identifier: write it like GB-CHC-1123456.",
        f"Row 3, Charity number (“12”): {NOT_A_CHARITY}",
        "Row 3, Areas (“Nowhereshire”): We know no area “Nowhereshire”.",
        f"Row 3, Website (“javascript:alert(1)”): {NOT_A_WEBSITE}",
        "Row 6, Name (“Fine again”): Row 5 is the same organisation: keep one of them.",
    ]
    assert (counts(report), [name for name, *_ in known(sqlite_database)]) == ((2, 0, 0, 2), ["=cmd", "Fine"])
    assert (tmp_path / "bad.csv").read_text("utf-8-sig").splitlines()[0] == (
        "What to mend,Name,Kind,Identifiers,Charity number,Website,Areas"
    )


def test_numbers_of_two_organisations_in_one_row_are_refused(sqlite_database: Database, tmp_path: Path) -> None:
    import_rows(sqlite_database, tmp_path, HEADINGS, HALL, ("Another", "GB-COH-01234567", "", ""))
    report = import_rows(sqlite_database, tmp_path, HEADINGS, ("Both", "GB-COH-01234567; GB-CHC-1123456", "", ""))

    assert [problem.message for problem in report.problems] == [
        "Its numbers are those of several organisations: Another, Exampleshire Hall Trust."
    ]


def test_a_commissioner_does_not_become_a_charity(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.write() as session:
        add_organisation(session, name="Exampleshire Council", kind=OrganisationKind.COMMISSIONER, now=NOW)
    report = import_rows(sqlite_database, tmp_path, ("Name", "Kind"), ("Exampleshire Council", "VCSE"))

    said = "Exampleshire Council is here already, as a commissioner."
    assert [problem.message for problem in report.problems] == [said]
    assert [kind for _, kind, _, _ in known(sqlite_database)] == ["commissioner"]


def test_who_receives_grants_is_taken_once_and_people_never(database: Database, tmp_path: Path) -> None:
    person = {"id": "360G-example-9", "recipientIndividual": {"id": "x", "name": "Somebody"}}
    report = import_grants(
        database,
        tmp_path,
        grant("Exampleshire Hall Trust", "GB-CHC- 1123456 ", url="hall.example.org", email="somebody@example.org"),
        grant("Exampleshire Hall Trust", "GB-CHC-1123456"),
        grant("Carers’ Group", "360G-example-carers", companyNumber=1234567),
        person,
    )

    assert counts(report) == (2, 0, 0, 0)
    assert report.skipped == {"another grant of the same organisation": 1}
    assert known(database) == [
        ("Carers’ Group", "vcse", None, ["GB-COH-01234567"]),
        ("Exampleshire Hall Trust", "vcse", "https://hall.example.org", ["GB-CHC-1123456"]),
    ]


def test_who_gives_grants_is_taken_when_asked_for(sqlite_database: Database, tmp_path: Path) -> None:
    import_grants(sqlite_database, tmp_path, grant("A", "GB-CHC-1123456"), who="funders")

    assert [name for name, *_ in known(sqlite_database)] == ["Exampleshire Community Fund"]


def test_a_bad_grant_comes_back_under_our_headings(sqlite_database: Database, tmp_path: Path) -> None:
    report = import_grants(sqlite_database, tmp_path, grant("Odd", "GB-CHC-12"))
    lines = (tmp_path / "bad.csv").read_text("utf-8-sig").splitlines()

    assert (counts(report), lines[0].split(",")[:3]) == ((0, 0, 0, 1), ["What to mend", "Name", "Kind"])
    assert lines[1].endswith(",Odd,,,GB-CHC-12,,,,,,")


def test_a_dry_run_changes_nothing(sqlite_database: Database, tmp_path: Path) -> None:
    report = import_rows(sqlite_database, tmp_path, HEADINGS, HALL, dry_run=True)

    assert (next(report.lines()), known(sqlite_database)) == ("New: Exampleshire Hall Trust", [])


def test_a_workbook_is_read_too(sqlite_database: Database, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "organisations.xlsx", HEADINGS, HALL)

    assert counts(import_organisations(sqlite_database, path, OrganisationOptions(), now=NOW)) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", "This is no 360Giving package: it has no list “grants”."),
        ('{"grants": {}}', "This is no 360Giving package: it has no list “grants”."),
    ],
)
def test_what_is_no_package_of_grants_is_refused(
    content: str, said: str, sqlite_database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "grants.json"
    path.write_text(content, "utf-8")
    with pytest.raises(UnreadableFile) as refused:
        import_organisations(sqlite_database, path, OrganisationOptions(), now=NOW)
    assert str(refused.value) == said


KEYS = st.sampled_from(["id", "name", "url"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(grants=st.lists(st.dictionaries(st.sampled_from(["recipientOrganization", "x"]), JSON, max_size=2), max_size=3))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_package_holds_ends_in_a_report(
    grants: list[object], sqlite_database: Database, tmp_path: Path
) -> None:
    report = import_grants(sqlite_database, tmp_path, *grants, dry_run=True)

    assert report.broken_off == ""


@given(raw=st.dictionaries(st.sampled_from(["name", "kind", "identifiers", "areas", "website", "names"]), st.text()))
def test_whatever_a_row_holds_is_read(raw: dict[str, str]) -> None:
    read = read_organisation(raw)

    assert len(read.name) <= 300 or read.problems != ()
