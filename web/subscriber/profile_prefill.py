"""Which profile this browser's forms are filled in from: the session cookie holds its id, until the browser closes."""

import uuid

from flask import session as cookie

from kil_pipeline.errors import LinkNotValid
from kil_pipeline.support.profiles import ProfileView, profile_view
from web.context import database

KEY = "profile"
"""Where the session cookie holds the profile's id."""


def use_profile(profile_id: uuid.UUID) -> None:
    """Fill this browser's forms in from a profile."""
    cookie[KEY] = profile_id.hex


def forget_profile() -> None:
    """Fill them in no more."""
    cookie.pop(KEY, None)


def profile_in_use() -> ProfileView | None:
    """Return the profile that this browser's forms are filled in from; None where there is none, or none any more."""
    key = cookie.get(KEY)
    if key is None:
        return None
    try:
        with database().read() as session:
            found = profile_view(session, uuid.UUID(key))
    except (LinkNotValid, ValueError):
        return None
    return found if found.saved else None
