"""A public entry as an OCDS 1.1 release of the planning stage. What is not known is absent or null, never a mask."""

from typing import Any

from kil_pipeline.plan.money import Money
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.wordings import DISCLAIMER
from kil_pipeline.reference.areas import area
from kil_pipeline.reference.cpv import cpv_label
from kil_pipeline.reference.milestones import milestone_kind


def make_release(entry: PublicEntry, *, authority: str, base_url: str) -> dict[str, Any]:
    """Return the release. Fields that start with `kil_` are ours: the account of what cannot be told yet."""
    content, buyer = entry.content, {"id": f"GB-KIL-{entry.commissioner.slug}", "name": entry.commissioner.name}
    tender: dict[str, Any] = {
        "id": entry.reference,
        "title": content.headline,
        "description": content.summary,
        "status": {"cancelled": "cancelled", "withdrawn": "withdrawn", "concluded": "complete"}.get(
            content.status.value, "active" if content.status.value == "open" else "planned"
        ),
        "items": _items(entry),
        "procurementMethodDetails": content.route,
        **_value(content.value),
    }
    return {
        "ocid": f"ocds-kil000-{entry.id}",
        "id": f"{entry.reference}-{entry.revision}",
        "date": entry.updated_at.isoformat(),
        "tag": ["planning" if entry.revision == 1 else "planningUpdate"],
        "initiationType": "tender",
        "language": "en",
        "parties": [{**buyer, "roles": ["buyer"]}],
        "buyer": buyer,
        "planning": {"rationale": DISCLAIMER, "milestones": _milestones(entry)},
        "tender": {key: value for key, value in tender.items() if value not in (None, [])},
        "kil_page": f"{base_url}/entries/{entry.reference}",
        "kil_tag": f"tag:{authority}:entry/{entry.id}",
        "kil_notStated": [fact.path for fact in entry.facts() if fact.state == "not_stated"],
        "kil_disclosures": _disclosures(entry),
    }


def _items(entry: PublicEntry) -> list[dict[str, Any]]:
    codes = [{"scheme": "CPV", "id": code, "description": cpv_label(code)} for code in entry.content.cpv]
    places = [{"region": code, "description": area(code).name} for code in entry.content.areas]
    if not codes and not places:
        return []
    return [{"id": "1", "additionalClassifications": codes, "deliveryAddresses": places}]


def _value(money: Money | None) -> dict[str, Any]:
    if money is None:
        return {}
    amounts = {"minValue": money.least, "value": money.most if money.most is not None else money.least}
    found: dict[str, Any] = {
        name: {"amount": pence / 100, "currency": "GBP"} for name, pence in amounts.items() if pence is not None
    }
    return {**found, "kil_valuePeriod": money.period.value, "kil_valueVat": money.vat.value}


def _milestones(entry: PublicEntry) -> list[dict[str, Any]]:
    return [
        {
            "id": milestone.kind,
            "title": milestone_kind(milestone.kind).label,
            "type": "engagement" if milestone.kind.startswith("engagement") else "preProcurement",
            "kil_earliest": milestone.when.earliest.isoformat(),
            "kil_latest": milestone.when.latest.isoformat(),
            "kil_precision": milestone.when.precision.value,
            "kil_confidence": milestone.when.confidence.value,
        }
        for milestone in entry.key_dates()
    ]


def _disclosures(entry: PublicEntry) -> list[dict[str, Any]]:
    return [
        {
            "field": fact.path,
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
    ]
