"""What a Find a Tender release says of the planned contract, field by field. Whatever is missing or odd is left out."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from kil_pipeline.exchange.json_files import get, get_list, get_text
from kil_pipeline.plan.contents import Milestone
from kil_pipeline.plan.expected_date_parsing import FIRST_YEAR, LAST_YEAR
from kil_pipeline.plan.expected_dates import Confidence, ExpectedDate, Precision
from kil_pipeline.plan.money import Money, Period, Vat
from kil_pipeline.reference.areas import find_area
from kil_pipeline.reference.routes import find_route
from kil_pipeline.text import clean_line
from kil_pipeline.times import LONDON

LEAST_VALUE = Decimal(100)
"""Pounds: values of 0 and 1.00 are put in to get past a portal's form, and mean nothing."""
_ENGLAND = "E92000001"
_REGIONS = {f"E1200000{number}" for number in range(1, 10)}
_PSR = re.compile(r"provider selection regime|\bPSR\b|2023/1348", re.IGNORECASE)
_PSR_ROUTES = {
    "psr.most-suitable-provider": re.compile(r"most suitable provider", re.IGNORECASE),
    "psr.competitive": re.compile(r"competitive process", re.IGNORECASE),
    "psr.direct-award-a": re.compile(r"direct award (?:process )?A\b", re.IGNORECASE),
    "psr.direct-award-b": re.compile(r"direct award (?:process )?B\b", re.IGNORECASE),
    "psr.direct-award-c": re.compile(r"direct award (?:process )?C\b", re.IGNORECASE),
}


def cpv_texts(tender: object) -> Iterable[str]:
    """Yield the CPV codes as they stand in the release, those of its items first."""
    for item in get_list(tender, "items"):
        for found in [get(item, "classification"), *get_list(item, "additionalClassifications")]:
            if get_text(found, "scheme") == "CPV":
                yield get_text(found, "id")
    if get_text(tender, "classification", "scheme") == "CPV":
        yield get_text(tender, "classification", "id")


def area_codes(tender: object) -> Iterable[str]:
    """Yield the codes of the areas that it is delivered in, as far as we know them; England for all its regions."""
    found = dict.fromkeys(_named_areas(tender))
    if _REGIONS.issubset(found):
        yield _ENGLAND
    yield from (code for code in found if not _REGIONS.issubset(found) or code not in _REGIONS)


def _named_areas(tender: object) -> Iterable[str]:
    for item in get_list(tender, "items"):
        for address in [*get_list(item, "deliveryAddresses"), get(item, "deliveryAddress")]:
            found = find_area(get_text(address, "region")) if get_text(address, "region") else None
            if found is not None:
                yield found.code


def stated_value(tender: object) -> Money | None:
    """Return the value in total; without VAT where both are given. None for other currencies and for masks."""
    value = get(tender, "value")
    if get_text(value, "currency") not in ("", "GBP"):
        return None
    for name, vat in (("amount", Vat.EXCLUDED), ("amountGross", Vat.INCLUDED)):
        pounds = _pounds(get(value, name))
        if pounds is not None:
            pence = int((pounds * 100).to_integral_value())
            return Money(pence, pence, Period.TOTAL, vat)
    return None


def _pounds(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        pounds = Decimal(str(value))
    except InvalidOperation:
        return None
    return pounds if LEAST_VALUE <= pounds <= Decimal(10) ** 11 else None


def stated_route(release: dict[str, Any]) -> str | None:
    """Return the route's code. A notice under the Provider Selection Regime is known by its words alone."""
    tender = get(release, "tender")
    text = " ".join(
        [get_text(tender, "title"), get_text(tender, "description"), get_text(tender, "procedure", "features")]
    )
    if _PSR.search(text):
        named = [code for code, pattern in _PSR_ROUTES.items() if pattern.search(text)]
        return named[0] if len(named) == 1 else None
    found = find_route(clean_line(get_text(tender, "procurementMethodDetails")))
    if found is not None:
        return found.code
    return "pa.light-touch" if "lightTouch" in get_list(tender, "specialRegime") else None


def is_psr(release: dict[str, Any]) -> bool:
    """Tell whether a notice falls under the Provider Selection Regime: nothing but its words says so."""
    tender = get(release, "tender")
    texts = [get_text(tender, "title"), get_text(tender, "description"), get_text(tender, "procedure", "features")]
    texts += [get_text(lot, "description") for lot in get_list(tender, "lots")]
    return _PSR.search(" ".join(texts)) is not None


def stated_suitability(lots: list[Any]) -> str | None:
    """Return whom the notice says that a lot suits, in words."""
    said = [words for key, words in (("vcse", "VCSE organisations"), ("sme", "small and medium-sized enterprises"))
            if any(get(lot, "suitability", key) is True for lot in lots)]  # fmt: skip
    return f"The notice says that it suits {' and '.join(said)}." if said else None


def stated_length(lots: list[Any]) -> str | None:
    """Return how long the contract may be extended; its start and its end are key dates."""
    ends = [read_day(get_text(lot, "contractPeriod", "maxExtentDate")) for lot in lots]
    last = max((day for day in ends if day), default=None)
    return f"Can be extended to {last.day} {last:%B %Y}." if last else None


def stated_milestones(release: dict[str, Any]) -> Iterable[Milestone]:
    """Yield the key dates, each a day as the notice has it; those that may still move are indicative."""
    tender = get(release, "tender")
    closes = [read_day(get_text(m, "dueDate")) for m in get_list(release, "planning", "milestones")
              if get_text(m, "type") == "engagement" and get_text(m, "status") != "met"]  # fmt: skip
    starts = [read_day(get_text(lot, "contractPeriod", "startDate")) for lot in get_list(tender, "lots")]
    ends = [read_day(get_text(lot, "contractPeriod", "endDate")) for lot in get_list(tender, "lots")]
    opens = read_day(get_text(tender, "communication", "futureNoticeDate"))
    due = read_day(get_text(tender, "tenderPeriod", "endDate"))
    found = {
        "engagement_closes": max((day for day in closes if day), default=None),
        "opens": opens,
        "bids_due": due,
        "service_starts": min((day for day in starts if day), default=None),
        "service_ends": max((day for day in ends if day), default=None),
    }
    for kind, day in found.items():
        if day is not None:
            sure = Confidence.EXPECTED if kind in ("engagement_closes", "bids_due") else Confidence.INDICATIVE
            yield Milestone(kind, ExpectedDate(day, day, Precision.DAY, sure))


def read_day(text: str) -> date | None:
    """Return the day as the notice wrote it, whatever its offset; None for days that no plan can mean."""
    moment = read_moment(text)
    return moment.date() if moment and FIRST_YEAR <= moment.year <= LAST_YEAR else None


def read_moment(text: str) -> datetime | None:
    """Return a moment; where a notice gives no offset, in London."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)
