"""The public pages: the plan, its entries, sessions, feeds and what we say about ourselves. No login anywhere."""

from flask import Blueprint

blueprint = Blueprint("public", __name__)

from web.public import content_views, entry_views, feed_views, plan_views, session_views, venue_views  # noqa: E402, F401  # views register themselves
