"""What a person types about an entry, field by field, read into its content. Forms and spreadsheets share it.

A field's value is typed as people write it ("March 2027", "£400k to £650k a year", "TBC"). What is said instead of a
value comes under the field's name and one of `PARTS`, such as "value: why not".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kil_pipeline.errors import DomainError, InvalidContent
from kil_pipeline.plan.answer_values import DEFAULT_REASON, VALUE_READERS, find_reason, reason_names
from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState, field_labels
from kil_pipeline.plan.expected_date_parsing import parse_expected_date
from kil_pipeline.plan.unknowns import is_unknown, say_none
from kil_pipeline.reference.milestones import milestone_kinds
from kil_pipeline.reference.reasons import Reason
from kil_pipeline.text import MAX_HEADLINE, MAX_TEXT, clean_line, clean_text

PARTS = (
    "why not",
    "explanation",
    "who decides",
    "expected by",
    "review on",
    "how you could help",
    "public interest",
    "withheld value",
)
"""What can be said of a field that has no public value: each is typed under "FIELD: PART"."""

FURTHER = ("years_and_vat", "route_why", "guidance")
"""Texts that say more of another field, and need no reason where there is none."""
TEXTS = ("summary", "length", "lots", "current", "suitability", "portal", "contact", *FURTHER)


@dataclass(frozen=True)
class Problem:
    """Something that could not be read: where, what, and how to mend it."""

    field: str
    value: str
    message: str


@dataclass(frozen=True)
class Answers:
    """What was read. `content` is None where there is a problem; `withheld` is what must never be public."""

    content: EntryContent | None
    withheld: Mapping[str, str]
    problems: tuple[Problem, ...]


def answer_fields() -> tuple[str, ...]:
    """Return the name of every field that can be answered, in the order of the screens."""
    dates = tuple(kind.code for kind in milestone_kinds())
    before = (
        "headline",
        "summary",
        "themes",
        "areas",
        "benefits",
        "stage",
        "value",
        "years_and_vat",
        "route",
        "route_why",
    )
    texts = ("length", "lots", "current", "suitability", "portal", "guidance", "contact")
    return (*before, *texts, "cpv", *dates, "status", "status_reason")


def path_of(field: str) -> str | None:
    """Return the disclosable path of a field's name, or None where it can only be empty."""
    paths = field_labels()
    return field if field in paths else f"milestones.{field}" if f"milestones.{field}" in paths else None


def read_answers(raw: Mapping[str, str], *, today: date) -> Answers:
    """Read what was typed. Everything wrong is reported, not just the first thing."""
    return _Reading(raw, today).read()


class _Reading:
    """One reading: collects values, reasons, withheld values and problems."""

    def __init__(self, raw: Mapping[str, str], today: date) -> None:
        self.raw = raw
        self.today = today
        self.values: dict[str, Any] = {}
        self.milestones: list[Milestone] = []
        self.disclosures: list[Disclosure] = []
        self.withheld: dict[str, str] = {}
        self.problems: list[Problem] = []

    def read(self) -> Answers:
        self._read_headline()
        for field in answer_fields()[1:]:
            self._read_field(field)
        content = self._content() if not self.problems else None
        return Answers(content, self.withheld, tuple(self.problems))

    def _content(self) -> EntryContent | None:
        try:
            return EntryContent(**self.values, milestones=tuple(self.milestones), disclosures=tuple(self.disclosures))
        except InvalidContent as error:
            field = "status_reason" if "needs a reason" in str(error) else "headline"
            self.problems.append(Problem(field, "", str(error)))
            return None

    def _read_headline(self) -> None:
        headline = clean_line(self.raw.get("headline", ""))
        if not headline:
            self._problem("headline", "", "Write a headline: it is the one thing that every entry needs.")
        elif len(headline) > MAX_HEADLINE:
            message = (
                f"It has {len(headline)} characters. Use at most {MAX_HEADLINE}; the rest belongs into “What it is”."
            )
            self._problem("headline", headline, message)
        self.values["headline"] = headline

    def _read_field(self, field: str) -> None:
        text = say_none(field, self._bounded(field))
        path = path_of(field)
        if path is not None and self._read_why_not(field, path, text):
            return
        if not text or (path is None and is_unknown(text)):
            return
        try:
            self._read_value(field, text)
        except DomainError as error:
            self._problem(field, text, str(error))

    def _read_value(self, field: str, text: str) -> None:
        if any(field == kind.code for kind in milestone_kinds()):
            self.milestones.append(Milestone(field, parse_expected_date(text, today=self.today)))
        elif field in TEXTS:
            self.values[field] = text
        else:
            self.values[field] = VALUE_READERS[field](text)

    def _read_why_not(self, field: str, path: str, text: str) -> bool:
        """Read why a field has no public value. Returns whether it has none."""
        said = {part: self._bounded(f"{field}: {part}") for part in PARTS}
        if not said["why not"]:
            if not is_unknown(text):
                self._check_nothing_else(field, said, text)
                return False
            said["why not"] = DEFAULT_REASON
        known = find_reason(said["why not"])
        if known is None:
            self._problem(
                f"{field}: why not", said["why not"], f"We do not know this reason. Use one of: {reason_names()}."
            )
            return True
        if known.state == DisclosureState.UNDECIDED and text and not is_unknown(text):
            message = "There is a value and a reason for not having decided. Take one of them out."
            self._problem(field, text, message)
            return True
        for part in ("public interest", "withheld value"):
            if said[part] and known.state == DisclosureState.UNDECIDED:
                message = "This is for what you can’t say yet. Take it out, or choose another reason."
                self._problem(f"{field}: {part}", said[part], message)
        value = said["withheld value"] or ("" if is_unknown(text) else text)
        if value and known.state == DisclosureState.WITHHELD:
            self.withheld[path] = value
        self._add_disclosure(field, path, known, said)
        return True

    def _check_nothing_else(self, field: str, said: Mapping[str, str], text: str) -> None:
        """What is said beside no reason would be lost: say so."""
        part = next((part for part in PARTS if said[part]), None)
        if part is None:
            return
        message = f"Choose a reason: “{part}” says something about this field."
        if text:
            message = f"There is a value, and “{part}” for having none. Choose a reason, or take one of them out."
        self._problem(f"{field}: why not", "", message)

    def _add_disclosure(self, field: str, path: str, known: Reason, said: Mapping[str, str]) -> None:
        expected_by = self._read_day(field, "expected by", said)
        review_on = self._read_day(field, "review on", said)
        try:
            disclosure = Disclosure(
                path=path,
                state=DisclosureState(known.state),
                reason=known.code,
                explanation=said["explanation"],
                who_decides=clean_line(said["who decides"]),
                expected_by=expected_by,
                review_on=review_on,
                how_you_could_help=said["how you could help"],
                public_interest=said["public interest"] if known.state == DisclosureState.WITHHELD else "",
            )
        except DomainError as error:
            self._problem(f"{field}: expected by", said["expected by"], str(error))
            return
        self.disclosures.append(disclosure)

    def _read_day(self, field: str, part: str, said: Mapping[str, str]) -> date | None:
        """Read a day by which something is expected: of a longer time, its last day."""
        if not said[part] or is_unknown(said[part]):
            return None
        try:
            return parse_expected_date(said[part], today=self.today).latest
        except DomainError as error:
            self._problem(f"{field}: {part}", said[part], str(error))
            return None

    def _bounded(self, name: str) -> str:
        """Return what was typed under a name, cleaned; nothing, and a problem, where it is longer than we keep."""
        text = clean_text(self.raw.get(name, ""))
        if len(text) <= MAX_TEXT:
            return text
        self._problem(name, text[:80], f"That is {len(text)} characters long. Use at most {MAX_TEXT}.")
        return ""

    def _problem(self, field: str, value: str, message: str) -> None:
        self.problems.append(Problem(field, value[:300], message))
