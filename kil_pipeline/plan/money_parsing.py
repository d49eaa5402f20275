"""Money as people write it: "£400k to £650k a year", "up to £2m", "1.1 million pa inc VAT"."""

import re
from decimal import Decimal

from kil_pipeline.errors import DomainError
from kil_pipeline.plan.money import Money, Period, Vat

MOST_PENCE = 100_000_000_000 * 100
"""A hundred billion pounds: more than any public body plans at once, so that it must be a slip."""

HOW = "Write it as £60,000, £400k to £650k a year, or up to £2m in total."


class MoneyNotUnderstood(DomainError):
    """A text that is no amount we can read. `hint` says how to mend it."""

    def __init__(self, value: str, hint: str = HOW) -> None:
        self.value = value
        self.hint = hint
        super().__init__(f"“{value[:80]}” is not an amount that we can read. {hint}")


_NUMBER = (  # one space at most: `parse_money` has folded them
    r"(?P<{0}>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)\s?"
    r"(?P<{0}unit>k|thousand|m|mn|mil|million|bn|b|billion)?"
)
_AMOUNT = re.compile(
    r"(?P<before>between|from|up to|under|below|less than|no more than|max(?:imum)?(?: of)?|"
    r"over|above|more than|at least|"
    r"min(?:imum)?(?: of)?|<=?|>=?)?\s?£?\s?"
    + _NUMBER.format("low")
    + r"(?:\s?(?:to|and|-|–|—)\s?£?\s?"
    + _NUMBER.format("high")
    + r")?(?P<plus>\s?(?:\+|or more|and over|or above))?",
)
_YEAR = re.compile(
    r"\b(?:per|a|each|every)\s*(?:year|annum)\b|/\s*(?:yr|year|annum)\b|\bp\.?\s?a\b\.?|\bannual(?:ly)?\b|\byearly\b"
)
_TOTAL = re.compile(
    r"\bin total\b|\btotal\b|\boverall\b|\bwhole life\b|"
    r"\bover (?:\d+|one|two|three|four|five|six|seven|eight|ten) (?:years?|yrs?)\b|"
    r"\bone[- ]off\b"
)
_INCLUDED = re.compile(
    r"\(?\b(?:inc(?:l(?:uding|udes|uded)?)?\.?)\s*(?:of\s*)?vat\b\)?|\bvat (?:is )?included\b|\bgross\b"
)
_EXCLUDED = re.compile(
    r"\(?\b(?:ex(?:c(?:l(?:uding|udes|uded)?)?)?\.?)\s*(?:of\s*)?vat\b\)?|"
    r"\+ ?vat\b|\bplus vat\b|\bvat (?:not included|excluded)\b|\bnet\b"
)
_NOISE = re.compile(
    r"^tb[cd]\b\s*[-:,]?\s*|"  # “TBC - c £85k”: about that much
    r"\b(?:gbp|circa|approx(?:imately|\.)?|about|around|estimated|est\.?|c\.?|ca\.?|for|of|the|value|budget|contract|"
    r"\d+ years?|(?:one|two|three|four|five|six|seven|eight|ten) years?)(?=\s|$|£|\d)|[~():,;.](?=\s|$)|^[~(]|[)]"
)
_UNITS = {"k": 3, "thousand": 3, "m": 6, "mn": 6, "mil": 6, "million": 6, "bn": 9, "b": 9, "billion": 9}
_UP_TO = ("up to", "under", "below", "less than", "no more than", "max", "maximum", "max of", "maximum of", "<", "<=")
_AT_LEAST = ("over", "above", "more than", "at least", "min", "minimum", "min of", "minimum of", ">", ">=", "from")


def parse_money(text: str) -> Money:
    """Read an amount. Raises `MoneyNotUnderstood`."""
    value = " ".join(text.split()).casefold()
    if re.search(r"€|\$|\beur\b|\beuros?\b|\busd\b|\bdollars?\b", value):
        raise MoneyNotUnderstood(text, "Write amounts in pounds.")
    if re.search(r"(?:^|\(|\b(?:to|and|between|from|up to)\s)\s*[-−]\s*£?\s*\d|£\s*[-−]", value):
        raise MoneyNotUnderstood(text, "An amount cannot be negative.")
    period = Period.YEAR if _YEAR.search(value) else Period.TOTAL if _TOTAL.search(value) else Period.UNKNOWN
    excluded, included = _EXCLUDED.search(value), _INCLUDED.search(value)
    vat = Vat.EXCLUDED if excluded else Vat.INCLUDED if included else Vat.UNKNOWN
    for known in (_EXCLUDED, _INCLUDED, _YEAR, _TOTAL):
        value = known.sub(" ", value)
    value = " ".join(_NOISE.sub(" ", value).split())
    match = _AMOUNT.fullmatch(value)
    if match is None:
        raise MoneyNotUnderstood(text)
    least, most = _bounds(match, text)
    return Money(least, most, period, vat)


def _bounds(match: re.Match[str], text: str) -> tuple[int | None, int | None]:
    low, low_unit, high, high_unit = match["low"], match["lowunit"], match["high"], match["highunit"]
    if high:
        most = _pence(high, high_unit or (low_unit if "," not in high else None), text)
        if not low_unit and _pounds(low, high_unit) * 100 <= most:
            low_unit = high_unit  # "£400 to £650k" means thousands twice, "£500,000 to £1m" does not
        least = _pence(low, low_unit, text)
        if least > most:
            raise MoneyNotUnderstood(text, "The lower amount is higher than the upper one.")
        return least, most
    only = _pence(low, low_unit, text)
    before = match["before"] or ""
    if before in _UP_TO:
        return None, only
    if before in _AT_LEAST or match["plus"]:
        return only, None
    return only, only


def _pence(number: str, unit: str | None, text: str) -> int:
    if re.fullmatch(r"\d{1,3}\.\d{3}", number) and not unit:
        raise MoneyNotUnderstood(text, "Write thousands with a comma, such as £400,000.")
    pounds = _pounds(number, unit)
    if pounds * 100 > MOST_PENCE:
        raise MoneyNotUnderstood(text, "That is over a hundred billion pounds: check the zeros.")
    pence = int((pounds * 100).to_integral_value())
    if pence == 0:
        raise MoneyNotUnderstood(text, "Leave it blank, or write TBC, where the amount is not known.")
    return pence


def _pounds(number: str, unit: str | None) -> Decimal:
    return Decimal(number.replace(",", "")) * Decimal(10) ** (_UNITS[unit] if unit else 0)
