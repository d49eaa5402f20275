"""The one cookie and the forms' tokens, signed with the application's own clock and randomness.

Flask and Flask-WTF take both from the system; here they come from `Context`, so that a test can repeat every byte.
"""

import hashlib
from typing import Any

from flask import Flask, current_app, session
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from web.context import context

CSRF_SALT = "wtf-csrf-token"
"""What Flask-WTF, which checks the tokens, mixes into their signature."""
CSRF_KEY = "csrf_token"
"""Where Flask-WTF looks for a browser's own token in its session."""


class ClockSigner(TimestampSigner):
    """Dates signatures by the application's clock."""

    def get_timestamp(self) -> int:
        """Return seconds since 1970."""
        return int(context().clock().timestamp())


class CookieSessions(SecureCookieSessionInterface):
    """Flask's signed cookie, on the application's clock, by HMAC-SHA-256."""

    digest_method = staticmethod(hashlib.sha256)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return what signs and reads the cookie."""
        serializer = super().get_signing_serializer(app)
        if serializer is not None:
            serializer.signer = ClockSigner
        return serializer


def csrf_token() -> str:
    """Return the token of this browser's forms, as Flask-WTF checks it."""
    if CSRF_KEY not in session:
        session[CSRF_KEY] = context().random_token()
    keys: Any = current_app.config["WTF_CSRF_SECRET_KEY"]
    return str(URLSafeTimedSerializer(keys, salt=CSRF_SALT, signer=ClockSigner).dumps(session[CSRF_KEY]))


def register(app: Flask) -> None:
    """Let the application's cookie and forms use them. After `CSRFProtect`, whose own token-maker this replaces."""
    app.session_interface = CookieSessions()
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.context_processor(lambda: {"csrf_token": csrf_token})
