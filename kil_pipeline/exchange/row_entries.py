"""The entry that a row of a sheet is about: found again by its reference, its key or its headline, and kept.

What the sheet has no column for stays as it is, and so do the notices and the values that are withheld.
"""

import hashlib
import uuid
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.errors import DomainError
from kil_pipeline.exchange.reports import Outcome
from kil_pipeline.exchange.row_marks import read_seen, row_digest
from kil_pipeline.organisations.organisations import (
    OrganisationKind,
    add_organisation,
    normalise_name,
    recognise_organisation,
)
from kil_pipeline.organisations.spellings import ask_about
from kil_pipeline.plan.answers import answer_fields
from kil_pipeline.plan.changes import describe_changes
from kil_pipeline.plan.contents import NOBODY, Author, EntryContent
from kil_pipeline.plan.drafts import Draft, changes_withheld, create_entry, read_draft, save_draft, still_withheld
from kil_pipeline.plan.entries import Entry, WorkingCopy
from kil_pipeline.plan.submissions import Request, request_publication
from kil_pipeline.reference.milestones import milestone_kinds


class OtherOrganisation(DomainError):
    """A row that carries the reference of another organisation's entry: no fault of the row, and not for us."""


class SaidBefore(DomainError):
    """A row with the headline or the reference of an earlier one."""


@dataclass(frozen=True)
class ReadRow:
    """A row that was understood."""

    raw: Mapping[str, str]
    content: EntryContent
    withheld: Mapping[str, str]
    fields: Set[str]
    """The fields that its sheet has a column for."""
    reference: str = ""
    """What the row calls itself: our reference or the commissioner's own."""
    key: str = ""
    """What tells it apart where a mapping says so."""
    seen: str = ""
    """Of a downloaded plan: what the row was made from (see `write_seen`)."""
    sent: Mapping[str, str] = field(default_factory=dict)
    """Of a downloaded plan: what the row says as it was sent."""
    number: int = 0
    """Which row it is, as the spreadsheet counts them."""


@dataclass(frozen=True)
class Kept:
    """What became of a row."""

    outcome: Outcome
    sentence: str
    published: bool
    reference: str = ""


@dataclass(frozen=True)
class Decision:
    """What is to become of a row. Nothing is stored yet."""

    outcome: Outcome | Literal["conflict"]
    """In a conflict somebody edited the entry on the site since, and the row says something else."""
    content: EntryContent
    sentences: tuple[str, ...] = ()
    """What the row changes."""
    draft: Draft | None = None
    """The entry as it stands; None where it is to be made."""
    key: str | None = None
    digest: str = ""


class RowEntries:
    """Decides on the rows of one run over one sheet, and keeps them."""

    def __init__(
        self,
        *,
        publish: bool = False,
        overwrite: bool = False,
        apart: bool = False,
        by: Author = NOBODY,
        now: datetime,
    ) -> None:
        """`apart`: whether rows with the headline or the own reference of an earlier row are entries of their own."""
        self.publish, self.overwrite, self.apart, self.by, self.now = publish, overwrite, apart, by, now
        self.asked: Counter[Request] = Counter()
        """What became of the wish to publish, with how often."""
        self._seen: dict[str | uuid.UUID, int] = {}
        self._times: Counter[str] = Counter()

    def keep(self, session: Session, organisation_id: uuid.UUID, row: ReadRow) -> Kept:
        """Keep a row as an entry. Raises `DomainError` with what is wrong with it, and `OtherOrganisation`."""
        decision = self.decide(session, organisation_id, row)
        if decision.outcome == "conflict" and decision.draft is not None and not self.overwrite:
            raise DomainError(
                f"{decision.draft.reference} was edited on the site, and says something else there. Change it on the "
                "site, or import with --overwrite to let the sheet win."
            )
        return self.store(session, organisation_id, row, decision)

    def decide(self, session: Session, organisation_id: uuid.UUID, row: ReadRow) -> Decision:
        """Return what is to become of a row. Raises as `keep` does; a row is decided on once."""
        digest = row_digest(row.raw)
        entry, key = self._find(session, organisation_id, row)
        if entry is None:
            return Decision("created", row.content, key=key, digest=digest)
        draft = read_draft(session, entry.id)
        seen_version, seen_digest = read_seen(row.seen)
        same = row_digest(row.sent) == seen_digest if seen_digest else digest == entry.source_digest
        if same:  # nobody touched the row: what the site says stands
            return Decision("unchanged", draft.content, draft=draft, key=key, digest=digest)
        content = _keep_unlisted(draft.content, row)
        sentences = [change.sentence for change in describe_changes(draft.content, content)]
        content = content if sentences else draft.content  # the order of its parts alone is no new version
        if changes_withheld(session, entry.id, content, row.withheld):
            sentences.append("A value that only your organisation sees changes.")
        elif not sentences:
            return Decision("unchanged", content, draft=draft, key=key, digest=digest)
        edited = draft.version != seen_version if seen_version else _edited_on_site(session, entry)
        return Decision("conflict" if edited else "changed", content, tuple(sentences), draft, key, digest)

    def store(self, session: Session, organisation_id: uuid.UUID, row: ReadRow, decision: Decision) -> Kept:
        """Do what was decided; in a conflict, the row wins."""
        draft = decision.draft
        outcome: Outcome = "created"
        sentence = f"New: {row.content.headline}"
        if draft is None:
            draft = create_entry(session, organisation_id, row.content, withheld=row.withheld, by=self.by, now=self.now)
        else:
            outcome = "changed" if decision.sentences else "unchanged"
            sentence = f"{draft.reference}: {' '.join(decision.sentences)}" if decision.sentences else ""
        if decision.draft and decision.sentences:
            withheld = still_withheld(session, draft.entry_id, decision.content, row.withheld)
            draft = save_draft(
                session, draft.entry_id, decision.content, withheld=withheld, version=draft.version, by=self.by,
                now=self.now,
            )  # fmt: skip
        if not row.seen:
            _note_source(session, draft, decision)
        return Kept(outcome, sentence, self._publish(session, draft.entry_id), draft.reference)

    def _find(self, session: Session, organisation_id: uuid.UUID, row: ReadRow) -> tuple[Entry | None, str | None]:
        """Return the entry that a row is about, with the key by which it is found again."""
        ours = sa.select(Entry).where(Entry.reference == row.reference.upper())
        known = session.scalar(ours) if row.reference else None
        if known is not None:
            if known.organisation_id != organisation_id:
                raise OtherOrganisation(f"{known.reference} is a planned opportunity of another organisation.")
            self._once(known.id, "reference", row)
            return known, known.source_key
        headline = _key(organisation_id, row.content.headline.casefold())
        told_apart = row.key or row.reference or row.content.headline.casefold()
        self._times[told_apart] += 1
        if self.apart and self._times[told_apart] > 1:
            told_apart = f"{told_apart}\n{self._times[told_apart]}"
        key = _key(organisation_id, told_apart)
        self._once(key, "reference" if row.key or row.reference else "headline", row)
        found = session.scalar(sa.select(Entry).where(Entry.source_key == key))
        if found is None and key != headline and not row.key:  # it came in before the sheet had references
            found = session.scalar(sa.select(Entry).where(Entry.source_key == headline))
        if found is not None:
            self._once(found.id, "reference", row)
        return found, key

    def _once(self, mark: str | uuid.UUID, what: str, row: ReadRow) -> None:
        if mark in self._seen:
            hint = " Give each a reference of its own, in a column “Reference”." if what == "headline" else ""
            earlier = f"Row {self._seen[mark]}" if self._seen[mark] else "An earlier row"
            raise SaidBefore(f"{earlier} has the same {what}.{hint}")
        self._seen[mark] = row.number

    def _publish(self, session: Session, entry_id: uuid.UUID) -> bool:
        if not self.publish:
            return False
        answer = request_publication(session, entry_id, by=self.by, now=self.now)
        if answer.renewed:
            self.asked[answer.request] += 1
        return answer.request is Request.PUBLISHED


def _note_source(session: Session, draft: Draft, decision: Decision) -> None:
    """Note which row was read into an entry last, and into which version of it."""
    entry = session.get_one(Entry, draft.entry_id)
    entry.source_key = decision.key
    if entry.source_digest != decision.digest:
        entry.source_digest, entry.source_version = decision.digest, draft.version


def _edited_on_site(session: Session, entry: Entry) -> bool:
    """Tell whether a person saved an entry since a sheet was read into it last."""
    copy = session.get_one(WorkingCopy, entry.id)
    return copy.updated_by is not None and copy.version != entry.source_version


def named_organisation(session: Session, name: str, now: datetime) -> uuid.UUID:
    """Return the commissioner that a row names, added where it is new. Raises `DomainError` where it names none."""
    if not normalise_name(name):
        raise DomainError("The row names no commissioner.")
    if len(name) > 300:
        raise DomainError(f"The commissioner’s name has {len(name)} characters. Use at most 300.")
    known = recognise_organisation(session, name=name)
    if known is None:
        known = add_organisation(session, name=name, kind=OrganisationKind.COMMISSIONER, now=now)
        ask_about(session, known, now)
    return known.id


def _key(organisation_id: uuid.UUID, told_apart: str) -> str:
    return f"sheet:{organisation_id}:{hashlib.sha256(told_apart.encode()).hexdigest()}"


def _keep_unlisted(old: EntryContent, row: ReadRow) -> EntryContent:
    """Return what a row says, with what the entry says of all that its sheet has no column for."""
    new, dates = row.content, [kind.code for kind in milestone_kinds(computed=True)]
    plain = {f: getattr(old, f) for f in answer_fields() if f not in dates and f not in row.fields}
    milestones = (*new.milestones, *(m for m in old.milestones if m.kind not in row.fields))
    unlisted = (d for d in old.disclosures if d.path.removeprefix("milestones.") not in row.fields)
    return replace(
        new,
        **plain,
        milestones=tuple(sorted(milestones, key=lambda m: dates.index(m.kind))),
        disclosures=(*new.disclosures, *unlisted),
        notices=old.notices,
        links=old.links,
    )
