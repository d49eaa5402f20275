"""What a writing request brings: its token, its version, its key, its body."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, TypeVar

from flask import request
from marshmallow import Schema, ValidationError

from kil_pipeline.organisations.api_tokens import Scope, ScopeMissing, TokenNotValid, member_of_token
from kil_pipeline.organisations.members import Member
from kil_pipeline.plan.answers import Problem
from kil_pipeline.plan.drafts import Draft
from kil_pipeline.text import drop_unwritable
from web.context import database, now
from web.write_api.problems import BodyNotUnderstood, VersionMissing, VersionOutdated

S = TypeVar("S", bound=Schema)
MOST_KEY = 200


def acting_member(*scopes: Scope) -> Member:
    """Return whom the request acts for. Raises `TokenNotValid`, and `ScopeMissing` where it has none of these."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.casefold() != "bearer" or not token.strip():
        raise TokenNotValid("Send a token: Authorization: Bearer TOKEN.")
    with database().write() as session:
        for scope in scopes[:-1]:
            with suppress(ScopeMissing):
                return member_of_token(session, token.strip(), scope, now())
        return member_of_token(session, token.strip(), scopes[-1], now())


def check_version(draft: Draft) -> None:
    """Raise `VersionMissing` without If-Match, `VersionOutdated` where it names another version (RFC 9110, 13.1.1)."""
    if not request.headers.get("If-Match", "").strip():
        raise VersionMissing("Send the ETag of the draft that you change, as If-Match.")
    if not request.if_match.contains(str(draft.version)):
        raise VersionOutdated(f"Somebody saved {draft.reference} since. Read it again, and change what is there now.")


def read_body(schema: Schema) -> dict[str, Any]:
    """Return the body. Raises `BodyNotUnderstood` with what is wrong in each field."""
    try:
        sent = json.loads(request.get_data(cache=True) or b"{}")
    except (ValueError, RecursionError) as error:
        raise BodyNotUnderstood({"body": ["This is not JSON."]}) from error
    try:
        found: dict[str, Any] = schema.load(sent)
    except ValidationError as error:
        raise BodyNotUnderstood(dict(_problems("", error.messages))) from error
    return found


def _problems(at: str, messages: object) -> Iterator[tuple[str, list[str]]]:
    """Yield what marshmallow found, flat: each field by its path."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            plain = "" if name in ("_schema", "value", "key") else drop_unwritable(str(name))[:80]
            yield from _problems(".".join(filter(None, (at, plain))), inner)
    else:
        yield at or "body", [str(line) for line in (messages if isinstance(messages, list) else [messages])]


def refuse(problems: tuple[Problem, ...]) -> BodyNotUnderstood:
    """Return what is wrong in the answers, by field."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        found.setdefault(problem.field, []).append(problem.message)
    return BodyNotUnderstood(found)


def idempotency_key() -> str:
    """Return the request's Idempotency-Key; empty where it has none. Raises `BodyNotUnderstood` for a long one."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > MOST_KEY:
        raise BodyNotUnderstood({"Idempotency-Key": [f"Use at most {MOST_KEY} characters."]})
    return key


def request_bytes() -> bytes:
    """Return what makes a request the same as another: method, path, version, body."""
    head = f"{request.method} {request.path} {request.headers.get('If-Match', '')}\n"
    return head.encode("utf-8", "surrogatepass") + request.get_data(cache=True)
