"""What an import did, and what it could not do: said so that a person can mend it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from kil_pipeline.database import Database
from kil_pipeline.errors import DomainError
from kil_pipeline.organisations.spellings import open_questions
from kil_pipeline.plan.submissions import Request
from kil_pipeline.text import clean_line, shorten

Outcome = Literal["created", "changed", "unchanged"]
Progress = Callable[[str], None]
MOST_LINES = 100
"""Problems, changes or reasons that a report spells out; the rest is counted."""


class UnreadableFile(DomainError):
    """A file that cannot be read at all. The message says why, and what to do."""


@dataclass(frozen=True)
class RowProblem:
    """Something wrong in one row. Rows are counted as the spreadsheet counts them, from 1."""

    row: int
    column: str
    """The sheet's own heading; empty where the whole row is wrong."""
    value: str
    message: str

    def line(self) -> str:
        """Return the problem in one line."""
        value = shorten(clean_line(self.value), 60)
        where = f"Row {self.row}, {self.column}" if self.column else f"Row {self.row}"
        return f"{where}{f' (“{value}”)' if value else ''}: {self.message}"

    def what_to_mend(self) -> str:
        """Return what stands beside the row in the file to correct."""
        return f"{self.column}: {self.message}" if self.column else self.message


@dataclass
class ImportReport:
    """Counts and problems, filled while an import runs. However long the file: it holds a bounded number of texts."""

    dry_run: bool = False
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    published: int = 0
    asked: Counter[Request] = field(default_factory=Counter)
    """What became of the wish to publish, with how often."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Each reason for leaving something out, with how often."""
    problems: list[RowProblem] = field(default_factory=list)
    """The first hundred."""
    more_problems: int = 0
    warnings: list[str] = field(default_factory=list)
    odd_dates: list[str] = field(default_factory=list)
    """The first hundred rows that went in with key dates out of order."""
    previews: list[str] = field(default_factory=list)
    """In a dry run: what would change, a line each, the first hundred."""
    bad_rows: int = 0
    to_correct: Path | None = None
    """The file that holds the bad rows, to be corrected and imported again."""
    broken_off: str = ""
    """Why reading stopped before the end of the file; empty where it did not."""

    def count(self, outcome: Outcome, sentence: str = "", *, published: bool = False) -> None:
        """Count what became of a row or a notice; in a dry run, note it in a sentence."""
        setattr(self, outcome, getattr(self, outcome) + 1)
        self.published += published
        if self.dry_run and sentence and len(self.previews) < MOST_LINES:
            self.previews.append(shorten(sentence, 500))

    def reject(self, problems: Sequence[RowProblem]) -> None:
        """Note what is wrong with a row."""
        self.bad_rows += 1
        kept = problems[: MOST_LINES - len(self.problems)]
        self.problems += kept
        self.more_problems += len(problems) - len(kept)

    def warn_of_dates(self, row: int, sentences: Sequence[str]) -> None:
        """Note that the key dates of a row that went in come in an order that nobody can mean."""
        self.odd_dates += [f"Row {row}, please check: {' '.join(sentences)}"] if sentences else []
        del self.odd_dates[MOST_LINES:]

    @property
    def failed(self) -> bool:
        """Whether something of the file did not go in that should have."""
        return bool(self.bad_rows or self.broken_off)

    def lines(self) -> Iterator[str]:
        """Yield the report, a line at a time."""
        would = "would be " if self.dry_run else ""
        yield from self.previews
        yield f"{self.created} {would}new, {self.changed} {would}changed, {self.unchanged} unchanged."
        if self.published:
            yield f"{self.published} {would}published."
        yield from waiting_sentences(self.asked)
        for reason, number in sorted(self.skipped.items())[:MOST_LINES]:
            yield f"{number} left out: {reason}"
        if len(self.skipped) > MOST_LINES:
            yield f"… and {sum(n for _, n in sorted(self.skipped.items())[MOST_LINES:])} more left out."
        yield from (*self.warnings, *self.odd_dates)
        for problem in self.problems:
            yield problem.line()
        if self.more_problems:
            yield f"… and {self.more_problems} more problems."
        if self.bad_rows:
            where = f" They are in {self.to_correct}: mend them there, and import that file." if self.to_correct else ""
            yield f"{self.bad_rows} row{'' if self.bad_rows == 1 else 's'} could not be read.{where}"
        if self.broken_off:
            yield f"Only what came before this could be read: {self.broken_off}"


def questions_asked(database: Database, now: datetime) -> list[str]:
    """Return the names that an import at `now` brought and that may be other spellings of known ones."""
    with database.read() as session:
        asked = open_questions(session, asked_at=now)
    return [f"{question.sentence} An operator can say so on the site." for question in asked][:MOST_LINES]


def waiting_sentences(asked: Mapping[Request, int]) -> list[str]:
    """Return what is to be said of publications that were asked for and wait."""
    said = {
        Request.WAITING: "not published: to be approved first, as the organisation wants a second pair of eyes.",
        Request.HELD: "not published: held back before a poll, and published by itself after it.",
    }
    return [f"{asked[request]} {words}" for request, words in said.items() if asked.get(request)]
