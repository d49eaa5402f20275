"""What lies around a session: others about the same, others on the same day, and when what it is about may open."""

from datetime import date, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.engagement.hosting import OPEN
from kil_pipeline.engagement.hosts import invitations_of
from kil_pipeline.engagement.nudges import Surroundings
from kil_pipeline.engagement.session_drafts import SessionDraft
from kil_pipeline.engagement.session_queries import public_sessions
from kil_pipeline.engagement.sessions import PublicSession, SessionState
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.entries import NO_OPENING, PublicEntryRow
from kil_pipeline.times import at_london, london_day

MOST_LOOKED_AT = 100
OFF = (SessionState.CANCELLED, SessionState.POSTPONED)


def surroundings_of(session: Session, draft: SessionDraft, today: date) -> Surroundings:
    """Return what a session is judged by. A handful of queries, whatever the programme's size."""
    content = draft.content
    about = Criteria(references=content.entries)
    siblings = public_sessions(session, about, limit=MOST_LOOKED_AT) if content.entries else ()
    return Surroundings(
        commissioner=session.get_one(Organisation, draft.organisation_id).name,
        venue=draft.venue,
        has_host=any(invitation.state in OPEN for invitation in invitations_of(session, draft.session_id))
        or bool(content.host),
        announced=draft.is_public,
        siblings=_others(draft, siblings),
        same_day=_others(draft, _same_day(session, draft)),
        openings=_openings(session, content.entries),
        today=today,
    )


def _others(draft: SessionDraft, sessions: tuple[PublicSession, ...]) -> tuple[PublicSession, ...]:
    return tuple(other for other in sessions if other.id != draft.session_id and other.state not in OFF)


def _same_day(session: Session, draft: SessionDraft) -> tuple[PublicSession, ...]:
    areas = draft.content.areas or (draft.venue.facts.areas if draft.venue else ())
    if not areas:
        return ()
    day = london_day(draft.content.starts_at)
    midnight, next_midnight = at_london(day, time.min), at_london(day + timedelta(days=1), time.min)
    here = Criteria(areas=areas)
    return public_sessions(session, here, after=midnight, before=next_midnight, limit=MOST_LOOKED_AT)


def _openings(session: Session, references: tuple[str, ...]) -> tuple[tuple[str, date], ...]:
    rows = session.execute(
        sa.select(PublicEntryRow.content, PublicEntryRow.opens_on)
        .where(PublicEntryRow.reference.in_(references), PublicEntryRow.opens_on != NO_OPENING)
        .order_by(PublicEntryRow.opens_on)
    )
    return tuple((content["headline"], opens_on) for content, opens_on in rows)
