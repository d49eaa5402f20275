"""What an import did, and what it could not do: said so that a person can mend it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kil_pipeline.errors import DomainError

Progress = Callable[[str], None]


class UnreadableFile(DomainError):
    """A file that cannot be read at all. The message says why, and what to do."""


@dataclass(frozen=True)
class RowProblem:
    """Something wrong in one row. Rows are counted as the spreadsheet counts them, from 1."""

    row: int
    column: str
    value: str
    message: str

    def line(self) -> str:
        """Return the problem in one line."""
        said = f" (“{self.value[:60]}”)" if self.value else ""
        return f"Row {self.row}, {self.column}{said}: {self.message}"


@dataclass
class ImportReport:
    """Counts and problems, filled while an import runs."""

    dry_run: bool = False
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    published: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    """Each reason for leaving something out, with how often."""
    problems: list[RowProblem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    previews: list[str] = field(default_factory=list)
    """In a dry run: what would change, a line each, the first hundred."""
    bad_rows: int = 0
    to_correct: Path | None = None
    """The file that holds the bad rows, to be corrected and imported again."""

    def preview(self, line: str) -> None:
        """Note what would change, up to a hundred lines."""
        if self.dry_run and len(self.previews) < 100:
            self.previews.append(line)

    def lines(self) -> Iterator[str]:
        """Yield the report, a line at a time."""
        would = "would be " if self.dry_run else ""
        yield from self.previews
        yield f"{self.created} {would}new, {self.changed} {would}changed, {self.unchanged} unchanged."
        if self.published:
            yield f"{self.published} published."
        for reason, number in sorted(self.skipped.items()):
            yield f"{number} left out: {reason}"
        yield from self.warnings
        for problem in self.problems[:100]:
            yield problem.line()
        if len(self.problems) > 100:
            yield f"… and {len(self.problems) - 100} more problems."
        if self.bad_rows:
            where = f" They are in {self.to_correct}: mend them there, and import that file." if self.to_correct else ""
            yield f"{self.bad_rows} row{'' if self.bad_rows == 1 else 's'} could not be read.{where}"
