"""Engagement sessions: what is coming, what was, and each one's page."""

from flask import Response, make_response, render_template, request

from feeds.calendars import CalendarHead, render_sessions
from kil_pipeline.engagement.programme import public_session, public_sessions
from kil_pipeline.engagement.sessions import SessionState
from kil_pipeline.engagement.venues import ACCESS_QUESTIONS
from kil_pipeline.installation import tag_authority
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.queries import public_entries
from kil_pipeline.plan.wordings import DISCLAIMER
from web.context import absolute, database, now, settings
from web.public import blueprint
from web.public.feed_links import session_links
from web.queries import read_plan_query, write_plan_query

MOST_SESSIONS = 200


@blueprint.get("/sessions")
def sessions() -> str:
    """Show the sessions that are still to come, soonest first."""
    criteria = read_plan_query(request.args).criteria
    with database().read() as session:
        coming = public_sessions(session, criteria, after=now(), limit=MOST_SESSIONS)
    return render_template("public/sessions.html", sessions=coming, links=session_links(criteria))


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
        alerts="/alerts/new" + write_plan_query(Criteria(references=(reference,))),
    )


@blueprint.get("/sessions/<reference>.ics")
def session_file(reference: str) -> Response:
    """Give one session as a calendar file, with the UID that it has in the calendar of all sessions."""
    with database().read() as session:
        found = public_session(session, reference)
        address = absolute(found.path)
        head = CalendarHead(
            found.content.title, DISCLAIMER, f"{address}.ics", address, settings().base_url, tag_authority(session)
        )
    response = make_response(render_sessions(head, (found,)))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Cache-Control"] = "no-cache"
    return response
