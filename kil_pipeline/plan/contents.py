"""What an entry says in public: one frozen value. A withheld value has no place in it, by its very shape."""

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kil_pipeline.errors import InvalidContent
from kil_pipeline.plan.disclosures import Disclosure
from kil_pipeline.plan.expected_dates import ExpectedDate
from kil_pipeline.plan.money import Money
from kil_pipeline.plan.statuses import Status
from kil_pipeline.reference.milestones import milestone_kind


@dataclass(frozen=True)
class Milestone:
    """One key date."""

    kind: str
    when: ExpectedDate

    def __post_init__(self) -> None:
        milestone_kind(self.kind)


@dataclass(frozen=True)
class Notice:
    """A notice on Find a Tender that belongs to the entry."""

    kind: str
    """UK1 … UK17, or the notice type of the old regime."""
    id: str
    url: str
    published_on: date


class LinkKind(StrEnum):
    """How an entry comes after another one."""

    REPLACES = "replaces"
    FOLLOWS = "follows"
    SPLIT_FROM = "split_from"

    @property
    def label(self) -> str:
        """In plain words, before the other one's name."""
        return {"replaces": "Replaces", "follows": "Follows", "split_from": "Split from"}[self.value]

    @property
    def label_back(self) -> str:
        """In plain words on the other one's page, before this one's name."""
        return {"replaces": "Replaced by", "follows": "Followed by", "split_from": "Split into"}[self.value]


@dataclass(frozen=True)
class EntryLink:
    """That an entry comes after another published one of the same organisation."""

    kind: LinkKind
    reference: str


@dataclass(frozen=True)
class EntryContent:
    """Everything public that an author says of an entry; only the headline is mandatory.

    A field of the closed list (`disclosures.field_labels`) has a value, or a `Disclosure` with the reason why not, or
    neither (not stated); never both. Raises `InvalidContent` where the parts contradict each other.
    """

    headline: str
    status: Status = Status.PUBLISHED
    status_reason: str = ""
    summary: str | None = None
    stage: str | None = None
    themes: tuple[str, ...] = ()
    cpv: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    benefits: tuple[str, ...] = ()
    value: Money | None = None
    years_and_vat: str | None = None
    route: str | None = None
    route_why: str | None = None
    length: str | None = None
    lots: str | None = None
    current: str | None = None
    suitability: str | None = None
    portal: str | None = None
    guidance: str | None = None
    contact: str | None = None
    milestones: tuple[Milestone, ...] = ()
    disclosures: tuple[Disclosure, ...] = ()
    notices: tuple[Notice, ...] = ()
    links: tuple[EntryLink, ...] = ()

    def __post_init__(self) -> None:
        if not self.headline.strip():
            raise InvalidContent("A planned opportunity needs a headline.")
        if self.status.needs_reason and not self.status_reason.strip():
            raise InvalidContent(f"“{self.status.label}” needs a reason.")
        repeated = [kind for kind, n in Counter(m.kind for m in self.milestones).items() if n > 1]
        if repeated:
            raise InvalidContent(f"The key date “{milestone_kind(repeated[0]).label}” is there twice.")
        if len({d.path for d in self.disclosures}) != len(self.disclosures):
            raise InvalidContent("A field has two reasons for having no value.")
        for disclosure in self.disclosures:
            if self.states(disclosure.path):
                raise InvalidContent(f"“{disclosure.path}” has both a value and a reason for having none.")

    def states(self, path: str) -> bool:
        """Tell whether the field has a public value."""
        return self.stated(path) is not None

    def stated(self, path: str) -> object | None:
        """Return the field's public value, or None."""
        if path.startswith("milestones."):
            return self.milestone(path.removeprefix("milestones."))
        return getattr(self, path) or None

    def milestone(self, kind: str) -> ExpectedDate | None:
        """Return when a key date is expected, if that is stated."""
        return next((m.when for m in self.milestones if m.kind == kind), None)

    def disclosure(self, path: str) -> Disclosure | None:
        """Return the reason why a field has no public value, if one is given."""
        return next((d for d in self.disclosures if d.path == path), None)


@dataclass(frozen=True)
class Author:
    """Who saves or publishes: a member, or nobody where a command or an import did it."""

    user_id: uuid.UUID | None = None


NOBODY = Author()
