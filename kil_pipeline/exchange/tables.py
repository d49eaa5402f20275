"""Reading spreadsheets as they are, CSV or XLSX, a row at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kil_pipeline.exchange.csv_files import csv_rows
from kil_pipeline.exchange.reports import UnreadableFile
from kil_pipeline.exchange.xlsx_files import sheet_names, xlsx_rows
from kil_pipeline.text import plain_cell

MOST_BYTES = 100 * 1024 * 1024
MOST_COLUMNS = 500


@dataclass(frozen=True)
class Row:
    """One row: its number as the spreadsheet counts it, and its cells as text, empty ones at the end left out."""

    number: int
    cells: tuple[str, ...]


def is_workbook(path: Path) -> bool:
    """Tell an XLSX file from CSV. Raises `UnreadableFile` for what is neither, or is too large to be read."""
    if not path.is_file():
        raise UnreadableFile(f"There is no file {path}.")
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFile(f"{path.name} is empty.")
    if size > MOST_BYTES:
        raise UnreadableFile(
            f"{path.name} has {size // 1024**2} MB; at most {MOST_BYTES // 1024**2} MB can be read. Split it."
        )
    with path.open("rb") as file:
        start = file.read(4)
    if start == b"\xd0\xcf\x11\xe0":
        raise UnreadableFile(f"{path.name} is in the old Excel format (or has a password). Save it as .xlsx or CSV.")
    if start == b"%PDF":
        raise UnreadableFile(f"{path.name} is a PDF. Save the spreadsheet that it was made from as .xlsx or CSV.")
    return start.startswith(b"PK")


def sheets_of(path: Path) -> tuple[str, ...]:
    """Return the names of a workbook's sheets that are not hidden; of a CSV file, one empty name."""
    return sheet_names(path) if is_workbook(path) else ("",)


def read_rows(path: Path, sheet: str = "") -> Iterator[Row]:
    """Yield the rows of a sheet (empty: the first), empty rows left out. Raises `UnreadableFile`, also in between."""
    if is_workbook(path):
        names = sheet_names(path)
        if not names:
            raise UnreadableFile(f"{path.name} has no sheet that is not hidden.")
        rows = xlsx_rows(path, sheet or names[0])
    else:
        rows = csv_rows(path)
    for number, cells in rows:
        found = [plain_cell(cell.strip()) for cell in cells]
        while found and not found[-1]:
            found.pop()
        if len(found) > MOST_COLUMNS:
            raise UnreadableFile(f"{path.name}, row {number}: there are more than {MOST_COLUMNS} columns.")
        if found:
            yield Row(number, tuple(found))
