"""What the session form asks, in which order and in which words."""

from collections.abc import Sequence
from dataclasses import replace

from kil_pipeline.engagement.session_answers import ATTENDANCES
from kil_pipeline.engagement.session_parts import ACCESS_OFFERS, FORMATS, OFFERS
from kil_pipeline.plan.answers import Problem
from kil_pipeline.reference.stages import stages
from kil_pipeline.reference.themes import themes
from web.commissioner.entry_form import Field, Section

MANDATORY = ("title", "purpose", "day", "from", "to", "attendance")
"""What a session cannot do without. The way to take part is chosen from the start."""


def session_sections(*, timed: bool) -> tuple[Section, ...]:
    """Return the whole form, with what may be left out marked so.

    `timed`: with its day and times, which one moves apart once it is public.
    """
    return tuple(_marked(section) for section in _sections(timed=timed))


def _marked(section: Section) -> Section:
    """Say once of a section that all of it may be left out, else of each question."""
    fields = [f if f.name in MANDATORY else replace(f, label=f"{f.label} (optional)") for f in section.fields]
    if any(field.name in MANDATORY for field in section.fields):
        return replace(section, fields=tuple(fields))
    return replace(section, title=f"{section.title} (optional)")


def _sections(*, timed: bool) -> tuple[Section, ...]:
    when = Section("When", "In London’s time.", _when())
    return (
        Section("What it is", "", _what()),
        *((when,) if timed else ()),
        Section("Where", "", _where()),
        Section("What can change", "People come where they can change something.", _scope()),
        Section("What happens", "", (Field("agenda", "Agenda", "A line for each part.", "text"),)),
        Section("For those who come", "Say what they get, so that nobody is out of pocket.", _offered()),
        Section("Access", "", _access()),
    )


def in_order(problems: Sequence[Problem]) -> list[Problem]:
    """Return problems in the order in which their questions stand on the page; materials come last."""
    names = [field.name for section in _sections(timed=True) for field in section.fields]
    places = {name: place for place, name in enumerate(names)}
    last = len(names)
    return sorted(problems, key=lambda p: places.get(p.field, last if p.field.startswith("material ") else -1))


def labelled(problem: Problem) -> str:
    """Return what is wrong with the name of its question before it."""
    if problem.field.startswith("material "):
        return f"{problem.field.partition(':')[0].capitalize()}: {problem.message}"
    labels = {field.name: field.label for section in _sections(timed=True) for field in section.fields}
    label = labels.get(problem.field)
    return problem.message if label is None or problem.field == "title" else f"{label}: {problem.message}"


def _what() -> tuple[Field, ...]:
    named = tuple((stage.name, stage.name) for stage in stages())
    return (
        Field("title", "Title", "As you would say it to a neighbour."),
        Field("purpose", "What it is for", "In plain words.", "text"),
        Field("stage", "Stage", "", "choice", named),
        Field("format", "Form", "", "choice", tuple((name, name.capitalize()) for name in FORMATS)),
        Field(
            "entries",
            "What it is about",
            "References of planned opportunities that are public, such as EXA-0012. None, one or several; also later.",
        ),
        Field("themes", "Topics", "Those of what it is about count too.", "several", _topics()),
    )


def _topics() -> tuple[tuple[str, str], ...]:
    return tuple((theme.name, theme.name) for theme in themes())


def _when() -> tuple[Field, ...]:
    return (
        Field("day", "Day", "For example 14 March 2027."),
        Field("from", "From", "For example 17:30, or 5:30pm."),
        Field("to", "To"),
    )


def _where() -> tuple[Field, ...]:
    return (
        Field("attendance", "How to take part", "", "choice", tuple(ATTENDANCES.items())),
        Field("venue", "Venue", "Its name in our directory, or the address of its page there."),
        Field(
            "online_link",
            "Online link",
            "It is never public: only those who come and those who run it get it. Starts with https://",
        ),
        Field("areas", "Where it is for", "Councils, boards or regions. Part several with semicolons."),
        Field("capacity", "Places in person"),
        Field("capacity_online", "Places online"),
    )


def _scope() -> tuple[Field, ...]:
    return (
        Field("open_to_change", "Open to change", "What can people change by coming?", "text"),
        Field("open_why", "Why that is open", "", "text"),
        Field("already_decided", "Already decided", "What can’t be changed any more?", "text"),
        Field("decided_why", "Why that is decided", "", "text"),
    )


def _offered() -> tuple[Field, ...]:
    return (
        Field("offers", "Offered", "", "several", tuple(OFFERS.items())),
        Field("payment", "How much is paid for taking part", "For example £25 an hour."),
        Field("offered", "In your own words", "Your policy, how to claim, food and drink.", "text"),
    )


def _access() -> tuple[Field, ...]:
    return (
        Field("access_offers", "Arranged for this session", "", "several", tuple(ACCESS_OFFERS.items())),
        Field("access_contact", "Whom to ask about access", "A team’s address or number: it is public."),
        Field("access_by", "By when to ask", "For example 1 March 2027."),
    )
