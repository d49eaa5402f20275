"""Small plans for tests: a commissioner, content, a published entry, a finished subscriber. Dates stand still."""

import itertools
import uuid
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import Frequency
from kil_pipeline.alerts.subscribers import add_choices
from kil_pipeline.organisations.organisations import Organisation, OrganisationKind, add_organisation
from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.drafts import create_entry, read_draft, save_draft
from kil_pipeline.plan.expected_dates import Confidence, Precision, expected_span
from kil_pipeline.plan.publishing import publish_entry

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""A Monday, late in November, winter time."""
TODAY = NOW.date()
EIGHT = time(8, 0)


def a_commissioner(session: Session, name: str = "Exampleshire Council", *, prefix: str | None = None) -> Organisation:
    """Add a commissioner."""
    return add_organisation(session, name=name, kind=OrganisationKind.COMMISSIONER, prefix=prefix, now=NOW)


def some_content(headline: str = "Community transport", **parts: Any) -> EntryContent:
    """Return content with a headline, and whatever else is given."""
    return EntryContent(headline, **parts)


def a_milestone(
    kind: str, day: date, precision: Precision = Precision.DAY, confidence: Confidence = Confidence.EXPECTED
) -> Milestone:
    """Return a key date on, or around, a day."""
    return Milestone(kind, expected_span(day, precision, confidence))


def publish(session: Session, organisation_id: uuid.UUID, content: EntryContent, *, at: datetime = NOW) -> uuid.UUID:
    """Publish a new entry. Returns its id."""
    draft = create_entry(session, organisation_id, content, now=at)
    publish_entry(session, draft.entry_id, now=at)
    return draft.entry_id


def republish(
    session: Session, entry_id: uuid.UUID, content: EntryContent, *, at: datetime, why: str = "", minor: bool = False
) -> None:
    """Publish an entry again, with other content."""
    draft = read_draft(session, entry_id)
    save_draft(session, entry_id, content, version=draft.version, now=at)
    publish_entry(session, entry_id, why=why, minor=minor, now=at)


_numbers = itertools.count(1)


def a_subscriber(
    session: Session,
    *criteria: Criteria,
    frequency: Frequency = Frequency.AT_ONCE,
    weekday: int = 0,
    email: str | None = None,
    at: datetime = NOW,
) -> uuid.UUID:
    """Add a confirmed subscriber; without criteria they follow everything. Returns their id."""
    address = email or f"reader{next(_numbers)}@example.org"
    return add_choices(session, address, criteria or (Criteria(),), frequency, weekday, digest_hour=EIGHT, now=at)
