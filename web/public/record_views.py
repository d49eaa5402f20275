"""What was said at a session and what came of it, on a page of its own that prints well; and a session's files."""

import io
import uuid

from flask import Response, abort, redirect, render_template, send_file
from werkzeug.wrappers import Response as AnyResponse

from kil_pipeline.engagement.files import open_file, public_files
from kil_pipeline.engagement.programme import public_session
from kil_pipeline.engagement.public_records import public_record
from kil_pipeline.engagement.record_contents import FIELDS, PART_HEADINGS
from kil_pipeline.engagement.venue_corrections import ask_owner
from kil_pipeline.engagement.venues import find_venue
from kil_pipeline.errors import NotFound
from web.context import database, now
from web.public import blueprint
from web.rate_limits import count_mail

FILE_POLICY = "default-src 'none'; sandbox"
"""What a file may do if a browser shows it after all: nothing."""


@blueprint.get("/sessions/<reference>/record")
def session_record(reference: str) -> str:
    """Show the final record of a session with every answer and its moves."""
    with database().read() as session:
        found = public_session(session, reference)
        record = public_record(session, found.id)
        files = public_files(session, found.id)
    if record is None:
        raise NotFound(f"{reference} has no record yet that is public.")
    return render_template(
        "public/record.html",
        session=found,
        content=found.content,
        record=record,
        files=files,
        headings=PART_HEADINGS,
        fields=FIELDS,
    )


@blueprint.get("/sessions/<reference>/files/<name>")
def session_file_body(reference: str, name: str) -> Response:
    """Give a file to be saved: never shown in the browser, whatever is in it."""
    try:
        file_id = uuid.UUID(name)
    except ValueError:
        abort(404)
    with database().read() as session:
        file, body = open_file(session, reference, file_id)
    response = send_file(io.BytesIO(body), file.media_type, as_attachment=True, download_name=file.name)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.post("/venues/<name>/correct")
def ask_to_correct(name: str) -> str | AnyResponse:
    """Mail the venue's owner the link to correct its facts. The answer does not say where it goes."""
    count_mail("venue-owner")
    with database().write() as session:
        found = find_venue(session, name)
        if found is None:
            abort(404)
        asked = ask_owner(session, found.id, now())
    if not asked:
        return redirect(found.path)
    return render_template("public/venue_asked.html", venue=found)
