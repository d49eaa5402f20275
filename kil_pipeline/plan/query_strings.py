"""Criteria as the query string of the plan's pages, feeds and calendars: for links, in mails too."""

from urllib.parse import urlencode

from kil_pipeline.plan.criteria import Criteria

PARAMETERS = {
    "q": "words",
    "area": "areas",
    "theme": "themes",
    "commissioner": "commissioners",
    "route": "routes",
    "chance": "chances",
    "status": "statuses",
    "cpv": "cpv",
    "entry": "references",
    "kind": "kinds",
    "days_before": "notice_days",
    "value_from": "value_least",
    "value_to": "value_most",
    "exactly": "exactly",
}
"""Each parameter of the query string with the part of `Criteria` that it fills."""


def write_pounds(pence: int | None) -> str:
    """Return pence as they are typed into a box: "50000"; empty for none."""
    return "" if pence is None else f"{pence // 100}" + (f".{pence % 100:02}" if pence % 100 else "")


def write_plan_query(criteria: Criteria, **more: str | int) -> str:
    """Return the query string (with its `?`, or empty) that reads back as `criteria`."""
    pairs: list[tuple[str, str | int]] = []
    for parameter, name in PARAMETERS.items():
        value = getattr(criteria, name)
        pairs += [(parameter, value)] if isinstance(value, str) and value else []
        pairs += [(parameter, part) for part in value] if isinstance(value, tuple) else []
        pairs += [(parameter, "yes")] if value is True else []
        pairs += [(parameter, write_pounds(value))] if type(value) is int else []
    pairs += list(more.items())
    return "?" + urlencode(pairs) if pairs else ""
