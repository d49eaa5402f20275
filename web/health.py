"""For machines: is the process alive, and can it do its work?"""

from flask import Flask, Response, make_response
from sqlalchemy.exc import SQLAlchemyError

from kil_pipeline.migrations import needs_upgrade
from kil_pipeline.scheduler.heartbeats import worker_alive
from web.context import database, now


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
        alive = behind or _somebody_ticks()
    except SQLAlchemyError:
        return _answer(503, "The database cannot be reached.")
    if behind:
        return _answer(503, "The database needs `kil migrate`.")
    return _answer(200, "ready") if alive else _answer(503, "No worker was heard of for five minutes: is one running?")


def _somebody_ticks() -> bool:
    """Tell whether what is due gets done. On SQLite the web process does it itself."""
    if database().sqlite:
        return True
    with database().read() as session:
        return worker_alive(session, now())


def _answer(status: int, line: str) -> Response:
    response = make_response(line + "\n", status)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    return response
