"""Proposals: another organisation's session that lands with a commissioner as a draft."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.notices import NoticeContext, WriteNotice, queue_notice
from kil_pipeline.engagement.hosts import HostState, HostTerms, add_host
from kil_pipeline.engagement.session_drafts import SessionDraft, load_session, read_session_draft
from kil_pipeline.engagement.session_states import Command, next_state
from kil_pipeline.engagement.session_writing import plan_session
from kil_pipeline.engagement.sessions import SessionContent, SessionState, describe_when
from kil_pipeline.errors import NotFound
from kil_pipeline.organisations.members import Member, Membership, Role, User
from kil_pipeline.plan.contents import Author

MOST_TOLD = 20
"""How many of a commissioner's authors hear of a proposal."""


def propose_session(
    session: Session,
    commissioner_id: uuid.UUID,
    content: SessionContent,
    *,
    proposer: Member,
    hosting: bool,
    venue_id: uuid.UUID | None,
    online_link: str,
    by: Author,
    now: datetime,
) -> SessionDraft:
    """Hand a commissioner a draft. `hosting`: the proposing organisation has then confirmed as its host."""
    draft = plan_session(
        session,
        commissioner_id,
        content,
        venue_id=venue_id,
        online_link=online_link,
        proposed_by=proposer.organisation_id,
        by=by,
        now=now,
    )
    if hosting:
        terms = HostTerms(proposer.organisation_name, proposer.email)
        add_host(session, draft.session_id, terms, content, state=HostState.CONFIRMED, now=now)
        row, _ = load_session(session, draft.session_id)
        row.state = next_state(SessionState(row.state), Command.ASK_HOST).value
        session.flush()
    for address in _authors(session, commissioner_id):
        queue_notice(session, "session_proposed", address, {"session": str(draft.session_id)}, now=now)
    return read_session_draft(session, draft.session_id)


def _authors(session: Session, organisation_id: uuid.UUID) -> list[str]:
    writing = (Role.AUTHOR.value, Role.APPROVER.value, Role.ADMIN.value)
    addresses = sa.select(User.email).join(Membership, Membership.user_id == User.id)
    ours = addresses.where(Membership.organisation_id == organisation_id, Membership.role.in_(writing))
    return list(session.scalars(ours.order_by(User.email).limit(MOST_TOLD)))


def write_proposed(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Tell a commissioner's author of a proposal; not where it is public, or gone."""
    try:
        draft = read_session_draft(session, uuid.UUID(about["session"]))
    except NotFound:
        return None
    if draft.is_public:
        return None
    return NoticeLetter(
        subject=f"{draft.proposed_by} proposes a session: {draft.content.title}",
        heading=f"{draft.proposed_by} proposes a session",
        paragraphs=(" ".join(draft.content.purpose.split()), "It is a draft of yours now. Nothing of it is public."),
        facts=(("Session", f"{draft.content.title} ({draft.reference})"), ("When", describe_when(draft.content))),
        buttons=(("Open the draft", f"/workspace/sessions/{draft.reference}"),),
    )


PROPOSAL_NOTICES: Mapping[str, WriteNotice] = {"session_proposed": write_proposed}
