"""Drafts by API: create, read, change, publish. The rules are those of the form: one reader, one way to publish."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from flask import Response, jsonify
from marshmallow import Schema
from sqlalchemy.orm import Session

from kil_pipeline.alerts.approval_notices import tell_approvers
from kil_pipeline.organisations.api_requests import find_answer, keep_answer
from kil_pipeline.organisations.api_tokens import Scope
from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.members import Member
from kil_pipeline.plan.answers import PARTS, Answers, answer_fields, path_of, read_answers
from kil_pipeline.plan.contents import Author
from kil_pipeline.plan.drafts import Draft, create_entry, find_draft, save_draft, still_withheld
from kil_pipeline.plan.submissions import Request, request_publication
from kil_pipeline.plan.written_answers import write_answers
from kil_pipeline.text import clean_line, drop_unwritable
from web.api import PROBLEM
from web.api.schemas import ProblemSchema
from web.context import database, now, today
from web.write_api import blueprint
from web.write_api.problems import BodyNotUnderstood
from web.write_api.requests import (
    acting_member,
    check_version,
    idempotency_key,
    read_body,
    refuse,
    request_bytes,
)
from web.write_api.schemas import AnswersSchema, DraftSchema, PublicationSchema, WrittenSchema

View = Callable[..., Any]
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The `ETag` of the draft that you change.",
    "schema": {"type": "string"},
}
KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "A text of your own, new for each request: sent again with it, nothing is done twice for a day.",
    "schema": {"type": "string", "maxLength": 200},
}


def writes(
    method: str,
    path: str,
    schema: type[Schema],
    *,
    body: type[Schema] | None = None,
    status: int = 200,
    headers: Sequence[dict[str, Any]] = (),
    errors: Sequence[int] = (),
) -> Callable[[View], View]:
    """Return the decorator of a view that takes a token."""

    def decorate(view: View) -> View:
        described: dict[str, Any] = {"operationId": view.__name__, "security": [{"token": []}]}
        if headers:
            described["parameters"] = list(headers)
        if body is not None:
            described["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
        found = blueprint.doc(**described)(view)
        for error in (401, 403, *errors):
            found = blueprint.alt_response(error, schema=ProblemSchema, content_type=PROBLEM)(found)
        found = blueprint.alt_response(status, schema=schema, success=True)(found)
        result: View = blueprint.route(path, methods=[method])(found)
        return result

    return decorate


@writes("POST", "/drafts", WrittenSchema, body=AnswersSchema, status=201, headers=[KEY], errors=(422,))
def create_draft() -> Response:
    """Start a planned opportunity.

    As a draft that only your organisation sees.
    """
    member, key, sent = acting_member(Scope.WRITE), idempotency_key(), request_bytes()

    def create(session: Session) -> dict[str, Any]:
        answers = _read(_given(), {})
        assert answers.content is not None  # `_read` has refused anything else
        draft = create_entry(
            session, member.organisation_id, answers.content, withheld=answers.withheld, by=_author(member), now=now()
        )
        _note(session, "create_entry", draft, member)
        return _written(draft)

    answer = _once(member, key, sent, create)
    response = _answer(answer, 201)
    response.headers["Location"] = f"/api/v1/drafts/{answer['reference']}"
    return response


@writes("GET", "/drafts/<reference>", DraftSchema, errors=(404,))
def show_draft(reference: str) -> Response:
    """One of your organisation's planned opportunities as you write it."""
    member = acting_member(Scope.READ_PRIVATE, Scope.WRITE)
    with database().read() as session:
        draft = find_draft(session, member.organisation_id, reference)
    answers = {name: text for name, text in write_answers(draft.content).items() if text}
    body = {"reference": draft.reference, "version": draft.version, "status": draft.status.value}
    return _answer({**body, "published": draft.published, "answers": answers})


@writes(
    "PATCH", "/drafts/<reference>", WrittenSchema, body=AnswersSchema, headers=[IF_MATCH], errors=(404, 412, 422, 428)
)
def change_draft(reference: str) -> Response:
    """Change some fields.

    The others stay as they are. Nothing of it is public before it is published.
    """
    member = acting_member(Scope.WRITE)
    with database().write() as session:
        draft = find_draft(session, member.organisation_id, reference)
        check_version(draft)
        answers = _read(_given(), write_answers(draft.content))
        assert answers.content is not None  # `_read` has refused anything else
        content = replace(answers.content, notices=draft.content.notices, links=draft.content.links)
        withheld = still_withheld(session, draft.entry_id, content, answers.withheld)
        draft = save_draft(
            session, draft.entry_id, content, withheld=withheld, version=draft.version, by=_author(member), now=now()
        )
        _note(session, "save_entry", draft, member)
    return _answer(_written(draft))


@writes(
    "POST",
    "/drafts/<reference>/publication",
    WrittenSchema,
    body=PublicationSchema,
    headers=[IF_MATCH, KEY],
    errors=(404, 409, 412, 422, 428),
)
def publish_draft(reference: str) -> Response:
    """Publish.

    Everybody sees it at once, and whoever follows it hears of what changed, unless the organisation wants a second
    person's approval first, or holds publications back before a poll: `outcome` says so. It needs the scope `publish`.
    """
    member, key, sent = acting_member(Scope.PUBLISH), idempotency_key(), request_bytes()

    def publish(session: Session) -> dict[str, Any]:
        said = read_body(PublicationSchema())
        draft = find_draft(session, member.organisation_id, reference)
        check_version(draft)
        why, minor = clean_line(said["why"]), said["minor"]
        asked = request_publication(session, draft.entry_id, by=_author(member), why=why, minor=minor, now=now())
        _note(session, "publish_entry", draft, member)
        public = asked.request in (Request.PUBLISHED, Request.UNCHANGED)
        if asked.request is Request.WAITING:
            tell_approvers(session, member.organisation_id, member.user_id, now())
        return _written(replace(draft, published=public)) | {"revision": asked.revision, "outcome": asked.request.value}

    return _answer(_once(member, key, sent, publish))


def _once(member: Member, key: str, sent: bytes, do: Callable[[Session], dict[str, Any]]) -> dict[str, Any]:
    """Do something and keep the answer under the request's key; or return what it was answered before."""
    with database().write() as session:
        known = find_answer(session, member.organisation_id, key, sent, now()) if key else None
        if known is not None:
            return known
        answer = do(session)
        if key:
            keep_answer(session, member.organisation_id, key, sent, answer, now())
    return answer


def _given() -> dict[str, str]:
    """Return the answers of the body, cleaned of what cannot be stored. Raises `BodyNotUnderstood`."""
    given = {name: drop_unwritable(text or "") for name, text in read_body(AnswersSchema())["answers"].items()}
    known = {*answer_fields(), *(f"{field}: {part}" for field in answer_fields() if path_of(field) for part in PARTS)}
    strange = [name for name in given if name not in known]
    if strange:
        raise BodyNotUnderstood({drop_unwritable(name)[:80]: ["There is no such field."] for name in strange[:20]})
    return given


def _read(given: dict[str, str], before: dict[str, str]) -> Answers:
    answers = read_answers(before | given, today=today())
    if answers.content is None:
        raise refuse(answers.problems)
    return answers


def _author(member: Member) -> Author:
    return Author(member.user_id)


def _note(session: Session, deed: str, draft: Draft, member: Member) -> None:
    note_deed(
        session,
        deed,
        subject=draft.reference,
        user_id=member.user_id,
        organisation_id=member.organisation_id,
        now=now(),
    )


def _written(draft: Draft) -> dict[str, Any]:
    return {
        "reference": draft.reference,
        "version": draft.version,
        "published": draft.published,
        "revision": None,
    }


def _answer(body: dict[str, Any], status: int = 200) -> Response:
    response = jsonify(body)
    response.status_code = status
    response.set_etag(str(body["version"]))
    return response
