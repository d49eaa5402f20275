"""The file of the rows that could not be read: to be corrected, and imported again."""

import csv
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TextIO

from kil_pipeline.exchange.reports import UnreadableFile
from kil_pipeline.text import safe_cell

TO_MEND = "What to mend"
"""The column that is put in front of the rows that could not be read. The import reads nothing from it."""


class BadRows:
    """Rows to correct, under the headings of their sheet. The file is made when the first one comes."""

    def __init__(self, target: Path, headings: Sequence[str]) -> None:
        self.target, self.headings = target, headings
        self._file: TextIO | None = None

    @property
    def path(self) -> Path | None:
        """The file, if there was a row for it."""
        return self.target if self._file else None

    @contextmanager
    def open(self) -> Iterator[None]:
        """Close the file at the end, whatever happens."""
        try:
            yield
        finally:
            if self._file:
                self._file.close()

    def add(self, cells: Sequence[str], to_mend: str) -> None:
        """Add a row, formulas neutralised."""
        if self._file is None:
            self._file = self.target.open("x", encoding="utf-8-sig", newline="")
            self._write(TO_MEND, self.headings)
        self._write(to_mend, cells)

    def _write(self, first: str, cells: Sequence[str]) -> None:
        csv.writer(self._file).writerow([safe_cell(cell) for cell in (first, *cells)])  # type: ignore[arg-type]  # csv takes any cell


def file_to_correct(source: Path, wanted: Path | None) -> Path:
    """Return where bad rows go: beside the sheet, else where the command runs.

    Never a file that is there already, for somebody may be correcting it.

    Raises `UnreadableFile` where the place that was asked for cannot be used.
    """
    if wanted is None:
        folder = source.parent if os.access(source.parent, os.W_OK) else Path()
        names = (f"{source.stem}.to-correct{'' if n == 1 else f'-{n}'}.csv" for n in count(1))
        return next(path for name in names if not (path := folder / name).exists())
    if wanted.exists():
        raise UnreadableFile(f"There is a file {wanted} already: name another one with --to-correct.")
    if not wanted.absolute().parent.is_dir():
        raise UnreadableFile(f"There is no folder {wanted.absolute().parent} for the rows to correct.")
    return wanted
