"""Pages that a signed link opens: writing a record as a co-host, checking one, correcting a venue's own facts."""

from flask import Blueprint

from web.context import never_store

blueprint = Blueprint("by_link", __name__)
blueprint.after_request(never_store)  # signed links stand in these pages

from web.by_link import check_views, list_views, owner_views, writer_views  # noqa: E402, F401  # views register themselves
