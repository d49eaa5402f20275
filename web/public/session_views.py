"""Engagement sessions: what is coming, what was, and each one's page."""

from flask import Response, make_response, render_template, request
from sqlalchemy.orm import Session

from feeds.calendars import CalendarHead, render_sessions
from feeds.session_invitations import invitation_text
from kil_pipeline.engagement.files import public_files
from kil_pipeline.engagement.places import count_places, is_open
from kil_pipeline.engagement.programme import public_session
from kil_pipeline.engagement.public_records import public_record
from kil_pipeline.engagement.session_parts import ACCESS_OFFERS, OFFERS
from kil_pipeline.engagement.session_queries import (
    coming_sessions,
    past_sessions,
    postponed_sessions,
    sessions_of_series,
)
from kil_pipeline.engagement.sessions import OVER_STATES, PublicSession, SessionState
from kil_pipeline.engagement.venues import ACCESS_QUESTIONS
from kil_pipeline.exchange.session_data import session_data
from kil_pipeline.installation import tag_authority
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.queries import public_entries
from kil_pipeline.plan.wordings import DISCLAIMER
from kil_pipeline.text import clean_line
from web.context import absolute, database, now, settings
from web.public import blueprint
from web.public.feed_links import session_criteria, session_links
from web.queries import read_plan_query, write_plan_query

PER_PAGE = 50


@blueprint.get("/sessions")
def sessions() -> str:
    """Show the sessions that are still to come, soonest first; or those that were, latest first. A page at a time."""
    criteria = read_plan_query(request.args).criteria
    following = clean_line(request.args.get("after", ""))[:30]
    past = request.args.get("past") == "yes"
    waiting: tuple[PublicSession, ...] = ()
    with database().read() as session:
        if past:
            page = past_sessions(session, criteria, before=now(), following=following, limit=PER_PAGE)
        else:
            page = coming_sessions(session, criteria, after=now(), following=following, limit=PER_PAGE)
            waiting = () if following else postponed_sessions(session, criteria, before=now())
    chosen, which = session_criteria(criteria), {"past": "yes"} if past else {}
    return render_template(
        "public/sessions.html",
        sessions=page.sessions,
        waiting=waiting,
        past=past,
        switch=(
            ("To come", f"/sessions{write_plan_query(chosen)}", not past),
            ("Past", f"/sessions{write_plan_query(chosen, past='yes')}", past),
        ),
        links=session_links(criteria),
        first=f"/sessions{write_plan_query(chosen, **which)}" if following else "",
        further=f"/sessions{write_plan_query(chosen, **which, after=page.further)}" if page.further else "",
    )


@blueprint.get("/sessions/<reference>")
def session_page(reference: str) -> str:
    """Show one session: when, where, who can get in, and what is open to change."""
    with database().read() as session:
        parts = session_parts(session, public_session(session, reference))
    return render_template("public/session.html", **parts)


def session_parts(session: Session, found: PublicSession, *, preview: bool = False) -> dict[str, object]:
    """Return all that the page of a session shows. Its preview is made of the same.

    `preview`: of what is not public yet, so that nothing leads to addresses that are not there.
    """
    about = Criteria(references=found.content.entries)
    return {
        "session": found,
        "preview": preview,
        "content": found.content,
        "entries": public_entries(session, about, per_page=50).entries if about.references else (),
        "series": sessions_of_series(session, found),
        "questions": ACCESS_QUESTIONS,
        "offers": OFFERS,
        "access_offers": ACCESS_OFFERS,
        "off": found.state in (SessionState.CANCELLED, SessionState.POSTPONED),
        "over": found.state in OVER_STATES or found.content.ends_at < now(),
        "places": tuple(count_places(session, found).values()) if is_open(found, now()) and not preview else (),
        "record": public_record(session, found.id),
        "files": public_files(session, found.id),
        "alerts": "/alerts/new" + write_plan_query(Criteria(references=(found.reference,))),
        "event": session_data(found, absolute),
    }


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


@blueprint.get("/sessions/<reference>.txt")
def session_text(reference: str) -> Response:
    """Give a session as a text to pass on."""
    with database().read() as session:
        found = public_session(session, reference)
    response = make_response(invitation_text(found, absolute(found.path)))
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Cache-Control"] = "no-cache"
    return response
