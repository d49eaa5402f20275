"""Everything that was public of an entry, in one file, for a challenge or an audit."""

import io

from flask import render_template
from werkzeug.wrappers import Response

from kil_pipeline.errors import InvalidTransition
from kil_pipeline.exchange.entry_dossiers import read_dossier, write_dossier
from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.drafts import find_draft
from kil_pipeline.plan.statuses import Status
from web.commissioner import blueprint
from web.commissioner.access import member, needs
from web.context import database, now


@blueprint.post("/workspace/entries/<reference>/account.zip")
@needs(Role.AUTHOR)
def entry_account(reference: str) -> Response:
    """Give the whole account of a public entry. The audit trail says who took it."""
    with database().write() as db:
        draft = find_draft(db, member().organisation_id, reference)
        if draft.status is Status.DRAFT:
            raise InvalidTransition(f"{draft.reference} was never public: there is nothing to give an account of yet.")
        dossier = read_dossier(db, draft.reference, now=now())
        note_deed(
            db, "download_account", subject=draft.reference, user_id=member().user_id,
            organisation_id=member().organisation_id, now=now(),
        )  # fmt: skip
    out = io.BytesIO()
    write_dossier(dossier, render_template("commissioner/dossier.html", dossier=dossier), out)
    response = Response(out.getvalue(), content_type="application/zip")
    response.headers["Content-Disposition"] = f"attachment; filename={draft.reference}-account.zip"
    return response
