"""XLSX is read as it looks on the screen: months stay months, and what is hostile or damaged is refused in one line."""

import zipfile
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from kil_pipeline.exchange.reports import UnreadableFile
from kil_pipeline.exchange.tables import read_rows, sheets_of
from tests.exchange.sheets import a_book, write_xlsx


def read(path: Path, sheet: str = "") -> list[tuple[int, tuple[str, ...]]]:
    """Return the rows of a sheet."""
    return [(row.number, row.cells) for row in read_rows(path, sheet)]


def write_cell(path: Path, value: object, number_format: str = "General") -> Path:
    """Write a file of one cell."""
    book, sheet = a_book()
    cell = sheet.cell(1, 1, value)
    cell.number_format = number_format
    book.save(path)
    return path


def replace_part(path: Path, name: str, old: bytes, new: bytes) -> Path:
    """Return a copy of a file in which one part was edited by hand."""
    copy = path.with_name(f"edited-{path.name}")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            data = source.read(part)
            assert part != name or old in data
            target.writestr(part, data.replace(old, new) if part == name else data)
    return copy


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (datetime(2027, 3, 14), "dd/mm/yyyy", "2027-03-14"),
        (date(2027, 3, 14), "d mmmm yyyy", "2027-03-14"),
        (datetime(2027, 3, 1), "mmm-yy", "March 2027"),
        (datetime(2027, 3, 1), '[$-809]mmmm\\ yyyy"d";@', "March 2027"),
        (datetime(2027, 3, 1), "yyyy", "2027"),
        (datetime(2027, 3, 14, 9, 30), "dd/mm/yyyy hh:mm", "2027-03-14"),
        (400000, "General", "400000"),
        (400000.0, '"£"#,##0', "400000"),
        (1234.5, "General", "1234.5"),
        (True, "General", "True"),
        ("  two\nlines ", "General", "two\nlines"),
    ],
)
def test_a_cell_is_read_as_it_is_shown(tmp_path: Path, value: object, number_format: str, shown: str) -> None:
    assert read(write_cell(tmp_path / "a.xlsx", value, number_format)) == [(1, (shown,))]


def test_rows_are_numbered_as_the_sheet_shows_them_and_empty_ones_left_out(tmp_path: Path) -> None:
    book, sheet = a_book()
    sheet.merge_cells("A1:C1")
    sheet["A1"], sheet["A3"], sheet["B3"], sheet["B7"] = "A title", "Headline", "Where", "Leeds"
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx") == [(1, ("A title",)), (3, ("Headline", "Where")), (7, ("", "Leeds"))]


def test_what_a_file_says_of_its_own_size_is_not_believed(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", ["Headline", "Where"], ["One", "Leeds"], ["Two", "Hull"])
    path = replace_part(path, "xl/worksheets/sheet1.xml", b'ref="A1:B3"', b'ref="A1"')
    assert [cells for _, cells in read(path)] == [("Headline", "Where"), ("One", "Leeds"), ("Two", "Hull")]


def test_a_formula_gives_its_saved_result(tmp_path: Path) -> None:
    path = write_cell(tmp_path / "a.xlsx", "=200*2")
    path = replace_part(path, "xl/worksheets/sheet1.xml", b"<v></v>", b"<v>400</v>")
    assert read(path) == [(1, ("400",))]


def test_a_formula_without_a_saved_result_does_not_pass_for_an_empty_cell(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", ["Headline", "How much"], ["One", "=200*2"], ["Two", None])
    assert read(path) == [(1, ("Headline", "How much")), (2, ("One", "#FORMULA!")), (3, ("Two",))]


def test_a_formula_whose_saved_result_is_an_empty_text_is_an_empty_cell(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", ["Headline", '=IF(1=1,"","x")'])
    path = replace_part(path, "xl/worksheets/sheet1.xml", b'<c r="B1">', b'<c r="B1" t="str">')
    assert read(path) == [(1, ("Headline",))]


def test_hidden_sheets_are_not_read(tmp_path: Path) -> None:
    book, sheet = a_book()
    sheet.title, sheet.sheet_state = "Lists", "hidden"
    for name in ("Plan", "Notes"):
        book.create_sheet(name)["A1"] = name
    book.save(tmp_path / "a.xlsx")
    assert sheets_of(tmp_path / "a.xlsx") == ("Plan", "Notes")
    assert read(tmp_path / "a.xlsx") == [(1, ("Plan",))]
    assert read(tmp_path / "a.xlsx", "Notes") == [(1, ("Notes",))]


def test_external_entities_are_not_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("a secret")
    path = write_xlsx(tmp_path / "a.xlsx", ["Headline"], ["One"])
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]><worksheet'.encode()
    path = replace_part(path, "xl/worksheets/sheet1.xml", b"<worksheet", entity)
    with pytest.raises(UnreadableFile, match="is damaged or is no spreadsheet"):
        read(path)


def test_entities_that_multiply_are_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", ["Headline"], ["One"])
    names = "abcdefghij"
    lines = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise(names))
    bomb = f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{lines}]><worksheet'.encode()
    path = replace_part(path, "xl/worksheets/sheet1.xml", b"<worksheet", bomb)
    with pytest.raises(UnreadableFile, match="is damaged or is no spreadsheet"):
        read(path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    with pytest.raises(UnreadableFile, match="unpacks to 47 MB: that is no plan"):
        read(path)


@pytest.mark.parametrize("left", [4, 100, 0.5, 0.9, 0.99])
def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, left: float) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", ["Headline"], ["One"])
    data = path.read_bytes()
    path.write_bytes(data[: int(left if left > 1 else len(data) * left)])
    with pytest.raises(UnreadableFile, match="cut off or damaged"):
        read(path)


def test_a_file_whose_middle_is_damaged_is_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", ["Headline"], *([f"Service {n}"] for n in range(200)))
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 60
    data[start : start + 40] = b"\xff" * 40
    path.write_bytes(data)
    with pytest.raises(UnreadableFile, match="is damaged or is no spreadsheet"):
        read(path)


def test_other_zip_files_are_no_spreadsheets(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(UnreadableFile, match="is damaged or is no spreadsheet"):
        read(path)
