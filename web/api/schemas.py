"""What the API answers with, besides planned opportunities (`web.public.schemas`) and sessions (`session_schemas`)."""

from marshmallow import Schema, fields, validate

from kil_pipeline.plan.wordings import describe_facts
from web.public.part_schemas import (
    Coded,
    CodedSchema,
    CommissionerSchema,
    FactSchema,
    MadePart,
    RouteSchema,
    said,
)
from web.public.schemas import PublicEntrySchema

NEXT = said("The address of the next page; null on the last one.")


class ProblemSchema(Schema):
    """What went wrong (RFC 9457)."""

    type = fields.String(metadata=said("The kind of problem: an address that explains it, or about:blank."))
    title = fields.String(metadata=said("The kind of problem in words."))
    status = fields.Integer(metadata=said("The HTTP status."))
    detail = fields.String(metadata=said("What is wrong this time."))
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata=said("Each parameter that was not understood, with how to mend it."),
    )


class EntriesSchema(Schema):
    """One page of planned opportunities, by reference."""

    entries = fields.List(fields.Nested(PublicEntrySchema), metadata=said("The planned opportunities."))
    next = fields.String(allow_none=True, metadata=NEXT)


class RevisionSchema(Schema):
    """One publication of a planned opportunity: what changed, why, and what it said then."""

    number = fields.Integer(metadata=said("Counts from 1."))
    published_at = fields.DateTime(format="iso", metadata=said("When it was published."))
    sentences = fields.List(fields.String(), metadata=said("What changed, in sentences."))
    why = fields.String(metadata=said("Why, in the commissioner's words."))
    minor = fields.Boolean(metadata=said("Whether it was a small correction, of which nobody was told."))
    headline = fields.String(attribute="content.headline", metadata=said("What it was called then."))
    status = MadePart(
        CodedSchema,
        lambda revision: Coded(revision.content.status.value, revision.content.status.label),
        metadata=said("Where it stood then."),
    )
    fields_ = MadePart(
        FactSchema,
        lambda revision: describe_facts(revision.content),
        many=True,
        data_key="fields",
        metadata=said("Every field then, with its value or the reason for having none."),
    )


class RevisionsSchema(Schema):
    """One page of the publications of a planned opportunity, newest first."""

    revisions = fields.List(fields.Nested(RevisionSchema), metadata=said("The publications."))
    next = fields.String(allow_none=True, metadata=NEXT)


class IdentifierSchema(Schema):
    """A number of an organisation in a register."""

    scheme = fields.String(metadata=said("The register, as org-id.guide calls it, or GB-PPON (Find a Tender)."))
    id = fields.String(metadata=said("The number there."))


class FormerBodySchema(Schema):
    """A body that became another."""

    name = fields.String(metadata=said("What it was called."))
    slug = fields.String(metadata=said("Its name in addresses: the filter `commissioner` still takes it."))
    ended_on = fields.Date(attribute="on", metadata=said("Since when it is another."))


class ListedCommissionerSchema(CommissionerSchema):
    """A commissioner, with all that it is known by."""

    identifiers = fields.List(
        fields.Nested(IdentifierSchema), metadata=said("Its numbers in registers, the best known register first.")
    )
    former_bodies = fields.List(
        fields.Nested(FormerBodySchema), metadata=said("The bodies that became this one, the last one first.")
    )


class CommissionersSchema(Schema):
    """All organisations that publish their plan here, by name."""

    commissioners = fields.List(fields.Nested(ListedCommissionerSchema), metadata=said("The commissioners."))


class ReasonSchema(Schema):
    """A reason for having no value."""

    code = fields.String(metadata=said("The code."))
    state = fields.String(
        validate=validate.OneOf(["undecided", "withheld"]), metadata=said("Of which state it is a reason.")
    )
    label = fields.String(metadata=said("The reason in plain words."))
    hook = fields.String(metadata=said("The law that it rests on; empty for undecided fields."))
    usual_length = fields.String(metadata=said("How long it usually lasts."))


class ReasonsSchema(Schema):
    """All reasons for having no value."""

    reasons = fields.List(fields.Nested(ReasonSchema), metadata=said("The reasons."))


class AreaSchema(Schema):
    """An area."""

    code = fields.String(metadata=said("Its code: what the filter `area` takes."))
    name = fields.String(metadata=said("Its name: the filter takes that too."))
    kind = fields.String(metadata=said("country, region, icb, upper_tier, district, or itl (statistical)."))
    valid_from = fields.Date(allow_none=True, metadata=said("Since when there has been such an area, where known."))
    valid_to = fields.Date(allow_none=True, metadata=said("Its last day; null for an area that there still is."))
    within = fields.List(fields.String(), metadata=said("The codes of all areas that contain it wholly."))


class AreasSchema(Schema):
    """All areas."""

    areas = fields.List(fields.Nested(AreaSchema), metadata=said("The areas."))


class ThemeSchema(Schema):
    """A topic."""

    code = fields.String(metadata=said("Its code: what the filter `theme` takes."))
    name = fields.String(metadata=said("Its name: the filter takes that too."))
    words = fields.List(fields.String(), metadata=said("What else people call it."))
    cpv = fields.List(fields.String(), metadata=said("The beginnings of the CPV codes that belong to it."))


class ThemesSchema(Schema):
    """All topics, by name."""

    themes = fields.List(fields.Nested(ThemeSchema), metadata=said("The topics."))


class RoutesSchema(Schema):
    """All ways of choosing who will provide."""

    routes = fields.List(fields.Nested(RouteSchema), metadata=said("The routes."))
