"""What the API answers with, besides the planned opportunity itself (`web.public.schemas`)."""

from typing import Any

from marshmallow import Schema, fields, validate

from kil_pipeline.engagement.session_parts import ACCESS_OFFERS, OFFERS
from kil_pipeline.engagement.sessions import PUBLIC_STATES, describe_when
from kil_pipeline.engagement.venues import ACCESS_QUESTIONS, Known
from kil_pipeline.plan.wordings import describe_facts
from web.context import absolute
from web.public.part_schemas import (
    Coded,
    CodedSchema,
    CommissionerSchema,
    FactSchema,
    MadePart,
    MadeText,
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


class CommissionersSchema(Schema):
    """All organisations that publish their plan here, by name."""

    commissioners = fields.List(fields.Nested(CommissionerSchema), metadata=said("The commissioners."))


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
    updated_at = fields.DateTime(format="iso", metadata=said("When anything public in it changed last."))


class SessionsSchema(Schema):
    """One page of engagement sessions, by reference: those to come and those that were."""

    sessions = fields.List(fields.Nested(SessionSchema), metadata=said("The sessions."))
    next = fields.String(allow_none=True, metadata=NEXT)
