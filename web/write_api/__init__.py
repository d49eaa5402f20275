"""Writing by a program, at `/api/v1/drafts`: it acts as a member of its organisation, by a token with scopes.

Apart from `web.api`, which can reach nothing that is withheld.
"""

from flask_smorest import Blueprint

from web.api.parameters import PREFIX
from web.api_limits import count_write, count_wrong_token
from web.context import never_store

blueprint = Blueprint("write_api", __name__, url_prefix=PREFIX, description="Drafts of planned opportunities.")
blueprint.before_request(count_write)
blueprint.after_request(count_wrong_token)
blueprint.after_request(never_store)

from web.write_api import draft_views  # noqa: E402, F401  # views register themselves
