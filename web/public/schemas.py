"""What machines get: a planned opportunity as JSON, made from `PublicEntry` alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from marshmallow import Schema, fields

from kil_pipeline.plan.expected_dates import describe
from kil_pipeline.plan.money import describe as describe_money
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.wordings import DISCLAIMER
from kil_pipeline.reference.areas import area
from kil_pipeline.reference.milestones import milestone_kind
from kil_pipeline.reference.routes import route
from kil_pipeline.reference.themes import theme
from web.context import absolute

LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


@dataclass(frozen=True)
class Coded:
    """A code of one of our lists, with its name."""

    code: str
    name: str


class CodedSchema(Schema):
    """A code with its name."""

    code = fields.String()
    name = fields.String()


class ExpectedDateSchema(Schema):
    """A date as precisely as it is known: never take `earliest` for the day unless `precision` is day."""

    earliest = fields.Date()
    latest = fields.Date()
    precision = fields.String()
    confidence = fields.String()
    words = fields.Function(lambda when: describe(when))


class MilestoneSchema(Schema):
    """A key date."""

    kind = fields.String()
    name = fields.Function(lambda milestone: milestone_kind(milestone.kind).label)
    when = fields.Nested(ExpectedDateSchema)


class MoneySchema(Schema):
    """An amount: `least` and `most` in whole pence, either of them null."""

    least = fields.Integer()
    most = fields.Integer()
    period = fields.String()
    vat = fields.String()
    currency = fields.Constant("GBP")
    words = fields.Function(lambda money: describe_money(money))


class FactSchema(Schema):
    """A field's state; where it has no value, the whole account of why."""

    path = fields.String()
    label = fields.String()
    state = fields.String()
    text = fields.Function(lambda fact: fact.text if fact.state == "stated" else None)
    reason = fields.String(attribute="disclosure.reason")
    reason_label = fields.String()
    hook = fields.String()
    explanation = fields.String(attribute="disclosure.explanation")
    who_decides = fields.String(attribute="disclosure.who_decides")
    expected_by = fields.Date(attribute="disclosure.expected_by")
    review_on = fields.Date(attribute="disclosure.review_on")
    how_you_could_help = fields.String(attribute="disclosure.how_you_could_help")
    public_interest = fields.String(attribute="disclosure.public_interest")


class NoticeSchema(Schema):
    """A notice on Find a Tender."""

    kind = fields.String()
    id = fields.String()
    url = fields.String()
    published_on = fields.Date()


class CommissionerSchema(Schema):
    """Who publishes it."""

    name = fields.String()
    slug = fields.String()
    website = fields.String()


class PublicEntrySchema(Schema):
    """A planned opportunity as everyone may see it on a day."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self.today = today

    reference = fields.String()
    address = fields.Function(lambda entry: absolute(f"/entries/{entry.reference}"))
    headline = fields.String()
    note = fields.Constant(DISCLAIMER)
    licence = fields.Constant(LICENCE)
    can_we_go_for_it = fields.Method("_can_we_go")
    what_to_do_now = fields.Method("_what_to_do")
    status = fields.Function(lambda entry: {"code": entry.content.status.value, "name": entry.content.status.label})
    status_reason = fields.String(attribute="content.status_reason")
    commissioner = fields.Nested(CommissionerSchema)
    summary = fields.String(attribute="content.summary")
    themes = fields.Function(lambda entry: _coded({code: theme(code).name for code in entry.content.themes}))
    areas = fields.Function(lambda entry: _coded({code: area(code).name for code in entry.content.areas}))
    cpv = fields.List(fields.String(), attribute="content.cpv")
    value = fields.Nested(MoneySchema, attribute="content.value")
    route = fields.Function(lambda entry: _route(entry.content.route))
    milestones = fields.Function(lambda entry: MilestoneSchema(many=True).dump(entry.key_dates()))
    fields_ = fields.Function(lambda entry: FactSchema(many=True).dump(entry.facts()), data_key="fields")
    notices = fields.List(fields.Nested(NoticeSchema), attribute="content.notices")
    revision = fields.Integer()
    first_published_at = fields.DateTime(format="iso")
    updated_at = fields.DateTime(format="iso")

    def _can_we_go(self, entry: PublicEntry) -> dict[str, str]:
        advice = entry.advice(self.today)
        return {"code": advice.chance, "words": advice.can_we_go}

    def _what_to_do(self, entry: PublicEntry) -> dict[str, object]:
        advice = entry.advice(self.today)
        return {"words": advice.what_to_do, "by": ExpectedDateSchema().dump(advice.by) if advice.by else None}


def _coded(names: Mapping[str, str]) -> object:
    return CodedSchema(many=True).dump([Coded(code, name) for code, name in names.items()])


def _route(code: str | None) -> object:
    if code is None:
        return None
    known = route(code)
    return {"code": known.code, "name": known.name, "plain": known.plain, "explains": known.explains}
