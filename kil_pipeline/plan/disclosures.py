"""Why a field has no public value: nobody knows it yet, or it is known and cannot be public (step 3 of the guide)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kil_pipeline.errors import InvalidContent
from kil_pipeline.reference.milestones import milestone_kinds
from kil_pipeline.reference.reasons import reason

PLAIN_FIELDS: dict[str, str] = {
    "summary": "What it is",
    "areas": "Where",
    "value": "How much",
    "route": "How the provider will be chosen",
    "length": "How long the contract or grant lasts",
    "lots": "Lots",
    "current": "What is there now",
    "suitability": "Who it may suit",
    "portal": "Where to apply or bid",
}
"""The disclosable fields that are not dates, each with its label on screens."""


def field_labels() -> dict[str, str]:
    """Return the closed list of disclosable fields: each path with its label, in the order of the screens."""
    dates = {f"milestones.{kind.code}": kind.label for kind in milestone_kinds()}
    return PLAIN_FIELDS | dates


def field_label(path: str) -> str:
    """Return the label of a disclosable field. Raises `InvalidContent` for a path that is none."""
    try:
        return field_labels()[path]
    except KeyError:
        raise InvalidContent(f"“{path}” is not a field that can be withheld or undecided.") from None


class DisclosureState(StrEnum):
    """The two states that carry a reason. (The others are plain: stated has a value, not stated has neither.)"""

    UNDECIDED = "undecided"
    WITHHELD = "withheld"


@dataclass(frozen=True)
class Disclosure:
    """The account of one field that has no public value. Every text in it is public."""

    path: str
    state: DisclosureState
    reason: str
    """A code of the reasons list, of the family that `state` names."""
    explanation: str = ""
    who_decides: str = ""
    expected_by: date | None = None
    """The last day by which it is expected to be known or published."""
    review_on: date | None = None
    how_you_could_help: str = ""
    public_interest: str = ""
    """Withheld only: why keeping it back serves the public better than publishing it."""

    def __post_init__(self) -> None:
        field_label(self.path)
        known = reason(self.reason)
        if known.state != self.state.value:
            raise InvalidContent(f"The reason “{known.label}” is for {known.state} fields, not for {self.state} ones.")
        if known.needs_expected_by and self.expected_by is None:
            raise InvalidContent(f"The reason “{known.label}” needs the date by which it will be published.")

    def overdue(self, today: date) -> bool:
        """Tell whether the day by which it was expected has passed."""
        return self.expected_by is not None and self.expected_by < today
