"""Dates as people write them: "March 2027", "Q3 2027/28", "autumn 2027", "2027-03-14", "by end of June 2027"."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from kil_pipeline.errors import DomainError
from kil_pipeline.plan.expected_dates import Confidence, ExpectedDate, Precision, expected_span, months_span

FIRST_YEAR, LAST_YEAR = 1990, 2100
_SERIAL_ZERO = date(1899, 12, 30)
"""Day 0 of spreadsheet programs, as far as days from March 1900 on are counted."""
HOW = "Write it as 14 March 2027, March 2027, Q3 2027/28, autumn 2027 or 2027/28, or leave it blank."


class DateNotUnderstood(DomainError):
    """A text that is no date we can read. `hint` says how to mend it."""

    def __init__(self, value: str, hint: str = HOW) -> None:
        self.value = value
        self.hint = hint
        super().__init__(f"“{value[:80]}” is not a date that we can read. {hint}")


_MONTH_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTHS = {name[:length]: number for number, name in enumerate(_MONTH_NAMES, 1) for length in (3, len(name))} | {
    "sept": 9
}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
"""The month in which each season starts; it lasts three."""
_M = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_Y = r"(\d{4}|'?\d{2})"
_FY = r"(?:fy\s*)?(\d{4}|\d{2})\s*[/-]\s*(\d{4}|\d{2})"
_INDICATIVE = re.compile(
    r"\b(?:indicative(?:ly)?|provisional(?:ly)?|tbc|to be confirmed|estimated|est|approx(?:imately)?|circa|about|"
    r"around|c|ca|likely|possibly|not certain|not confirmed|unconfirmed)\b\.?|~|\?+$"
)
_WEEK = re.compile(r"\bw/[cb]\b|\bweek (?:commencing|beginning|of|starting)\b")
_CONFIRMED = re.compile(r"\b(?:confirmed|firm|fixed)\b")
_NOISE = re.compile(
    r"^(?:from|in|on|by|starting|due|expected|exp|before|during|the)\s+|\bexpected\b|[(),;]|"
    r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b"
)


def parse_expected_date(text: str, *, today: date, confidence: Confidence = Confidence.EXPECTED) -> ExpectedDate:
    """Read a date. A word such as "indicative", "approx", "(tbc)" or "?" lowers the confidence, "confirmed" raises it.

    Rules: autumn is September to November, winter 2027 is December 2027 to February 2028; early 2027 is January to
    March, late 2027 October to December, mid 2027 April to September; "end of" a month or quarter is that month or
    quarter; a week is about its first day, not certain. Raises `DateNotUnderstood`.
    """
    value = " ".join(text.casefold().replace("–", "-").replace("—", "-").replace("’", "'").split())
    if _WEEK.search(value):  # some day of that week: the day named is only about it, however sure the week is
        confidence = Confidence.INDICATIVE
        value = _INDICATIVE.sub(" ", _CONFIRMED.sub(" ", _WEEK.sub(" ", value)))
    elif _CONFIRMED.search(value) and not re.search(r"not confirmed|unconfirmed|to be confirmed", value):
        confidence = Confidence.CONFIRMED
        value = _CONFIRMED.sub(" ", value)
    elif _INDICATIVE.search(value):
        confidence = Confidence.INDICATIVE
        value = _INDICATIVE.sub(" ", value)
    for _ in range(3):
        value = " ".join(_NOISE.sub(" ", value).split())
    for pattern, read in _READERS:
        match = pattern.fullmatch(value)
        if match is not None:
            return _read(match, read, text, today, confidence)
    raise DateNotUnderstood(text)


_Reader = Callable[[re.Match[str], date, Confidence], ExpectedDate]


def _read(match: re.Match[str], read: _Reader, text: str, today: date, confidence: Confidence) -> ExpectedDate:
    try:
        found = read(match, today, confidence)
    except DateNotUnderstood as error:
        raise DateNotUnderstood(text, error.hint) from None
    except (ValueError, OverflowError):
        raise DateNotUnderstood(text, "There is no such day. " + HOW) from None
    if found.earliest <= date(1970, 1, 1) <= found.latest and found.precision is Precision.DAY:
        raise DateNotUnderstood(text, "1 January 1970 is what computers write for no date: leave it blank.")
    if not FIRST_YEAR <= found.earliest.year <= found.latest.year <= LAST_YEAR:
        raise DateNotUnderstood(text, f"The year must lie between {FIRST_YEAR} and {LAST_YEAR}.")
    return found


def _year(text: str) -> int:
    digits = text.lstrip("'")
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _financial(first: str, second: str) -> int:
    """Return the year in which a financial year starts, having checked that the second follows the first."""
    start = _year(first)
    if (start + 1) % 100 != int(second) % 100:
        raise DateNotUnderstood("", "A financial year is written 2027/28.")
    return start


def _day(match: re.Match[str], today: date, sure: Confidence) -> ExpectedDate:
    day = date(int(match["y"]), int(match["m"]), int(match["d"]))
    return ExpectedDate(day, day, Precision.DAY, sure)


def _uk_day(match: re.Match[str], today: date, sure: Confidence) -> ExpectedDate:
    day = date(_year(match["y"]), int(match["m"]), int(match["d"]))
    return ExpectedDate(day, day, Precision.DAY, sure)


def _named_day(match: re.Match[str], today: date, sure: Confidence) -> ExpectedDate:
    month = _MONTHS[match[2]] if match[2] in _MONTHS else _MONTHS[match[1]]
    number = int(match[1]) if match[1].isdigit() else int(match[2])
    day = date(_year(match[3]), month, number)
    return ExpectedDate(day, day, Precision.DAY, sure)


def _serial(match: re.Match[str], today: date, sure: Confidence) -> ExpectedDate:
    """Read a day as spreadsheet programs keep it, and write it into CSV where a cell's format was lost."""
    day = _SERIAL_ZERO + timedelta(days=int(match[1]))
    return ExpectedDate(day, day, Precision.DAY, sure)


def _month(match: re.Match[str], today: date, sure: Confidence) -> ExpectedDate:
    return months_span(date(_year(match[2]), _MONTHS[match[1]], 1), 1, Precision.MONTH, sure)


def _numbered_month(match: re.Match[str], today: date, sure: Confidence) -> ExpectedDate:
    return months_span(date(int(match["y"]), int(match["m"]), 1), 1, Precision.MONTH, sure)


def _quarter(match: re.Match[str], today: date, sure: Confidence) -> ExpectedDate:
    start, number = _financial(match[2], match[3]), int(match[1])
    first = date(start + 1, 1, 1) if number == 4 else date(start, 3 * number + 1, 1)
    return months_span(first, 3, Precision.QUARTER, sure)


def _which_quarter(match: re.Match[str], today: date, sure: Confidence) -> ExpectedDate:
    number, year = int(match[1] or match[4]), _year(match[2] or match[3])
    calendar = expected_span(date(year, 3 * number - 2, 1), Precision.QUARTER)
    raise DateNotUnderstood(
        "",
        f"Which year is meant? For the financial year write Q{number} {year}/{(year + 1) % 100:02d}; for the calendar "
        f"year write {calendar.earliest:%B} to {calendar.latest:%B} {year}.",
    )


def _season(match: re.Match[str], today: date, sure: Confidence) -> ExpectedDate:
    month, year = _SEASONS[match[1]], _year(match[2])
    return months_span(date(year, month, 1), 3, Precision.QUARTER, sure)


def _half(match: re.Match[str], today: date, sure: Confidence) -> ExpectedDate:
    start = _financial(match[2], match[3])
    first = date(start, 4, 1) if match[1] in ("1", "first", "1st") else date(start, 10, 1)
    return months_span(first, 6, Precision.HALF_YEAR, sure)


def _calendar_half(match: re.Match[str], today: date, sure: Confidence) -> ExpectedDate:
    first = date(_year(match[2]), 1 if match[1] in ("first", "1st") else 7, 1)
    return months_span(first, 6, Precision.HALF_YEAR, sure)


def _third(match: re.Match[str], today: date, sure: Confidence) -> ExpectedDate:
    year = _year(match[2])
    if match[1] in ("mid", "middle of"):
        return months_span(date(year, 4, 1), 6, Precision.HALF_YEAR, sure)
    first = 1 if match[1] in ("early", "start of", "beginning of") else 10
    return months_span(date(year, first, 1), 3, Precision.QUARTER, sure)


def _range(match: re.Match[str], today: date, sure: Confidence) -> ExpectedDate:
    last_year = _year(match["last"])
    first_month, last_month = _MONTHS[match[1]], _MONTHS[match["month"]]
    first_year = _year(match["first"]) if match["first"] else last_year - (first_month > last_month)
    months = (last_year - first_year) * 12 + last_month - first_month + 1
    precisions = {1: Precision.MONTH, 3: Precision.QUARTER, 6: Precision.HALF_YEAR}
    if months == 12:
        precisions |= {12: Precision.FINANCIAL_YEAR if first_month == 4 else Precision.YEAR}
    if months not in precisions or (months == 12 and first_month not in (1, 4)):
        raise DateNotUnderstood("", "Name a month, three or six months in a row, or a whole year.")
    return months_span(date(first_year, first_month, 1), months, precisions[months], sure)


def _financial_year(match: re.Match[str], today: date, sure: Confidence) -> ExpectedDate:
    return months_span(date(_financial(match[1], match[2]), 4, 1), 12, Precision.FINANCIAL_YEAR, sure)


def _calendar_year(match: re.Match[str], today: date, sure: Confidence) -> ExpectedDate:
    return months_span(date(int(match[1]), 1, 1), 12, Precision.YEAR, sure)


_TIME = r"(?:[t ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})?)?"
_END = r"(?:(?:by )?(?:the )?(?:early|mid|late|end|start|beginning|middle)(?: of)?[ -])?"
_READERS: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (
            r"(?P<y>\d{4})[/-](?P<m>\d{1,2})[/-](?P<d>\d{1,2})" + _TIME,
            _day,
        ),
        (r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4}|\d{2})(?: \d{2}:\d{2}(?::\d{2})?)?", _uk_day),
        (r"(\d{1,2})(?:st|nd|rd|th)?[ -](?:of )?" + _M + r"[ -]" + _Y, _named_day),
        (_M + r" (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", _named_day),
        (_END + _M + r"[ /-]*" + _Y, _month),
        (r"(?P<m>\d{1,2})/(?P<y>\d{4})", _numbered_month),
        (r"(?P<y>\d{4})-(?P<m>0[1-9]|1[0-2])", _numbered_month),
        (_END + r"q(?:uarter )?\s*([1-4])(?: of)?[ ,]*" + _FY, _quarter),
        (r"q(?:uarter )?\s*([1-4])(?: of)?[ ,]*(?:fy)?\s*(\d{4}|\d{2})|(\d{4})[ -]?q([1-4])", _which_quarter),
        (r"(?:early |mid |late )?(spring|summer|autumn|fall|winter) " + _Y + r"(?:\s*[/-]\s*\d{2,4})?", _season),
        (r"h([12])(?: of)? " + _FY, _half),
        (r"(first|second|1st|2nd) half (?:of )?" + _FY, _half),
        (r"(first|second|1st|2nd) half (?:of )?(\d{4})", _calendar_half),
        (r"(early|start of|beginning of|mid|middle of|late|end of|end)[ -](?:the )?(\d{4})", _third),
        (
            r"(?:between )?"
            + _M
            + r"(?: (?P<first>\d{4}))?\s*(?:to|-|/|and)\s*(?P<month>"
            + "|".join(sorted(_MONTHS, key=len, reverse=True))
            + r")\.? (?P<last>\d{4})",
            _range,
        ),
        (r"(\d{4})-(\d{2})", _financial_year),
        (_FY, _financial_year),
        (r"(?:financial year |fy\s*)" + _FY, _financial_year),
        (r"(\d{4})", _calendar_year),
        (r"([3-6]\d{4})", _serial),
    )
)
