"""Reading spreadsheets as they are: CSV in any usual encoding and line end, and XLSX, a row at a time."""

import codecs
import csv
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from kil_pipeline.exchange.reports import UnreadableFile

MOST_BYTES = 100 * 1024 * 1024
MOST_UNPACKED = 400 * 1024 * 1024
MOST_RATIO = 200
"""An XLSX file that unpacks to more than this many times its size is no spreadsheet."""
MOST_COLUMNS = 500
MOST_CELL = 200_000


@dataclass(frozen=True)
class Row:
    """One row: its number as the spreadsheet counts it, and its cells as text."""

    number: int
    cells: tuple[str, ...]


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a CSV or XLSX file, empty ones left out. Raises `UnreadableFile`, before or while reading."""
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
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(f"{path.name} is in the old Excel format (or has a password). Save it as .xlsx or CSV.")
    rows = _xlsx_rows(path) if start.startswith(b"PK") else _csv_rows(path)
    return (row for row in rows if any(row.cells))


def _csv_rows(path: Path) -> Iterator[Row]:
    encoding = _encoding(path)
    csv.field_size_limit(MOST_CELL)
    with path.open(encoding=encoding, newline="") as file:
        lines = (line.replace("\x00", "") for line in file)
        head = list(islice(lines, 20))
        reader = csv.reader(chain(head, lines), delimiter=_delimiter(head))
        try:
            for cells in reader:
                yield Row(reader.line_num, tuple(cell.strip() for cell in cells[:MOST_COLUMNS]))
        except csv.Error as error:
            message = (
                f"{path.name}, line {reader.line_num}: {error}. Save it anew as CSV from your spreadsheet program."
            )
            raise UnreadableFile(message) from error


def _encoding(path: Path) -> str:
    """Return the encoding: UTF-16 by its mark, UTF-8 if the whole file is valid, else Windows-1252."""
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _windows(path)
    return "utf-8-sig"


def _windows(path: Path) -> str:
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            undefined = set(block) & {0x81, 0x8D, 0x8F, 0x90, 0x9D}
            if undefined:
                raise UnreadableFile(f"{path.name} is neither UTF-8 nor Windows text. Save it anew as “CSV UTF-8”.")
    return "cp1252"


def _delimiter(head: list[str]) -> str:
    text = "".join(head)
    return max(",;\t", key=text.count) if text else ","


def _xlsx_rows(path: Path) -> Iterator[Row]:
    _check_zip(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and validations, which are of no interest here
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            try:
                sheet = book.worksheets[0]
                for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS), 1):
                    yield Row(number, tuple(_cell_text(cell) for cell in cells))
            finally:
                book.close()
    except UnreadableFile:
        raise
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        IndexError,
        ValueError,
        SyntaxError,
        OSError,
        EOFError,
    ) as error:
        raise UnreadableFile(
            f"{path.name} is damaged or is no spreadsheet. Open it, and save it anew as .xlsx."
        ) from error


def _check_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile as error:
        raise UnreadableFile(f"{path.name} is cut off or damaged. Copy or save it anew.") from error
    if unpacked > MOST_UNPACKED or unpacked > max(path.stat().st_size, 10_000) * MOST_RATIO:
        raise UnreadableFile(
            f"{path.name} unpacks to {unpacked // 1024**2} MB: that is no plan. Save it anew, or as CSV."
        )


def _cell_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip()[:MOST_CELL]
