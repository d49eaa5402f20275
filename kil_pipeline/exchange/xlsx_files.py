"""Reading XLSX: what a sheet shows, a row at a time. A month stays a month, and a formula gives its saved result."""

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

from kil_pipeline.exchange.reports import UnreadableFile

MOST_UNPACKED = 400 * 1024 * 1024
MOST_RATIO = 200
"""An XLSX file that unpacks to more than this many times its size is no spreadsheet."""
UNKNOWN_RESULT = "#FORMULA!"
"""What stands for a formula whose result was never saved: a program wrote the file, and no spreadsheet opened it."""

_NO_RESULT = re.compile(
    rb'<c (?![^<>]*\bt="str")[^<>]*>\s*+<f[^<>]*(?:/>|>[^<]*</f>)\s*+(?:(?:<v>\s*+</v>|<v\s*+/>)\s*+)?</c>',
)
"""No part of it goes over the same bytes twice: a sheet of a million openings would take hours."""
_LONGEST_FORMULA = 10_000


def sheet_names(path: Path) -> tuple[str, ...]:
    """Return the names of the sheets that are not hidden, in order. Raises `UnreadableFile`."""
    with _opened(path) as book:
        return tuple(sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible")


def xlsx_rows(path: Path, sheet: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row's number, as a spreadsheet program shows it, and its cells. Raises `UnreadableFile`."""
    with _opened(path) as book:
        rows = _rows(book, sheet)
        if not _lacks_results(path):
            for number, cells in enumerate(rows, 1):
                yield number, [_cell_text(cell) for cell in cells]
            return
        with _opened(path, formulas=True) as formulas:
            for number, (cells, written) in enumerate(zip(rows, _rows(formulas, sheet), strict=True), 1):
                yield number, [_result_text(*pair) for pair in zip(cells, written, strict=True)]


def _rows(book: Any, name: str) -> Iterator[tuple[Any, ...]]:
    sheet = book[name]
    sheet.reset_dimensions()  # what a file says of its own size is often wrong, and rows beyond it would be lost
    yield from sheet.rows


@contextmanager
def _opened(path: Path, *, formulas: bool = False) -> Iterator[Any]:
    """Open a workbook. Whatever its parser meets in a hostile file comes out as `UnreadableFile`."""
    _check_zip(path)
    try:
        with warnings.catch_warnings(), path.open("rb") as file:  # by its path, openpyxl would go by its name
            warnings.simplefilter("ignore")  # about styles and validations, which are of no interest here
            book = openpyxl.load_workbook(file, read_only=True, data_only=not formulas, keep_links=False)
            try:
                yield book
            finally:
                book.close()
    except UnreadableFile:
        raise
    except Exception as error:  # zlib, zipfile, XML and openpyxl raise some twenty kinds between them
        message = f"{path.name} is damaged or is no spreadsheet. Open it, and save it anew as .xlsx."
        raise UnreadableFile(message) from error


def _check_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise UnreadableFile(f"{path.name} is cut off or damaged. Copy or save it anew.") from error
    if unpacked > MOST_UNPACKED or unpacked > max(path.stat().st_size, 10_000) * MOST_RATIO:
        raise UnreadableFile(
            f"{path.name} unpacks to {unpacked // 1024**2} MB: that is no plan. Save it anew, or as CSV."
        )


def _lacks_results(path: Path) -> bool:
    """Tell whether a sheet has a formula without a saved result. (Excel saves one for each, if only an empty text.)"""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if re.fullmatch(r"/?xl/worksheets/[^/]+\.xml", name):
                with archive.open(name) as file:
                    before = b""
                    while block := file.read(1 << 20):
                        if _NO_RESULT.search(before + block):
                            return True
                        before = block[-_LONGEST_FORMULA:]
    return False


def _result_text(cell: Any, written: Any) -> str:
    unknown = cell.value is None and isinstance(written.value, str) and written.value.startswith("=")
    return UNKNOWN_RESULT if unknown else _cell_text(cell)


def _cell_text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, date):
        return _shown_date(value, cell.number_format)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _shown_date(value: date, number_format: str) -> str:
    """Return a date as precisely as its cell shows it: "March 2027" typed into a cell is stored as its first day."""
    shown = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", number_format.casefold())
    if "d" not in shown and "y" in shown:
        return f"{value:%B %Y}" if "m" in shown else f"{value:%Y}"
    return (value.date() if isinstance(value, datetime) else value).isoformat()
