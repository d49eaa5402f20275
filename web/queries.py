"""The query string of the plan, its feeds and its calendars: the same filters everywhere, read in one place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate, validates_schema
from werkzeug.datastructures import MultiDict

from kil_pipeline.alerts.news_kinds import NEWS_KINDS
from kil_pipeline.errors import DomainError
from kil_pipeline.plan.advice import CHANCES
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.money_parsing import parse_money
from kil_pipeline.plan.queries import Order
from kil_pipeline.plan.query_strings import PARAMETERS as PARAMETERS
from kil_pipeline.plan.query_strings import write_plan_query as write_plan_query
from kil_pipeline.plan.query_strings import write_pounds as write_pounds
from kil_pipeline.plan.statuses import Status
from kil_pipeline.reference.areas import Area, areas, find_area, similar_area
from kil_pipeline.reference.cpv import normalise_cpv
from kil_pipeline.reference.milestones import notice_days
from kil_pipeline.reference.postcodes import find_postcode, plain_postcode
from kil_pipeline.reference.routes import routes
from kil_pipeline.reference.themes import find_theme
from kil_pipeline.text import clean_line
from web.context import database

MOST_VALUES = 50
"""How many values one filter takes: enough for every district of a region, too few to tire the database."""
MOST_WORDS = 200
"""How many characters a search takes."""


class QueryNotUnderstood(DomainError):
    """A filter or page number that makes no sense. `problems`: each parameter with what is wrong and how to mend it.

    `understood`: all the rest of what was asked, so that a form can be shown again as it was filled in.
    """

    def __init__(self, problems: Mapping[str, list[str]], understood: Criteria) -> None:
        self.problems = problems
        self.understood = understood
        super().__init__(" ".join(line for lines in problems.values() for line in lines))


@dataclass(frozen=True)
class PlanQuery:
    """A whole query of the plan: what to show, which page of it, in which order."""

    criteria: Criteria
    page: int = 1
    asked: Order | None = None
    """The order that the address names, if it names one."""

    @property
    def order(self) -> Order:
        """The order that holds. There is no relevance without words."""
        usual = usual_order(self.criteria)
        return usual if self.asked in (None, Order.RELEVANCE) else self.asked


def usual_order(criteria: Criteria) -> Order:
    """Return the order of a list that asks for none: by relevance where there are words, else by opening."""
    return Order.RELEVANCE if criteria.words else Order.SOONEST


class _Area(fields.String):
    def _deserialize(self, value: object, *args: object, **kwargs: object) -> str:
        text = str(value)
        found = areas().get(text) or find_area(text) or _area_of_postcode(text)
        if found is None:
            near = similar_area(text)
            hint = f"Did you mean {near}?" if near else "Choose one from the list, or try a council’s name."
            raise ValidationError(f"We know no area “{text[:60]}”. {hint}")
        return found.code


def _area_of_postcode(text: str) -> Area | None:
    """Return the council of a postcode, where this installation has loaded them."""
    if not plain_postcode(text):
        return None
    with database().read() as session:
        return find_postcode(session, text)


class _Theme(fields.String):
    def _deserialize(self, value: object, *args: object, **kwargs: object) -> str:
        text = str(value)
        found = find_theme(text)
        if found is None:
            raise ValidationError(f"We know no topic “{text[:60]}”. Choose one from the list.")
        return found.code


class _Cpv(fields.String):
    def _deserialize(self, value: object, *args: object, **kwargs: object) -> str:
        found = normalise_cpv(str(value))
        if found is None:
            raise ValidationError(f"“{str(value)[:30]}” is not a CPV code. A CPV code has 8 digits, such as 85000000.")
        return found


class _Pounds(fields.String):
    """An amount as people write it, in pence."""

    def _deserialize(self, value: object, *args: object, **kwargs: object) -> Any:
        try:
            money = parse_money(str(value))
        except DomainError:
            money = None
        if money is None or (None not in (money.least, money.most) and money.least != money.most):
            raise ValidationError(f"“{str(value)[:30]}” is not an amount. Write one such as £50,000, 50k or £1.5m.")
        return money.most if money.least is None else money.least


def _one_of(what: str, codes: Iterable[str]) -> validate.Validator:
    return validate.OneOf(list(codes), error=f"We know no {what} “{{input}}”. Choose one from the list.")


def _some(field: fields.Field[str]) -> fields.List[str]:
    return fields.List(field, load_default=list)


class PlanQuerySchema(Schema):
    """Reads the query string. Empty values count as not given; parameters of others (utm_…) are ignored."""

    class Meta:
        unknown = EXCLUDE

    words = fields.String(data_key="q", load_default="")
    areas = _some(_Area())
    themes = _some(_Theme())
    commissioners = _some(
        fields.String(validate=validate.Length(max=120, error="That is not one of our commissioners."))
    )
    routes = _some(fields.String(validate=_one_of("way of choosing a provider", [r.code for r in routes()])))
    chances = _some(fields.String(validate=_one_of("answer to “Can we go for it?”", CHANCES)))
    statuses = _some(fields.String(validate=_one_of("status", [s.value for s in Status if s is not Status.DRAFT])))
    cpv = _some(_Cpv())
    references = _some(fields.String(validate=validate.Length(max=30, error="That is not one of our references.")))
    kinds = _some(fields.String(validate=_one_of("kind of news", NEWS_KINDS)))
    notice_days = fields.List(
        fields.Integer(
            validate=validate.OneOf(notice_days(), error="Choose how many days before from the list."),
            error_messages={"invalid": "Choose how many days before from the list."},
        ),
        load_default=list,
    )
    value_least = _Pounds(load_default=None)
    value_most = _Pounds(load_default=None)
    exactly = fields.Boolean(load_default=False, error_messages={"invalid": "Write exactly=yes, or leave it out."})
    page = fields.Integer(
        load_default=1,
        validate=[
            validate.Range(1, error="Pages count from 1."),
            validate.Range(max=100_000, error="The list is not that long."),
        ],
        error_messages={"invalid": "The page must be a number, such as 2."},
    )
    order = fields.Enum(Order, by_value=True, load_default=None)

    @validates_schema(skip_on_field_errors=False)
    def check_bounds(self, data: dict[str, object], **kwargs: object) -> None:
        """Bound the whole here, not at each field: what is too much can still be shown again."""
        problems = {
            name: [f"Choose at most {MOST_VALUES}."]
            for name, value in data.items()
            if isinstance(value, list) and len(value) > MOST_VALUES
        }
        if len(str(data.get("words", ""))) > MOST_WORDS:
            problems["q"] = [f"Search for at most {MOST_WORDS} characters."]
        least, most = data.get("value_least"), data.get("value_most")
        if isinstance(least, int) and isinstance(most, int) and least > most:
            problems["value_most"] = ["The highest amount is less than the lowest. Change one of them."]
        if problems:
            raise ValidationError(problems)

    @post_load
    def make(self, data: dict[str, object], **kwargs: object) -> PlanQuery:
        """Make the frozen value."""
        order = data["order"]
        return PlanQuery(_criteria(data), int(str(data["page"])), order if isinstance(order, Order) else None)


def _criteria(data: Mapping[str, object]) -> Criteria:
    parts = {name: tuple(value) for name, value in data.items() if isinstance(value, list)}
    single = {name: data[name] for name in ("value_least", "value_most", "exactly") if data.get(name) is not None}
    return Criteria(words=str(data.get("words", "")), **parts, **single)  # type: ignore[arg-type]  # read by the schema


_SCHEMA_KEYS = {parameter: ("q" if name == "words" else name) for parameter, name in PARAMETERS.items()}


_SINGLE = ("q", "page", "order", "value_least", "value_most", "exactly")


def read_plan_query(arguments: MultiDict[str, str]) -> PlanQuery:
    """Read the filters of a query string. Raises `QueryNotUnderstood`."""
    data: dict[str, object] = {}
    for parameter, key in (_SCHEMA_KEYS | {"page": "page", "order": "order"}).items():
        values = [line for value in arguments.getlist(parameter) if (line := clean_line(value))]
        if values:
            data[key] = values[0] if key in _SINGLE else values
    try:
        query: PlanQuery = PlanQuerySchema().load(data)
    except ValidationError as error:
        understood = error.valid_data if isinstance(error.valid_data, dict) else {}
        raise QueryNotUnderstood(_by_parameter(error.messages_dict), _criteria(understood)) from error
    return query


def _by_parameter(messages: Mapping[str, object]) -> dict[str, list[str]]:
    names = {key: parameter for parameter, key in _SCHEMA_KEYS.items()}
    return {names.get(key, key): sorted(set(_lines(value))) for key, value in messages.items()}


def _lines(value: object) -> Iterable[str]:
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _lines(part)
    elif isinstance(value, list):
        for part in value:
            yield from _lines(part)
    else:
        yield str(value)
