"""Alerts by mail, without an account: asking, confirming, changing, stopping."""

from flask import Blueprint

from web.context import never_store

blueprint = Blueprint("subscriber", __name__)
blueprint.after_request(never_store)  # people's addresses and signed links stand in these pages

from web.subscriber import address_views, alert_views, manage_views, own_views  # noqa: E402, F401  # views register themselves
