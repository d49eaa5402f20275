"""A contracts register: what ends soon becomes a draft whose unknowns are not decided yet."""

from pathlib import Path

import pytest

from kil_pipeline.database import Database
from kil_pipeline.exchange.columns import recognise_columns
from kil_pipeline.exchange.registers import is_register
from tests.exchange.sheets import a_council, contents, counts, import_rows, public_headlines

REGISTER = ["Reference", "Service", "Provider", "Annual value", "Start date", "End date", "Extension options"]


def test_a_contract_that_ends_soon_becomes_a_draft(database: Database, tmp_path: Path) -> None:
    a_council(database)
    row = ["C1", "Befriending", "Example CIC", "£60,000", "01/04/2024", "31/03/2028", "2 years"]
    report = import_rows(database, tmp_path, REGISTER, row, publish=True)
    assert list(report.lines()) == [
        "1 new, 0 changed, 0 unchanged.",
        "Read as a contracts register: each contract that ends soon makes a draft.",
        "Columns left out: “Start date”.",
    ]
    content = contents(database)["Befriending"]
    assert content.current == (
        "A contract with Example CIC, which ends: 31 March 2028. It is worth £60,000 a year. Extension: 2 years."
    )
    assert (content.value, [(d.path, d.reason) for d in content.disclosures]) == (
        None,
        [
            ("value", "undecided.decision"),
            ("route", "undecided.decision"),
            ("milestones.opens", "undecided.decision"),
        ],
    )
    assert public_headlines(database) == set()


@pytest.mark.parametrize(
    ("ends", "why"),
    [
        ("", "no end date"),
        ("TBC", "no end date"),
        ("31/03/2026", "it has ended already"),
        ("31/03/2030", "it ends more than 24 months from now"),
        ("24/12/2028", "it ends more than 24 months from now"),
    ],
)
def test_other_contracts_are_left_out_and_told(sqlite_database: Database, tmp_path: Path, ends: str, why: str) -> None:
    a_council(sqlite_database)
    report = import_rows(sqlite_database, tmp_path, ["Service", "Provider", "End date"], ["One", "Example CIC", ends])
    assert dict(report.skipped) == {why: 1}
    assert contents(sqlite_database) == {}


def test_an_end_date_that_cannot_be_read_is_reported(sqlite_database: Database, tmp_path: Path) -> None:
    a_council(sqlite_database)
    report = import_rows(sqlite_database, tmp_path, ["Service", "Provider", "End date"], ["One", "Ltd", "soonish"])
    assert counts(report) == (0, 0, 0, 1)
    assert report.problems[0].line().startswith("Row 2, End date (“soonish”): “soonish” is not a date")


def test_the_same_register_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    a_council(database)
    rows = (["Service", "Provider", "End date"], ["One", "Example CIC", "March 2028"])
    import_rows(database, tmp_path, *rows)
    assert counts(import_rows(database, tmp_path, *rows)) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("headings", "register"),
    [
        (["Contract title", "Supplier", "Contract end date"], True),
        (["Contract title", "Supplier", "Contract end date", "Value", "Procurement route", "Start date"], True),
        (["Title", "Current provider", "Contract end date", "Tender date"], False),
        (["Title", "Current provider", "Contract end date", "How much: why not"], False),
        (["Title", "Contract end date"], False),
    ],
)
def test_a_register_is_told_from_a_forward_plan_by_its_columns(headings: list[str], register: bool) -> None:
    assert is_register(recognise_columns(headings)) is register


def test_a_sheet_can_be_called_a_register(sqlite_database: Database, tmp_path: Path) -> None:
    a_council(sqlite_database)
    import_rows(sqlite_database, tmp_path, ["Service", "End date"], ["One", "March 2028"], register=True)
    assert contents(sqlite_database)["One"].current == "A contract with a provider, which ends: March 2028."
