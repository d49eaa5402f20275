"""The open API: everything public as JSON, read without a key, at `/api/v1/`. Its OpenAPI comes from its schemas."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask, Response, request
from flask_smorest import Blueprint
from marshmallow import Schema

from web.api.parameters import PREFIX
from web.api.schemas import ProblemSchema
from web.api_limits import count_read
from web.public.schemas import LICENCE

PROBLEM = "application/problem+json"
View = Callable[..., Any]

blueprint = Blueprint("api", __name__, url_prefix=PREFIX, description="The forward plan.")
blueprint.before_request(count_read)


def answers(
    path: str, schema: type[Schema], *, parameters: Sequence[dict[str, Any]] = (), errors: Sequence[int] = ()
) -> Callable[[View], View]:
    """Return the decorator of a view: its path below `/api/v1`, what it answers with, what it may be asked."""

    def decorate(view: View) -> View:
        described = blueprint.doc(operationId=view.__name__, parameters=list(parameters))(view)
        for status in (*errors, 429):
            described = blueprint.alt_response(status, schema=ProblemSchema, content_type=PROBLEM)(described)
        described = blueprint.response(200, schema)(described)
        found: View = blueprint.route(path)(described)
        return found

    return decorate


def register(app: Flask) -> None:
    """Add the API to the application."""
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider's: fields come in their order
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's provider has it
    app.add_url_rule(f"{PREFIX}/openapi.json", "api.openapi_json", document_views.openapi_json)
    app.add_url_rule(f"{PREFIX}/docs", "api.docs", document_views.docs)
    app.register_blueprint(blueprint)
    app.after_request(add_api_headers)


def add_api_headers(response: Response) -> Response:
    """Let any page read the API's answers, and send none twice to who has it."""
    if not request.path.startswith("/api/"):
        return response
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Link"
    if request.method == "OPTIONS":  # what a browser asks before it sends a header of its own
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
        response.headers["Access-Control-Max-Age"] = "86400"
    if response.mimetype != "text/html":
        response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    private = response.headers.get("Cache-Control") == "no-store"
    reading = response.status_code == 200 and request.method in ("GET", "HEAD")
    if reading and not private and response.mimetype != "text/html":
        response.headers["Cache-Control"] = "public, max-age=60"
        response.headers["Link"] = ", ".join([*response.headers.getlist("Link"), f'<{LICENCE}>; rel="license"'])
        response.add_etag()
        response.make_conditional(request)
    return response


from web.api import document_views, plan_views, reference_views  # noqa: E402, F401  # views register themselves
