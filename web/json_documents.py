"""JSON documents outside the API: public ones that any page may read, and somebody's own copy of their data."""

import json
from typing import Any

from flask import Response, make_response


def json_document(data: Any) -> Response:
    """Return data as an answer that a person can read too."""
    response = make_response(json.dumps(data, ensure_ascii=False, indent=2) + "\n")
    response.headers["Content-Type"] = "application/json; charset=utf-8"
    return response


def public_document(data: Any) -> Response:
    """Return public data, which any web page may fetch; a copy of it is asked about before it is used again."""
    response = json_document(data)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    return response


def own_copy(data: Any, filename: str) -> Response:
    """Return what is held about somebody, as a file to keep (UK GDPR, articles 15 and 20)."""
    response = json_document(data)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
