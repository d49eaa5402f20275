"""What an answer to a point says, and what it must say."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kil_pipeline.errors import InvalidContent


class ResponseState(StrEnum):
    """Where an answer stands."""

    CONSIDERING = "considering"
    WILL_DO = "will_do"
    DONE = "done"
    PART_DONE = "part_done"
    CANNOT_DO = "cannot_do"

    @property
    def label(self) -> str:
        """The state in plain words."""
        return _LABELS[self]

    @property
    def open(self) -> bool:
        """Whether something is still to be done by its day."""
        return self in (ResponseState.CONSIDERING, ResponseState.WILL_DO, ResponseState.PART_DONE)


_LABELS = {
    ResponseState.CONSIDERING: "Considering it",
    ResponseState.WILL_DO: "Will do",
    ResponseState.DONE: "Done",
    ResponseState.PART_DONE: "Part done",
    ResponseState.CANNOT_DO: "Cannot do",
}


@dataclass(frozen=True)
class ResponseContent:
    """Everything public about an answer. `owner` is a role or a team, not a person's name."""

    state: ResponseState
    text: str = ""
    reason: str = ""
    """Why it cannot be done."""
    owner: str = ""
    due: date | None = None
    evidence: str = ""
    """A web address."""
    entry: str = ""
    """The reference of a planned opportunity that changed for it."""
    revision: int | None = None
    """The number of the publication that changed it."""

    def __post_init__(self) -> None:
        if self.state is ResponseState.CANNOT_DO and not self.reason.strip():
            raise InvalidContent("Say why it cannot be done.")
        if self.state.open and self.due is None:
            raise InvalidContent("Give a day by which this is to be done or decided.")
        if self.state.open and not self.owner.strip():
            raise InvalidContent("Say which role or team sees to it.")
        if "@" in self.owner:
            raise InvalidContent("The owner is a role or a team. Its email address has a box of its own.")
        if self.evidence and not self.evidence.startswith(("https://", "http://")):
            raise InvalidContent("The evidence must be a web address that begins with https://.")
        if self.revision is not None and not self.entry:
            raise InvalidContent("Name the planned opportunity that the publication is of.")
