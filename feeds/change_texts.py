"""What a feed of changes says of one change: what it means for the reader, what happened, and why."""

from feeds.items import FeedItem, Line, as_html, as_text
from kil_pipeline.alerts.change_history import Change
from kil_pipeline.alerts.digest_items import MatchedEvent, make_items
from kil_pipeline.alerts.letters import DigestItem
from kil_pipeline.plan.wordings import DISCLAIMER
from kil_pipeline.reference.themes import theme


def make_change_item(change: Change, *, authority: str, base_url: str) -> FeedItem:
    """Return the item of a change. It says what was so at the time, and so it never changes."""
    (told,) = make_items([MatchedEvent(change.position, event, ()) for event in change.events])
    lines = _lines(told)
    revision = change.facets.revision
    return FeedItem(
        id=f"tag:{authority}:event/{change.id}",
        title=f"{told.news}: {told.title}",
        url=base_url + told.path + (f"/changes/{revision}" if revision else ""),
        html=as_html(lines),
        text=as_text(lines),
        author=told.commissioner_name,
        categories=tuple(theme(code).name for code in change.facets.themes),
        published_at=change.at,
        updated_at=change.at,
    )


def _lines(told: DigestItem) -> list[Line]:
    return [
        Line("Can we go for it?", told.can_we_go),
        Line("What to do now", told.what_to_do),
        Line("What changed", "\n".join(told.sentences)),
        *([Line("Why", told.why)] if told.why else []),
        Line("From", told.commissioner_name),
        Line("", DISCLAIMER),
    ]
