"""The host's list: how many come, and the names that were ticked for the host. Reached by a signed link."""

import uuid

from flask import render_template

from kil_pipeline.engagement.attendance import comers_for_host, count_attendance
from kil_pipeline.engagement.host_lists import LIST_LINK
from kil_pipeline.engagement.programme import make_public
from kil_pipeline.engagement.sessions import SessionRow
from kil_pipeline.errors import LinkNotValid
from web.coming import blueprint
from web.context import database
from web.subscriber.manage_views import signer


@blueprint.get("/coming/host/<token>")
def host_list(token: str) -> str:
    """Show who comes, as far as the host may see it."""
    session_id = signer().read(LIST_LINK, token)
    with database().read() as session:
        row = session.get(SessionRow, session_id)
        if row is None:
            raise LinkNotValid("This session is not there any more.")
        public = make_public(session, row)
        comers, counts = comers_for_host(session, public), count_attendance(session, public)
    return render_template("coming/host.html", session=public, comers=comers, counts=counts)


def host_path(session_id: uuid.UUID) -> str:
    """Return the link that the organiser passes on to the host."""
    return f"/coming/host/{signer().sign(LIST_LINK, session_id)}"
