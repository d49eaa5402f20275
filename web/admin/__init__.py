"""For whoever runs the installation: the operator's page and metrics; in development the mail viewer."""

from flask import Blueprint

from web.admin.operators import let_operators_in
from web.context import never_store

blueprint = Blueprint("admin", __name__)
operator = Blueprint("operator", __name__)
operator.before_request(let_operators_in)
operator.after_request(never_store)

from web.admin import mail_views, operator_views, webhook_views  # noqa: E402, F401  # views register themselves
