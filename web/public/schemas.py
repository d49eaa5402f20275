"""What machines get: a planned opportunity as JSON, made from `PublicEntry` alone."""

from collections.abc import Callable, Iterable

from marshmallow import Schema, fields

from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.wordings import DISCLAIMER
from kil_pipeline.reference.areas import area
from kil_pipeline.reference.benefits import benefit
from kil_pipeline.reference.routes import route
from kil_pipeline.reference.stages import stage
from kil_pipeline.reference.themes import theme
from web.context import absolute, today
from web.public.part_schemas import (
    ActionSchema,
    AnswerSchema,
    ChanceSchema,
    Coded,
    CodedSchema,
    CommissionerSchema,
    FactSchema,
    LinkSchema,
    MadePart,
    MadeText,
    MilestoneSchema,
    MoneySchema,
    NoticeSchema,
    RouteSchema,
    said,
)

LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


class PublicEntrySchema(Schema):
    """A planned opportunity as everyone may see it today. What has no value is null, and `fields` says why."""

    reference = fields.String(metadata=said("Its permanent reference."))
    address = MadeText(
        lambda entry: absolute(f"/entries/{entry.reference}"), metadata=said("The address of its page, which stays.")
    )
    headline = fields.String(metadata=said("What it is called."))
    note = fields.Constant(DISCLAIMER, metadata=said("The line to carry along wherever it is shown.", type="string"))
    licence = fields.Constant(LICENCE, metadata=said("The Open Government Licence.", type="string"))
    can_we_go_for_it = MadePart(
        ChanceSchema, lambda entry: entry.advice(today()), metadata=said("Whether you can go for it.")
    )
    what_to_do_now = MadePart(ActionSchema, lambda entry: entry.advice(today()), metadata=said("What to do about it."))
    status = MadePart(
        CodedSchema,
        lambda entry: Coded(entry.content.status.value, entry.content.status.label),
        metadata=said(f"Where it stands: {', '.join(s.value for s in Status if s is not Status.DRAFT)}."),
    )
    status_reason = fields.String(
        attribute="content.status_reason", metadata=said("Why it is on hold, cancelled or withdrawn; else empty.")
    )
    commissioner = fields.Nested(CommissionerSchema, metadata=said("Who publishes it."))
    formerly = fields.List(fields.String(), metadata=said("The names of those who planned it before."))
    summary = fields.String(
        attribute="content.summary", allow_none=True, metadata=said("What it is, in the commissioner's words.")
    )
    stage = MadePart(
        CodedSchema,
        lambda entry: Coded(entry.content.stage, stage(entry.content.stage).name) if entry.content.stage else None,
        allow_none=True,
        metadata=said("The stage of the commissioning cycle."),
    )
    themes = MadePart(
        CodedSchema,
        lambda entry: _coded(entry.content.themes, lambda code: theme(code).name),
        many=True,
        metadata=said("Its topics."),
    )
    areas = MadePart(
        CodedSchema,
        lambda entry: _coded(entry.content.areas, lambda code: area(code).name),
        many=True,
        metadata=said("Where it is for: codes of the Office for National Statistics, or ITL codes."),
    )
    benefits = MadePart(
        CodedSchema,
        lambda entry: _coded(entry.content.benefits, lambda code: benefit(code).name),
        many=True,
        metadata=said("The benefits that it is after."),
    )
    cpv = fields.List(
        fields.String(), attribute="content.cpv", metadata=said("Common Procurement Vocabulary codes, of 8 digits.")
    )
    value = fields.Nested(MoneySchema, attribute="content.value", allow_none=True, metadata=said("How much."))
    route = MadePart(
        RouteSchema,
        lambda entry: route(entry.content.route) if entry.content.route else None,
        allow_none=True,
        metadata=said("How the provider will be chosen."),
    )
    years_and_vat = fields.String(
        attribute="content.years_and_vat",
        allow_none=True,
        metadata=said("For how many years the money is certain, and whether VAT comes on top."),
    )
    route_why = fields.String(
        attribute="content.route_why", allow_none=True, metadata=said("Why this route was chosen over the others.")
    )
    guidance = fields.String(
        attribute="content.guidance",
        allow_none=True,
        metadata=said("Its own procurement strategy and guidance: what each is and where, one to a line."),
    )
    milestones = MadePart(
        MilestoneSchema,
        lambda entry: entry.key_dates(),
        many=True,
        metadata=said("The key dates that are stated or follow from a rule, in order."),
    )
    contact = fields.String(
        attribute="content.contact", allow_none=True, metadata=said("Whom to ask; null: ask the commissioner.")
    )
    fields_ = MadePart(
        FactSchema,
        lambda entry: entry.facts(),
        many=True,
        data_key="fields",
        metadata=said("Every field that may have a reason instead of a value, with one or the other."),
    )
    answers = fields.List(
        fields.Nested(AnswerSchema),
        metadata=said("What readers answered, with the responses: the last 50 that were published."),
    )
    notices = fields.List(
        fields.Nested(NoticeSchema), attribute="content.notices", metadata=said("Its notices on Find a Tender.")
    )
    links = fields.List(
        fields.Nested(LinkSchema),
        attribute="content.links",
        metadata=said("What it replaces, follows or was split from."),
    )
    revision = fields.Integer(metadata=said("How often it has been published."))
    first_published_at = fields.DateTime(format="iso", metadata=said("When it was first published here."))
    updated_at = fields.DateTime(format="iso", metadata=said("When anything public in it changed last."))


def _coded(codes: Iterable[str], name: Callable[[str], str]) -> list[Coded]:
    return [Coded(code, name(code)) for code in codes]
