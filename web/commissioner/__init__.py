"""The commissioners' workspace: signing in, writing an entry, previewing and publishing it."""

from flask import Blueprint

from web.context import never_store

blueprint = Blueprint("commissioner", __name__)
blueprint.after_request(never_store)  # private values and one-use links stand in these pages

from web.commissioner import coming_views, editing_views, sign_in_views, workspace_views  # noqa: E402, F401  # views register themselves
