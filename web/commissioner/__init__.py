"""The commissioners' workspace: signing in, writing an entry, previewing and publishing it."""

from flask import Blueprint

blueprint = Blueprint("commissioner", __name__)

from web.commissioner import editing_views, sign_in_views, workspace_views  # noqa: E402, F401  # views register themselves
