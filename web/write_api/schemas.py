"""What a program sends and gets when it writes."""

from marshmallow import Schema, fields, validate

from kil_pipeline.plan.submissions import Request
from web.public.part_schemas import said


class AnswersSchema(Schema):
    """What is said of a planned opportunity, field by field, typed as in the form or in a spreadsheet."""

    answers = fields.Dict(
        keys=fields.String(),
        values=fields.String(allow_none=True),
        required=True,
        metadata=said(
            "By field: `headline`, `value`, `opens` …; what is said instead of a value under `value: why not` and the "
            "like. Null empties a field."
        ),
    )


class PublicationSchema(Schema):
    """Why something is published."""

    why = fields.String(
        load_default="",
        validate=validate.Length(max=1000),
        metadata=said("Why it changed, in public words; may stay empty."),
    )
    minor = fields.Boolean(load_default=False, metadata=said("A small correction, of which nobody is told."))


class DraftSchema(Schema):
    """A planned opportunity as its own organisation writes it. Private values are never given back."""

    reference = fields.String(metadata=said("Its permanent reference."))
    version = fields.Integer(metadata=said("Counts up at every save; the `ETag` says it too."))
    status = fields.String(metadata=said("`draft` until it is published, then the status that is public."))
    published = fields.Boolean(metadata=said("Whether what it says here is what everybody sees."))
    answers = fields.Dict(
        keys=fields.String(), values=fields.String(), metadata=said("What it says, without private values.")
    )


class WrittenSchema(Schema):
    """What became of a request that wrote something."""

    reference = fields.String(metadata=said("Its permanent reference."))
    version = fields.Integer(metadata=said("The version that was stored."))
    published = fields.Boolean(metadata=said("Whether what it says here is what everybody sees."))
    revision = fields.Integer(
        allow_none=True, metadata=said("The number of the publication; null where nothing was published.")
    )
    outcome = fields.String(
        validate=validate.OneOf([request.value for request in Request]),
        metadata=said("What became of the wish to publish: published, unchanged, waiting for approval, held back."),
    )
