"""What a session's record is made of: points, agreed outcomes, ripple effects and steps of a theory of change.

Each kind of part has a few fields. Forms, tables and what is stored are all made from `FIELDS`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kil_pipeline.codec import from_json
from kil_pipeline.reference.themes import themes
from kil_pipeline.text import clean_line, clean_text

MOST_CHARACTERS = 3_000
"""Of one field of a part."""
MOST_COUNTED = 100_000
"""The largest number of people or organisations that a record takes."""


class PointKind(StrEnum):
    """What kind of thing was said."""

    SAID = "said"
    IDEA = "idea"
    AGREEMENT = "agreement"
    DECISION = "decision"

    @property
    def label(self) -> str:
        """The kind in plain words."""
        return {"said": "Said", "idea": "Idea", "agreement": "Agreed", "decision": "Decided"}[self.value]

    @property
    def heading(self) -> str:
        """The heading of all points of the kind."""
        return {"said": "What people said", "idea": "Ideas", "agreement": "Agreements", "decision": "Decisions"}[
            self.value
        ]


@dataclass(frozen=True)
class Point:
    """One thing that was said, proposed, agreed or decided. Counts: None is "not recorded", never 0."""

    text: str
    kind: PointKind = PointKind.SAID
    themes: tuple[str, ...] = ()
    about: str = ""
    """Which of what is open to change it is about."""
    organisations: int | None = None
    """How many organisations asked for it."""
    people: int | None = None
    """How many people asked for it."""


@dataclass(frozen=True)
class Outcome:
    """An outcome that was agreed, how it is measured, and who collects that."""

    outcome: str
    measure: str = ""
    collected_by: str = ""
    """An organisation or a role, not a person's name."""
    when: str = ""


@dataclass(frozen=True)
class Ripple:
    """One row of Ripple Effect Mapping."""

    ripple: str
    effect: str = ""
    reached: str = ""
    """Who it reached: a group, not a person."""


@dataclass(frozen=True)
class TheoryStep:
    """One row of a theory of change."""

    input: str
    activity: str = ""
    output: str = ""
    outcome: str = ""
    impact: str = ""


PartContent = Point | Outcome | Ripple | TheoryStep
PART_TYPES: dict[str, type[PartContent]] = {
    "point": Point,
    "outcome": Outcome,
    "ripple": Ripple,
    "theory": TheoryStep,
}
"""Every kind of part by its name in tables and addresses."""
PART_NAMES = {"point": "Point", "outcome": "Agreed outcome", "ripple": "Ripple effect", "theory": "Step of change"}
PART_HEADINGS = {
    "point": "What was said and agreed",
    "outcome": "Agreed outcomes and measures",
    "ripple": "Ripple effects",
    "theory": "Theory of change",
}


@dataclass(frozen=True)
class Field:
    """One field of a part, as a form asks for it. `kind`: text, line, count, choice or themes."""

    name: str
    label: str
    kind: str = "line"
    hint: str = ""
    needed: bool = False


FIELDS: dict[str, tuple[Field, ...]] = {
    "point": (
        Field("kind", "What is it?", "choice"),
        Field("text", "In plain words", "text", "As it was meant. No names, nothing that shows who said it.", True),
        Field("about", "Which thing that is open to change is it about?"),
        Field("organisations", "How many organisations asked for it?", "count", "Leave it empty if nobody counted."),
        Field("people", "How many people asked for it?", "count", "Leave it empty if nobody counted."),
        Field("themes", "Topics", "themes"),
    ),
    "outcome": (
        Field("outcome", "Outcome", "text", needed=True),
        Field("measure", "How it is measured"),
        Field("collected_by", "Who collects that", hint="An organisation or a role, not a person’s name."),
        Field("when", "When or how often"),
    ),
    "ripple": (
        Field("ripple", "What happened", "text", needed=True),
        Field("effect", "What that led to", "text"),
        Field("reached", "Who it reached", hint="A group, not a person."),
    ),
    "theory": (
        Field("input", "Input", "text", "What goes in: people, money, places.", True),
        Field("activity", "Activity", "text"),
        Field("output", "Output", "text"),
        Field("outcome", "Outcome", "text"),
        Field("impact", "Impact", "text"),
    ),
}

Typed = Mapping[str, Sequence[str]]
"""A form as it was sent: every value of each field."""
Problems = list[tuple[str, str]]
"""Fields with what to mend in them."""


def read_part(kind: str, typed: Typed, problems: Problems) -> PartContent | None:
    """Return a part as it was typed, or None, with what is to be mended added to `problems`."""
    before = len(problems)
    values: dict[str, Any] = {field.name: _read_field(field, typed, problems) for field in FIELDS[kind]}
    return from_json(PART_TYPES[kind], values) if len(problems) == before else None


def _read_field(field: Field, typed: Typed, problems: Problems) -> Any:
    given = "".join(typed.get(field.name, ("",))[:1])
    if field.kind == "themes":
        known = {theme.code for theme in themes()}
        return [code for code in dict.fromkeys(typed.get(field.name, ())) if code in known]
    if field.kind == "count":
        return read_count(field.name, field.label, given, problems)
    if field.kind == "choice":
        if given not in list(PointKind):
            problems.append((field.name, "Choose what kind of point it is."))
        return given
    text = clean_text(given) if field.kind == "text" else clean_line(given)
    if field.needed and not text:
        problems.append((field.name, f"{field.label}: write something, however short."))
    if len(text) > MOST_CHARACTERS:
        problems.append((field.name, f"{field.label}: {len(text):,} characters are too many. Use {MOST_CHARACTERS:,}."))
    return text


def read_count(name: str, label: str, given: str, problems: Problems) -> int | None:
    """Return a number as it was typed; None where nothing was: nobody counted."""
    digits = given.strip().replace(",", "")
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 6 or int(digits) > MOST_COUNTED:
        problems.append((name, f"{label.rstrip('?')}: write a whole number such as 12, or leave it empty."))
        return None
    return int(digits)


_ADDRESS = re.compile(r"[^\s@<>(),;:]{1,64}@[^\s@<>(),;:]{1,255}\.[^\s@<>(),;:]{2,}")  # RFC 5321, 4.5.3.1
_PHONE = re.compile(r"(?<![\d£.,-])(?:\+44|\(?0)[\d\s()–-]{8,16}\d(?!\d)")


def find_personal(text: str) -> tuple[str, ...]:
    """Return what looks like a mail address or a telephone number in a text. Names it cannot tell."""
    phones = (found.strip() for found in _PHONE.findall(text))
    numbers = (found for found in phones if 10 <= sum(character.isdigit() for character in found) <= 13)
    return (*_ADDRESS.findall(text), *numbers)


def texts_of(content: PartContent) -> tuple[str, ...]:
    """Return the texts of a part."""
    kind = next(name for name, known in PART_TYPES.items() if isinstance(content, known))
    return tuple(str(getattr(content, field.name)) for field in FIELDS[kind] if field.kind in ("text", "line"))
