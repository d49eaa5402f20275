"""Feeds and calendars over HTTP, each with the filters of the plan in its query string."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from flask import abort, make_response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from feeds.calendars import CalendarHead, render_milestones, render_sessions
from feeds.entry_feeds import FeedPage, render_atom, render_rss
from feeds.entry_texts import make_item
from feeds.json_feeds import render_json
from kil_pipeline.alerts.criteria_words import describe_criteria
from kil_pipeline.engagement.programme import public_sessions
from kil_pipeline.events.log import PublicVersion, public_version
from kil_pipeline.installation import tag_authority
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.dated_queries import dated_entries
from kil_pipeline.plan.queries import Order, public_entries
from kil_pipeline.plan.wordings import DISCLAIMER
from kil_pipeline.times import at_london
from web.context import absolute, database, settings
from web.public import blueprint
from web.public.facet_counts import kept_counts
from web.public.feed_links import session_criteria
from web.queries import read_plan_query, write_plan_query

PER_PAGE = 50
RENDERERS: dict[str, tuple[Callable[[FeedPage], bytes], str]] = {
    "atom": (render_atom, "application/atom+xml; charset=utf-8"),
    "rss": (render_rss, "application/rss+xml; charset=utf-8"),
    "json": (render_json, "application/feed+json; charset=utf-8"),
}
CALENDAR = "text/calendar; charset=utf-8"
KEPT_DAYS = 365
"""How long a passed date stays in a calendar."""
MOST_ENTRIES = 1000
MOST_SESSIONS = 1000


@blueprint.get("/feeds/entries.<any(atom, rss, json):kind>")
def entries_feed(kind: str) -> Response:
    """Planned opportunities in their latest state, last changed first."""
    query = read_plan_query(request.args)
    with database().read() as session:
        version = public_version(session)
        page = _feed_page(session, kind, query.criteria.without_kinds(), query.page, version)
    render, content_type = RENDERERS[kind]
    return answer(render(page), content_type, version.moved_at)


@blueprint.get("/calendars/milestones.ics")
def milestones_calendar() -> Response:
    """Key dates of planned opportunities."""
    criteria = read_plan_query(request.args).criteria.without_kinds()
    with database().read() as session:
        version = public_version(session)
        since = version.day - timedelta(days=KEPT_DAYS)
        head = _calendar_head(session, "/calendars/milestones.ics", "Key dates", "/plan", criteria)
        entries = dated_entries(session, criteria, since, limit=MOST_ENTRIES)
        if len(entries) == MOST_ENTRIES:  # too many: those with nothing to come make room
            entries = dated_entries(session, criteria, version.day, limit=MOST_ENTRIES)
        body = render_milestones(head, entries, since, version.day)
    return answer(body, CALENDAR, version.moved_at)


@blueprint.get("/calendars/sessions.ics")
def sessions_calendar() -> Response:
    """Engagement sessions."""
    criteria = session_criteria(read_plan_query(request.args).criteria)
    with database().read() as session:
        version = public_version(session)
        midnight = at_london(version.day, time.min)
        head = _calendar_head(session, "/calendars/sessions.ics", "Engagement sessions", "/sessions", criteria)
        found = public_sessions(session, criteria, after=midnight - timedelta(days=KEPT_DAYS), limit=MOST_SESSIONS)
        if len(found) == MOST_SESSIONS:  # too many: those that were make room
            found = public_sessions(session, criteria, after=midnight, limit=MOST_SESSIONS)
        body = render_sessions(head, found, version.day)
    return answer(body, CALENDAR, version.moved_at)


def _feed_page(session: Session, kind: str, criteria: Criteria, number: int, version: PublicVersion) -> FeedPage:
    total = kept_counts().read(session, criteria).total
    found = public_entries(session, criteria, page=number, per_page=PER_PAGE, order=Order.UPDATED, total=total)
    if number > found.pages:
        abort(404)
    authority, base_url = tag_authority(session), settings().base_url
    path = f"/feeds/entries.{kind}"
    items = [make_item(entry, authority=authority, base_url=base_url, day=version.day) for entry in found.entries]
    return FeedPage(
        id=f"tag:{authority}:feeds/entries{write_plan_query(criteria)}",
        title=document_title("Planned opportunities", criteria),
        description=DISCLAIMER,
        self_url=absolute(path + _query(criteria, number)),
        html_url=absolute("/plan" + write_plan_query(criteria)),
        updated_at=max((entry.updated_at for entry in found.entries), default=version.moved_at),
        items=items,
        paging=(
            *hub_link(criteria if number == 1 else None),
            *((name, absolute(path + _query(criteria, page))) for name, page in _pages(number, found.pages)),
        ),
    )


def hub_link(criteria: Criteria | None) -> tuple[tuple[str, str], ...]:
    """Return the relation that names the hub, where there is one and the document is a topic it is told of."""
    hub = settings().websub_hub
    return (("hub", hub),) if hub and criteria is not None and criteria.everything() else ()


def _pages(number: int, pages: int) -> list[tuple[str, int]]:
    """Return the relations of RFC 5005, section 3; none where one page holds everything."""
    if pages == 1:
        return []
    found = [("first", 1), ("last", pages)]
    found += [("previous", number - 1)] if number > 1 else []
    found += [("next", number + 1)] if number < pages else []
    return found


def _query(criteria: Criteria, page: int) -> str:
    return write_plan_query(criteria, page=page) if page > 1 else write_plan_query(criteria)


def document_title(what: str, criteria: Criteria) -> str:
    """Return what a feed or calendar is called: the site, what it tells of, and the filters in words."""
    narrowed = "" if criteria.everything() else f" ({describe_criteria(criteria)})"
    return f"{settings().site_name}: {what.lower()}{narrowed}"


def _calendar_head(session: Session, path: str, what: str, html_path: str, criteria: Criteria) -> CalendarHead:
    query = write_plan_query(criteria)
    return CalendarHead(
        name=document_title(what, criteria),
        description=DISCLAIMER,
        url=absolute(path + query),
        html_url=absolute(html_path + query),
        base_url=settings().base_url,
        authority=tag_authority(session),
    )


def answer(body: bytes, content_type: str, modified_at: datetime, *, seconds: int = 60) -> Response:
    """Answer with validators that come from the data alone, so that time passing changes nothing.

    `seconds`: how long a client may keep it without asking.
    """
    response = make_response(body)
    response.headers["Content-Type"] = content_type
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; frame-ancestors 'none'"
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Vary"] = "Accept-Encoding"
    response.last_modified = modified_at
    response.add_etag()
    return response.make_conditional(request)
