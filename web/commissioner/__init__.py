"""The commissioners' workspace: signing in, writing an entry, previewing and publishing it."""

from flask import Blueprint

from web.context import never_store

blueprint = Blueprint("commissioner", __name__)
blueprint.after_request(never_store)  # private values and one-use links stand in these pages

from web.commissioner import (  # noqa: E402
    editing_views,  # noqa: F401  # views register themselves
    hosting_views,  # noqa: F401
    session_change_views,  # noqa: F401
    session_host_views,  # noqa: F401
    session_proposal_views,  # noqa: F401
    session_views,  # noqa: F401
    sign_in_views,  # noqa: F401
    workspace_views,  # noqa: F401
)
