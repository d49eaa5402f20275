"""Coming to a session, without an account: asking, one's own place by a signed link, the host's list."""

from flask import Blueprint

from web.context import never_store

blueprint = Blueprint("coming", __name__)
blueprint.after_request(never_store)  # people's names, addresses and signed links stand in these pages

from web.coming import asking_views, host_views, own_views  # noqa: E402, F401  # views register themselves
