"""For whoever runs the installation. So far: the mail viewer of development."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__)

from web.admin import mail_views  # noqa: E402, F401  # views register themselves
