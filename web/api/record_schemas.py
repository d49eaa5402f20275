"""What the API answers with of a session's record: its parts, the answers to its points, what was added later."""

from typing import Any

from marshmallow import Schema, fields, validate

from kil_pipeline.engagement.record_contents import FIELDS, PointKind
from kil_pipeline.engagement.response_contents import ResponseState
from web.context import today
from web.public.part_schemas import Coded, CodedSchema, MadePart, said


class MoveSchema(Schema):
    """A move of an answer."""

    at = fields.DateTime(format="iso", attribute="0", metadata=said("When it moved."))
    sentence = fields.String(attribute="1", metadata=said("What moved, in a sentence."))


class ResponseSchema(Schema):
    """An answer to a point: you said, we did."""

    state = MadePart(
        CodedSchema,
        lambda response: Coded(response.content.state.value, response.content.state.label),
        metadata=said(f"Where it stands: {', '.join(ResponseState)}."),
    )
    text = fields.String(attribute="content.text", metadata=said("The answer, in the commissioner's words."))
    reason = fields.String(attribute="content.reason", metadata=said("Why it cannot be done; else empty."))
    owner = fields.String(attribute="content.owner", metadata=said("The role or team that sees to it."))
    due = fields.Date(attribute="content.due", allow_none=True, metadata=said("By when; null where none."))
    overdue = fields.Function(
        lambda response: response.overdue(today()),
        metadata=said("Whether that day has passed with something to do.", type="boolean"),
    )
    evidence = fields.String(attribute="content.evidence", metadata=said("A web address that shows it; may be empty."))
    entry = fields.String(
        attribute="content.entry", metadata=said("The reference of what changed for it in the plan; may be empty.")
    )
    revision = fields.Integer(
        attribute="content.revision", allow_none=True, metadata=said("The publication that changed it; null if none.")
    )
    updated_at = fields.DateTime(format="iso", metadata=said("When it moved last."))
    moves = fields.List(fields.Nested(MoveSchema), metadata=said("Every move, oldest first."))


class PointSchema(Schema):
    """One thing that was said, proposed, agreed or decided."""

    number = fields.Integer(attribute="part.number", metadata=said("Its number in the record, which stays."))
    kind = fields.String(
        attribute="part.content.kind",
        validate=validate.OneOf([kind.value for kind in PointKind]),
        metadata=said("What kind of thing it is."),
    )
    text = fields.String(attribute="part.content.text", metadata=said("In plain words."))
    about = fields.String(attribute="part.content.about", metadata=said("What of the open things it is about."))
    organisations = fields.Integer(
        attribute="part.content.organisations",
        allow_none=True,
        metadata=said("How many organisations asked for it; null where nobody counted."),
    )
    people = fields.Integer(
        attribute="part.content.people",
        allow_none=True,
        metadata=said("How many people asked for it; null where nobody counted."),
    )
    themes = fields.List(fields.String(), attribute="part.content.themes", metadata=said("Codes of its topics."))
    response = fields.Nested(ResponseSchema, allow_none=True, metadata=said("The answer; null until there is one."))


def _texts(kind: str, words: str) -> type[Schema]:
    """Make the schema of a kind of part that consists of texts alone."""
    parts: dict[str, Any] = {
        field.name: fields.String(attribute=f"content.{field.name}", metadata=said(f"{field.label}."))
        for field in FIELDS[kind]
    }
    number = fields.Integer(metadata=said("Its number in the record, which stays."))
    return type(f"{kind.capitalize()}Schema", (Schema,), {"__doc__": words, "number": number, **parts})


OutcomeSchema = _texts("outcome", "An outcome that was agreed, and how it is measured.")
RippleSchema = _texts("ripple", "One row of Ripple Effect Mapping.")
TheorySchema = _texts("theory", "One row of a theory of change.")


class AmendmentSchema(Schema):
    """What was added to a record after it was final."""

    at = fields.DateTime(format="iso", metadata=said("When it was added."))
    by = fields.String(metadata=said("By which organisation."))
    text = fields.String(metadata=said("What was added."))


class RecordSchema(Schema):
    """The record of a session: final, and only added to since."""

    final_at = fields.DateTime(format="iso", metadata=said("Since when it is final."))
    came_people = fields.Integer(
        attribute="head.came_people", allow_none=True, metadata=said("How many came; null where that is not recorded.")
    )
    came_organisations = fields.Integer(
        attribute="head.came_organisations",
        allow_none=True,
        metadata=said("How many organisations came; null where that is not recorded."),
    )
    interests = fields.String(attribute="head.interests", metadata=said("Conflicts of interest that were declared."))
    points = MadePart(
        PointSchema,
        lambda record: [
            {"part": part, "response": record.responses.get(part.number)} for part in record.of_kind("point")
        ],
        many=True,
        metadata=said("What was said, agreed and decided, each with its answer."),
    )
    outcomes = MadePart(
        OutcomeSchema, lambda record: record.of_kind("outcome"), many=True, metadata=said("The outcomes agreed.")
    )
    ripples = MadePart(
        RippleSchema, lambda record: record.of_kind("ripple"), many=True, metadata=said("The ripple effects.")
    )
    theory = MadePart(
        TheorySchema, lambda record: record.of_kind("theory"), many=True, metadata=said("The theory of change.")
    )
    amendments = fields.List(fields.Nested(AmendmentSchema), metadata=said("What was added later, oldest first."))
