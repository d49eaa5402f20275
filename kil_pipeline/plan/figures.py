"""Figures of a commissioner's public plan: how early, how fully and how steadily it told what it plans.

Each has its formula in docs/guides/early-notice-record.md. Publishing keeps what each entry adds
(`plan.entry_figures`); here it is summed up. What depends on the day stands in `engagement.early_notice_records`.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.plan.disclosures import field_labels
from kil_pipeline.plan.entries import PublicEntryRow, PublicSlip
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.wordings import State


@dataclass(frozen=True)
class SlipFigures:
    """Slips of one sort: how many, and how far in days (None where there are none)."""

    count: int = 0
    median_days: float | None = None
    longest_days: int | None = None

    @classmethod
    def of(cls, slips: Counter[int]) -> "SlipFigures":
        """Work the figures out. `slips`: how many there are of so many days."""
        return cls(slips.total(), median(slips.elements()), max(slips)) if slips else cls()


@dataclass(frozen=True)
class PlanFigures:
    """The figures of one commissioner's plan. A median of nothing is None, never 0."""

    entries: int = 0
    """All that were ever published, but those withdrawn."""
    live: int = 0
    """Planned, open or on hold."""
    withdrawn: int = 0
    noticed: int = 0
    """How many entries the median of notice rests on."""
    notice_weeks: float | None = None
    """The median of whole weeks."""
    fields: Mapping[State, int] = field(default_factory=dict)
    """How many fields of the closed list, over all live entries, are in each state."""
    dates: int = 0
    """How many key dates were ever stated."""
    slips: SlipFigures = SlipFigures()
    """Of dates that were expected or confirmed."""
    indicative_slips: SlipFigures = SlipFigures()

    def share(self, state: State) -> float | None:
        """Return the share (0 to 1) of fields in a state; None where no entry is live."""
        total = sum(self.fields.values())
        return self.fields.get(state, 0) / total if total else None


def read_figures(session: Session, organisation_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, PlanFigures]:
    """Return the figures of each commissioner that ever published, by its id: two questions, however many there are."""
    tallies: defaultdict[uuid.UUID, _Tally] = defaultdict(_Tally)
    for row in session.execute(_entries_alike(organisation_ids)):
        tallies[row.organisation_id].count_entries(row)
    for organisation_id, indicative, days, number in session.execute(_slips_alike(organisation_ids)):
        tallies[organisation_id].slips[indicative][days] = number
    return {organisation_id: tally.figures() for organisation_id, tally in tallies.items()}


def _entries_alike(organisation_ids: Sequence[uuid.UUID]) -> sa.Select[*tuple[Any, ...]]:
    """Ask for the entries of one status and one notice together: an index holds all of it in this order."""
    alike = (PublicEntryRow.organisation_id, PublicEntryRow.status, PublicEntryRow.notice_weeks)
    summed = (
        PublicEntryRow.fields_stated,
        PublicEntryRow.fields_undecided,
        PublicEntryRow.fields_withheld,
        PublicEntryRow.dates_stated,
    )
    return (
        sa.select(*alike, sa.func.count().label("number"), *(sa.func.sum(one).label(one.key) for one in summed))
        .where(PublicEntryRow.organisation_id.in_(organisation_ids))
        .group_by(*alike)
    )


def _slips_alike(organisation_ids: Sequence[uuid.UUID]) -> sa.Select[uuid.UUID, bool, int, int]:
    alike = (PublicSlip.organisation_id, PublicSlip.indicative, PublicSlip.days)
    return sa.select(*alike, sa.func.count()).where(PublicSlip.organisation_id.in_(organisation_ids)).group_by(*alike)


def _no_slips() -> dict[bool, Counter[int]]:
    return {False: Counter(), True: Counter()}


@dataclass
class _Tally:
    """What is counted of the plan of one commissioner."""

    statuses: Counter[Status] = field(default_factory=Counter)
    weeks: Counter[int] = field(default_factory=Counter)
    states: Counter[State] = field(default_factory=Counter)
    dates: int = 0
    slips: dict[bool, Counter[int]] = field(default_factory=_no_slips)
    """By whether they were indicative: how many there are of so many days."""

    def count_entries(self, row: sa.Row[*tuple[Any, ...]]) -> None:
        """Count entries of one status and one notice in."""
        self.statuses[Status(row.status)] += row.number
        if row.notice_weeks is not None:
            self.weeks[row.notice_weeks] += row.number
        self.states.update(stated=row.fields_stated, undecided=row.fields_undecided, withheld=row.fields_withheld)
        self.dates += row.dates_stated or 0

    def figures(self) -> PlanFigures:
        """Return the finished figures."""
        ended = sum(n for status, n in self.statuses.items() if status.ended)
        withdrawn = self.statuses[Status.WITHDRAWN]
        live = self.statuses.total() - ended
        return PlanFigures(
            entries=self.statuses.total() - withdrawn,
            live=live,
            withdrawn=withdrawn,
            noticed=self.weeks.total(),
            notice_weeks=median(self.weeks.elements()) if self.weeks else None,
            fields=self._fields(live),
            dates=self.dates,
            slips=SlipFigures.of(self.slips[False]),
            indicative_slips=SlipFigures.of(self.slips[True]),
        )

    def _fields(self, live: int) -> Mapping[State, int]:
        """Return how many fields of live entries are in each state. All that were not counted are not filled in."""
        counts = self.states.copy()
        counts["not_stated"] = live * len(field_labels()) - counts.total()
        return {state: number for state, number in counts.items() if number}
