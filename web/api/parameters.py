"""What a list of the API may be asked: the filters of the plan, `updated_since`, and the page by a cursor."""

import base64
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import request
from marshmallow import Schema, ValidationError, fields, post_load, validate
from werkzeug.datastructures import MultiDict

from kil_pipeline.plan.advice import CHANCES
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.queries import MOST_PER_PAGE
from kil_pipeline.plan.statuses import Status
from kil_pipeline.reference.routes import routes
from kil_pipeline.reference.themes import themes
from kil_pipeline.text import clean_line
from web.context import absolute
from web.queries import MOST_VALUES, MOST_WORDS, PARAMETERS, QueryNotUnderstood, read_plan_query

PREFIX = "/api/v1"
PER_PAGE = 50
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
"""No publication lies beyond these, and arithmetic with moments that do overflows."""
REFERENCES = r"[A-Z0-9-]{1,30}"
NUMBERS = r"[0-9]{1,9}"
"""What the keys look like that cursors hold."""


@dataclass(frozen=True)
class ListQuery:
    """One page of a list: what it shows, after which key, how much of it."""

    criteria: Criteria
    after: str = ""
    since: datetime | None = None
    limit: int = PER_PAGE


def _text(description: str, **schema: Any) -> dict[str, Any]:
    return {"in": "query", "description": description, "schema": {"type": "string", **schema}}


def _many(description: str, **schema: Any) -> dict[str, Any]:
    items = {"type": "string", **schema}
    return {
        "in": "query",
        "description": f"{description} May be given several times.",
        "schema": {"type": "array", "items": items, "maxItems": MOST_VALUES},
        "explode": True,
    }


DESCRIBED: Mapping[str, dict[str, Any]] = {
    "q": _text("Words, “phrases” and -words to leave out.", maxLength=MOST_WORDS),
    "area": _many("An area's code or name: also finds what lies in it and what contains it."),
    "theme": _many("A topic's code or name.", examples=[theme.code for theme in themes()][:3]),
    "commissioner": _many("A commissioner's `slug`.", maxLength=120),
    "route": _many("A route's code.", enum=[route.code for route in routes()]),
    "chance": _many("An answer to “Can we go for it?”.", enum=list(CHANCES)),
    "status": _many("A status.", enum=[status.value for status in Status if status is not Status.DRAFT]),
    "cpv": _many("A CPV code: with zeros at its end it also finds what lies below it.", pattern="^[0-9]{8}$"),
    "entry": _many("A planned opportunity's reference.", maxLength=30),
    "value_from": _text("The least amount in pounds, such as 50000. What has no figure yet is found too."),
    "value_to": _text("The highest amount in pounds, such as 250000. What has no figure yet is found too."),
    "exactly": _text("Whether areas find themselves alone, nothing in them or around them.", enum=["yes"]),
    "updated_since": _text("Only what changed then or later, such as 2026-11-23T10:00:00Z.", format="date-time"),
    "limit": {
        "in": "query",
        "description": f"How many on one page; {PER_PAGE} where not given.",
        "schema": {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE},
    },
    "cursor": _text("Where to go on: take the whole address from `next`."),
}
"""Every parameter, as the OpenAPI document has it."""

PAGE = ("limit", "cursor")
OF_NEWS = ("kind", "days_before")
"""A plan as it stands has no news."""
ENTRY_LIST = (*(name for name in PARAMETERS if name not in OF_NEWS), "updated_since", *PAGE)
SESSION_LIST = ("area", "commissioner", "entry", "updated_since", *PAGE)


def describe(names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the account of some parameters for the OpenAPI document."""
    return [{"name": name, **DESCRIBED[name]} for name in names]


def read_list_query(names: Collection[str], keys: str) -> ListQuery:
    """Read the query string. `keys`: what a key looks like. Raises `QueryNotUnderstood`, for unknown parameters too.

    A program that misspells a filter must hear of it: else it would take the whole plan for what it asked for.
    """
    given = request.args
    unknown = [clean_line(name)[:60] for name in given if name not in names]
    problems = {name: [f"There is no parameter “{name}” here."] for name in unknown}
    try:
        criteria = read_plan_query(_filters(given)).criteria
    except QueryNotUnderstood as error:
        problems |= error.problems
        criteria = error.understood
    paging = _PagingSchema()
    try:
        found = paging.load({name: given[name] for name in paging.fields if given.get(name)})
    except ValidationError as error:
        problems |= {str(name): lines for name, lines in error.messages_dict.items()}
        found = {}
    after = _read_cursor(given.get("cursor", ""), keys)
    if after is None:
        problems["cursor"] = ["Take a cursor from `next` as it stands, and ask the same list."]
    if problems:
        raise QueryNotUnderstood(problems, criteria)
    return ListQuery(criteria, after or "", found.get("updated_since"), found.get("limit", PER_PAGE))


def next_address(path: str, last: str) -> str:
    """Return the address of the page that follows a key, with everything else that was asked."""
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
    return absolute(f"{PREFIX}{path}?{urlencode([*pairs, ('cursor', _write_cursor(last))])}")


class _PagingSchema(Schema):
    updated_since = fields.AwareDateTime(
        format="iso",
        default_timezone=UTC,
        error_messages={"invalid": "Write a moment as 2026-11-23T10:00:00Z (a + as %2B)."},
    )
    limit = fields.Integer(
        validate=validate.Range(1, MOST_PER_PAGE, error=f"A page has 1 to {MOST_PER_PAGE}."),
        error_messages={"invalid": "The limit must be a number, such as 50."},
    )

    @post_load
    def bound(self, data: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Read moments before all publications as the first one: databases cannot reckon with the year 1."""
        since = data.get("updated_since")
        if since is not None and since < EARLIEST:
            data["updated_since"] = EARLIEST
        if since is not None and since > LATEST:
            data["updated_since"] = LATEST
        return data


def _filters(given: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return the filters alone: order and page are not asked for here."""
    return MultiDict([(name, value) for name, value in given.items(multi=True) if name in PARAMETERS])


def _write_cursor(key: str) -> str:
    """Return a cursor: a key, in a form that nobody is tempted to make up."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _read_cursor(text: str, keys: str) -> str | None:
    """Return the key that a cursor holds; empty without one, None where it is none of ours."""
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
    except ValueError:
        return None
    return key if not text or re.fullmatch(keys, key) else None
