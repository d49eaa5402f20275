"""Reading a Find a Tender release (OCDS 1.1 with the UK extension): what of it belongs into a forward plan."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from kil_pipeline.errors import DomainError
from kil_pipeline.exchange.json_files import get, get_list, get_text
from kil_pipeline.plan.contents import EntryContent, Milestone, Notice
from kil_pipeline.plan.expected_date_parsing import FIRST_YEAR, LAST_YEAR
from kil_pipeline.plan.expected_dates import Confidence, ExpectedDate, Precision
from kil_pipeline.plan.money import Money, Period, Vat
from kil_pipeline.reference.areas import find_area
from kil_pipeline.reference.cpv import normalise_cpv
from kil_pipeline.reference.routes import find_route
from kil_pipeline.reference.themes import themes_of_cpv, themes_of_text
from kil_pipeline.text import MAX_HEADLINE, MAX_TEXT, clean_line, clean_text, shorten
from kil_pipeline.times import LONDON

PLANNING_TAGS = {"planning", "planningUpdate"}
LEAST_VALUE = Decimal(100)
"""Pounds: values of 0 and 1.00 are put in to get past a portal's form, and mean nothing."""
_PSR = re.compile(r"provider selection regime|\bPSR\b|2023/1348", re.IGNORECASE)
_PSR_ROUTES = {
    "psr.most-suitable-provider": re.compile(r"most suitable provider", re.IGNORECASE),
    "psr.competitive": re.compile(r"competitive process", re.IGNORECASE),
    "psr.direct-award-a": re.compile(r"direct award (?:process )?A\b", re.IGNORECASE),
    "psr.direct-award-b": re.compile(r"direct award (?:process )?B\b", re.IGNORECASE),
    "psr.direct-award-c": re.compile(r"direct award (?:process )?C\b", re.IGNORECASE),
}


_NOTICES = "https://www.find-tender.service.gov.uk/Notice/"
"""Where a notice is shown; releases of the old regime do not say."""


class ReleaseNotUnderstood(DomainError):
    """A release that lacks what an entry needs."""


@dataclass(frozen=True)
class Buyer:
    """A contracting authority as a release names it."""

    name: str
    identifiers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PlannedRelease:
    """What a planning release says. `content` has no notices but this one."""

    process: str
    """The ocid: one process, one entry."""
    published_at: datetime
    buyer: Buyer
    content: EntryContent
    change: str = ""
    """What the notice says that it changes of an earlier one."""

    @property
    def notice(self) -> Notice:
        """The notice itself."""
        return self.content.notices[0]


def kind_of_release(release: object) -> str:
    """Return what kind a release is, in words for the report; "planning" for those that belong into a plan."""
    tags = {tag for tag in get_list(release, "tag") if isinstance(tag, str)}
    if tags & PLANNING_TAGS:
        return "planning"
    kinds = (
        ({"tender", "tenderUpdate", "tenderAmendment"}, "tender notices (the opportunity is out already)"),
        ({"tenderCancellation"}, "cancelled tenders"),
        ({"award", "awardUpdate"}, "award notices"),
        ({"contract", "contractUpdate", "contractAmendment", "contractTermination"}, "contract notices"),
    )
    return next((words for known, words in kinds if tags & known), "releases of no known kind")


def read_release(release: dict[str, Any]) -> PlannedRelease:
    """Read a planning release. Raises `ReleaseNotUnderstood` where it has no id, date, title or buyer."""
    process, notice_id = clean_line(get_text(release, "ocid")), clean_line(get_text(release, "id"))
    title = clean_line(get_text(release, "tender", "title"))
    published_at = _moment(get_text(release, "date")) if _day(get_text(release, "date")) else None
    buyers = tuple(_buyers(release))
    for there, what in (
        (process, "ocid"),
        (notice_id, "id"),
        (title, "title"),
        (published_at, "date"),
        (buyers, "buyer"),
    ):
        if not there:
            raise ReleaseNotUnderstood(f"the release {notice_id or process or '(without id)'} has no {what}")
    assert published_at is not None  # checked in the loop above
    content = _content(release, title, _notice(release, notice_id, published_at), buyers[1:])
    changes = [clean_line(get_text(change, "description")) for change in get_list(release, "tender", "amendments")]
    return PlannedRelease(process[:150], published_at, buyers[0], content, shorten(" ".join(changes), 400))


def _content(release: dict[str, Any], title: str, notice: Notice, others: tuple[Buyer, ...]) -> EntryContent:
    tender = get(release, "tender")
    summary = clean_text(get_text(tender, "description"))
    if others:
        summary += "\n\nTogether with " + ", ".join(plain_case(buyer.name) for buyer in others) + "."
    cpv = tuple(dict.fromkeys(code for code in map(normalise_cpv, _cpv_texts(tender)) if code))
    lots = get_list(tender, "lots")
    return EntryContent(
        headline=shorten(title, MAX_HEADLINE),
        summary=shorten(summary, MAX_TEXT) or None,
        themes=(themes_of_cpv(cpv) or themes_of_text(f"{title} {summary[:500]}"))[:6],
        cpv=cpv[:60],
        areas=tuple(dict.fromkeys(_areas(tender)))[:60],
        value=_value(tender),
        route=_route(release),
        length=_length(lots),
        lots=f"{len(lots)} lots" if len(lots) > 1 else None,
        suitability=_suitability(lots),
        portal=clean_line(get_text(tender, "submissionMethodDetails"))[:1000] or None,
        milestones=tuple(_milestones(release)),
        notices=(notice,),
    )


def _notice(release: dict[str, Any], notice_id: str, published_at: datetime) -> Notice:
    documents = [d for d in get_list(release, "planning", "documents") if get_text(d, "noticeType")]
    mine = [d for d in documents if notice_id in get_text(d, "url")] or documents
    kind = clean_line(get_text(mine[-1], "noticeType")) if mine else "Planning notice"
    url = clean_line(get_text(mine[-1], "url")) if mine else ""
    if not re.fullmatch(r"https?://[\w.-]+/[\w./%?=&#-]*", url):
        url = f"{_NOTICES}{notice_id}" if _is_find_a_tender(release, notice_id) else ""
    return Notice(kind[:40], notice_id[:60], url[:300], published_at.date())


def _is_find_a_tender(release: dict[str, Any], notice_id: str) -> bool:
    ours = get_text(release, "ocid").startswith("ocds-h6vhtk-")
    return ours and re.fullmatch(r"\d{6}-\d{4}", notice_id) is not None


def _buyers(release: dict[str, Any]) -> Iterable[Buyer]:
    first = get_text(release, "buyer", "id")
    parties = [p for p in get_list(release, "parties") if "buyer" in get_list(p, "roles")]
    parties.sort(key=lambda party: get_text(party, "id") != first)
    for party in parties:
        name = clean_line(get_text(party, "name"))[:300]
        given = [get(party, "identifier"), *get_list(party, "additionalIdentifiers")]
        pairs = [(clean_line(get_text(i, "scheme")), clean_line(get_text(i, "id"))) for i in given]
        if name:
            yield Buyer(name, tuple((scheme[:20], value[:60]) for scheme, value in pairs if scheme and value))
    if not parties and get_text(release, "buyer", "name"):
        yield Buyer(clean_line(get_text(release, "buyer", "name"))[:300], ())


def _cpv_texts(tender: object) -> Iterable[str]:
    for item in get_list(tender, "items"):
        for found in [get(item, "classification"), *get_list(item, "additionalClassifications")]:
            if get_text(found, "scheme") == "CPV":
                yield get_text(found, "id")
    if get_text(tender, "classification", "scheme") == "CPV":
        yield get_text(tender, "classification", "id")


def _areas(tender: object) -> Iterable[str]:
    for item in get_list(tender, "items"):
        for address in [*get_list(item, "deliveryAddresses"), get(item, "deliveryAddress")]:
            found = find_area(get_text(address, "region")) if get_text(address, "region") else None
            if found is not None:
                yield found.code


def _value(tender: object) -> Money | None:
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


def _route(release: dict[str, Any]) -> str | None:
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


def _suitability(lots: list[Any]) -> str | None:
    said = [words for key, words in (("vcse", "VCSE organisations"), ("sme", "small and medium-sized enterprises"))
            if any(get(lot, "suitability", key) is True for lot in lots)]  # fmt: skip
    return f"The notice says that it suits {' and '.join(said)}." if said else None


def _length(lots: list[Any]) -> str | None:
    """Return how long the contract may be extended; its start and its end are key dates."""
    ends = [_day(get_text(lot, "contractPeriod", "maxExtentDate")) for lot in lots]
    last = max((day for day in ends if day), default=None)
    return f"Can be extended to {last.day} {last:%B %Y}." if last else None


def _milestones(release: dict[str, Any]) -> Iterable[Milestone]:
    tender = get(release, "tender")
    closes = [_day(get_text(m, "dueDate")) for m in get_list(release, "planning", "milestones")
              if get_text(m, "type") == "engagement" and get_text(m, "status") != "met"]  # fmt: skip
    starts = [_day(get_text(lot, "contractPeriod", "startDate")) for lot in get_list(tender, "lots")]
    ends = [_day(get_text(lot, "contractPeriod", "endDate")) for lot in get_list(tender, "lots")]
    opens = _day(get_text(tender, "communication", "futureNoticeDate"))
    due = _day(get_text(tender, "tenderPeriod", "endDate"))
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


def _day(text: str) -> date | None:
    """Return the day as the notice wrote it, whatever its offset; None for days that no plan can mean."""
    moment = _moment(text)
    return moment.date() if moment and FIRST_YEAR <= moment.year <= LAST_YEAR else None


def _moment(text: str) -> datetime | None:
    """Return a moment; where a notice gives no offset, in London."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)


_SMALL = {"and", "of", "the", "for", "in", "on", "with", "upon"}
_KEPT = {"NHS", "UK", "ICB", "LLP", "CIC", "PLC", "BBC", "HM", "MOD"}


def plain_case(name: str) -> str:
    """Return a name that shouts ("NHS DEVON INTEGRATED CARE BOARD") as one speaks it; others as they are."""
    if name != name.upper() or len(name) < 6:
        return name
    words = [
        w if w in _KEPT else w.lower() if w.lower() in _SMALL and n else w.capitalize()
        for n, w in enumerate(name.split())
    ]
    return " ".join(words)
