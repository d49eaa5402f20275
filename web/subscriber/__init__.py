"""Alerts by mail, without an account: asking, confirming, changing, stopping."""

from flask import Blueprint

from web.context import never_store

blueprint = Blueprint("subscriber", __name__)
blueprint.after_request(never_store)  # people's addresses and signed links stand in these pages

from web.subscriber import (  # noqa: E402  # views register themselves
    address_views,  # noqa: F401
    alert_views,  # noqa: F401
    manage_views,  # noqa: F401
    own_views,  # noqa: F401
    webhook_views,  # noqa: F401
)
