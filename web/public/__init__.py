"""The public pages: the plan, its entries, sessions, feeds and what we say about ourselves. No login anywhere."""

from flask import Blueprint

blueprint = Blueprint("public", __name__)

from web.public import (  # noqa: E402  # views register themselves
    bulletin_views,  # noqa: F401
    change_feed_views,  # noqa: F401
    commissioner_views,  # noqa: F401
    comparison_views,  # noqa: F401
    content_views,  # noqa: F401
    download_views,  # noqa: F401
    entry_views,  # noqa: F401
    feed_builder_views,  # noqa: F401
    feed_views,  # noqa: F401
    local_support_views,  # noqa: F401
    organisation_file_views,  # noqa: F401
    plan_views,  # noqa: F401
    record_views,  # noqa: F401
    session_views,  # noqa: F401
    vcse_views,  # noqa: F401
    venue_views,  # noqa: F401
)
