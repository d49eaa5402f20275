"""Expected dates: an earliest and a latest day, a precision and a confidence. A quarter never becomes a day."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kil_pipeline.errors import InvalidContent


class InvalidExpectedDate(InvalidContent):
    """Days that do not fit the precision, or that are the wrong way round."""


class Precision(StrEnum):
    """How exactly a date is known. Financial years run from April to March; `year` is a calendar year."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    FINANCIAL_YEAR = "financial-year"
    YEAR = "year"


class Confidence(StrEnum):
    """How sure the commissioner is."""

    INDICATIVE = "indicative"
    EXPECTED = "expected"
    CONFIRMED = "confirmed"


_MONTHS = {
    Precision.MONTH: 1,
    Precision.QUARTER: 3,
    Precision.HALF_YEAR: 6,
    Precision.FINANCIAL_YEAR: 12,
    Precision.YEAR: 12,
}
LONGEST = timedelta(days=366)
"""No date is less exact than a year: the latest day lies less than this after the earliest."""
_FIRST_MONTH = {Precision.FINANCIAL_YEAR: 4, Precision.YEAR: 1}


@dataclass(frozen=True)
class ExpectedDate:
    """A date as precisely as it is known. Raises `InvalidExpectedDate` where its parts do not fit together."""

    earliest: date
    latest: date
    precision: Precision
    confidence: Confidence = Confidence.EXPECTED

    def __post_init__(self) -> None:
        if self.earliest > self.latest:
            raise InvalidExpectedDate("The earliest day is after the latest.")
        if self.precision is Precision.DAY:
            if self.earliest != self.latest:
                raise InvalidExpectedDate("A day is one day.")
            return
        months = (self.latest.year - self.earliest.year) * 12 + self.latest.month - self.earliest.month + 1
        whole = self.earliest.day == 1 and self.latest == end_of_month(self.latest)
        first = _FIRST_MONTH.get(self.precision, self.earliest.month)
        if not whole or months != _MONTHS[self.precision] or self.earliest.month != first:
            raise InvalidExpectedDate(f"{self.earliest} to {self.latest} is not a {self.precision.value}.")


def end_of_month(day: date) -> date:
    """Return the last day of a day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def expected_span(day: date, precision: Precision, confidence: Confidence = Confidence.EXPECTED) -> ExpectedDate:
    """Return the day, month, quarter, half-year, financial year or year that holds `day`."""
    if precision is Precision.DAY:
        return ExpectedDate(day, day, precision, confidence)
    months = _MONTHS[precision]
    offset = 3 if precision in (Precision.HALF_YEAR, Precision.FINANCIAL_YEAR) else 0  # half-years start in April too
    index = day.year * 12 + day.month - 1 - offset
    start = index - index % months + offset
    return months_span(date(start // 12, start % 12 + 1, 1), months, precision, confidence)


def months_span(first: date, months: int, precision: Precision, confidence: Confidence) -> ExpectedDate:
    """Return the span of whole months that starts on `first`."""
    last = first.year * 12 + first.month - 1 + months - 1
    return ExpectedDate(first, end_of_month(date(last // 12, last % 12 + 1, 1)), precision, confidence)


def describe_span(when: ExpectedDate) -> str:
    """Return the span in words, without how sure it is: "14 March 2027", "April to June 2027"."""
    first, last = when.earliest, when.latest
    if when.precision is Precision.DAY:
        return f"{first.day} {first:%B %Y}"
    if when.precision is Precision.MONTH:
        return f"{first:%B %Y}"
    if when.precision is Precision.YEAR:
        return f"{first.year}"
    if first.year == last.year:
        return f"{first:%B} to {last:%B %Y}"
    return f"{first:%B %Y} to {last:%B %Y}"


def describe(when: ExpectedDate) -> str:
    """Return the date in words, with how sure it is: "about April to June 2027, not certain"."""
    span = describe_span(when)
    if when.confidence is Confidence.INDICATIVE:
        return f"about {span}, not certain"
    if when.confidence is Confidence.CONFIRMED:
        return f"{span}, confirmed"
    return span if when.precision is Precision.DAY else f"about {span}"


def describe_aside(when: ExpectedDate) -> str:
    """Return what `describe` says, fit for the middle of a sentence: "about April–June 2027 (not certain)"."""
    months, comma, sure = describe(when).partition(", ")
    dash = "–" if when.earliest.year == when.latest.year else " – "
    return months.replace(" to ", dash) + (f" ({sure})" if comma else "")


def financial_year(day: date) -> str:
    """Return the financial year of a day, such as 2027/28."""
    start = day.year if day.month >= 4 else day.year - 1
    return f"{start}/{(start + 1) % 100:02d}"


def quarter_of(day: date) -> tuple[int, int]:
    """Return the year in which a day's financial year starts, and its quarter in that (1 is April to June)."""
    start = day.year if day.month >= 4 else day.year - 1
    return start, (day.month - 4) % 12 // 3 + 1


def quarter_starts(quarter: tuple[int, int]) -> date:
    """Return the first day of a financial quarter."""
    year, number = quarter
    return date(year + 1, 1, 1) if number == 4 else date(year, 3 * number + 1, 1)


def quarters_between(first: date, last: date) -> tuple[tuple[int, int], ...]:
    """Return the financial quarters from the one that holds `first` to the one that holds `last`."""
    found = []
    year, number = quarter_of(first)
    while (year, number) <= quarter_of(last):
        found.append((year, number))
        year, number = (year + 1, 1) if number == 4 else (year, number + 1)
    return tuple(found)


@dataclass(frozen=True)
class Move:
    """How a date changed. `words` says how far, where that can be said: "two quarters later"."""

    direction: str
    """earlier, later, firmer, vaguer, narrower or same."""
    words: str


_SURENESS = list(Confidence)
_NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


def compare(old: ExpectedDate, new: ExpectedDate) -> Move:
    """Return how `new` differs from `old`. Spans that lie in one another did not move."""
    if (old.earliest, old.latest) == (new.earliest, new.latest):
        step = _SURENESS.index(new.confidence) - _SURENESS.index(old.confidence)
        if step == 0:
            return Move("same", "")
        return Move("firmer", "more certain than before") if step > 0 else Move("vaguer", "less certain than before")
    if old.earliest <= new.earliest and new.latest <= old.latest:
        return Move("narrower", "more exact than before")
    if new.earliest <= old.earliest and old.latest <= new.latest:
        return Move("vaguer", "less exact than before")
    later = new.earliest > old.earliest
    direction = "later" if later else "earlier"
    return Move(direction, f"{_distance(old, new)} {direction}")


def _distance(old: ExpectedDate, new: ExpectedDate) -> str:
    months = abs((new.earliest.year - old.earliest.year) * 12 + new.earliest.month - old.earliest.month)
    days = abs((new.earliest - old.earliest).days)
    if old.precision is Precision.DAY and new.precision is Precision.DAY:
        if days < 14:
            return _count(days, "day")
        return _count(round(days / 7), "week") if days < 92 else f"about {_count(round(days / 30.44), 'month')}"
    if months % 12 == 0 and months:
        return _count(months // 12, "year")
    if months % 3 == 0 and months and old.precision is new.precision is Precision.QUARTER:
        return _count(months // 3, "quarter")
    return _count(months, "month") if months else "a little"


def _count(number: int, unit: str) -> str:
    words = _NUMBERS[number] if number < len(_NUMBERS) else str(number)
    return f"{words} {unit}{'' if number == 1 else 's'}"


def weeks_of_notice(first_published: date, when: ExpectedDate) -> tuple[int, int]:
    """Return the least and the most whole weeks from a first publication to a date; 0 where it came too late."""
    return tuple(max(0, (day - first_published) // timedelta(weeks=1)) for day in (when.earliest, when.latest))  # type: ignore[return-value]  # two days, two numbers
