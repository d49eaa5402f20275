"""What the entry form asks, in which order and in which words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kil_pipeline.plan.answers import Problem, path_of
from kil_pipeline.plan.changes import OTHER_FIELDS
from kil_pipeline.plan.statuses import Status
from kil_pipeline.reference.benefits import benefits
from kil_pipeline.reference.milestones import milestone_kinds
from kil_pipeline.reference.reasons import Reason, reasons
from kil_pipeline.reference.routes import routes
from kil_pipeline.reference.stages import stages
from kil_pipeline.reference.themes import themes


@dataclass(frozen=True)
class Field:
    """One question. `choices`: pairs of what is sent and what is shown, one of which (or several) can be chosen."""

    name: str
    label: str
    hint: str = ""
    kind: Literal["line", "text", "choice", "several"] = "line"
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def disclosable(self) -> bool:
        """Whether it may have a reason instead of a value."""
        return path_of(self.name) is not None

    @property
    def items(self) -> list[dict[str, str]]:
        """The choices, as the GOV.UK component takes them."""
        return [{"value": value, "text": text} for value, text in self.choices]


@dataclass(frozen=True)
class Section:
    """Questions that belong together."""

    title: str
    hint: str
    fields: tuple[Field, ...]


def form_sections(*, public: bool = False) -> tuple[Section, ...]:
    """Return the whole form. The status of what is `public` is not typed: it has pages of its own."""
    return (
        Section("What", "A headline is enough to publish. Everything else can follow.", _what()),
        Section("Where and for whom", "", _where()),
        Section("How much, and how", "", _how()),
        Section(
            "Key dates",
            "Write a date as you know it: 14 March 2027, March 2027, Q3 2027/28, autumn 2027. "
            "Add (indicative) where it is not certain, or (confirmed).",
            tuple(Field(kind.code, kind.label) for kind in milestone_kinds()),
        ),
        Section("Where it stands", "", _standing()[:1] if public else _standing()),
    )


def reason_groups() -> tuple[tuple[str, tuple[Reason, ...]], ...]:
    """Return the reasons for a list: the five commonest first, then the rest of each family."""
    common = tuple(known for known in reasons() if known.common)
    return (
        ("Most used", common),
        ("Not decided yet", tuple(known for known in reasons("undecided") if not known.common)),
        ("Can’t say yet", tuple(known for known in reasons("withheld") if not known.common)),
    )


def in_order(problems: Sequence[Problem]) -> list[Problem]:
    """Return problems in the order in which their questions stand on the page."""
    places = {field.name: place for place, field in enumerate(_all_fields())}
    return sorted(problems, key=lambda problem: places.get(problem.field.split(":")[0], -1))


def named_problem(problem: Problem) -> str:
    """Return what is wrong with the name of its question before it: there are many dates on the page."""
    labels = {field.name: field.label for field in _all_fields()}
    label = labels.get(problem.field.split(":")[0])
    return problem.message if label is None or problem.field == "headline" else f"{label}: {problem.message}"


def _all_fields() -> list[Field]:
    return [field for section in form_sections() for field in section.fields]


def field_id(name: str) -> str:
    """Return the id of a question's box in the page: "value: why not" becomes value-why-not."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _what() -> tuple[Field, ...]:
    topics = tuple((theme.name, theme.name) for theme in themes())
    benefit_names = tuple((benefit.name, benefit.name) for benefit in benefits())
    return (
        Field("headline", "Headline", "In plain words, as you would say it to a neighbour."),
        Field("summary", "What it is", "What will be different, and for whom?", "text"),
        Field("themes", "Topics", "Readers find it by these. Choose all that fit.", "several", topics),
        Field("benefits", "Benefits sought", "What is it meant to do, besides the service?", "several", benefit_names),
        Field(
            "current",
            "What is there now",
            "Is it new? Does it replace something, when does that end, and may staff transfer?",
            "text",
        ),
        Field("cpv", "CPV codes", "If you have them. Part several with semicolons."),
    )


def _where() -> tuple[Field, ...]:
    return (
        Field("areas", "Where", "Councils, integrated care boards or regions. Part several with semicolons."),
        Field("suitability", "Who it may suit", "Small groups, partnerships, organisations of a certain kind."),
        Field("contact", "Contact", "A team’s address: it is public."),
    )


def _how() -> tuple[Field, ...]:
    chosen = tuple((route.name, f"{route.plain} ({route.name})") for route in routes())
    return (
        Field("value", "How much", "For example £400k to £650k a year, up to £60,000 in total, £1.1m a year ex VAT."),
        Field(
            "years_and_vat",
            OTHER_FIELDS["years_and_vat"],
            "Is each year certain? Does VAT come on top, or none?",
            "text",
        ),
        Field("route", "How the provider will be chosen", "", "choice", chosen),
        Field("route_why", OTHER_FIELDS["route_why"], "What else was thought of, and why was it set aside?", "text"),
        Field("length", "How long the contract or grant lasts", "For example: three years, and up to two more."),
        Field("lots", "Lots", "How is it divided? Could a local organisation do one part?"),
        Field("portal", "Where to apply or bid", "Which portal, and how to register on it."),
        Field(
            "guidance",
            OTHER_FIELDS["guidance"],
            "For this one alone: what each paper is, and its address (https://…), one to a line.",
            "text",
        ),
    )


def _standing() -> tuple[Field, ...]:
    statuses = tuple((status.label, status.label) for status in Status if status is not Status.DRAFT)
    named = tuple((stage.name, stage.name) for stage in stages())
    return (
        Field("stage", "Stage", "", "choice", named),
        Field("status", "Status", "Nothing is public before you publish it.", "choice", statuses),
        Field("status_reason", "Reason", "Needed for on hold, cancelled and withdrawn. It is public."),
    )
