"""What the API answers with of sessions: when, where, who can get in, and what came of it."""

from typing import Any

from marshmallow import Schema, fields, validate

from kil_pipeline.engagement.session_parts import ACCESS_OFFERS, OFFERS, MaterialKind
from kil_pipeline.engagement.sessions import PUBLIC_STATES, describe_when
from kil_pipeline.engagement.venues import ACCESS_QUESTIONS, Known
from web.api.record_schemas import RecordSchema
from web.api.schemas import NEXT
from web.context import absolute, today
from web.public.part_schemas import Coded, CodedSchema, CommissionerSchema, MadePart, MadeText, said


class AccessSchema(Schema):
    """An answer about access to a venue."""

    question = fields.String(validate=validate.OneOf(list(ACCESS_QUESTIONS)), metadata=said("What was asked."))
    answer = fields.String(validate=validate.OneOf([known.value for known in Known]), metadata=said("The answer."))
    note = fields.String(metadata=said("A measure or remark; may be empty."))


class VenueSchema(Schema):
    """A place where sessions are held."""

    name = fields.String(attribute="facts.name", metadata=said("Its name."))
    owner = fields.String(attribute="facts.owner", metadata=said("Whose it is."))
    community_owned = fields.Boolean(
        attribute="facts.community_owned",
        allow_none=True,
        metadata=said("Whether it is the community's; null where that is not known."),
    )
    address = fields.String(attribute="facts.address", metadata=said("Where it is."))
    postcode = fields.String(attribute="facts.postcode", metadata=said("Its postcode."))
    latitude = fields.Float(attribute="facts.latitude", allow_none=True, metadata=said("In degrees (WGS 84)."))
    longitude = fields.Float(attribute="facts.longitude", allow_none=True, metadata=said("In degrees (WGS 84)."))
    travel = fields.String(attribute="facts.travel", metadata=said("How to get there."))
    access = MadePart(AccessSchema, lambda venue: venue.access(), many=True, metadata=said("What is known of access."))
    checked_on = fields.Date(
        attribute="facts.checked_on", allow_none=True, metadata=said("When somebody last checked the access facts.")
    )


class MaterialSchema(Schema):
    """Something to read, watch or hear."""

    title = fields.String(metadata=said("What it is called."))
    kind = fields.String(
        validate=validate.OneOf([kind.value for kind in MaterialKind]), metadata=said("What kind of thing it is.")
    )
    address = MadeText(
        lambda material: material.address if material.is_out(today()) else None,
        allow_none=True,
        metadata=said("Where it is; null until its day has come."),
    )
    from_on = fields.Date(allow_none=True, metadata=said("From which day it is there; null where it is there already."))


def _content(kind: type[fields.Field[Any]], name: str, description: str, **more: Any) -> Any:
    return kind(attribute=f"content.{name}", metadata=said(description), **more)


class SessionSchema(Schema):
    """An engagement session: where a commissioner listens."""

    reference = fields.String(metadata=said("Its permanent reference."))
    address = MadeText(lambda session: absolute(session.path), metadata=said("The address of its page."))
    title = _content(fields.String, "title", "What it is called.")
    purpose = _content(fields.String, "purpose", "What it is for.")
    state = MadePart(
        CodedSchema,
        lambda session: Coded(session.state.value, session.state.label),
        metadata=said(f"Where it stands: {', '.join(state.value for state in PUBLIC_STATES)}."),
    )
    state_reason = fields.String(metadata=said("Why it was moved or called off; else empty."))
    starts_at = _content(fields.DateTime, "starts_at", "When it starts.", format="iso")
    ends_at = _content(fields.DateTime, "ends_at", "When it ends.", format="iso")
    when = MadeText(lambda session: describe_when(session.content), metadata=said("When it is, as pages say it."))
    earlier_starts = fields.List(
        fields.DateTime(format="iso"), metadata=said("When it was to start before it was moved, oldest first.")
    )
    format = _content(fields.String, "format", "How it is run.")
    online = _content(fields.Boolean, "online", "Whether one can take part online.")
    open_to_change = _content(fields.String, "open_to_change", "What is still open.")
    open_why = _content(fields.String, "open_why", "Why that is open.")
    already_decided = _content(fields.String, "already_decided", "What is decided already.")
    decided_why = _content(fields.String, "decided_why", "Why that is decided.")
    stage = _content(fields.String, "stage", "The code of the stage; null where nobody said.", allow_none=True)
    agenda = _content(fields.String, "agenda", "What happens.")
    in_person = _content(fields.Boolean, "in_person", "Whether one can take part in person.")
    host = _content(fields.String, "host", "The local organisation that hosts it.")
    co_hosts = fields.List(fields.String(), attribute="content.co_hosts", metadata=said("Who hosts it as well."))
    offered = _content(fields.String, "offered", "What is offered to those who come.")
    offers = fields.List(
        fields.String(), attribute="content.offers", metadata=said(f"What is offered, of: {', '.join(OFFERS)}.")
    )
    payment = _content(fields.String, "payment", "How much is paid for taking part.")
    access_offers = fields.List(
        fields.String(),
        attribute="content.access_offers",
        metadata=said(f"What is arranged, of: {', '.join(ACCESS_OFFERS)}."),
    )
    access_contact = _content(fields.String, "access_contact", "Whom to ask about access.")
    access_by = _content(fields.Date, "access_by", "The day by which to ask; null where none.", allow_none=True)
    capacity = _content(fields.Integer, "capacity", "How many can come; null where nobody said.", allow_none=True)
    capacity_online = _content(
        fields.Integer, "capacity_online", "How many can take part online; null where nobody said.", allow_none=True
    )
    areas = fields.List(fields.String(), attribute="content.areas", metadata=said("Codes of the areas it is for."))
    themes = fields.List(fields.String(), attribute="content.themes", metadata=said("Codes of its topics."))
    entries = fields.List(
        fields.String(), attribute="content.entries", metadata=said("References of what it is about.")
    )
    venue = fields.Nested(VenueSchema, allow_none=True, metadata=said("Where it is; null where that is not known."))
    commissioner = fields.Nested(CommissionerSchema, metadata=said("Who wants to listen."))
    materials = MadePart(
        MaterialSchema,
        lambda session: session.content.materials,
        many=True,
        metadata=said("What there is to read, watch or hear."),
    )
    sequence = fields.Integer(metadata=said("Counts up whenever its time, place or state changes."))
    updated_at = fields.DateTime(format="iso", metadata=said("When anything public in it changed last."))


class SessionsSchema(Schema):
    """One page of engagement sessions, by reference: those to come and those that were."""

    sessions = fields.List(fields.Nested(SessionSchema), metadata=said("The sessions."))
    next = fields.String(allow_none=True, metadata=NEXT)


class SessionWithRecordSchema(SessionSchema):
    """An engagement session with its record, once that is final."""

    record = MadePart(
        RecordSchema,
        lambda session: session.record,
        allow_none=True,
        metadata=said("What was said, and what came of it; null until the record is final."),
    )
