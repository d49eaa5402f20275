"""One table: what each error of the domain looks like to a person. Never a traceback, always a way on."""

import json
import re
from collections.abc import Mapping

import structlog
from flask import Flask, Response, abort, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from kil_pipeline.errors import (
    DomainError,
    EditedMeanwhile,
    InvalidContent,
    InvalidTransition,
    LinkNotValid,
    NotFound,
    UnknownCode,
)
from kil_pipeline.organisations.api_requests import KeyUsedOtherwise
from kil_pipeline.organisations.api_tokens import ScopeMissing, TokenNotValid
from kil_pipeline.plan.publishing_rules import MustWait
from web.context import absolute
from web.queries import QueryNotUnderstood
from web.refusals import note_refusal
from web.write_api.problems import BodyNotUnderstood, VersionMissing, VersionOutdated

PAGES: dict[type[DomainError], tuple[int, str]] = {
    NotFound: (404, "Page not found"),
    TokenNotValid: (401, "This token does not work"),
    ScopeMissing: (403, "This token may not do that"),
    LinkNotValid: (410, "This link does not work any more"),
    EditedMeanwhile: (409, "Somebody else saved this meanwhile"),
    InvalidTransition: (409, "That cannot be done now"),
    MustWait: (409, "That cannot be done now"),
    InvalidContent: (400, "There is a problem"),
    UnknownCode: (400, "There is a problem"),
    QueryNotUnderstood: (400, "We did not understand that address"),
    VersionMissing: (428, "Say which version you change"),
    VersionOutdated: (412, "Somebody else saved this meanwhile"),
    BodyNotUnderstood: (422, "There is a problem in what you sent"),
    KeyUsedOtherwise: (422, "This key was used before"),
}
"""Each domain error with its HTTP status and the heading of its page."""

REFUSALS = (TokenNotValid, ScopeMissing, LinkNotValid)
"""Errors that are written down: somebody tried what does not hold, or not any more."""
HEADINGS = {
    400: "There is a problem",
    403: "You cannot see this",
    404: "Page not found",
    405: "That does not work here",
    410: "This link does not work any more",
    413: "That is too large",
    429: "Too many requests",
    500: "Sorry, something went wrong",
}
EXPLANATIONS = {
    403: "Sign in with an account that may.",
    404: "Check the address, or look in the plan.",
    405: "Go back and try again.",
    413: "Go back, and send a shorter text or a smaller file.",
    429: "Nothing was sent. Go back and try again in an hour: what you typed is still there.",
    500: "Nothing that you sent was half saved. Try again in a minute.",
}

WAYS_ON = {
    "/sign-in": ("Ask for a new link", "/sign-in"),
    "/invitations": ("Sign in", "/sign-in"),
    "/workspace": ("Back to your plan", "/workspace"),
    "/alerts": ("Ask for alerts", "/alerts/new"),
    "/hosting": ("See all sessions", "/sessions"),
    "/coming": ("See all sessions", "/sessions"),
    "/operator": ("How it runs", "/operator"),
    "/venues": ("See all venues", "/venues"),
    "/profile": ("Ask for a new link", "/profile"),
    "/my-data": ("Ask for a new link", "/my-data"),
    "/help": ("Find help near you", "/help-near-you"),
    "/local-support": ("See all local support organisations", "/local-support"),
    "": ("See all planned opportunities", "/plan"),
}
"""Where a person can go on from an error, by how the address begins: the text and the address of a link."""


def register(app: Flask) -> None:
    """Let the application answer every error from this table."""
    app.before_request(refuse_nul)
    app.register_error_handler(DomainError, show_domain_error)
    app.register_error_handler(CSRFError, show_csrf_error)
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(Exception, show_unexpected_error)


def refuse_nul() -> None:
    """Refuse an address with a NUL in its path: nothing here has one, and PostgreSQL cannot even be asked for it."""
    if "\0" in request.path:
        abort(404)


def show_domain_error(error: DomainError) -> Response:
    """Show what the domain says."""
    status, heading = next((PAGES[kind] for kind in type(error).__mro__ if kind in PAGES), (400, HEADINGS[400]))
    problems = error.problems if isinstance(error, (QueryNotUnderstood, BodyNotUnderstood)) else {}
    response = _page(status, heading, str(error), problems, type(error))
    if isinstance(error, REFUSALS):
        note_refusal(problem_name(type(error)))
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"  # RFC 9110, 15.5.2
    return response


def show_csrf_error(error: CSRFError) -> Response:
    """Show that a form came without its token: stale, or not ours."""
    note_refusal("form token")
    return _page(400, "Please send the form again", "The page was open for too long, or cookies are off.")


def show_http_error(error: HTTPException) -> Response:
    """Show an error of HTTP in plain words."""
    status = error.code or 500
    if status < 400:  # redirects are HTTP exceptions too
        return make_response(error.get_response())
    response = _page(status, HEADINGS.get(status, HEADINGS[400]), EXPLANATIONS.get(status, "Go back and try again."))
    if status in (403, 413, 429):
        note_refusal(str(status))
    if isinstance(error, MethodNotAllowed):
        response.allow.update(error.valid_methods or ())  # RFC 9110, 15.5.6
    return response


def show_unexpected_error(error: Exception) -> Response:
    """Log what nobody expected, and show a page without any of it."""
    structlog.get_logger("web").exception("request failed", method=request.method, route=request.endpoint or "")
    return _page(500, HEADINGS[500], EXPLANATIONS[500])


def problem_name(kind: type[DomainError]) -> str:
    """Return an error's name in the address of its type: `not-found`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()


def _page(
    status: int,
    heading: str,
    message: str,
    problems: Mapping[str, list[str]] | None = None,
    kind: type[DomainError] | None = None,
) -> Response:
    lines = [line for lines in (problems or {}).values() for line in lines]
    if request.path.startswith("/api/"):
        response = _problem(status, heading, message, problems, kind)
    elif request.path.startswith(("/feeds/", "/calendars/", "/data/")) or request.path.endswith(".json"):
        response = make_response("\n".join([heading, *(lines or [message]), ""]), status)
        response.headers["Content-Type"] = "text/plain; charset=utf-8"
    else:
        way_on = next(way for start, way in WAYS_ON.items() if request.path.startswith(start))
        page = render_template("error.html", heading=heading, message=message, problems=lines, way_on=way_on)
        response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _problem(
    status: int,
    heading: str,
    message: str,
    problems: Mapping[str, list[str]] | None,
    kind: type[DomainError] | None,
) -> Response:
    """Return a problem as RFC 9457 has it. `errors`, ours: each parameter with what is wrong and how to mend it."""
    about = absolute(f"/api/v1/docs#{problem_name(kind)}") if kind else "about:blank"
    body = {"type": about, "title": heading, "status": status, "detail": message}
    response = make_response(json.dumps(body | ({"errors": problems} if problems else {}), ensure_ascii=False), status)
    response.headers["Content-Type"] = "application/problem+json"
    return response
