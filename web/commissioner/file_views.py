"""Files of a session and of its record: slides and papers before it, notes and pictures after it."""

import uuid

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from kil_pipeline.engagement.file_types import TAKEN, FileRefused, check_file
from kil_pipeline.engagement.files import add_file, files_of, public_files, remove_file
from kil_pipeline.engagement.records import own_session
from kil_pipeline.engagement.sessions import PUBLIC_STATES
from kil_pipeline.organisations.members import Role
from kil_pipeline.text import drop_unwritable
from web.commissioner import blueprint
from web.commissioner.access import member, needs
from web.commissioner.record_views import note
from web.context import database, now
from web.uploads import scan_upload


@blueprint.get("/workspace/sessions/<held>/files")
@needs(Role.ENGAGEMENT_LEAD)
def session_files(held: str) -> str:
    """Show the files of a session, in whatever state it is."""
    return _page(held)


@blueprint.post("/workspace/sessions/<held>/files")
@needs(Role.ENGAGEMENT_LEAD)
def change_files(held: str) -> str | tuple[str, int] | Response:
    """Add a file to the session or its record, or take one out."""
    try:
        flash(_remove(held) if request.form.get("do") == "remove" else _add(held))
    except FileRefused as error:
        return _page(held, str(error)), 400
    return redirect(f"/workspace/sessions/{held}/files")


def _add(held: str) -> str:
    sent = request.files.get("file")
    with database().read() as db:
        session_id = own_session(db, held, member().organisation_id).id
    if sent is None or not sent.filename:
        raise FileRefused("Choose a file.")
    # Slow, so outside the transaction.
    checked = check_file(drop_unwritable(sent.filename), scan_upload(sent.read(), FileRefused))
    of_record = request.form.get("belongs") == "record"
    with database().write() as db:
        name = add_file(db, session_id, checked, of_record=of_record, now=now()).name
        note("add_file", held, db)
    return f"{name} is added."


def _remove(held: str) -> str:
    with database().write() as db:
        session_id = own_session(db, held, member().organisation_id).id
        remove_file(db, session_id, _id(request.form.get("file", "")))
        note("remove_file", held, db)
    return "The file is taken out."


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


def _page(held: str, problem: str = "") -> str:
    with database().read() as db:
        row = own_session(db, held, member().organisation_id)
        files, title = files_of(db, row.id), str(row.content["title"])
        public = row.state in [state.value for state in PUBLIC_STATES]
        shown = {file.id for file in public_files(db, row.id)} if public else set()
    return render_template(
        "commissioner/files.html",
        reference=held,
        title=title,
        files=files,
        public=public,
        shown=shown,
        problem=problem,
        taken=TAKEN,
    )
