"""For machines: is the process alive, and can it do its work?"""

from flask import Flask, Response, make_response
from sqlalchemy.exc import SQLAlchemyError

from kil_pipeline.migrations import needs_upgrade
from web.context import database


def register(app: Flask) -> None:
    """Add the two addresses."""
    app.add_url_rule("/healthz", view_func=healthz)
    app.add_url_rule("/readyz", view_func=readyz)


def healthz() -> Response:
    """Answer as long as the process lives."""
    return _answer(200, "ok")


def readyz() -> Response:
    """Answer 200 when the database is there and up to date, else 503 with what is wrong, in a line."""
    try:
        behind = needs_upgrade(database())
    except SQLAlchemyError:
        return _answer(503, "The database cannot be reached.")
    return _answer(503, "The database needs `kil migrate`.") if behind else _answer(200, "ready")


def _answer(status: int, line: str) -> Response:
    response = make_response(line + "\n", status)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    return response
