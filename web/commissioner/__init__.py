"""The commissioners' workspace: signing in, writing an entry, previewing and publishing it."""

from flask import Blueprint

from web.context import never_store

blueprint = Blueprint("commissioner", __name__)
blueprint.after_request(never_store)  # private values and one-use links stand in these pages

from web.commissioner import (  # noqa: E402  # views register themselves
    editing_views,  # noqa: F401
    file_views,  # noqa: F401
    record_views,  # noqa: F401
    response_views,  # noqa: F401
    sign_in_views,  # noqa: F401
    workspace_views,  # noqa: F401
)
