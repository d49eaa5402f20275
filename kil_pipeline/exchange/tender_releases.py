"""Reading a tender notice of Find a Tender (OCDS 1.1): what tells which planned opportunity it belongs to."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from kil_pipeline.exchange.json_files import get, get_list, get_text
from kil_pipeline.exchange.release_fields import cpv_texts, is_psr, read_day, read_moment
from kil_pipeline.exchange.releases import Buyer, ReleaseNotUnderstood, buyers_of, notice_of
from kil_pipeline.plan.contents import Notice
from kil_pipeline.reference.cpv import normalise_cpv
from kil_pipeline.text import MAX_HEADLINE, clean_line, shorten

TENDER_TAGS = {"tender", "tenderUpdate", "tenderAmendment"}


@dataclass(frozen=True)
class TenderRelease:
    """What a tender notice says."""

    process: str
    """The ocid."""
    notice: Notice
    buyers: tuple[Buyer, ...]
    title: str
    cpv: tuple[str, ...]
    opens: bool
    """Whether applications or bids are invited by it: it is active and says until when."""
    closes_on: date | None


def is_tender(release: object) -> bool:
    """Tell whether a release is a tender notice or a change of one."""
    return any(isinstance(tag, str) and tag in TENDER_TAGS for tag in get_list(release, "tag"))


def read_tender(release: dict[str, Any]) -> TenderRelease:
    """Read a tender release. Raises `ReleaseNotUnderstood` where it has no id, date, title or buyer."""
    process, notice_id = clean_line(get_text(release, "ocid")), clean_line(get_text(release, "id"))
    tender, dated = get(release, "tender"), read_day(get_text(release, "date"))
    published_at = read_moment(get_text(release, "date")) if dated else None
    title, buyers = clean_line(get_text(tender, "title")), tuple(buyers_of(release))
    there = {"ocid": process, "id": notice_id, "title": title, "date": published_at, "buyer": buyers}
    missing = [what for what, found in there.items() if not found]
    if missing or published_at is None:
        raise ReleaseNotUnderstood(f"the release {notice_id or process or '(without id)'} has no {missing[0]}")
    closes_on = read_day(get_text(tender, "tenderPeriod", "endDate"))
    return TenderRelease(
        process=process[:150],
        notice=_kind(release, notice_of(release, notice_id, published_at)),
        buyers=buyers,
        title=shorten(title, MAX_HEADLINE),
        cpv=tuple(dict.fromkeys(code for code in map(normalise_cpv, cpv_texts(tender)) if code))[:60],
        opens=get_text(tender, "status") == "active" and closes_on is not None,
        closes_on=closes_on,
    )


def _kind(release: dict[str, Any], notice: Notice) -> Notice:
    """Return the notice with its kind: UK4 where it says so, PSR where its words do."""
    if notice.kind != "Planning notice":
        return notice
    return Notice("PSR" if is_psr(release) else "Tender", notice.id, notice.url, notice.published_on)
