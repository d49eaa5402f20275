"""The plan as a calendar month. Only what is known to the day stands on a day; the rest is "some time in …"."""

import calendar
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.expected_dates import Precision, describe_span, end_of_month
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.reference.milestones import milestone_kind
from web.pages import SURENESS
from web.public.timelines import LABELS
from web.queries import QueryNotUnderstood

FIRST, LAST = date(2000, 1, 1), date(2099, 12, 1)
"""The months that can be asked for."""


@dataclass(frozen=True)
class Dated:
    """One key date of one planned opportunity."""

    label: str
    sureness: str
    entry: PublicEntry


@dataclass(frozen=True)
class Day:
    """One day of the month, with what is known to fall on it."""

    on: date
    dated: tuple[Dated, ...]


@dataclass(frozen=True)
class Month:
    """One month: weeks from Monday to Sunday (None for days of other months), and what may fall somewhere in it."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]
    spans: tuple[tuple[str, tuple[Dated, ...]], ...]
    """Each imprecise span in words, "April to June 2027", with what is expected some time in it."""

    @property
    def name(self) -> str:
        """The month in words."""
        return f"{self.first:%B %Y}"

    @property
    def has_days(self) -> bool:
        """Whether anything in it is known to the day."""
        return any(day.dated for week in self.weeks for day in week if day)

    @property
    def before(self) -> date | None:
        """The month before, if it can be asked for."""
        return (self.first - timedelta(days=1)).replace(day=1) if self.first > FIRST else None

    @property
    def after(self) -> date | None:
        """The month after, if it can be asked for."""
        return end_of_month(self.first) + timedelta(days=1) if self.first < LAST else None


def read_month(text: str | None, criteria: Criteria, today: date) -> date:
    """Return the first day of the month that an address names as 2027-04; of the present one where it names none.

    Raises `QueryNotUnderstood`.
    """
    if not text:
        return today.replace(day=1)
    if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", text):
        raise QueryNotUnderstood({"month": ["The month must be a year and a month, such as 2027-04."]}, criteria)
    return date.fromisoformat(f"{text}-01")


def draw_month(entries: Iterable[PublicEntry], first: date) -> Month:
    """Lay out the key dates of `entries` that fall, or may fall, in the month that starts on `first`."""
    days: dict[date, list[Dated]] = defaultdict(list)
    spans: dict[tuple[date, date, str], list[Dated]] = defaultdict(list)
    for entry in entries:
        for milestone in entry.key_dates():
            when = milestone.when
            if when.latest < first or when.earliest > end_of_month(first):
                continue
            label = LABELS.get(milestone.kind) or milestone_kind(milestone.kind).short
            dated = Dated(label, SURENESS[when.confidence], entry)
            if when.precision is Precision.DAY:
                days[when.earliest].append(dated)
            else:
                spans[(when.latest, when.earliest, describe_span(when))].append(dated)
    return Month(
        first,
        tuple(
            tuple(_days(week, first, days)) for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
        ),
        tuple((words, tuple(spans[key])) for key in sorted(spans, key=_exactness) for words in key[2:]),
    )


def _days(week: list[date], first: date, dated: dict[date, list[Dated]]) -> Iterator[Day | None]:
    for day in week:
        yield Day(day, tuple(dated.get(day, ()))) if day.month == first.month else None


def _exactness(span: tuple[date, date, str]) -> tuple[timedelta, date]:
    latest, earliest, _ = span
    return latest - earliest, earliest
