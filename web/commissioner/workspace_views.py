"""The workspace's first page: an organisation's own entries, what is overdue, what is not published yet."""

from flask import render_template, request

from kil_pipeline.organisations.members import Role, memberships_of
from kil_pipeline.plan.drafts import count_drafts, drafts_of
from kil_pipeline.plan.early_notices import due_answers
from web.commissioner import blueprint
from web.commissioner.access import member, needs
from web.commissioner.patch_views import show_patch
from web.commissioner.support_views import acts_for_body
from web.context import database, today

PER_PAGE = 50


@blueprint.get("/workspace")
@needs(Role.VIEWER)
def workspace() -> str:
    """List the entries of the organisation that one acts for, last touched first; a support body's patch instead."""
    if acts_for_body():
        return show_patch()
    with database().read() as db:
        total = count_drafts(db, member().organisation_id)
        pages = max(1, -(-total // PER_PAGE))
        page = max(1, min(pages, request.args.get("page", 1, type=int)))
        drafts = drafts_of(db, member().organisation_id, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
        due = due_answers(db, member().organisation_id, today())
        others = [m for m in memberships_of(db, member().user_id) if m.organisation_id != member().organisation_id]
    return render_template(
        "commissioner/workspace.html",
        member=member(),
        drafts=drafts,
        overdue=[answer for answer in due if answer.overdue(today())],
        soon=[answer for answer in due if not answer.overdue(today())],
        others=others,
        page=page,
        pages=pages,
        total=total,
    )
