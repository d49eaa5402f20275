"""What a request needs from outside: settings, the database, the clock and chance. Handed to `create_app` once."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from flask import Response, current_app, g

from kil_pipeline.database import Database
from kil_pipeline.plan.plan_index import PlanIndex
from kil_pipeline.settings import Settings
from kil_pipeline.times import london_day, utc_now


@dataclass(frozen=True)
class Context:
    """Everything that views may not make up themselves. Tests hand in their own clock and randomness."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime] = utc_now
    random_token: Callable[[], str] = secrets.token_urlsafe
    """Makes a new unguessable text at each call: nonces, the tokens of forms and of sessions."""
    plan_index: PlanIndex = field(default_factory=PlanIndex)
    """Counts entries, for this process alone."""


def context() -> Context:
    """Return the running app's context."""
    return cast(Context, current_app.extensions["kil"])


def settings() -> Settings:
    """Return the settings."""
    return context().settings


def database() -> Database:
    """Return the database."""
    return context().database


def now() -> datetime:
    """Return the moment of this request (UTC): one and the same throughout it."""
    if "now" not in g:
        g.now = context().clock()
    return cast(datetime, g.now)


def today() -> date:
    """Return the day of this request, in London."""
    return london_day(now())


def nonce() -> str:
    """Return this request's nonce, for the Content-Security-Policy and the scripts that it lets run."""
    if "nonce" not in g:
        g.nonce = context().random_token()
    return cast(str, g.nonce)


def content_policy(*, frames: str = "'none'") -> str:
    """Return the Content-Security-Policy of a page: all from this site. `frames`: who may frame it."""
    return (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        f"script-src 'self' 'nonce-{nonce()}'; form-action 'self'; base-uri 'none'; frame-ancestors {frames}"
    )


def absolute(path: str) -> str:
    """Return the public address of a path on this site."""
    return settings().base_url + path


def never_store(response: Response) -> Response:
    """Let no browser or proxy keep an answer. For `after_request` of what is private."""
    response.headers["Cache-Control"] = "no-store"
    return response
