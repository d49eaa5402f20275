"""The feed of changes over HTTP: every change on its own, so that a later one overwrites nothing."""

from flask import abort, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from feeds.change_texts import make_change_item
from feeds.entry_feeds import FeedPage
from kil_pipeline.alerts.change_history import ChangePage, archived_changes, full_stretches, latest_changes
from kil_pipeline.events.log import public_version
from kil_pipeline.installation import tag_authority
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.wordings import DISCLAIMER
from kil_pipeline.text import clean_line
from web.context import absolute, database, settings
from web.public import blueprint
from web.public.feed_views import RENDERERS, answer, document_title, hub_link
from web.queries import QueryNotUnderstood, read_plan_query, write_plan_query

ARCHIVE_SECONDS = 24 * 3600
"""How long a client may keep an archive document without asking: it never changes, but its wording may be mended."""


@blueprint.get("/feeds/changes.<any(atom, rss, json):kind>")
def changes_feed(kind: str) -> Response:
    """Every change in the plan, newest first; with `archive`, a document of the archive."""
    criteria = read_plan_query(request.args).criteria
    number = _read_archive(criteria)
    path = f"/feeds/changes.{kind}"
    render, content_type = RENDERERS[kind]
    with database().read() as session:
        version = public_version(session)
        full = full_stretches(version.n)
        if number == full + 1:  # where the newest archive's next-archive leads until it is full itself
            return redirect(absolute(path + write_plan_query(criteria)))
        if number is None:
            latest = _feed_page(session, path, criteria, latest_changes(session, criteria))
            return answer(render(latest), content_type, version.moved_at)
        if number > full:
            abort(404)
        page = archived_changes(session, criteria, number)
        assert page.ended_at is not None  # the stretch is full
        body = render(_feed_page(session, path, criteria, page, number))
    return answer(body, content_type, page.ended_at, seconds=ARCHIVE_SECONDS)


def _feed_page(
    session: Session, path: str, criteria: Criteria, page: ChangePage, number: int | None = None
) -> FeedPage:
    authority, base_url, query = tag_authority(session), settings().base_url, write_plan_query(criteria)
    updated_at = page.ended_at or max((change.at for change in page.changes), default=None)
    return FeedPage(
        id=f"tag:{authority}:feeds/changes{query}",
        title=document_title("What changed", criteria),
        description=DISCLAIMER,
        self_url=_address(path, criteria, number),
        html_url=absolute("/plan" + query),
        updated_at=updated_at or public_version(session).moved_at,
        items=[make_change_item(change, authority=authority, base_url=base_url) for change in page.changes],
        paging=(
            *hub_link(criteria if number is None else None),
            *((name, _address(path, criteria, archive)) for name, archive in _relations(number, page.older_archive)),
        ),
        archive=number is not None,
    )


def _relations(number: int | None, older: int | None) -> list[tuple[str, int | None]]:
    """Return the relations of RFC 5005, section 4, each with the archive it leads to; None: the feed itself.

    An archive document must not change when the next one is full: `next-archive` is there from the start.
    """
    found: list[tuple[str, int | None]] = [("prev-archive", older)] if older else []
    return [*found, ("next-archive", number + 1), ("current", None)] if number else found


def _address(path: str, criteria: Criteria, archive: int | None) -> str:
    return absolute(path + (write_plan_query(criteria, archive=archive) if archive else write_plan_query(criteria)))


def _read_archive(criteria: Criteria) -> int | None:
    """Read the number of an archive from the query string. Raises `QueryNotUnderstood`."""
    text = clean_line(request.args.get("archive", ""))
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise QueryNotUnderstood({"archive": ["Archives count from 1."]}, criteria)
    return int(text)
