"""Sessions for tests: a plain one that is planned, its host, and the notices that are queued about it."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.engagement.hosting import confirm_hosting, invite_host
from kil_pipeline.engagement.hosts import HostRole, HostTerms, Invitation
from kil_pipeline.engagement.programme import publish_session
from kil_pipeline.engagement.session_drafts import SessionDraft, read_session_draft
from kil_pipeline.engagement.session_writing import plan_session
from kil_pipeline.engagement.sessions import SessionContent
from kil_pipeline.plan.contents import NOBODY, Author
from tests.factories import NOW

CONTENT = SessionContent(
    title="What should breaks feel like?",
    purpose="Come and say what helps.",
    starts_at=datetime(2027, 1, 14, 17, 30, tzinfo=UTC),
    ends_at=datetime(2027, 1, 14, 19, 30, tzinfo=UTC),
)
"""A session on a Thursday in January, planned by itself."""
HOST = HostTerms("Carers Exampleshire", "host@example.org", fee="£200", room_cost="Free to us")


def a_planned_session(session: Session, organisation_id: uuid.UUID, **parts: Any) -> SessionDraft:
    """Plan a session."""
    return plan_session(session, organisation_id, replace(CONTENT, **parts), now=NOW)


def a_hosted_session(
    session: Session, organisation_id: uuid.UUID, *, by: Author = NOBODY, **parts: Any
) -> tuple[SessionDraft, Invitation]:
    """Plan a session whose host has confirmed."""
    draft = a_planned_session(session, organisation_id, **parts)
    host = invite_host(session, draft.session_id, HOST, by=by, now=NOW)
    agree(session, draft, host.id)
    return read_session_draft(session, draft.session_id), host


def agree(session: Session, draft: SessionDraft, host_id: uuid.UUID, note: str = "") -> None:
    """Let a host agree to the time that a session has."""
    content = draft.content
    confirm_hosting(session, host_id, starts_at=content.starts_at, ends_at=content.ends_at, note=note, now=NOW)


def a_public_session(session: Session, organisation_id: uuid.UUID, **parts: Any) -> SessionDraft:
    """Plan, host and publish a session."""
    draft, _ = a_hosted_session(session, organisation_id, **parts)
    publish_session(session, draft.session_id, version=draft.version, now=NOW)
    return read_session_draft(session, draft.session_id)


def a_co_host(name: str = "Old Mill Trust") -> HostTerms:
    """Return the terms of a co-host."""
    return HostTerms(name, f"{name.split()[0].lower()}@example.org", HostRole.CO_HOST)


def notices(session: Session) -> list[tuple[str, str]]:
    """Return the name and the address of each notice that is queued, in order."""
    rows = session.scalars(sa.select(Delivery).where(Delivery.kind == "notice").order_by(Delivery.id))
    return [(row.body["notice"], row.address) for row in rows]
