"""What people do without an account, by links in mail: alerts, asking for help, a profile, interest, their data."""

from flask import Blueprint

from web.context import never_store

blueprint = Blueprint("subscriber", __name__)
blueprint.after_request(never_store)  # people's addresses and signed links stand in these pages

from web.subscriber import (  # noqa: E402, F401  # views register themselves
    address_views,
    alert_views,
    answer_views,
    data_views,
    help_views,
    interest_views,
    manage_views,
    own_views,
    profile_views,
    webhook_views,
)
