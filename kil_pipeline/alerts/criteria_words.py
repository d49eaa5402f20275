"""Criteria in plain words: "Mental health or Falls, in Leeds, with the words “link worker”"."""

from collections.abc import Iterable

from kil_pipeline.alerts.news_kinds import NEWS_KINDS
from kil_pipeline.plan.advice import CHANCES
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.money import describe_band
from kil_pipeline.plan.statuses import Status
from kil_pipeline.reference.areas import area
from kil_pipeline.reference.cpv import cpv_label
from kil_pipeline.reference.routes import route
from kil_pipeline.reference.themes import theme


def describe_criteria(criteria: Criteria) -> str:
    """Return what criteria ask for, in one line."""
    if criteria.everything():
        return "Everything in the plan"
    parts = [
        _any(criteria.references),
        _any(theme(code).name for code in criteria.themes),
        _any(cpv_label(code) for code in criteria.cpv),
        _with("only exactly in " if criteria.exactly else "in ", _any(area(code).name for code in criteria.areas)),
        _with("from ", _any(criteria.commissioners)),
        _with("chosen by: ", _any(route(code).plain for code in criteria.routes)),
        _with("can we go for it: ", _any(CHANCES[code] for code in criteria.chances)),
        _with("status: ", _any(Status(code).label for code in criteria.statuses)),
        _with("worth ", describe_band(criteria.value_least, criteria.value_most)),
        _with("news: ", _any(NEWS_KINDS[code].lower() for code in criteria.kinds)),
        _with("key dates: ", _with_days(criteria.notice_days)),
        _with("with the words ", f"“{criteria.words}”" if criteria.words else ""),
    ]
    line = ", ".join(part for part in parts if part)
    return line[:1].upper() + line[1:]


def _with_days(days: tuple[int, ...]) -> str:
    return _any(str(number) for number in sorted(days, reverse=True)) + " days before" if days else ""


def _any(names: Iterable[str]) -> str:
    return " or ".join(names)


def _with(before: str, names: str) -> str:
    return before + names if names else ""
