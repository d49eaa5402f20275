"""Files that an organisation shows of itself: its logo in the page, all others to be saved."""

import io
import uuid

from flask import Response, abort, send_file

from kil_pipeline.engagement.organisation_documents import open_document
from web.context import database
from web.public import blueprint
from web.public.record_views import FILE_POLICY


@blueprint.get("/organisations/<slug>/files/<name>")
def organisation_file(slug: str, name: str) -> Response:
    """Give a logo, or a file to be saved."""
    try:
        document_id = uuid.UUID(name)
    except ValueError:
        abort(404)
    with database().read() as session:
        file, body = open_document(session, slug, document_id)
    response = send_file(io.BytesIO(body), file.media_type, as_attachment=not file.logo, download_name=file.name)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-cache"
    return response
