"""CSV as people's programs write it comes out as the cells that they saw, under the row numbers that they see."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kil_pipeline.exchange.reports import UnreadableFile
from kil_pipeline.exchange.tables import MOST_BYTES, read_rows
from kil_pipeline.text import plain_cell
from tests.exchange.sheets import write_csv

HEADINGS = ("Headline", "What it is")


def read(path: Path) -> list[tuple[int, tuple[str, ...]]]:
    """Return the rows of a file."""
    return [(row.number, row.cells) for row in read_rows(path)]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_and_line_ends_make_no_difference(tmp_path: Path, encoding: str, line_end: str) -> None:
    row = ("Women’s café – £2", "Line 1")
    path = write_csv(tmp_path / "a.csv", HEADINGS, row, encoding=encoding, line_end=line_end)
    assert read(path) == [(1, HEADINGS), (2, row)]


@pytest.mark.parametrize(("encoding", "line_end"), [("cp1252", "\n"), ("cp1252", "\r\n"), ("mac_roman", "\r")])
def test_the_old_encodings_of_excel_are_recognised(tmp_path: Path, encoding: str, line_end: str) -> None:
    row = ("Women’s café – £2", "x")
    path = write_csv(tmp_path / "a.csv", HEADINGS, row, encoding=encoding, line_end=line_end)
    assert read(path) == [(1, HEADINGS), (2, row)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_among_prose_full_of_commas(tmp_path: Path, delimiter: str) -> None:
    rows = [(f"Service {n}", f"£1,000,{n}00, or so, a year; in all | perhaps") for n in range(5)]
    path = write_csv(tmp_path / "a.csv", HEADINGS, *rows, delimiter=delimiter)
    assert read(path) == [(1, HEADINGS), *enumerate(rows, 2)]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('A title\n\nHeadline,What it is\nOne,"two\nlines"\n,\nTwo,x\n')
    assert [number for number, _ in read(path)] == [1, 3, 4, 6]


@pytest.mark.parametrize("start", ["", 'Headline,x\n"One",1\n' + "Two,2\n" * 30])
def test_a_quotation_mark_that_never_ends_is_told_and_swallows_nothing_silently(tmp_path: Path, start: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(start + 'Good,1\nBad,"never ends\nThree,3\n')
    row = start.count("\n") + 2
    with pytest.raises(UnreadableFile, match=f"row {row}: a text that starts with a quotation mark never ends"):
        read(path)


def test_a_last_row_without_a_line_end_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('Headline\n"One"')
    assert read(path) == [(1, ("Headline",)), (2, ("One",))]


def test_zero_bytes_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"Headline\nCommunity\x00 transport\n\x00\x00")
    assert read(path) == [(1, ("Headline",)), (2, ("Community transport",))]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\xff\xfeH\x00e\x00a", "cut off or damaged"),
        (b"\xff\xfe\x00\xd8H\x00", "cut off or damaged"),
        (b"Headline\n\x81\x8d caf\xe9\n", "neither UTF-8 nor Windows text"),
        (b"%PDF-1.7 \xe2\xe3", "is a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel format"),
        (b"Headline\n" + b"x" * 300_000, "field larger than field limit"),
        (b"x" * 3_000_000, "a line of over 2,000,000 characters"),
        (b"Headline\n" + b"a," * 600 + b"b", "more than 500 columns"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=said):
        read(path)


def test_a_file_of_200_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(2 * MOST_BYTES)
    with pytest.raises(UnreadableFile, match="has 200 MB; at most 100 MB can be read"):
        next(read_rows(path))


def test_a_folder_and_a_missing_file_are_no_files(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(UnreadableFile, match="There is no file"):
            read(path)


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@settings(max_examples=60)
@given(st.lists(st.lists(cells, min_size=1, max_size=4), max_size=6))
def test_any_table_that_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, table: list[list[str]]) -> None:
    path = write_csv(tmp_path_factory.mktemp("csv") / "a.csv", HEADINGS, *table)
    wanted = {}
    for number, row in enumerate([HEADINGS, *table], 1):
        plain = [plain_cell(cell.strip()) for cell in row]
        while plain and not plain[-1]:
            plain.pop()
        if plain:
            wanted[number] = tuple(plain)
    assert dict(read(path)) == wanted
