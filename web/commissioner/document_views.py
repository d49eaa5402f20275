"""An organisation's logo, and its documents: procurement strategy, guidance, and the like."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from kil_pipeline.engagement.file_types import TAKEN, CheckedFile, FileRefused, check_file
from kil_pipeline.engagement.organisation_documents import (
    add_document,
    check_logo,
    documents_of,
    logo_of,
    remove_document,
    set_logo,
)
from kil_pipeline.engagement.session_parts import check_web_address
from kil_pipeline.errors import DomainError, InvalidContent
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.expected_date_parsing import parse_expected_date
from kil_pipeline.plan.expected_dates import Precision
from kil_pipeline.text import clean_line, drop_unwritable
from web.commissioner import blueprint
from web.commissioner.access import member, needs, note_own
from web.context import database, now, today

ADDRESS = "/workspace/organisation/documents"


@blueprint.get(ADDRESS)
@needs(Role.ADMIN)
def show_documents() -> str:
    """Show the logo and the documents."""
    return _page()


@blueprint.post(ADDRESS)
@needs(Role.ADMIN)
def change_documents() -> str | tuple[str, int] | Response:
    """Add a document, put a logo in its place, or take one out."""
    deeds = {"remove": _remove, "logo": _set_logo}
    try:
        flash(deeds.get(request.form.get("do", ""), _add)())
    except _Wrong as error:
        return _page(error.field, str(error)), 400
    return redirect(ADDRESS)


class _Wrong(DomainError):
    """Something in the form is to be mended. `field`: which box."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@contextmanager
def _reading(field: str) -> Iterator[None]:
    """Name the box in which something is wrong."""
    try:
        yield
    except DomainError as error:
        raise error if isinstance(error, _Wrong) else _Wrong(field, str(error)) from error


def _set_logo() -> str:
    with _reading("logo"):
        checked = check_logo(*_sent("logo"))  # slow: outside the transaction
    with _reading("shows"), database().write() as db:
        set_logo(db, member().organisation_id, drop_unwritable(request.form.get("shows", "")), checked, now())
        note_own(db, "set_logo")
    return "The logo is on your public page."


def _add() -> str:
    title, url = (drop_unwritable(request.form.get(name, "")).strip() for name in ("title", "url"))
    with _reading("dated"):
        dated_on = _day(clean_line(drop_unwritable(request.form.get("dated", ""))))
    checked: CheckedFile | None = None
    if url:
        with _reading("url"):
            check_web_address(url)
    else:
        with _reading("file"):
            checked = check_file(*_sent("file"))
    with _reading("title"), database().write() as db:
        add_document(db, member().organisation_id, title, file=checked, url=url, dated_on=dated_on, now=now())
        note_own(db, "add_document", title)
    return "It is on your public page, and on the page of each planned opportunity."


def _remove() -> str:
    try:
        document_id = uuid.UUID(request.form.get("document", ""))
    except ValueError:
        document_id = uuid.UUID(int=0)
    with database().write() as db:
        remove_document(db, member().organisation_id, document_id)
        note_own(db, "remove_document")
    return "It is taken out."


def _sent(field: str) -> tuple[str, bytes]:
    sent = request.files.get(field)
    if sent is None or not sent.filename:
        raise FileRefused("Choose a file." if field == "logo" else "Choose a file, or write the address of a page.")
    return drop_unwritable(sent.filename), sent.read()


def _day(text: str) -> date | None:
    if not text:
        return None
    when = parse_expected_date(text, today=today())
    if when.precision is not Precision.DAY:
        raise InvalidContent("Write the day, such as 14 March 2026, or leave it empty.")
    return when.earliest


def _page(field: str = "", problem: str = "") -> str:
    with database().read() as db:
        logo, documents = logo_of(db, member().organisation_id), documents_of(db, member().organisation_id)
    return render_template(
        "commissioner/documents.html",
        member=member(),
        logo=logo,
        documents=documents,
        raw={name: drop_unwritable(text) for name, text in request.form.items()} if problem else {},
        problems=[(field, problem)] if problem else [],
        problem_of={field: problem} if problem else {},
        taken=TAKEN,
    )
