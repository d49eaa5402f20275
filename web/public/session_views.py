"""Engagement sessions: what is coming, what was, and each one's page."""

from flask import render_template, request

from kil_pipeline.engagement.programme import public_session, public_sessions
from kil_pipeline.engagement.sessions import SessionState
from kil_pipeline.engagement.venues import ACCESS_QUESTIONS
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.queries import public_entries
from web.context import database, now
from web.public import blueprint
from web.queries import read_plan_query

MOST_SESSIONS = 200


@blueprint.get("/sessions")
def sessions() -> str:
    """Show the sessions that are still to come, soonest first."""
    criteria = read_plan_query(request.args).criteria
    with database().read() as session:
        coming = public_sessions(session, criteria, after=now(), limit=MOST_SESSIONS)
    return render_template("public/sessions.html", sessions=coming)


@blueprint.get("/sessions/<reference>")
def session_page(reference: str) -> str:
    """Show one session: when, where, who can get in, and what is open to change."""
    with database().read() as session:
        found = public_session(session, reference)
        about = Criteria(references=found.content.entries)
        entries = public_entries(session, about, per_page=50).entries if about.references else ()
    return render_template(
        "public/session.html",
        session=found,
        content=found.content,
        entries=entries,
        questions=ACCESS_QUESTIONS,
        off=found.state in (SessionState.CANCELLED, SessionState.POSTPONED),
        over=found.content.ends_at < now(),
    )
