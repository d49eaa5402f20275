"""JSON Feed 1.1."""

import json

from feeds.entry_feeds import FeedPage
from feeds.items import FeedItem


def render_json(page: FeedPage) -> bytes:
    """Return the page as JSON Feed 1.1 (jsonfeed.org)."""
    paging = dict(page.paging)
    feed: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": page.title,
        "description": page.description,
        "home_page_url": page.html_url,
        "feed_url": page.self_url,
        "language": "en-GB",
    }
    older = paging.get("next") or paging.get("prev-archive")
    if older:
        feed["next_url"] = older
    if "hub" in paging:
        feed["hubs"] = [{"type": "WebSub", "url": paging["hub"]}]
    feed["items"] = [_item(item) for item in page.items]
    return json.dumps(feed, ensure_ascii=False).encode()


def _item(item: FeedItem) -> dict[str, object]:
    return {
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "content_html": item.html,
        "content_text": item.text,
        "date_published": item.published_at.isoformat(),
        "date_modified": item.updated_at.isoformat(),
        "authors": [{"name": item.author}],
        "tags": list(item.categories),
        "language": "en-GB",
    }
