"""Figures of a commissioner's public plan: how early, how fully and how steadily it told what it plans.

Each has its formula in docs/guides/early-notice-record.md. They change when the commissioner publishes, and with
nothing else: what depends on the day stands in `engagement.early_notice_records`.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.codec import from_json
from kil_pipeline.organisations.organisations import PublicOrganisation
from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.disclosures import field_labels
from kil_pipeline.plan.entries import PublicEntryRow, Revision
from kil_pipeline.plan.expected_dates import weeks_of_notice
from kil_pipeline.plan.key_dates import opening_of
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.queries import all_public_entries
from kil_pipeline.plan.slips import Slip, find_slips
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.wordings import State


@dataclass(frozen=True)
class SlipFigures:
    """Slips of one sort: how many, and how far in days (None where there are none)."""

    count: int = 0
    median_days: float | None = None
    longest_days: int | None = None

    @classmethod
    def of(cls, slips: Iterable[Slip]) -> "SlipFigures":
        """Work the figures out."""
        days = [slip.days for slip in slips]
        return cls(len(days), median(days), max(days)) if days else cls()


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


def work_out_figures(session: Session, commissioners: Sequence[PublicOrganisation]) -> Mapping[uuid.UUID, PlanFigures]:
    """Return the figures of each commissioner that ever published, by its id.

    How many questions the database is asked does not depend on how many commissioners there are; entries go by in
    batches.
    """
    if not commissioners:
        return {}
    histories = _histories(session, [commissioner.id for commissioner in commissioners])
    tallies: defaultdict[uuid.UUID, _Tally] = defaultdict(_Tally)
    slugs = tuple(commissioner.slug for commissioner in commissioners)
    for entry in all_public_entries(session, Criteria(commissioners=slugs)):
        said = _Publication(entry.content.status, entry.content.milestones)
        tallies[entry.commissioner.id].count(entry, histories.get(entry.id, [said]))
    return {organisation_id: tally.figures() for organisation_id, tally in tallies.items()}


@dataclass(frozen=True)
class _Publication:
    """The part of a revision that is followed from one to the next."""

    status: Status = Status.PUBLISHED
    milestones: tuple[Milestone, ...] = ()


def _histories(session: Session, organisation_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, list[_Publication]]:
    """Return every publication, oldest first, of the entries that were published more than once."""
    rows = session.execute(
        sa.select(Revision.entry_id, Revision.content["status"], Revision.content["milestones"])
        .join(PublicEntryRow, PublicEntryRow.entry_id == Revision.entry_id)
        .where(PublicEntryRow.revision > 1, PublicEntryRow.organisation_id.in_(organisation_ids))
        .order_by(Revision.entry_id, Revision.number)
        .execution_options(yield_per=1000)
    )
    found: defaultdict[uuid.UUID, list[_Publication]] = defaultdict(list)
    before: tuple[object, ...] = ()
    for row in rows:
        if tuple(row) == before:  # most publications change no date: reading it again would cost most of the time
            found[row.entry_id].append(found[row.entry_id][-1])
            continue
        before = entry_id, status, milestones = tuple(row)
        parts = {"status": status, "milestones": milestones}
        stored = {name: part for name, part in parts.items() if part is not None}  # what has its default is not
        found[entry_id].append(from_json(_Publication, stored))
    return found


@dataclass
class _Tally:
    """What is counted while the entries of one commissioner go by."""

    statuses: Counter[Status] = field(default_factory=Counter)
    weeks: list[int] = field(default_factory=list)
    states: Counter[State] = field(default_factory=Counter)
    dates: int = 0
    slips: list[Slip] = field(default_factory=list)

    def count(self, entry: PublicEntry, history: Sequence[_Publication]) -> None:
        """Count one entry in. `history`: its publications, oldest first."""
        content = entry.content
        self.statuses[content.status] += 1
        if content.status is Status.WITHDRAWN:
            return
        opening = opening_of(content)
        if opening and content.status is not Status.CANCELLED and not history[0].status.ended:
            self.weeks.append(weeks_of_notice(entry.first_told_on(), opening)[0])
        self.dates += len({milestone.kind for said in history for milestone in said.milestones})
        self.slips += find_slips(said.milestones for said in history)
        if not content.status.ended:
            self.states.update(_state(content, path) for path in field_labels())

    def figures(self) -> PlanFigures:
        """Return the finished figures."""
        ended = sum(n for status, n in self.statuses.items() if status.ended)
        withdrawn = self.statuses[Status.WITHDRAWN]
        return PlanFigures(
            entries=self.statuses.total() - withdrawn,
            live=self.statuses.total() - ended,
            withdrawn=withdrawn,
            noticed=len(self.weeks),
            notice_weeks=median(self.weeks) if self.weeks else None,
            fields=dict(self.states),
            dates=self.dates,
            slips=SlipFigures.of(slip for slip in self.slips if not slip.indicative),
            indicative_slips=SlipFigures.of(slip for slip in self.slips if slip.indicative),
        )


def _state(content: EntryContent, path: str) -> State:
    if content.states(path):
        return "stated"
    disclosure = content.disclosure(path)
    return disclosure.state.value if disclosure else "not_stated"
