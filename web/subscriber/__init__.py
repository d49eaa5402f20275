"""Alerts by mail, without an account: asking, confirming, changing, stopping."""

from flask import Blueprint

blueprint = Blueprint("subscriber", __name__)

from web.subscriber import alert_views, manage_views  # noqa: E402, F401  # views register themselves
