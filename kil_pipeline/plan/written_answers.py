"""The way back: an entry's content as a person would type it, so that reading it again changes nothing."""

from collections.abc import Mapping

from kil_pipeline.plan.answers import TEXTS, path_of
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.disclosures import Disclosure
from kil_pipeline.plan.expected_dates import Confidence, ExpectedDate, describe_span
from kil_pipeline.plan.money import describe as describe_money
from kil_pipeline.reference.areas import area, find_area
from kil_pipeline.reference.benefits import benefit
from kil_pipeline.reference.milestones import milestone_kinds
from kil_pipeline.reference.reasons import reason
from kil_pipeline.reference.routes import route
from kil_pipeline.reference.stages import stage
from kil_pipeline.reference.themes import theme


def write_answers(content: EntryContent, withheld: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what `answers.read_answers` reads back as `content` and `withheld` (by field path)."""
    written = {"headline": content.headline, "status": content.status.label, "status_reason": content.status_reason}
    written |= {field: getattr(content, field) or "" for field in TEXTS}
    written |= {
        "themes": "; ".join(theme(code).name for code in content.themes),
        "areas": "; ".join(area(code).name if _by_name(code) else code for code in content.areas),
        "benefits": "; ".join(benefit(code).name for code in content.benefits),
        "stage": stage(content.stage).name if content.stage else "",
        "value": describe_money(content.value) if content.value else "",
        "route": route(content.route).name if content.route else "",
        "cpv": "; ".join(content.cpv),
    }
    for kind in milestone_kinds():
        when = content.milestone(kind.code)
        written[kind.code] = write_date(when) if when else ""
    for field in list(written):
        path = path_of(field)
        disclosure = content.disclosure(path) if path else None
        if disclosure is not None:
            written |= _write_disclosure(field, disclosure)
            written[field] = (withheld or {}).get(disclosure.path, "")
    return written


def write_date(when: ExpectedDate) -> str:
    """Return a date as a person types it: "April to June 2027 (indicative)"."""
    sure = {Confidence.INDICATIVE: " (indicative)", Confidence.EXPECTED: "", Confidence.CONFIRMED: " (confirmed)"}
    return describe_span(when) + sure[when.confidence]


def _by_name(code: str) -> bool:
    """Whether the area's name alone reads back as this very area."""
    found = find_area(area(code).name)
    return found is not None and found.code == code


def _write_disclosure(field: str, disclosure: Disclosure) -> dict[str, str]:
    return {
        f"{field}: why not": reason(disclosure.reason).label,
        f"{field}: explanation": disclosure.explanation,
        f"{field}: who decides": disclosure.who_decides,
        f"{field}: expected by": disclosure.expected_by.isoformat() if disclosure.expected_by else "",
        f"{field}: review on": disclosure.review_on.isoformat() if disclosure.review_on else "",
        f"{field}: how you could help": disclosure.how_you_could_help,
        f"{field}: public interest": disclosure.public_interest,
    }
