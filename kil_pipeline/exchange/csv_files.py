"""Reading CSV as people's programs write it: any usual encoding, delimiter and line end; a record at a time."""

import codecs
import csv
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from kil_pipeline.exchange.columns import recognise_columns
from kil_pipeline.exchange.reports import UnreadableFile

MOST_CELL = 200_000
MOST_LINE = 2_000_000
"""Characters. No line of a plan is longer: without a bound, a file without line ends would be read at once."""


def csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield each row's number, as a spreadsheet program shows it, and its cells. Raises `UnreadableFile`."""
    csv.field_size_limit(MOST_CELL)
    number, ended = 0, False

    def lines_of(file: TextIO) -> Iterator[str]:
        nonlocal ended
        yield from chain(head, _lines(path, file))
        ended = True

    try:
        with path.open(encoding=_encoding(path), newline="") as file:
            head = list(islice(_lines(path, file), 20))
            for number, cells in enumerate(csv.reader(lines_of(file), delimiter=_delimiter(head)), 1):
                if ended:  # a whole record is known at the end of its last line; this one went on looking
                    raise UnreadableFile(
                        f"{path.name}, row {number}: a text that starts with a quotation mark never ends. "
                        "Mend it there, or save the file anew as CSV from your spreadsheet program."
                    )
                yield number, cells
    except csv.Error as error:
        message = f"{path.name}, row {number + 1}: {error}. Save it anew as CSV from your spreadsheet program."
        raise UnreadableFile(message) from error
    except UnicodeDecodeError as error:
        message = f"{path.name} is cut off or damaged after row {number}. Save it anew as “CSV UTF-8”."
        raise UnreadableFile(message) from error


def _lines(path: Path, file: TextIO) -> Iterator[str]:
    while line := file.readline(MOST_LINE):
        if len(line) == MOST_LINE:
            raise UnreadableFile(f"{path.name} has a line of over {MOST_LINE:,} characters: it is no spreadsheet.")
        yield line.replace("\x00", "")


def _encoding(path: Path) -> str:
    """Return the encoding: UTF-16 by its mark or its zeros, UTF-8 if the whole file is valid, else an old one."""
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if len(start) == 4 and 0 in start:
            zeros = tuple(byte == 0 for byte in start)
            known = {(False, True, False, True): "utf-16-le", (True, False, True, False): "utf-16-be"}
            if zeros in known:
                return known[zeros]
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _old_encoding(path)
    return "utf-8-sig"


def _old_encoding(path: Path) -> str:
    """Return Windows-1252, or Mac Roman where lines end as only old Macintosh files do ("CSV (Macintosh)")."""
    seen: set[int] = set()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            seen |= set(block)
    if 0x0D in seen and 0x0A not in seen:
        return "mac_roman"
    if seen & {0x81, 0x8D, 0x8F, 0x90, 0x9D}:  # they stand for nothing in Windows-1252
        raise UnreadableFile(f"{path.name} is neither UTF-8 nor Windows text. Save it anew as “CSV UTF-8”.")
    return "cp1252"


def _delimiter(head: list[str]) -> str:
    """Return what parts the cells: that by which most headings are known, else that by which the first row is widest.

    Counting characters would not do: amounts and prose are full of commas.
    """

    def fit(delimiter: str) -> tuple[int, int]:
        try:
            rows = list(csv.reader(head, delimiter=delimiter))
        except csv.Error:
            return 0, 0
        return max((len(recognise_columns(row).fields) for row in rows), default=0), max(map(len, rows[:1]), default=0)

    return max(",;\t|", key=fit)
