"""A public entry as an OCDS 1.1 release of the planning stage. What is not known is absent or null, never a mask."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from kil_pipeline.organisations.identifiers import Identifier
from kil_pipeline.plan.contents import EntryContent, Milestone, Notice
from kil_pipeline.plan.expected_dates import Precision, describe
from kil_pipeline.plan.money import Money, Period
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.wordings import DISCLAIMER
from kil_pipeline.reference.areas import area
from kil_pipeline.reference.cpv import cpv_label
from kil_pipeline.reference.milestones import milestone_kind
from kil_pipeline.reference.routes import route
from kil_pipeline.times import LONDON

OCID_PREFIX = "ocds-kil000"
"""A stand-in: a deployment that publishes for good registers a prefix of its own with the Open Contracting Partnership.
"""
_STATUSES = {
    Status.OPEN: "active",
    Status.CONCLUDED: "complete",
    Status.CANCELLED: "cancelled",
    Status.WITHDRAWN: "withdrawn",
}
"""Codes of the list tenderStatus."""
_MILESTONE_TYPES = {"decision": "approval", "renewal_decision": "approval", "service_starts": "delivery",
                    "service_ends": "delivery", "engagement_opens": "engagement",
                    "engagement_closes": "engagement"}  # fmt: skip
"""Codes of the list milestoneType; all others are "preProcurement"."""


def make_release(
    entry: PublicEntry, *, authority: str, base_url: str, identifiers: Sequence[Identifier] = ()
) -> dict[str, Any]:
    """Return the release. Fields that start with `kil_` are ours: the account of what cannot be told yet.

    `identifiers`: of the commissioner; the first one becomes the party's `identifier`.
    """
    numbers = [{"scheme": scheme, "id": number} for scheme, number in identifiers]
    registered = {"identifier": numbers[0] if numbers else None, "additionalIdentifiers": numbers[1:]}
    buyer = {"id": entry.commissioner.slug, "name": entry.commissioner.name}
    return {
        "ocid": f"{OCID_PREFIX}-{entry.id}",
        "id": f"{entry.reference}-{entry.revision}",
        "date": _moment(entry.updated_at),
        "tag": ["planning" if entry.revision == 1 else "planningUpdate"],
        "initiationType": "tender",
        "language": "en",
        "parties": [{**buyer, **_there(registered), "roles": ["buyer"]}],
        "buyer": buyer,
        "planning": _there({
            "rationale": DISCLAIMER,
            "documents": [_notice(notice) for notice in entry.content.notices],
            "milestones": [_milestone(milestone) for milestone in entry.key_dates()],
        }),
        "tender": _there(_tender(entry)),
        "kil_page": f"{base_url}/entries/{entry.reference}",
        "kil_tag": f"tag:{authority}:entry/{entry.id}",
        "kil_notStated": [fact.path for fact in entry.facts() if fact.state == "not_stated"],
        **_there({"kil_disclosures": _disclosures(entry)}),
    }  # fmt: skip


def _tender(entry: PublicEntry) -> dict[str, Any]:
    content = entry.content
    return {
        "id": entry.reference,
        "title": content.headline,
        "description": content.summary,
        "status": _STATUSES.get(content.status, "planned"),
        "items": _items(entry),
        "procurementMethodDetails": route(content.route).name if content.route else None,
        "procurementMethodRationale": content.route_why,
        "submissionMethodDetails": content.portal,
        "tenderPeriod": _period(content, "opens", "bids_due"),
        "contractPeriod": _period(content, "service_starts", "service_ends"),
        "kil_route": content.route,
        "kil_yearsAndVat": content.years_and_vat,
        "kil_guidance": content.guidance,
        **_value(content.value),
    }


def _there(table: dict[str, Any]) -> dict[str, Any]:
    """Return a table without what is not known: OCDS has no empty lists and objects."""
    return {key: value for key, value in table.items() if value not in (None, [], {})}


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _start(day: date) -> str:
    return _moment(datetime.combine(day, time.min, LONDON))


def _end(day: date) -> str:
    return _moment(datetime.combine(day, time(23, 59, 59), LONDON))


def _period(content: EntryContent, first: str, last: str) -> dict[str, str]:
    """Return a period, of its ends those that are known to the day: a quarter must never be read as a day."""
    starts, ends = content.milestone(first), content.milestone(last)
    found = {"startDate": _start(starts.earliest)} if starts and starts.precision is Precision.DAY else {}
    return found | ({"endDate": _end(ends.latest)} if ends and ends.precision is Precision.DAY else {})


def _notice(notice: Notice) -> dict[str, Any]:
    return _there(
        {
            "id": notice.id,
            "documentType": "marketEngagementNotice" if notice.kind == "UK2" else "plannedProcurementNotice",
            "title": f"{notice.kind} notice {notice.id}",
            "url": notice.url or None,
            "datePublished": _start(notice.published_on),
        }
    )


def _items(entry: PublicEntry) -> list[dict[str, Any]]:
    codes = [{"scheme": "CPV", "id": code, "description": cpv_label(code)} for code in entry.content.cpv]
    places = [{"region": code, "description": area(code).name} for code in entry.content.areas]
    found = _there({"additionalClassifications": codes, "deliveryAddresses": places})
    return [{"id": "1", **found}] if found else []


def _value(money: Money | None) -> dict[str, Any]:
    """Return the value. OCDS means a total by it, and by `value` its upper end: an amount a year is none."""
    if money is None:
        return {}
    bounds = {"minValue": money.least, "value": money.most}
    found = {
        name: {"amount": pence / 100, "currency": "GBP"} for name, pence in bounds.items() if pence is not None
    }  # fmt: skip
    said = {"kil_valuePeriod": money.period.value, "kil_valueVat": money.vat.value}
    return said | ({"kil_yearlyValue": found} if money.period is Period.YEAR else found)


def _milestone(milestone: Milestone) -> dict[str, Any]:
    when = milestone.when
    return _there(
        {
            "id": milestone.kind,
            "title": milestone_kind(milestone.kind).label,
            "type": _MILESTONE_TYPES.get(milestone.kind, "preProcurement"),
            "description": describe(when),
            "dueDate": _end(when.latest) if when.precision is Precision.DAY else None,
            "kil_earliest": when.earliest.isoformat(),
            "kil_latest": when.latest.isoformat(),
            "kil_precision": when.precision.value,
            "kil_confidence": when.confidence.value,
        }
    )


def _disclosures(entry: PublicEntry) -> dict[str, Any]:
    """Return what cannot be told, by field: an object, since that can be merged (see `ocds_records`)."""
    return {
        fact.path: {
            "state": fact.state,
            "reason": fact.disclosure.reason,
            "reasonTitle": fact.reason_label,
            "legalHook": fact.hook or None,
            "explanation": fact.disclosure.explanation or None,
            "whoDecides": fact.disclosure.who_decides or None,
            "expectedBy": fact.disclosure.expected_by.isoformat() if fact.disclosure.expected_by else None,
        }
        for fact in entry.gaps()
        if fact.disclosure is not None
    }
