"""The account of the API: for programs as OpenAPI, for people as a page made from the very same document."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Response, current_app, jsonify, render_template
from flask_smorest import Api

from kil_pipeline.errors import InvalidTransition, NotFound
from kil_pipeline.organisations.api_requests import KeyUsedOtherwise
from kil_pipeline.organisations.api_tokens import ScopeMissing, TokenNotValid
from kil_pipeline.plan.wordings import DISCLAIMER
from web.api import blueprint
from web.context import settings
from web.errors import PAGES, problem_name
from web.public.schemas import LICENCE
from web.queries import QueryNotUnderstood
from web.write_api.problems import BodyNotUnderstood, VersionMissing, VersionOutdated

PROBLEMS = (
    NotFound,
    QueryNotUnderstood,
    InvalidTransition,
    TokenNotValid,
    ScopeMissing,
    VersionMissing,
    VersionOutdated,
    BodyNotUnderstood,
    KeyUsedOtherwise,
)
"""The errors of the domain that programs can meet."""


@dataclass(frozen=True)
class Problem:
    """A kind of problem, as the page explains it."""

    name: str
    status: int
    title: str


class PlanApi(Api):  # type: ignore[misc]  # flask-smorest has no types
    """Makes the OpenAPI document. Errors are answered from the one table in `web/errors.py`, pages by cursors."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_nothing(self) -> None:
        pass

    _register_error_handlers = _register_responses = _register_nothing
    _register_pagination_header = _register_etag_headers = _register_nothing


def openapi() -> dict[str, Any]:
    """Return the OpenAPI document, made once, when somebody first asks for it."""
    kept: dict[str, dict[str, Any]] = current_app.extensions.setdefault("kil-openapi", {})
    if "document" not in kept:
        kept["document"] = _make_document(settings().base_url)
    return kept["document"]


def _make_document(base_url: str) -> dict[str, Any]:
    info = {
        "description": f"What commissioners may buy or fund, and what they cannot tell yet and why. {DISCLAIMER}",
        "license": {"name": "Open Government Licence v3.0", "url": LICENCE},
    }
    app: Any = current_app._get_current_object()  # type: ignore[attr-defined]  # Flask's documented way to the app itself
    api = PlanApi(spec_kwargs={"title": "Keep it Local forward plan", "version": "1", "openapi_version": "3.1.0"})
    api.init_app(app, spec_kwargs={"info": info, "servers": [{"url": base_url}]})
    for part in (blueprint, app.blueprints["write_api"]):
        part.register_views_in_doc(api, app, api.spec, name=part.name, parameters=None)
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    found: dict[str, Any] = api.spec.to_dict()
    for (schema, *_), name in api.ma_plugin.converter.refs.items():
        found["components"]["schemas"][name]["description"] = inspect.getdoc(schema)
    return found


def openapi_json() -> Response:
    """Give the OpenAPI document."""
    return jsonify(openapi())


def docs() -> str:
    """Show the OpenAPI document as a page."""
    spec = openapi()
    problems = [Problem(problem_name(kind), *PAGES[kind]) for kind in PROBLEMS]
    return render_template(
        "api/docs.html", spec=spec, schemas=spec["components"]["schemas"], words=describe_type, problems=problems,
        answer=answer_of, sent=sent_of, phrase=lambda status: HTTPStatus(int(status)).phrase,
    )  # fmt: skip


def answer_of(operation: Mapping[str, Any]) -> str:
    """Return the name of the schema that an operation answers with."""
    done = next(status for status in operation["responses"] if status.startswith("2"))
    return _name(operation["responses"][done]["content"]["application/json"]["schema"])


def sent_of(operation: Mapping[str, Any]) -> str:
    """Return the name of the schema that an operation takes."""
    return _name(operation["requestBody"]["content"]["application/json"]["schema"])


def _name(schema: Mapping[str, Any]) -> str:
    return str(schema["$ref"]).rsplit("/", 1)[1]


def describe_type(schema: Mapping[str, Any]) -> tuple[str, str]:
    """Return a schema's type in words, and the name of the schema that it is or consists of (else empty)."""
    if "$ref" in schema:
        return "", _name(schema)
    for combined in ("anyOf", "allOf"):
        if combined in schema:
            parts = [describe_type(part) for part in schema[combined]]
            return "".join(f" or {text}" for text, _ in parts if text), "".join(name for _, name in parts)
    if schema.get("type") == "array":
        words, name = describe_type(schema["items"])
        return f"list of {words}".rstrip(), name
    if "enum" in schema:
        return ", ".join(schema["enum"]), ""
    types = schema.get("type", "any")
    return " or ".join(types if isinstance(types, list) else [types]), ""
