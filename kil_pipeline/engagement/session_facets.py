"""What an event about a session carries: its own areas and topics, and those of what it is about."""

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.engagement.sessions import (
    OVER_STATES,
    PublicSession,
    SessionArea,
    SessionContent,
    SessionEntry,
    SessionState,
    SessionTheme,
    describe_when,
)
from kil_pipeline.events.types import Facets
from kil_pipeline.plan.entries import PublicArea, PublicEntryRow, PublicTheme
from kil_pipeline.text import stems


def index_session(session: Session, session_id: uuid.UUID, content: SessionContent) -> None:
    """Store the areas, topics and entries that a session is found by, in place of those that are stored."""
    areas, themes = areas_of(session, content), themes_of(session, content)
    for table in (SessionArea, SessionTheme, SessionEntry):
        session.execute(sa.delete(table).where(table.session_id == session_id))
    session.add_all(SessionArea(session_id=session_id, code=code) for code in areas)
    session.add_all(SessionTheme(session_id=session_id, code=code) for code in themes)
    session.add_all(SessionEntry(session_id=session_id, reference=entry) for entry in dict.fromkeys(content.entries))
    session.flush()


def session_facets(session: Session, public: PublicSession) -> Facets:
    """Return what an event about a session carries."""
    content = public.content
    words = " ".join([content.title, content.purpose, public.commissioner.name, content.host])
    return Facets(
        subject="session",
        subject_id=str(public.id),
        reference=public.reference,
        title=content.title,
        about=content.entries,
        commissioner=public.commissioner.slug,
        commissioner_name=public.commissioner.name,
        formerly=public.commissioner.predecessors,
        areas=areas_of(session, content),
        themes=themes_of(session, content),
        status=public.state.value,
        stems=tuple(stems(words)),
        can_we_go="Open to all",
        what_to_do=_what_to_do(public),
    )


def _what_to_do(public: PublicSession) -> str:
    if public.state is SessionState.CANCELLED:
        return "Do not come: it will not take place."
    if public.state is SessionState.POSTPONED:
        return "Wait for the new date."
    if public.state in OVER_STATES:
        return "Read what came of it."
    return f"Come along: {describe_when(public.content)}."


def areas_of(session: Session, content: SessionContent) -> tuple[str, ...]:
    """Return the codes of a session's areas: its own, and those of what it is about."""
    return _with(content.areas, _of_entries(session, PublicArea.code, PublicArea.entry_id, content))


def themes_of(session: Session, content: SessionContent) -> tuple[str, ...]:
    """Return the codes of a session's topics: its own, and those of what it is about."""
    return _with(content.themes, _of_entries(session, PublicTheme.code, PublicTheme.entry_id, content))


def _with(own: Sequence[str], further: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*own, *further]))


def _of_entries(
    session: Session,
    code: sa.orm.InstrumentedAttribute[str],
    entry_id: sa.orm.InstrumentedAttribute[uuid.UUID],
    content: SessionContent,
) -> Sequence[str]:
    if not content.entries:
        return ()
    return session.scalars(
        sa.select(code)
        .join(PublicEntryRow, PublicEntryRow.entry_id == entry_id)
        .where(PublicEntryRow.reference.in_(content.entries))
        .order_by(code)
    ).all()
