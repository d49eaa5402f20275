"""Venues from spreadsheets: good rows go in once, bad ones come back, and what a row does not say stays."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kil_pipeline.database import Database
from kil_pipeline.engagement.venue_corrections import AccessAnswers, correct_venue, owners_venue, set_contact
from kil_pipeline.engagement.venue_directory import VenueCriteria, change_venue, public_venues
from kil_pipeline.engagement.venues import AccessFact, Known, Space, VenueFacts, find_venue
from kil_pipeline.exchange.reports import ImportReport, UnreadableFile
from kil_pipeline.exchange.venue_fields import FIELDS, read_postcode, read_venue
from kil_pipeline.exchange.venue_import import VenueOptions, import_venues
from kil_pipeline.exchange.venue_mappings import VenueMapping, read_venue_mapping
from kil_pipeline.settings import CHECKOUT
from tests.exchange.sheets import Cells, write_csv, write_xlsx
from tests.factories import NOW, TODAY

SHIPPED = CHECKOUT / "config" / "import"
ROW = {
    "name": "Village Hall",
    "owner": "Village Hall Charity",
    "community_owned": "Yes",
    "address": "Church Lane",
    "town": "Sale",
    "postcode": "m333nh",
    "areas": "Trafford Council",
    "latitude": "53.42467",
    "longitude": "-2.315949",
    "spaces": "Main hall: 80; Kitchen (12); Garden",
    "step_free": "yes",
    "step_free: note": "Ramp of 1 in 12",
    "lift": "no",
    "wifi": "not known",
    "checked_on": "3 March 2026",
}
FACTS = VenueFacts(
    "Village Hall",
    owner="Village Hall Charity",
    community_owned=True,
    address="Church Lane",
    town="Sale",
    postcode="M33 3NH",
    areas=("E08000009",),
    latitude=53.42467,
    longitude=-2.315949,
    spaces=(Space("Main hall", 80), Space("Kitchen", 12), Space("Garden")),
    access=(
        AccessFact("step_free", Known.YES, "Ramp of 1 in 12"),
        AccessFact("lift", Known.NO),
        AccessFact("wifi", Known.NOT_KNOWN),
    ),
    checked_on=date(2026, 3, 3),
)


def sheet(row: dict[str, str]) -> tuple[Cells, Cells]:
    return [FIELDS[field] for field in row], list(row.values())


def import_rows(database: Database, folder: Path, *rows: Cells, mapping: str = "", area: str = "") -> ImportReport:
    options = VenueOptions(area=area, to_correct=folder / "bad.csv")
    if mapping:
        options = replace(options, mapping=read_venue_mapping(SHIPPED / f"{mapping}.toml"))
    return import_venues(database, write_csv(folder / "venues.csv", *rows), options, now=NOW)


def all_facts(database: Database) -> list[VenueFacts]:
    with database.read() as session:
        return [venue.facts for venue in public_venues(session, VenueCriteria()).venues]


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.changed, report.unchanged, report.bad_rows


def test_a_row_becomes_a_venue(sqlite_database: Database, tmp_path: Path) -> None:
    assert counts(import_rows(sqlite_database, tmp_path, *sheet(ROW))) == (1, 0, 0, 0)
    assert all_facts(sqlite_database) == [FACTS]


def test_the_same_rows_again_change_nothing(database: Database, tmp_path: Path) -> None:
    import_rows(database, tmp_path, *sheet(ROW))
    assert counts(import_rows(database, tmp_path, *sheet(ROW))) == (0, 0, 1, 0)


def test_a_workbook_is_read_as_csv_is(sqlite_database: Database, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "venues.xlsx", ["Our venues"], *sheet(ROW))
    assert counts(import_venues(sqlite_database, path, VenueOptions(), now=NOW)) == (1, 0, 0, 0)
    assert all_facts(sqlite_database) == [FACTS]


def test_what_a_row_says_is_changed_and_the_rest_stays(database: Database, tmp_path: Path) -> None:
    import_rows(database, tmp_path, *sheet(ROW))
    row = {"name": "Village Hall", "postcode": "M33 3NH", "owner": "Village Trust", "travel": "", "lift": "yes"}
    assert counts(import_rows(database, tmp_path, *sheet(row))) == (0, 1, 0, 0)
    access = (FACTS.access[0], AccessFact("lift", Known.YES), FACTS.access[2])
    assert all_facts(database) == [replace(FACTS, owner="Village Trust", access=access)]


def test_a_venue_with_a_reference_keeps_its_page_when_its_name_changes(
    sqlite_database: Database, tmp_path: Path
) -> None:
    for name in ("Village Hall", "Community Hub"):
        import_rows(sqlite_database, tmp_path, ["Reference", "Name"], ["7", name])
    with sqlite_database.read() as session:
        found = find_venue(session, "village-hall")
    assert found is not None
    assert [found.facts] == all_facts(sqlite_database) == [VenueFacts("Community Hub")]


@pytest.mark.parametrize(
    ("field", "cell", "message"),
    [
        ("name", " ", "A venue needs a name."),
        ("postcode", "nowhere", "That is not a postcode, such as M33 3NH."),
        ("areas", "Atlantis", "We know no council “Atlantis”. Write its full name, or its code."),
        ("latitude", "153", "Write degrees as a number from -90 to 90, such as 53.42467."),
        ("longitude", "nan", "Write degrees as a number from -180 to 180, such as 53.42467."),
        ("lift", "maybe", "Write yes, no, or leave it empty where it is not known."),
        ("community_owned", "partly", "Write yes, no, or leave it empty where it is not known."),
        ("checked_on", "2 March 2027", "That day is still to come."),
        ("owner", "x" * 301, "Write at most 300 characters."),
    ],
)
def test_what_cannot_be_read_is_said_and_comes_back(
    sqlite_database: Database, tmp_path: Path, field: str, cell: str, message: str
) -> None:
    report = import_rows(sqlite_database, tmp_path, *sheet(ROW | {field: cell}))
    assert counts(report) == (0, 0, 0, 1)
    assert [(p.row, p.column, p.message) for p in report.problems] == [(2, FIELDS[field], message)]
    assert report.to_correct == tmp_path / "bad.csv"
    assert all_facts(sqlite_database) == []


def test_the_rows_that_came_back_go_in_once_they_are_mended(sqlite_database: Database, tmp_path: Path) -> None:
    import_rows(sqlite_database, tmp_path, *sheet(ROW | {"lift": "maybe"}))
    bad = tmp_path / "bad.csv"
    bad.write_text(bad.read_text("utf-8-sig").replace("maybe", "no"), "utf-8")
    assert counts(import_venues(sqlite_database, bad, VenueOptions(), now=NOW)) == (1, 0, 0, 0)
    assert all_facts(sqlite_database) == [FACTS]


def test_two_rows_of_one_venue_do_not_take_turns(sqlite_database: Database, tmp_path: Path) -> None:
    rows = ["Name", "Owner"], ["Hall", "A"], ["Hall", "B"]
    report = import_rows(sqlite_database, tmp_path, *rows)
    assert counts(report) == (1, 0, 0, 1)
    assert [p.line() for p in report.problems] == ["Row 3, Name (“Hall”): Row 2 is the same venue: keep one of them."]
    assert all_facts(sqlite_database) == [VenueFacts("Hall", owner="A")]


def test_a_row_with_a_cell_too_many_comes_back(sqlite_database: Database, tmp_path: Path) -> None:
    report = import_rows(sqlite_database, tmp_path, ["Name"], ["Hall", "Church Lane"])
    assert counts(report) == (0, 0, 0, 1)


def test_a_dry_run_says_what_would_change_and_changes_nothing(sqlite_database: Database, tmp_path: Path) -> None:
    rows = ["Name", "Lift"], ["Hall", "yes"], ["Mill", "maybe"]
    options = VenueOptions(dry_run=True, to_correct=tmp_path / "bad.csv")
    report = import_venues(sqlite_database, write_csv(tmp_path / "venues.csv", *rows), options, now=NOW)
    assert list(report.lines())[:2] == ["New: Hall", "1 would be new, 0 would be changed, 0 unchanged."]
    assert (all_facts(sqlite_database), (tmp_path / "bad.csv").exists()) == ([], False)


def test_the_councils_name_can_be_given_for_all_that_name_none(sqlite_database: Database, tmp_path: Path) -> None:
    rows = ["Name", "Local authority"], ["Hall", ""], ["Mill", "Leeds"]
    import_rows(sqlite_database, tmp_path, *rows, area="Trafford")
    assert [facts.areas for facts in all_facts(sqlite_database)] == [("E08000009",), ("E08000035",)]


def test_a_council_that_we_do_not_know_is_refused_before_anything_is_read(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableFile, match="We know no council “Atlantis”"):
        import_rows(sqlite_database, tmp_path, ["Name"], ["Hall"], area="Atlantis")


def test_a_sheet_without_names_of_venues_is_refused(sqlite_database: Database, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="There is no column “Name” in this file"):
        import_rows(sqlite_database, tmp_path, ["Place", "Lift"], ["Hall", "yes"])


def test_libraries_are_read_by_the_shipped_mapping(sqlite_database: Database, tmp_path: Path) -> None:
    rows = (
        ["name", "address", "postcode", "lat", "lng", "type", "closed"],
        ["Quayside", "1 Quay, Exampleton", "ZZ11NB", "51.53", "0.07", "CRL", ""],
        ["Northvale Library", "", "ZZ1  2NB", "51.54", "0.08", "LAL", ""],
        ["Oldtown", "Old Road", "ZZ1 3NB", "51.55", "0.09", "", "XLR"],
    )
    report = import_rows(sqlite_database, tmp_path, *rows, mapping="libraries")
    assert (counts(report), dict(report.skipped)) == ((2, 0, 0, 0), {"it is closed": 1})
    assert all_facts(sqlite_database) == [
        VenueFacts(
            "Northvale Library",
            about="A library that the local council runs.",
            postcode="ZZ1 2NB",
            latitude=51.54,
            longitude=0.08,
        ),
        VenueFacts(
            "Quayside Library",
            about="A library that the community runs, with the local council’s support.",
            address="1 Quay, Exampleton",
            postcode="ZZ1 1NB",
            latitude=51.53,
            longitude=0.07,
        ),
    ]


def test_accessible_halls_are_read_by_the_shipped_mapping(sqlite_database: Database, tmp_path: Path) -> None:
    cells = {
        "site_id": "1", "site_name": "Leisure Centre", "street": "Broad Road", "town": "Exampleton",
        "postcode": "ZZ1 1NB", "lat": "53.4", "lon": "-2.3", "car_park": "No", "disability_doorways": "No",
        "disability_finding_reaching_entrance": "Yes", "disability_toilets": "Yes", "disability_parking": "No",
        "disability_notes": "NA",
    }  # fmt: skip
    import_rows(sqlite_database, tmp_path, list(cells), list(cells.values()), mapping="accessible-halls")
    note = "finding and reaching the entrance, as the register asks it"
    assert all_facts(sqlite_database) == [
        VenueFacts(
            "Leisure Centre",
            address="Broad Road",
            town="Exampleton",
            postcode="ZZ1 1NB",
            latitude=53.4,
            longitude=-2.3,
            travel="There is no car park.",
            access=(
                AccessFact("step_free", Known.YES, note),
                AccessFact("accessible_toilet", Known.YES),
                AccessFact("wide_doors", Known.NO),
                AccessFact("blue_badge_parking", Known.NO),
            ),
        )
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "is not TOML"),
        ('name = "x"', "it needs a name, and fills one"),
        ('name = "x"\n[columns]\nname = "Name"\nroof = "Roof"', "it fills “roof”, which is no field of a venue"),
        ('name = "x"\nwords = 1\n[columns]\nname = "Name"', "its tables hold texts only"),
    ],
)
def test_a_mapping_that_does_not_work_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(UnreadableFile, match=message):
        read_venue_mapping(path)


def test_a_mapping_needs_the_columns_that_it_names(sqlite_database: Database, tmp_path: Path) -> None:
    options = VenueOptions(mapping=VenueMapping("x", {"name": "Hall", "owner": "Whose"}))
    path = write_csv(tmp_path / "venues.csv", ["Hall"], ["Village Hall"])
    with pytest.raises(UnreadableFile, match="There is no column “Whose” in this file"):
        import_venues(sqlite_database, path, options, now=NOW)


def test_what_somebody_added_since_stays_when_a_sheet_says_nothing_of_it(
    sqlite_database: Database, tmp_path: Path
) -> None:
    import_rows(sqlite_database, tmp_path, ["Name"], ["Hall"])
    with sqlite_database.write() as session:
        hall = find_venue(session, "hall")
        assert hall is not None
        change_venue(session, hall.id, replace(hall.facts, travel="Bus 4."), now=NOW)
    assert counts(import_rows(sqlite_database, tmp_path, ["Name"], ["Hall"])) == (0, 0, 1, 0)
    assert all_facts(sqlite_database) == [VenueFacts("Hall", travel="Bus 4.")]


@given(st.from_regex(r"[A-Z]{1,2}[0-9][A-Z0-9]? {0,2}[0-9][A-Z]{2}", fullmatch=True))
@settings(max_examples=50)
def test_a_postcode_is_written_one_way_however_it_came(text: str) -> None:
    written = read_postcode(text)
    assert written.replace(" ", "") == text.replace(" ", "")
    assert written[-4] == " "
    assert read_postcode(written.lower()) == written


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text(max_size=40)))
@settings(max_examples=100)
def test_a_row_is_read_or_refused_whatever_it_says_and_reading_it_twice_changes_nothing(raw: dict[str, str]) -> None:
    read = read_venue(raw, TODAY)
    if not read.problems:
        once = read.over(None)
        assert read.over(once) == once


@pytest.mark.parametrize(
    ("checked", "answer", "left_out"), [("3 March 2026", Known.NO, 1), ("24 November 2026", Known.YES, 0)]
)
def test_what_an_owner_corrected_stays_unless_the_file_was_checked_later(
    database: Database, tmp_path: Path, checked: str, answer: Known, left_out: int
) -> None:
    import_rows(database, tmp_path, *sheet(ROW))
    with database.write() as session:
        (venue,) = public_venues(session, VenueCriteria()).venues
        set_contact(session, venue.slug, "owner@example.org")
        _, seen = owners_venue(session, venue.id, "1")
        now = AccessAnswers((AccessFact("step_free", Known.NO),), "", "Bus 7", TODAY)
        correct_venue(session, venue.id, now, seen=seen.isoformat(), now=NOW)
    row = ROW | {"owner": "Another charity", "checked_on": checked}
    options = VenueOptions(to_correct=tmp_path / "bad.csv")
    report = import_venues(
        database, write_csv(tmp_path / "again.csv", *sheet(row)), options, now=NOW + timedelta(days=1)
    )
    (facts,) = all_facts(database)
    found = {fact.question: fact.answer for fact in facts.access}["step_free"]
    assert (facts.owner, found, sum(report.skipped.values())) == ("Another charity", answer, left_out)
