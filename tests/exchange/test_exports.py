"""The public plan as a table: what anyone may see and nothing else, safe to open, and read back without a change."""

import csv
import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kil_pipeline.database import Database
from kil_pipeline.exchange.exports import export_csv, export_headings, export_xlsx
from kil_pipeline.plan.contents import EntryContent, Notice
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import create_entry
from kil_pipeline.plan.expected_dates import Confidence, Precision
from kil_pipeline.plan.money import Money, Period, Vat
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.wordings import DISCLAIMER
from kil_pipeline.text import plain_cell, safe_cell
from tests.exchange.sheets import COUNCIL, contents, import_rows, import_sheet, snapshot
from tests.factories import NOW, a_commissioner, a_milestone, publish, some_content

SECRET = "777777"

FULL = EntryContent(
    "=Rides, \"safe\" & 'sound'",
    status=Status.ON_HOLD,
    status_reason="-No money",
    summary="Line one\n\n@Line two; with, commas",
    stage="designing",
    themes=("transport", "falls"),
    cpv=("60130000", "85000000"),
    areas=("E08000035", "UKK4"),
    benefits=(),
    value=Money(1_250, 40_000_050, Period.YEAR, Vat.INCLUDED),
    route="psr.most-suitable-provider",
    length="+2 years",
    current="'Quoted'",
    contact="plan@example.org",
    milestones=(
        a_milestone("opens", date(2027, 5, 1), Precision.HALF_YEAR, Confidence.INDICATIVE),
        a_milestone("bids_due", date(2027, 6, 4), Precision.DAY, Confidence.CONFIRMED),
        a_milestone("decision", date(2027, 6, 1), Precision.QUARTER),
        a_milestone("service_starts", date(2028, 1, 1), Precision.FINANCIAL_YEAR),
        a_milestone("service_ends", date(2031, 1, 1), Precision.YEAR),
    ),
    disclosures=(
        Disclosure(
            "lots",
            DisclosureState.UNDECIDED,
            "undecided.codesign",
            explanation="=To be set\nwith people",
            who_decides="The board",
            expected_by=date(2027, 1, 31),
            review_on=date(2027, 1, 1),
            how_you_could_help="Come on 3 May",
        ),
        Disclosure(
            "suitability", DisclosureState.WITHHELD, "withheld.commercial", public_interest="It would harm a bidder."
        ),
    ),
    notices=(Notice("UK2", "000001-2026", "", date(2026, 8, 10)),),
)


def publish_for_the_council(database: Database, *found: EntryContent, withheld: dict[str, str] | None = None) -> None:
    """Publish entries of the council; `withheld` is kept beside those that withhold something."""
    with database.write() as session:
        council = a_commissioner(session, prefix="EXA")
        for content in found:
            draft = create_entry(
                session, council.id, content, withheld=withheld if content.disclosures else None, now=NOW
            )
            publish_entry(session, draft.entry_id, now=NOW)


def exported(database: Database) -> str:
    """Return the plan as CSV."""
    out = io.StringIO(newline="")
    with database.read() as session:
        export_csv(session, Criteria(), out)
    return out.getvalue()


def rows_of(text: str) -> list[dict[str, str]]:
    """Return the rows of CSV by their headings."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_each_public_entry_is_a_row_that_says_it_is_no_commitment(database: Database) -> None:
    publish_for_the_council(database, some_content("One", summary="First"), some_content("Two"))
    with database.write() as session:
        create_entry(session, a_commissioner(session, "Exampleborough Council").id, some_content("A draft"), now=NOW)
    rows = rows_of(exported(database))
    told = ("Reference", "Commissioner", "First published", "Headline", "What it is", "Status", "Please note")
    assert [tuple(row[heading] for heading in told) for row in rows] == [
        ("EXA-0001", "Exampleshire Council", "2026-11-23", "One", "First", "Planned", DISCLAIMER),
        ("EXA-0002", "Exampleshire Council", "2026-11-23", "Two", "", "Planned", DISCLAIMER),
    ]


def test_no_cell_can_be_taken_for_a_formula(sqlite_database: Database) -> None:
    publish_for_the_council(sqlite_database, FULL)
    (row,) = rows_of(exported(sqlite_database))
    assert row["Headline"] == "'=Rides, \"safe\" & 'sound'"
    assert [cell for cell in row.values() if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n")] == []


def test_a_workbook_holds_the_same_texts_and_no_formulas(sqlite_database: Database, tmp_path: Path) -> None:
    publish_for_the_council(sqlite_database, FULL, some_content("Two"))
    with sqlite_database.read() as session, (tmp_path / "a.xlsx").open("wb") as out:
        assert export_xlsx(session, Criteria(), out) == 2
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    headings, *rows = [[cell.value or "" for cell in row] for row in book["Forward plan"].iter_rows()]
    assert tuple(headings) == export_headings()
    assert [dict(zip(headings, row, strict=True)) for row in rows] == rows_of(exported(sqlite_database))
    assert "f" not in {cell.data_type for row in book["Forward plan"].iter_rows() for cell in row}


def test_what_is_withheld_is_not_in_any_table(sqlite_database: Database, tmp_path: Path) -> None:
    publish_for_the_council(sqlite_database, FULL, withheld={"suitability": SECRET})
    assert SECRET in str(snapshot(sqlite_database)["withheld_value"])
    assert SECRET not in exported(sqlite_database)
    with sqlite_database.read() as session, (tmp_path / "a.xlsx").open("wb") as out:
        export_xlsx(session, Criteria(), out)
    cells = openpyxl.load_workbook(tmp_path / "a.xlsx").active.iter_rows(values_only=True)  # type: ignore[union-attr]
    assert SECRET not in str(list(cells))
    assert not any("withheld value" in heading for heading in export_headings())


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_that_comes_back_changes_nothing(database: Database, tmp_path: Path, kind: str) -> None:
    publish_for_the_council(database, FULL, some_content("Two"), withheld={"suitability": SECRET})
    path = tmp_path / f"plan.{kind}"
    with database.read() as session, path.open("wb") as out:
        if kind == "xlsx":
            export_xlsx(session, Criteria(), out)
    if kind == "csv":
        path.write_text(exported(database), encoding="utf-8-sig", newline="")
    before, withheld = contents(database), snapshot(database)["withheld_value"]
    report = import_sheet(database, path, publish=True)
    assert list(report.lines()) == ["0 new, 0 changed, 2 unchanged."]
    assert contents(database) == before
    assert [row[:3] for row in snapshot(database)["withheld_value"]] == [row[:3] for row in withheld]


def test_an_export_of_several_commissioners_brings_back_ones_own_alone(database: Database, tmp_path: Path) -> None:
    publish_for_the_council(database, some_content("Ours"))
    with database.write() as session:
        publish(session, a_commissioner(session, "Exampleborough Council").id, some_content("Theirs"))
    path = tmp_path / "plan.csv"
    path.write_text(exported(database), encoding="utf-8", newline="")
    report = import_sheet(database, path, organisation=COUNCIL)
    assert list(report.lines()) == [
        "0 new, 0 changed, 1 unchanged.",
        "1 left out: the reference of another organisation’s planned opportunity",
    ]


def test_an_exported_row_that_was_edited_changes_that_alone(sqlite_database: Database, tmp_path: Path) -> None:
    publish_for_the_council(sqlite_database, FULL)
    (row,) = rows_of(exported(sqlite_database))
    row["How much"] = "£2m in total"
    report = import_rows(sqlite_database, tmp_path, list(row), list(row.values()), dry_run=True)
    assert report.previews == ["EXA-0001: How much is now: £2 million in total."]


@given(st.text(st.sampled_from("'=+-@\t\r\n\uff1da 1"), max_size=6))
def test_a_neutralised_cell_is_found_again_as_it_was(text: str) -> None:
    assert plain_cell(safe_cell(text)) == text
    assert safe_cell(text)[:1] not in set("=+-@\t\r\n\uff1d")
