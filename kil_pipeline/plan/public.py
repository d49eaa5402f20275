"""`PublicEntry`: all that leaves the building. Pages, feeds, calendars, mail and exports are made from it."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from kil_pipeline.codec import from_json
from kil_pipeline.organisations.organisations import Organisation, PublicOrganisation
from kil_pipeline.pieces import Pieces
from kil_pipeline.plan.advice import Advice, give_advice
from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.plan.expected_dates import weeks_of_notice
from kil_pipeline.plan.key_dates import key_dates
from kil_pipeline.plan.wordings import Fact, describe_facts
from kil_pipeline.times import london_day


@dataclass(frozen=True)
class PublicEntry:
    """A published entry, as everyone may see it. Made by `of` alone, from a table that holds public content alone."""

    id: uuid.UUID
    reference: str
    revision: int
    content: EntryContent
    commissioner: PublicOrganisation
    first_published_at: datetime
    updated_at: datetime
    """When its public content changed last."""
    formerly: tuple[str, ...] = ()
    """The names of those who planned it before, the first one first."""

    @classmethod
    def of(cls, row: PublicEntryRow, organisation: Organisation) -> "PublicEntry":
        """Make the public view from its row. There is no other way to one.

        The row of an entry that says what it said when it was last read gives the same value, not an equal one.
        """
        by = PublicOrganisation.of(organisation)
        said = (row.reference, row.revision, row.content, by, row.first_published_at, row.updated_at, row.formerly)
        return ENTRIES.get(row.entry_id.int, said, partial(cls._read, row, by))

    @classmethod
    def _read(cls, row: PublicEntryRow, organisation: PublicOrganisation) -> "PublicEntry":
        return cls(
            id=row.entry_id,
            reference=row.reference,
            revision=row.revision,
            content=from_json(EntryContent, row.content),
            commissioner=organisation,
            first_published_at=row.first_published_at,
            updated_at=row.updated_at,
            formerly=tuple(row.formerly),
        )

    @property
    def headline(self) -> str:
        """What it is called."""
        return self.content.headline

    @property
    def planners(self) -> str:
        """The names of all who plan it or planned it, for whoever looks for one of them."""
        return " ".join([self.commissioner.name, *self.formerly])

    def advice(self, today: date) -> Advice:
        """Return "Can we go for it?" and "What to do now, by when", as of a day."""
        return give_advice(self.content, today)

    def facts(self) -> tuple[Fact, ...]:
        """Return every field of the closed list with its value, or the reason for having none."""
        return describe_facts(self.content)

    def gaps(self) -> tuple[Fact, ...]:
        """Return what cannot be told yet and why: the undecided and the withheld fields."""
        return tuple(fact for fact in self.facts() if fact.disclosure is not None)

    def key_dates(self) -> tuple[Milestone, ...]:
        """Return the key dates in order, those computed from a rule among them."""
        return key_dates(self.content)

    def first_told_on(self) -> date:
        """Return the day on which it was first public: here, or before that in a notice on Find a Tender."""
        here = london_day(self.first_published_at)
        return min([here, *(notice.published_on for notice in self.content.notices)])

    def notice_weeks(self) -> tuple[int, int] | None:
        """Return the least and the most weeks between first publication and the opening, if that is stated."""
        opening = self.content.milestone("opens")
        return weeks_of_notice(self.first_told_on(), opening) if opening else None


ENTRIES = Pieces[PublicEntry](2000)
"""Some 20 kB each, with the row that it was read from: a list that is read again has changed in one entry or none."""
