"""Tender notices on Find a Tender that may belong to planned opportunities: a person says which."""

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from kil_pipeline.alerts.approval_notices import tell_approvers
from kil_pipeline.errors import InvalidContent, NotFound
from kil_pipeline.exchange.notice_attaching import attach_notice, detach_notice, waits_anew
from kil_pipeline.exchange.tender_notices import (
    attached_notices,
    count_notices_to_match,
    dismiss_notice,
    notices_to_match,
    own_notice,
)
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
            row, waits = own_notice(db, member().organisation_id, notice), False
            for reference in references:
                draft = find_draft(db, member().organisation_id, reference)
                attach_notice(db, row, draft.entry_id, by=Author(member().user_id), now=now())
                note_own(db, "attach_notice", f"{reference} {notice}")
                waits = waits_anew(db, draft.entry_id, now()) or waits
            if waits:
                tell_approvers(db, member().organisation_id, member().user_id, now())
    except NotFound as error:
        return _page({notice: str(error)}), 400
    flash(f"Notice {notice} belongs to {' and '.join(references)}. Its page says so, where it is public.")
    return redirect("/workspace/notices")


@blueprint.get("/workspace/notices/<notice>/detach/<reference>")
@needs(Role.AUTHOR)
def ask_to_detach_notice(notice: str, reference: str) -> str:
    """Ask why a notice does not belong to a planned opportunity."""
    return _detach_page(notice, reference)


@blueprint.post("/workspace/notices/<notice>/detach/<reference>")
@needs(Role.AUTHOR)
def detach_own_notice(notice: str, reference: str) -> str | tuple[str, int] | Response:
    """Detach it, with the reason; approvers hear of it where they must say yes."""
    why = clean_line(request.form.get("why", ""))[:1000]
    try:
        with database().write() as db:
            row = own_notice(db, member().organisation_id, notice)
            draft = find_draft(db, member().organisation_id, reference)
            detach_notice(db, row, draft.entry_id, why=why, by=Author(member().user_id), now=now())
            note_own(db, "detach_notice", f"{reference} {notice}")
            if waits_anew(db, draft.entry_id, now()):
                tell_approvers(db, member().organisation_id, member().user_id, now())
    except InvalidContent as error:
        return _detach_page(notice, reference, str(error)), 400
    flash(f"Notice {notice} does not belong to {reference} any more. Now look at its status and dates: they stayed.")
    return redirect(f"/workspace/entries/{reference}")


def _detach_page(notice: str, reference: str, problem: str = "") -> str:
    with database().read() as db:
        row = own_notice(db, member().organisation_id, notice)
        draft, found, title = find_draft(db, member().organisation_id, reference), row.notice, row.title
    return render_template("commissioner/detach_notice.html", notice=found, title=title, draft=draft, problem=problem)


def _page(problems: Problems) -> str:
    with database().read() as db:
        total = count_notices_to_match(db, member().organisation_id)
        attached = attached_notices(db, member().organisation_id)
        pages = max(1, -(-total // PER_PAGE))
        page = max(1, min(pages, request.args.get("page", 1, type=int)))
        found = notices_to_match(db, member().organisation_id, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    return render_template(
        "commissioner/notices.html",
        notices=found,
        attached=attached,
        total=total,
        page=page,
        pages=pages,
        problem_of=problems,
        typed=request.form.get("other", ""),
    )
