"""A commissioner's sheet: good rows go in, bad ones come out with what to mend, and nothing is lost on the way."""

import csv
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kil_pipeline.database import Database
from kil_pipeline.errors import NotFound
from kil_pipeline.exchange import plan_import
from kil_pipeline.exchange.columns import template_headings
from kil_pipeline.exchange.reports import UnreadableFile
from kil_pipeline.exchange.row_entries import RowEntries
from kil_pipeline.exchange.tables import read_rows
from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.expected_dates import ExpectedDate, Precision, expected_span
from kil_pipeline.plan.money import Money, Period
from kil_pipeline.plan.statuses import Status
from tests.exchange.sheets import (
    COUNCIL,
    a_council,
    contents,
    counts,
    import_rows,
    import_sheet,
    public_headlines,
    snapshot,
    write_csv,
    write_xlsx,
)

BAD = ("Bad", "lots of money")
MESSAGE = (
    "“lots of money” is not an amount that we can read. "
    "Write it as £60,000, £400k to £650k a year, or up to £2m in total."
)
SHEET = (("Headline", "How much"), ("One", "£400k"), BAD, ("Two", "up to £2m"))


def test_a_headline_alone_makes_an_entry(database: Database, tmp_path: Path) -> None:
    a_council(database)
    report = import_rows(database, tmp_path, ["Headline"], ["Community transport"])
    assert list(report.lines()) == ["1 new, 0 changed, 0 unchanged."]
    assert contents(database) == {"Community transport": EntryContent("Community transport")}
    assert public_headlines(database) == set()


def test_a_row_is_read_as_people_write_it(database: Database, tmp_path: Path) -> None:
    a_council(database)
    import_rows(
        database,
        tmp_path,
        ["Title", "Description", "Area", "Annual value (£k)", "Procurement start", "Start date", "Route"],
        ["Befriending", "By phone.\nAnd visits.", "Leeds; Hull", "400", "Q3 2027/28", "autumn 2028", "MSP"],
    )  # fmt: skip
    assert contents(database)["Befriending"] == EntryContent(
        "Befriending",
        summary="By phone.\nAnd visits.",
        areas=("E08000035", "E06000010"),
        value=Money(40_000_000, 40_000_000, Period.YEAR),
        route="psr.most-suitable-provider",
        milestones=(
            Milestone("opens", expected_span(date(2027, 10, 1), Precision.QUARTER)),
            Milestone("service_starts", ExpectedDate(date(2028, 9, 1), date(2028, 11, 30), Precision.QUARTER)),
        ),
    )  # fmt: skip


def test_published_rows_are_public_and_others_wait(database: Database, tmp_path: Path) -> None:
    a_council(database)
    report = import_rows(database, tmp_path, ["Headline"], ["One"], publish=True)
    import_rows(database, tmp_path, ["Headline"], ["Two"])
    assert report.published == 1
    assert public_headlines(database) == {"One"}


def test_good_rows_go_in_and_bad_ones_come_out(database: Database, tmp_path: Path) -> None:
    a_council(database)
    report = import_rows(database, tmp_path, *SHEET)
    assert set(contents(database)) == {"One", "Two"}
    assert list(report.lines()) == [
        "2 new, 0 changed, 0 unchanged.",
        f"Row 3, How much (“lots of money”): {MESSAGE}",
        f"1 row could not be read. They are in {tmp_path / 'plan.bad.csv'}: mend them there, and import that file.",
    ]


def test_the_rows_to_correct_can_be_corrected_and_imported(database: Database, tmp_path: Path) -> None:
    a_council(database)
    report = import_rows(database, tmp_path, *SHEET)
    assert report.to_correct is not None
    with report.to_correct.open(encoding="utf-8-sig", newline="") as file:
        headings, (to_mend, *cells) = csv.reader(file)
    assert headings == ["What to mend", "Headline", "How much"]
    assert to_mend.startswith("How much: “lots of money” is not an amount that we can read.")
    assert tuple(cells) == BAD
    again = import_rows(database, tmp_path, headings, [to_mend, "Bad", "£1m"], name="corrected.csv")
    assert list(again.lines()) == ["1 new, 0 changed, 0 unchanged."]
    assert set(contents(database)) == {"One", "Two", "Bad"}


def test_rows_to_correct_never_replace_a_file_that_somebody_may_be_correcting(
    sqlite_database: Database, tmp_path: Path
) -> None:
    a_council(sqlite_database)
    files = [import_rows(sqlite_database, tmp_path, *SHEET, to_correct=None).to_correct for _ in range(3)]
    assert files == [tmp_path / f"plan.to-correct{n}.csv" for n in ("", "-2", "-3")]


@pytest.mark.parametrize(("target", "said"), [("plan.csv", "There is a file"), ("none/x.csv", "There is no folder")])
def test_an_impossible_place_for_the_rows_to_correct_stops_it_at_once(
    sqlite_database: Database, tmp_path: Path, target: str, said: str
) -> None:
    a_council(sqlite_database)
    with pytest.raises(UnreadableFile, match=said):
        import_rows(sqlite_database, tmp_path, *SHEET, to_correct=tmp_path / target)
    assert contents(sqlite_database) == {}


def test_formulas_in_the_rows_to_correct_are_neutralised(sqlite_database: Database, tmp_path: Path) -> None:
    a_council(sqlite_database)
    report = import_rows(sqlite_database, tmp_path, ["Headline", "How much", "=Notes"], ["+Bad", '=cmd("x")', "@a"])
    assert report.to_correct is not None
    with report.to_correct.open(encoding="utf-8-sig", newline="") as file:
        headings, (_, *cells) = csv.reader(file)
    assert headings == ["What to mend", "Headline", "How much", "'=Notes"]
    assert cells == ["'+Bad", '\'=cmd("x")', "'@a"]


def test_a_dry_run_tells_what_would_change_and_writes_nothing_anywhere(database: Database, tmp_path: Path) -> None:
    a_council(database)
    import_rows(database, tmp_path, ["Headline", "How much"], ["One", "£300k"], publish=True)
    before, files = snapshot(database), sorted(tmp_path.iterdir())
    report = import_rows(database, tmp_path, *SHEET, publish=True, dry_run=True)
    assert list(report.lines())[:4] == [
        "EXA-0001: How much is now: £400,000.",
        "New: Two",
        "1 would be new, 1 would be changed, 0 unchanged.",
        "2 would be published.",
    ]
    assert report.bad_rows == 1
    assert snapshot(database) == before
    assert sorted(tmp_path.iterdir()) == files


@pytest.mark.parametrize(
    ("heading", "cell", "said"),
    [
        ("Tender date", "31/02/2027", "There is no such day"),
        ("Tender date", "1970-01-01", "leave it blank"),
        ("Tender date", "96095", "is not a date that we can read"),
        ("Where", "Atlantis", "“Atlantis” is not an area that we know"),
        ("Topics", "Alchemy", "“Alchemy” is not one of our topics"),
        ("Route", "by lot", "is not a way of choosing a provider"),
        ("CPV codes", "99", "is not a CPV code of 8 digits"),
        ("Status", "Sleeping", "is not a status"),
        ("Status", "Cancelled", "“Cancelled” needs a reason"),
        ("How much: why not", "because", "We do not know this reason"),
        ("How much: why not", "future-publication", "needs the date by which it will be published"),
        ("Value", "#REF!", "The formula has no saved result"),
        ("Description", "########", "The formula has no saved result"),
        ("Description", "x" * 10_001, "10001 characters long"),
        ("Status", "Withdrawn", "“Withdrawn” needs a reason"),
    ],
)
def test_a_bad_cell_is_reported_under_its_own_heading(
    sqlite_database: Database, tmp_path: Path, heading: str, cell: str, said: str
) -> None:
    a_council(sqlite_database)
    report = import_rows(sqlite_database, tmp_path, ["Title", heading], ["One", cell], publish=True)
    (problem,) = report.problems
    assert (counts(report), problem.row) == ((0, 0, 0, 1), 2)
    assert heading in (problem.column, "Status", problem.column.replace("expected by", "why not"))
    assert said in problem.message
    assert contents(sqlite_database) == {}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["", "x"], "Row 2, Title: Write a headline"),
        (["x" * 301, ""], "It has 301 characters. Use at most 300"),
        (["One", "Two", "Three"], "Row 2 (“Three”): The row has more cells than there are headings."),
    ],
)
def test_a_row_that_makes_no_entry_says_why(
    sqlite_database: Database, tmp_path: Path, row: list[str], said: str
) -> None:
    a_council(sqlite_database)
    report = import_rows(sqlite_database, tmp_path, ["Title", "Description"], row)
    assert counts(report) == (0, 0, 0, 1)
    assert said in report.problems[0].line()


def test_two_rows_that_cannot_be_told_apart_are_not_merged(sqlite_database: Database, tmp_path: Path) -> None:
    a_council(sqlite_database)
    report = import_rows(sqlite_database, tmp_path, ["Headline", "What it is"], ["One", "a"], ["ONE", "b"])
    assert counts(report) == (1, 0, 0, 1)
    assert report.problems[0].line() == (
        "Row 3, Headline (“ONE”): Row 2 has the same headline. "
        "Give each a reference of its own, in a column “Reference”."
    )


def test_totals_and_headings_in_between_are_left_out_and_told(sqlite_database: Database, tmp_path: Path) -> None:
    a_council(sqlite_database)
    headings = ["Title", "Value"]
    report = import_rows(sqlite_database, tmp_path, headings, ["One", "£1"], headings, ["Total", "£1"])
    assert dict(report.skipped) == {"the headings again": 1, "a row of totals": 1}
    assert set(contents(sqlite_database)) == {"One"}


def test_what_is_not_read_is_told(sqlite_database: Database, tmp_path: Path) -> None:
    a_council(sqlite_database)
    report = import_rows(sqlite_database, tmp_path, ["Title", "", "Colour"], ["One", "a note", "red"])
    assert report.warnings == [
        "Columns left out: “Colour”.",
        "Columns without a heading, left out (counted from the left): 2.",
    ]


def test_the_sheet_with_the_plan_is_found_and_the_others_are_named(sqlite_database: Database, tmp_path: Path) -> None:
    a_council(sqlite_database)
    path = write_xlsx(tmp_path / "plan.xlsx", ["Read me first"], sheet="Cover")
    book = openpyxl.load_workbook(path)
    book.create_sheet("Plan").append(["Title"])
    book["Plan"].append(["One"])
    book.save(path)
    report = import_sheet(sqlite_database, path)
    assert set(contents(sqlite_database)) == {"One"}
    assert report.warnings == ["Sheets that were not read: “Cover”. Save one as a file of its own to import it."]


def test_the_provider_of_today_in_a_forward_plan_is_kept(sqlite_database: Database, tmp_path: Path) -> None:
    a_council(sqlite_database)
    headings = ["Title", "Tender date", "Current provider", "Contract end date"]
    import_rows(sqlite_database, tmp_path, headings, ["One", "2027", "Example CIC", "March 2028"])
    assert contents(sqlite_database)["One"].current == "Provided now by Example CIC."


def test_withheld_values_stay_out_of_the_content(sqlite_database: Database, tmp_path: Path) -> None:
    a_council(sqlite_database)
    import_rows(sqlite_database, tmp_path, ["Title", "Value", "Value: why not"], ["One", "£777k", "commercial"])
    content = contents(sqlite_database)["One"]
    assert (content.value, [d.reason for d in content.disclosures]) == (None, ["withheld.commercial"])
    assert snapshot(sqlite_database)["withheld_value"][0][1:3] == ("value", "£777k")


def test_an_import_that_is_killed_leaves_whole_entries_and_can_be_run_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_council(database)
    monkeypatch.setattr(plan_import, "BATCH", 2)
    keep = RowEntries._publish
    kept: list[object] = []

    def die(self: RowEntries, *args: object) -> bool:
        if len(kept) == 3:
            raise KeyboardInterrupt
        kept.append(args)
        return keep(self, *args)  # type: ignore[arg-type]  # as it is called

    rows = [["Headline"], *([f"Service {n}"] for n in range(6))]
    monkeypatch.setattr(RowEntries, "_publish", die)
    with pytest.raises(KeyboardInterrupt):
        import_rows(database, tmp_path, *rows, publish=True)
    monkeypatch.setattr(RowEntries, "_publish", keep)
    assert set(contents(database)) == public_headlines(database) == {"Service 0", "Service 1"}
    report = import_rows(database, tmp_path, *rows, publish=True)
    assert counts(report) == (4, 0, 2, 0)
    assert len(public_headlines(database)) == 6


def test_a_file_that_is_damaged_further_down_says_what_is_in(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_council(sqlite_database)
    monkeypatch.setattr(plan_import, "BATCH", 10)
    path = tmp_path / "plan.csv"
    path.write_text("Headline\n" + "".join(f"Service {n}\n" for n in range(30)) + '"never ends\n')
    report = import_sheet(sqlite_database, path)
    assert len(contents(sqlite_database)) == 30
    assert report.failed
    assert "row 32: a text that starts with a quotation mark never ends" in report.broken_off


def test_however_many_rows_are_bad_the_report_stays_short(sqlite_database: Database, tmp_path: Path) -> None:
    a_council(sqlite_database)
    report = import_rows(sqlite_database, tmp_path, ["Title", "Value"], *(["One", "lots"] for _ in range(250)))
    assert (report.bad_rows, len(report.problems)) == (250, 100)
    assert list(report.lines())[-2:] == [
        "… and 150 more problems.",
        f"250 rows could not be read. They are in {tmp_path / 'plan.bad.csv'}: mend them there, and import that file.",
    ]


def test_without_a_commissioner_nothing_is_imported(sqlite_database: Database, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no organisation “exampleshire-council”"):
        import_rows(sqlite_database, tmp_path, *SHEET)
    with pytest.raises(UnreadableFile, match="Say whose plan it is: --organisation"):
        import_rows(sqlite_database, tmp_path, *SHEET, organisation="")


PIECES = st.sampled_from(["", "TBC", "n/a", "£400k", "March 2027", "Q3", "=1+1", "'", "#REF!", "budget", "commercial",
                          "Leeds; ", "open", "Cancelled", "<b>x</b>", "&lt;", "\x00", "﻿", "a\nb", "Total", "1e9",
                          "2027-02-30", "\U0001f600", "‮", "£", "-", '"', ",", "99999999999999999999"])  # fmt: skip
CELL = st.lists(PIECES | st.text(max_size=4), max_size=3).map("".join)
USED = [h for h in template_headings() if not h.startswith("Engagement")] + ["Current provider", "Colour", ""]


@pytest.fixture
def council_database(sqlite_database: Database) -> Database:
    """A database that has the council."""
    a_council(sqlite_database)
    return sqlite_database


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_a_table_holds_every_row_goes_in_or_is_reported(
    council_database: Database, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    headings = ["Headline", *data.draw(st.lists(st.sampled_from(USED), max_size=6))]
    rows = data.draw(st.lists(st.lists(CELL, max_size=len(headings) + 1), max_size=5))
    path = write_csv(tmp_path_factory.mktemp("any") / "any.csv", headings, *rows)
    report = import_sheet(council_database, path, publish=True, dry_run=True)
    found = list(read_rows(path))[1:]
    assert sum(counts(report)) + sum(report.skipped.values()) == len(found)
    assert {problem.row for problem in report.problems} <= {row.number for row in found}
    assert contents(council_database) == {}


def test_the_commissioner_is_found_by_prefix_and_name_too(sqlite_database: Database, tmp_path: Path) -> None:
    a_council(sqlite_database)
    for organisation in ("EXA", "Exampleshire Council", COUNCIL):
        report = import_rows(sqlite_database, tmp_path, ["Headline"], ["One"], organisation=organisation)
        assert report.bad_rows == 0
    assert set(contents(sqlite_database)) == {"One"}


def test_a_status_that_cannot_follow_is_reported_and_counted_once(sqlite_database: Database, tmp_path: Path) -> None:
    a_council(sqlite_database)
    headings = ["Title", "Status", "Reason for the status"]
    report = import_rows(sqlite_database, tmp_path, headings, ["One", "Withdrawn", "Not ours."], publish=True)
    assert counts(report) == (0, 0, 0, 1)
    assert report.problems[0].line() == "Row 2, Status (“Withdrawn”): “Draft” cannot become “Withdrawn”."
    assert contents(sqlite_database) == {}


def test_status_and_its_reason_are_read(sqlite_database: Database, tmp_path: Path) -> None:
    a_council(sqlite_database)
    headings = ["Title", "Status", "Reason for the status"]
    import_rows(sqlite_database, tmp_path, headings, ["One", "On hold", "No money yet."], publish=True)
    content = contents(sqlite_database)["One"]
    assert (content.status, content.status_reason) == (Status.ON_HOLD, "No money yet.")


def test_dates_out_of_order_go_in_and_are_pointed_out(sqlite_database: Database, tmp_path: Path) -> None:
    a_council(sqlite_database)
    report = import_rows(
        sqlite_database, tmp_path, ["Headline", "Tender date", "Deadline"], ["Beds", "2027-12-01", "2027-03-01"]
    )
    assert list(report.lines()) == [
        "1 new, 0 changed, 0 unchanged.",
        (
            "Row 2, please check: “Applications or bids due” (1 March 2027) comes before “Applications or bids open” "
            "(1 December 2027)."
        ),
    ]
