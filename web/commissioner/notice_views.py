"""Tender notices on Find a Tender that may belong to planned opportunities: a person says which."""

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from kil_pipeline.errors import NotFound
from kil_pipeline.exchange.notice_attaching import attach_notice
from kil_pipeline.exchange.tender_notices import count_notices_to_match, dismiss_notice, notices_to_match, own_notice
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.contents import Author
from kil_pipeline.plan.drafts import find_draft
from kil_pipeline.text import clean_line
from web.commissioner import blueprint
from web.commissioner.access import member, needs, note_own
from web.context import database, now

PER_PAGE = 20
Problems = dict[str, str]


@blueprint.get("/workspace/notices")
@needs(Role.AUTHOR)
def notices() -> str:
    """List the notices that nobody has decided on, each with what it may belong to."""
    return _page({})


@blueprint.post("/workspace/notices/<notice>")
@needs(Role.AUTHOR)
def decide_on_notice(notice: str) -> tuple[str, int] | Response:
    """Attach a notice to one planned opportunity or several, or note that it belongs to none."""
    wanted = [clean_line(text).upper() for text in (*request.form.getlist("entry"), request.form.get("other", ""))]
    references = list(dict.fromkeys(reference for reference in wanted if reference))
    with database().read() as db:
        own_notice(db, member().organisation_id, notice)
    if request.form.get("do") == "none":
        with database().write() as db:
            dismiss_notice(db, member().organisation_id, notice, now())
            note_own(db, "dismiss_notice", notice)
        flash(f"Notice {notice} belongs to nothing in your plan.")
        return redirect("/workspace/notices")
    if not references:
        return _page({notice: "Tick a planned opportunity, or write the reference of another one."}), 400
    try:
        with database().write() as db:
            row = own_notice(db, member().organisation_id, notice)
            for reference in references:
                draft = find_draft(db, member().organisation_id, reference)
                attach_notice(db, row, draft.entry_id, by=Author(member().user_id), now=now())
                note_own(db, "attach_notice", f"{reference} {notice}")
    except NotFound as error:
        return _page({notice: str(error)}), 400
    flash(f"Notice {notice} belongs to {' and '.join(references)}. Its page says so, where it is public.")
    return redirect("/workspace/notices")


def _page(problems: Problems) -> str:
    with database().read() as db:
        total = count_notices_to_match(db, member().organisation_id)
        pages = max(1, -(-total // PER_PAGE))
        page = max(1, min(pages, request.args.get("page", 1, type=int)))
        found = notices_to_match(db, member().organisation_id, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    return render_template(
        "commissioner/notices.html",
        notices=found,
        total=total,
        page=page,
        pages=pages,
        problem_of=problems,
        typed=request.form.get("other", ""),
    )
