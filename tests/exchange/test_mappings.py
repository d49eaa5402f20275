"""A mapping reads a sheet that is not ours: other headings, several commissioners, amounts by year."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from kil_pipeline.database import Database
from kil_pipeline.exchange.mappings import read_mapping
from kil_pipeline.exchange.reports import UnreadableFile
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.expected_dates import Confidence
from kil_pipeline.plan.money import Money, Period
from kil_pipeline.settings import CHECKOUT
from tests.exchange.sheets import contents, counts, import_rows

MAPPING = """
name = "example"
key = "Id"
organisation = "Buyer"
no_date = ["1970-01-01"]
sum_of = ["2027", "2028"]
confidence = "Sure"
confidence_words = { Low = "(indicative)" }
lenient = ["areas", "cpv"]
[constants]
summary = "From the example."
[columns]
headline = "Name of it"
areas = "Place"
cpv = "Codes"
opens = "Approach"
"""
HEADINGS = ["Id", "Buyer", "Name of it", "Place", "Codes", "Approach", "Sure", "2027", "2028"]
ROW = ["7", "Exampleshire Council", "Rides", "UKE42; Nowhere", "6013000|99", "2027-03-14", "Low", "1,000", "500"]


def mapped(path: Path, text: str = MAPPING) -> Path:
    """Write a mapping."""
    path.write_text(text)
    return path


def test_a_foreign_sheet_is_read_by_its_mapping(database: Database, tmp_path: Path) -> None:
    mapping = read_mapping(mapped(tmp_path / "m.toml"))
    rows = (["A title"], HEADINGS, ROW, ["8", "EXAMPLESHIRE COUNCIL", "More", "", "", "1970-01-01", "High", "0", ""])
    report = import_rows(database, tmp_path, *rows, organisation="", mapping=mapping)
    assert counts(report) == (2, 0, 0, 0)
    found = contents(database)
    assert (found["Rides"].areas, found["Rides"].cpv) == (("E08000035",), ("60130000",))
    assert found["Rides"].summary == "From the example."
    assert found["Rides"].value == Money(150_000, 150_000, Period.TOTAL)
    assert [(m.kind, m.when.confidence) for m in found["Rides"].milestones] == [("opens", Confidence.INDICATIVE)]
    assert (found["More"].milestones, found["More"].value) == ((), None)
    with database.read() as session:
        assert session.scalars(sa.select(Organisation.name)).all() == ["Exampleshire Council"]


def test_its_key_finds_a_row_again(sqlite_database: Database, tmp_path: Path) -> None:
    mapping = read_mapping(mapped(tmp_path / "m.toml"))
    import_rows(sqlite_database, tmp_path, HEADINGS, ROW, organisation="", mapping=mapping)
    renamed = [*ROW[:2], "Rides, reworded", *ROW[3:]]
    again = import_rows(sqlite_database, tmp_path, HEADINGS, renamed, organisation="", mapping=mapping)
    assert counts(again) == (0, 1, 0, 0)
    assert set(contents(sqlite_database)) == {"Rides, reworded"}


@pytest.mark.parametrize(("buyer", "said"), [("", "The row names no commissioner."), ("---", "names no commissioner"),
                                             ("x" * 301, "has 301 characters")])  # fmt: skip
def test_a_row_without_a_usable_commissioner_is_reported(
    sqlite_database: Database, tmp_path: Path, buyer: str, said: str
) -> None:
    mapping = read_mapping(mapped(tmp_path / "m.toml"))
    row = [ROW[0], buyer, *ROW[2:]]
    report = import_rows(sqlite_database, tmp_path, HEADINGS, row, organisation="", mapping=mapping)
    assert counts(report) == (0, 0, 0, 1)
    assert said in report.problems[0].message


def test_a_problem_is_reported_under_the_foreign_heading(sqlite_database: Database, tmp_path: Path) -> None:
    mapping = read_mapping(mapped(tmp_path / "m.toml"))
    row = [*ROW[:5], "31/02/2027", *ROW[6:]]
    report = import_rows(sqlite_database, tmp_path, HEADINGS, row, organisation="", mapping=mapping)
    assert report.problems[0].line().startswith("Row 2, Approach (“31/02/2027”): ")


def test_a_sheet_without_the_columns_of_its_mapping_is_refused(sqlite_database: Database, tmp_path: Path) -> None:
    mapping = read_mapping(mapped(tmp_path / "m.toml"))
    with pytest.raises(UnreadableFile, match="The mapping “example” needs a column “Approach”"):
        import_rows(sqlite_database, tmp_path, HEADINGS[:5], organisation="", mapping=mapping)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "is not TOML"),
        ('name = "x"', "needs at least “name” and a table “columns”"),
        ('name = "x"\n[columns]\nopens = "A"', "it fills no headline"),
        ('name = "x"\n[columns]\nheadline = "A"\ncolour = "B"', "it fills “colour”, which is no field"),
    ],
)
def test_a_mapping_that_does_not_work_says_why(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UnreadableFile, match=said):
        read_mapping(mapped(tmp_path / "m.toml", text))


def test_the_mapping_that_we_ship_works() -> None:
    assert read_mapping(CHECKOUT / "config" / "import" / "government-pipeline.toml").name == "government-pipeline"
