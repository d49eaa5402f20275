"""What a row or a record says of a venue: each field with its heading, and how it is read."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from kil_pipeline.engagement.venues import ACCESS_QUESTIONS, AccessFact, Known, Space, VenueFacts
from kil_pipeline.errors import DomainError, InvalidContent
from kil_pipeline.plan.answer_values import split_list
from kil_pipeline.plan.answers import Problem
from kil_pipeline.plan.expected_date_parsing import parse_expected_date
from kil_pipeline.plan.unknowns import is_unknown
from kil_pipeline.reference.areas import find_area
from kil_pipeline.text import MAX_HEADLINE, MAX_TEXT, clean_line, clean_text, slugify

REFERENCE = "reference"
FIELDS: dict[str, str] = {
    REFERENCE: "Reference",
    "name": "Name",
    "owner": "Owner",
    "community_owned": "Community owned",
    "about": "About",
    "address": "Address",
    "town": "Town",
    "postcode": "Postcode",
    "uprn": "UPRN",
    "areas": "Local authority",
    "latitude": "Latitude",
    "longitude": "Longitude",
    "travel": "Travel",
    "spaces": "Spaces",
    "access_note": "About access",
    "checked_on": "Access checked on",
    **ACCESS_QUESTIONS,
    **{f"{question}: note": f"{words}: note" for question, words in ACCESS_QUESTIONS.items()},
}
"""Each field with the heading of its column."""
LONG_TEXTS = ("about", "travel", "access_note")
_YES = frozenset(("yes", "y", "true", "1", "x", "✓"))
_NO = frozenset(("no", "n", "false", "0"))
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")


@dataclass(frozen=True)
class ReadVenue:
    """What a row says. Where it says nothing, what is known of the venue stays."""

    changes: Mapping[str, Any]
    """Parts of `VenueFacts`, the answers about access excepted."""
    access: tuple[AccessFact, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        """The venue's name; empty where it could not be read."""
        return str(self.changes.get("name", ""))

    def place(self) -> str:
        """Return what tells the venue apart where it has no reference: its name and postcode."""
        return f"{slugify(self.name)[:120]}:{slugify(self.changes.get('postcode', ''))}"

    def over(self, known: VenueFacts | None) -> VenueFacts:
        """Return what is known of the venue, with what the row says over it."""
        facts = known or VenueFacts(self.name)
        answers = {fact.question: fact for fact in (*facts.access, *self.access)}
        access = tuple(answers[question] for question in ACCESS_QUESTIONS if question in answers)
        return replace(facts, **self.changes, access=access)


def read_venue(raw: Mapping[str, str], today: date) -> ReadVenue:
    """Read the cells of a venue, by the keys of `FIELDS`. What cannot be read is among the problems."""
    changes: dict[str, Any] = {}
    problems: list[Problem] = []
    if not clean_line(raw.get("name", "")):
        problems.append(Problem("name", "", "A venue needs a name."))
    for field, cell in raw.items():
        if field not in READERS or not cell.strip() or (is_unknown(cell) and field != "name"):
            continue
        try:
            changes[field] = READERS[field](cell, today)
        except DomainError as error:
            problems.append(Problem(field, cell, str(error)))
    access, wrong = _read_access(raw)
    return ReadVenue(changes, access, (*problems, *wrong))


def _read_access(raw: Mapping[str, str]) -> tuple[tuple[AccessFact, ...], list[Problem]]:
    facts, problems = [], []
    for question in ACCESS_QUESTIONS:
        cell, note = raw.get(question, ""), clean_line(raw.get(f"{question}: note", ""))[:MAX_HEADLINE]
        try:
            answer = read_known(cell)
        except DomainError as error:
            problems.append(Problem(question, cell, str(error)))
            continue
        if cell.strip():
            facts.append(AccessFact(question, answer, note))
    return tuple(facts), problems


def read_known(text: str) -> Known:
    """Read yes, no or "not known" (which an empty cell is too). Raises `InvalidContent`."""
    word = clean_line(text).casefold()
    if word in _YES:
        return Known.YES
    if word in _NO:
        return Known.NO
    if not word or is_unknown(word):
        return Known.NOT_KNOWN
    raise InvalidContent("Write yes, no, or leave it empty where it is not known.")


def read_postcode(text: str) -> str:
    """Return a postcode as it is usually written: capitals, a space before the last three."""
    found = _POSTCODE.fullmatch(clean_line(text).replace(" ", "").upper())
    if found is None:
        raise InvalidContent("That is not a postcode, such as M33 3NH.")
    return f"{found[1]} {found[2]}"


def _line(text: str, today: date) -> str:
    line = clean_line(text)
    if len(line) > MAX_HEADLINE:
        raise InvalidContent(f"Write at most {MAX_HEADLINE} characters.")
    return line


def _text(text: str, today: date) -> str:
    return clean_text(text)[:MAX_TEXT]


def _owned(text: str, today: date) -> bool:
    return read_known(text) is Known.YES


def _areas(text: str, today: date) -> tuple[str, ...]:
    codes = []
    for name in split_list(text):
        found = find_area(name)
        if found is None:
            raise InvalidContent(f"We know no council “{clean_line(name)[:60]}”. Write its full name, or its code.")
        codes.append(found.code)
    return tuple(dict.fromkeys(codes))


def _degrees(most: int) -> Callable[[str, date], float]:
    def read(text: str, today: date) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not abs(value) <= most:  # NaN is not within any bound
            raise InvalidContent(f"Write degrees as a number from -{most} to {most}, such as 53.42467.")
        return round(value, 6)

    return read


def _spaces(text: str, today: date) -> tuple[Space, ...]:
    """Read "Main hall: 80; Meeting room"."""
    spaces = []
    for part in split_list(text):
        found = re.fullmatch(r"(.+?)\s*[:(]\s*(\d{1,5})(?: people)?\)?", clean_line(part))
        spaces.append(Space(found[1], int(found[2])) if found else Space(clean_line(part)[:MAX_HEADLINE]))
    return tuple(spaces)


def _checked(text: str, today: date) -> date:
    when = parse_expected_date(text, today=today)
    if when.earliest > today:
        raise InvalidContent("That day is still to come.")
    return when.earliest


READERS: dict[str, Callable[[str, date], Any]] = {
    "name": _line,
    "owner": _line,
    "community_owned": _owned,
    "address": _line,
    "town": _line,
    "postcode": lambda text, today: read_postcode(text),
    "uprn": _line,
    "areas": _areas,
    "latitude": _degrees(90),
    "longitude": _degrees(180),
    "spaces": _spaces,
    "checked_on": _checked,
    **dict.fromkeys(LONG_TEXTS, _text),
}
"""How each part of `VenueFacts` is read; each raises a `DomainError` that says how to mend it."""
