"""The entry that a row of a sheet is about: found again by its reference, its key or its headline, and kept.

What the sheet has no column for stays as it is, and so do the notices and the values that are withheld.
"""

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.errors import DomainError
from kil_pipeline.exchange.reports import Outcome
from kil_pipeline.organisations.organisations import (
    OrganisationKind,
    add_organisation,
    normalise_name,
    recognise_organisation,
)
from kil_pipeline.plan.answers import answer_fields
from kil_pipeline.plan.changes import describe_changes
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.drafts import create_entry, read_draft, save_draft, still_withheld
from kil_pipeline.plan.entries import Entry, WorkingCopy
from kil_pipeline.plan.submissions import Request, request_publication
from kil_pipeline.reference.milestones import milestone_kinds


class OtherOrganisation(DomainError):
    """A row that carries the reference of another organisation's entry: no fault of the row, and not for us."""


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


@dataclass(frozen=True)
class Kept:
    """What became of a row."""

    outcome: Outcome
    sentence: str
    published: bool


class RowEntries:
    """Keeps the rows of one run over one sheet."""

    def __init__(self, *, publish: bool, overwrite: bool, now: datetime) -> None:
        self.publish, self.overwrite, self.now = publish, overwrite, now
        self.asked: Counter[Request] = Counter()
        """What became of the wish to publish, with how often."""
        self._seen: set[bytes | uuid.UUID] = set()

    def keep(self, session: Session, organisation_id: uuid.UUID, row: ReadRow) -> Kept:
        """Keep a row as an entry. Raises `DomainError` with what is wrong with it, and `OtherOrganisation`."""
        digest = hashlib.sha256(json.dumps(row.raw, sort_keys=True).encode()).hexdigest()
        entry, key = self._find(session, organisation_id, row)
        if entry is None:
            draft = create_entry(
                session, organisation_id, row.content, withheld=row.withheld, source_key=key, source_digest=digest,
                now=self.now,
            )  # fmt: skip
            return Kept("created", f"New: {row.content.headline}", self._publish(session, draft.entry_id))
        sentence = "" if entry.source_digest == digest else self._change(session, entry, row)
        entry.source_key, entry.source_digest = key, digest
        return Kept("changed" if sentence else "unchanged", sentence, self._publish(session, entry.id))

    def _find(self, session: Session, organisation_id: uuid.UUID, row: ReadRow) -> tuple[Entry | None, str | None]:
        """Return the entry that a row is about, with the key by which it is found again."""
        ours = sa.select(Entry).where(Entry.reference == row.reference.upper())
        known = session.scalar(ours) if row.reference else None
        if known is not None:
            if known.organisation_id != organisation_id:
                raise OtherOrganisation(f"{known.reference} is a planned opportunity of another organisation.")
            self._once(known.id, "reference")
            return known, known.source_key
        headline = _key(organisation_id, row.content.headline.casefold())
        key = _key(organisation_id, row.key or row.reference) if row.key or row.reference else headline
        self._once(key.encode(), "reference" if row.key or row.reference else "headline")
        found = session.scalar(sa.select(Entry).where(Entry.source_key == key))
        if found is None and key != headline and not row.key:  # it came in before the sheet had references
            found = session.scalar(sa.select(Entry).where(Entry.source_key == headline))
        if found is not None:
            self._once(found.id, "reference")
        return found, key

    def _once(self, mark: bytes | uuid.UUID, what: str) -> None:
        if mark in self._seen:
            hint = " Give each a reference of its own, in a column “Reference”." if what == "headline" else ""
            raise DomainError(f"An earlier row has the same {what}.{hint}")
        self._seen.add(mark)

    def _change(self, session: Session, entry: Entry, row: ReadRow) -> str:
        """Bring an entry to what a row says. Returns what changed, in sentences; empty where nothing did."""
        draft = read_draft(session, entry.id)
        content = _keep_unlisted(draft.content, row)
        changes = describe_changes(draft.content, content)
        editor = session.scalar(sa.select(WorkingCopy.updated_by).where(WorkingCopy.entry_id == entry.id))
        if changes and editor is not None and not self.overwrite:
            raise DomainError(
                f"{entry.reference} was edited on the site, and says something else there. Change it on the site, "
                "or import with --overwrite to let the sheet win."
            )
        withheld = still_withheld(session, entry.id, content, row.withheld)
        content = content if changes else draft.content  # the order of its parts alone is no new version
        save_draft(session, entry.id, content, withheld=withheld, version=draft.version, now=self.now)
        return f"{entry.reference}: " + " ".join(change.sentence for change in changes) if changes else ""

    def _publish(self, session: Session, entry_id: uuid.UUID) -> bool:
        if not self.publish:
            return False
        answer = request_publication(session, entry_id, now=self.now)
        if answer.renewed:
            self.asked[answer.request] += 1
        return answer.request is Request.PUBLISHED


def named_organisation(session: Session, name: str, now: datetime) -> uuid.UUID:
    """Return the commissioner that a row names, added where it is new. Raises `DomainError` where it names none."""
    if not normalise_name(name):
        raise DomainError("The row names no commissioner.")
    if len(name) > 300:
        raise DomainError(f"The commissioner’s name has {len(name)} characters. Use at most 300.")
    known = recognise_organisation(session, name=name)
    if known is None:
        known = add_organisation(session, name=name, kind=OrganisationKind.COMMISSIONER, now=now)
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
