"""Reading a Find a Tender release (OCDS 1.1 with the UK extension): what of it belongs into a forward plan."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kil_pipeline.errors import DomainError
from kil_pipeline.exchange.json_files import get, get_list, get_text
from kil_pipeline.exchange.release_fields import (
    area_codes,
    cpv_texts,
    read_day,
    read_moment,
    stated_length,
    stated_milestones,
    stated_route,
    stated_suitability,
    stated_value,
)
from kil_pipeline.plan.contents import EntryContent, Notice
from kil_pipeline.reference.cpv import normalise_cpv
from kil_pipeline.reference.themes import themes_of_cpv, themes_of_text
from kil_pipeline.text import MAX_HEADLINE, MAX_TEXT, clean_line, clean_text, shorten

PLANNING_TAGS = {"planning", "planningUpdate"}
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
    published_at = read_moment(get_text(release, "date")) if read_day(get_text(release, "date")) else None
    buyers = tuple(buyers_of(release))
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
    content = _content(release, title, notice_of(release, notice_id, published_at), buyers[1:])
    changes = [clean_line(get_text(change, "description")) for change in get_list(release, "tender", "amendments")]
    return PlannedRelease(process[:150], published_at, buyers[0], content, shorten(" ".join(changes), 400))


def _content(release: dict[str, Any], title: str, notice: Notice, others: tuple[Buyer, ...]) -> EntryContent:
    tender = get(release, "tender")
    summary = clean_text(get_text(tender, "description"))
    if others:
        summary += "\n\nTogether with " + ", ".join(plain_case(buyer.name) for buyer in others) + "."
    cpv = tuple(dict.fromkeys(code for code in map(normalise_cpv, cpv_texts(tender)) if code))
    lots = get_list(tender, "lots")
    return EntryContent(
        headline=shorten(title, MAX_HEADLINE),
        summary=shorten(summary, MAX_TEXT) or None,
        themes=(themes_of_cpv(cpv) or themes_of_text(f"{title} {summary[:500]}"))[:6],
        cpv=cpv[:60],
        areas=tuple(dict.fromkeys(area_codes(tender)))[:60],
        value=stated_value(tender),
        route=stated_route(release),
        length=stated_length(lots),
        lots=f"{len(lots)} lots" if len(lots) > 1 else None,
        suitability=stated_suitability(lots),
        portal=clean_line(get_text(tender, "submissionMethodDetails"))[:1000] or None,
        milestones=tuple(stated_milestones(release)),
        notices=(notice,),
    )


def notice_of(release: dict[str, Any], notice_id: str, published_at: datetime) -> Notice:
    """Return the notice itself: its kind, its address on Find a Tender and its day."""
    found = (*get_list(release, "planning", "documents"), *get_list(release, "tender", "documents"))
    documents = [document for document in found if get_text(document, "noticeType")]
    mine = [d for d in documents if notice_id in get_text(d, "url")] or documents
    kind = clean_line(get_text(mine[-1], "noticeType")) if mine else "Planning notice"
    url = clean_line(get_text(mine[-1], "url")) if mine else ""
    if not re.fullmatch(r"https?://[\w.-]+/[\w./%?=&#-]*", url):
        url = f"{_NOTICES}{notice_id}" if _is_find_a_tender(release, notice_id) else ""
    return Notice(kind[:40], notice_id[:60], url[:300], published_at.date())


def _is_find_a_tender(release: dict[str, Any], notice_id: str) -> bool:
    ours = get_text(release, "ocid").startswith("ocds-h6vhtk-")
    return ours and re.fullmatch(r"\d{6}-\d{4}", notice_id) is not None


def buyers_of(release: dict[str, Any]) -> Iterable[Buyer]:
    """Yield the contracting authorities, the one that speaks for all first."""
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
