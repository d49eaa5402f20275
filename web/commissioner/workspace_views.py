"""The workspace's first page: an organisation's own entries, what is overdue, what is not published yet."""

from flask import render_template, request

from kil_pipeline.engagement.response_days import answers_due
from kil_pipeline.organisations.members import Role, memberships_of
from kil_pipeline.plan.drafts import count_drafts, drafts_of
from kil_pipeline.plan.early_notices import soon_overdue
from web.commissioner import blueprint
from web.commissioner.access import member, needs
from web.context import database, today

PER_PAGE = 50


@blueprint.get("/workspace")
@needs(Role.VIEWER)
def workspace() -> str:
    """List the entries of the organisation that one acts for, last touched first."""
    with database().read() as db:
        total = count_drafts(db, member().organisation_id)
        pages = max(1, -(-total // PER_PAGE))
        page = max(1, min(pages, request.args.get("page", 1, type=int)))
        drafts = drafts_of(db, member().organisation_id, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
        soon = soon_overdue(db, member().organisation_id, today())
        answers = answers_due(db, member().organisation_id, today())
        others = [m for m in memberships_of(db, member().user_id) if m.organisation_id != member().organisation_id]
    overdue = {
        draft.reference: [d for d in draft.content.disclosures if d.overdue(today())]
        for draft in drafts
        if not draft.content.status.ended
    }
    return render_template(
        "commissioner/workspace.html",
        member=member(),
        drafts=drafts,
        overdue=overdue,
        soon=soon,
        answers=answers,
        others=others,
        page=page,
        pages=pages,
        total=total,
    )
