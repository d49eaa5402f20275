"""The parts of what machines get: dates, money, reasons, codes.

The descriptions are read by people too: they make the API's documentation and the guide to the data.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, validate

from kil_pipeline.plan.advice import CHANCES
from kil_pipeline.plan.contents import LinkKind
from kil_pipeline.plan.expected_dates import Confidence, Precision, describe
from kil_pipeline.plan.money import Period, Vat
from kil_pipeline.plan.money import describe as describe_money
from kil_pipeline.plan.wordings import STATE_WORDS
from kil_pipeline.reference.milestones import milestone_kind


def said(description: str, **more: Any) -> dict[str, Any]:
    """Return the account of a field that its documentation gives."""
    return {"description": description, **more}


class MadeText(fields.String):
    """A text that is made from the whole of what is shown."""

    def __init__(self, make: Callable[[Any], Any], **more: Any) -> None:
        super().__init__(**more)
        self.make = make

    def get_value(self, obj: Any, *args: Any, **more: Any) -> Any:
        """Make it."""
        return self.make(obj)


class MadePart(fields.Nested):
    """A part that is made from the whole of what is shown."""

    def __init__(self, schema: type[Schema], make: Callable[[Any], Any], **more: Any) -> None:
        super().__init__(schema, **more)
        self.make = make

    def get_value(self, obj: Any, *args: Any, **more: Any) -> Any:
        """Make it."""
        return self.make(obj)


@dataclass(frozen=True)
class Coded:
    """A code of one of our lists, with its name."""

    code: str
    name: str


class CodedSchema(Schema):
    """A code with its name."""

    code = fields.String(metadata=said("The code, which stays."))
    name = fields.String(metadata=said("Its name on screens."))


class ExpectedDateSchema(Schema):
    """A date as precisely as it is known: never take `earliest` for the day unless `precision` is day."""

    earliest = fields.Date(metadata=said("The first day on which it may be."))
    latest = fields.Date(metadata=said("The last day on which it may be."))
    precision = fields.String(
        validate=validate.OneOf([p.value for p in Precision]), metadata=said("How exactly the date is known.")
    )
    confidence = fields.String(
        validate=validate.OneOf([c.value for c in Confidence]), metadata=said("How sure the commissioner is.")
    )
    words = MadeText(describe, metadata=said("The date as pages say it."))


class MilestoneSchema(Schema):
    """A key date."""

    kind = fields.String(metadata=said("Which key date: a code such as `opens`."))
    name = MadeText(lambda milestone: milestone_kind(milestone.kind).label, metadata=said("Its name on screens."))
    when = fields.Nested(ExpectedDateSchema, metadata=said("When it is expected."))


class MoneySchema(Schema):
    """An amount: at least one of `least` and `most` is there."""

    least = fields.Integer(allow_none=True, metadata=said("The lower end, in whole pence."))
    most = fields.Integer(allow_none=True, metadata=said("The upper end, in whole pence."))
    period = fields.String(
        validate=validate.OneOf([p.value for p in Period]), metadata=said("Whether it is for a year or in total.")
    )
    vat = fields.String(validate=validate.OneOf([v.value for v in Vat]), metadata=said("Whether VAT is in it."))
    currency = fields.Constant("GBP", metadata=said("Always pounds sterling.", type="string"))
    words = MadeText(describe_money, metadata=said("The amount as pages say it."))


class FactSchema(Schema):
    """One field that may have a reason instead of a value. The reason's parts are left out where it has none."""

    path = fields.String(metadata=said("Which field, such as `value` or `milestones.opens`."))
    label = fields.String(metadata=said("Its name on screens."))
    state = fields.String(
        validate=validate.OneOf(list(STATE_WORDS)),
        metadata=said("Whether it is stated; not decided yet; known but not public; or not filled in."),
    )
    text = MadeText(
        lambda fact: fact.text if fact.state == "stated" else None,
        allow_none=True,
        metadata=said("The value in words; null where it is not stated."),
    )
    reason = fields.String(
        attribute="disclosure.reason", metadata=said("Why there is no value: a code of the reasons.")
    )
    reason_label = fields.String(metadata=said("The reason in plain words; empty where there is a value or no reason."))
    hook = fields.String(metadata=said("The law that a reason for withholding rests on; empty for others."))
    explanation = fields.String(
        attribute="disclosure.explanation", metadata=said("What the commissioner says about it, in its own words.")
    )
    who_decides = fields.String(attribute="disclosure.who_decides", metadata=said("Who decides."))
    expected_by = fields.Date(
        attribute="disclosure.expected_by",
        allow_none=True,
        metadata=said("The last day by which it is expected to be known or published."),
    )
    review_on = fields.Date(
        attribute="disclosure.review_on", allow_none=True, metadata=said("When it will be looked at again.")
    )
    how_you_could_help = fields.String(
        attribute="disclosure.how_you_could_help", metadata=said("What readers could tell the commissioner.")
    )
    public_interest = fields.String(
        attribute="disclosure.public_interest",
        metadata=said("Withheld fields: why keeping it back serves the public better than publishing it."),
    )


class NoticeSchema(Schema):
    """A notice on Find a Tender."""

    kind = fields.String(metadata=said("UK1 to UK17, or the type of notice under the earlier law."))
    id = fields.String(metadata=said("Its number there."))
    url = fields.String(metadata=said("Its page there."))
    published_on = fields.Date(metadata=said("The day it was published."))


class LinkSchema(Schema):
    """Another planned opportunity of the same commissioner that this one comes after."""

    kind = MadeText(
        lambda link: link.kind.value, metadata=said(f"What it is to the other: {', '.join(k.value for k in LinkKind)}.")
    )
    reference = fields.String(metadata=said("The reference of the other one."))


class CommissionerSchema(Schema):
    """An organisation that publishes its plan here."""

    name = fields.String(metadata=said("Its name."))
    slug = fields.String(metadata=said("Its name in addresses: what the filter `commissioner` takes."))
    website = fields.String(allow_none=True, metadata=said("Its website."))
    contact = fields.String(allow_none=True, metadata=said("Whom to ask about its plan."))
    promise = fields.String(metadata=said("What it promises readers of its plan; empty where it has said nothing."))
    predecessors = fields.List(
        fields.String(), metadata=said("The slugs of bodies that became this one: the filter takes them too.")
    )


class RouteSchema(Schema):
    """A way of choosing who will provide."""

    code = fields.String(metadata=said("The code: what the filter `route` takes."))
    name = fields.String(metadata=said("The legal name."))
    plain = fields.String(metadata=said("What it is in plain words."))
    explains = fields.String(metadata=said("What it means for those who may provide."))
    regime = fields.String(metadata=said("The law that it belongs to."))
    chance = fields.String(validate=validate.OneOf(list(CHANCES)), metadata=said("Its answer to “Can we go for it?”."))
    tenders = fields.Boolean(metadata=said("Whether a call for bids or applications is ever opened."))
    rule = fields.String(metadata=said("Where the law says so."))


class ChanceSchema(Schema):
    """The answer to “Can we go for it?”, as of today."""

    code = fields.String(
        attribute="chance",
        validate=validate.OneOf(list(CHANCES)),
        metadata=said("The code: what the filter `chance` takes."),
    )
    words = fields.String(attribute="can_we_go", metadata=said("The answer in words."))


class ActionSchema(Schema):
    """The answer to “What to do now, by when?”, as of today."""

    words = fields.String(attribute="what_to_do", metadata=said("What to do, in words."))
    by = fields.Nested(ExpectedDateSchema, allow_none=True, metadata=said("By when; null where no date is known."))


class AnswerSchema(Schema):
    """What a reader answered to “how you could help us decide”, with the response. Published with consent."""

    number = fields.Integer(metadata=said("Counts the published answers to this planned opportunity from 1."))
    path = fields.String(metadata=said("Which field it is about."))
    question = fields.String(metadata=said("What was asked, as it read then."))
    name = MadeText(
        lambda answer: answer.name or None,
        allow_none=True,
        metadata=said("How its writer wants to be named; null for no name."),
    )
    text = MadeText(
        lambda answer: answer.text or None,
        allow_none=True,
        metadata=said("The answer; null where it was withdrawn or hidden."),
    )
    response = fields.String(metadata=said("What the commissioner says to it."))
    published_at = fields.DateTime(format="iso", metadata=said("When it was published, with the response."))
    withdrawn = fields.Boolean(metadata=said("Whether its writer took it back."))
    hidden_why = fields.String(metadata=said("Why the commissioner hid it; empty where it did not."))
