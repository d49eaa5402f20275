"""What waits before it is public: for a second pair of eyes, or for the day after a poll."""

from flask import flash, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kil_pipeline.alerts.approval_notices import tell_author
from kil_pipeline.errors import DomainError, InvalidTransition
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.comparisons import compare_contents
from kil_pipeline.plan.contents import Author, EntryContent
from kil_pipeline.plan.drafts import find_draft
from kil_pipeline.plan.release_dates import releases_of
from kil_pipeline.plan.submission_decisions import approve, override_hold, send_back
from kil_pipeline.plan.submissions import Submitted, drop_submission, submission_of, submissions_of
from kil_pipeline.text import MAX_TEXT, clean_line, clean_text, drop_unwritable
from web.commissioner import blueprint
from web.commissioner.access import member, needs, note_own
from web.commissioner.answers import describe_answer
from web.context import database, now


@blueprint.get("/workspace/approvals")
@needs(Role.VIEWER)
def approvals() -> str:
    """List what waits, in the order in which it was submitted."""
    with database().read() as db:
        submitted = submissions_of(db, member().organisation_id)
        releases = releases_of(db, member().organisation_id)
    return render_template(
        "commissioner/approvals.html",
        submitted=submitted,
        releases=releases,
        member=member(),
        may_write=member().may(Role.AUTHOR),
    )


@blueprint.get("/workspace/entries/<reference>/approval")
@needs(Role.AUTHOR)
def approval(reference: str) -> str:
    """Show what would change in public, and what can be done about it."""
    return _page(reference)


@blueprint.post("/workspace/entries/<reference>/approval/publish")
@needs(Role.APPROVER)
def approve_entry(reference: str) -> str | tuple[str, int] | Response:
    """Publish what waits: just what was looked at."""
    try:
        with database().write() as db:
            submitted = _looked_at(db, reference)
            if submitted is None:
                return _gone(reference)
            answer = approve(db, submitted.id, by=Author(member().user_id), now=now())
            tell_author(db, submitted, member().organisation_id, now())
            note_own(db, "approve_entry", reference)
    except InvalidTransition as error:
        return _page(reference, {"note": str(error)}), 409
    flash(describe_answer(answer, reference, submitted.content.headline))
    return redirect("/workspace/approvals")


@blueprint.post("/workspace/entries/<reference>/approval/send-back")
@needs(Role.APPROVER)
def send_entry_back(reference: str) -> str | tuple[str, int] | Response:
    """Give it back to its author, with a note."""
    note = clean_text(drop_unwritable(request.form.get("note", "")))[:MAX_TEXT]
    try:
        with database().write() as db:
            submitted = _looked_at(db, reference)
            if submitted is None:
                return _gone(reference)
            send_back(db, submitted.id, note, by=Author(member().user_id))
            tell_author(db, submitted, member().organisation_id, now())
            note_own(db, "send_entry_back", reference)
    except DomainError as error:
        return _page(reference, {"note": str(error)}), 400
    flash(f"{reference} was sent back, with your note.")
    return redirect("/workspace/approvals")


@blueprint.post("/workspace/entries/<reference>/approval/take-back")
@needs(Role.AUTHOR)
def take_entry_back(reference: str) -> Response:
    """Take back what waits. The working copy stays as it is."""
    with database().write() as db:
        draft = find_draft(db, member().organisation_id, reference)
        drop_submission(db, draft.entry_id)
        note_own(db, "take_entry_back", reference)
    flash(f"Nothing of {reference} waits now. What you wrote is still there.")
    return redirect(f"/workspace/entries/{reference}")


@blueprint.post("/workspace/entries/<reference>/approval/override")
@needs(Role.ADMIN)
def override(reference: str) -> str | tuple[str, int] | Response:
    """Publish at once what is held before a poll. The reason goes to the audit trail."""
    reason = clean_line(drop_unwritable(request.form.get("reason", "")))
    if not reason:
        return _page(reference, {"reason": "Write why it cannot wait: it is kept in the audit trail."}), 400
    with database().write() as db:
        submitted = _looked_at(db, reference)
        if submitted is None:
            return _gone(reference)
        answer = override_hold(db, submitted.id, now())
        tell_author(db, submitted, member().organisation_id, now())
        note_own(db, "override_hold", f"{reference}: {reason}")
    flash(describe_answer(answer, reference, submitted.content.headline))
    return redirect("/workspace/approvals")


def _looked_at(db: Session, reference: str) -> Submitted | None:
    """Return what waits, if it is what the page showed; None where it was submitted anew, or nothing waits."""
    draft = find_draft(db, member().organisation_id, reference)
    submitted = submission_of(db, draft.entry_id)
    return submitted if submitted is not None and str(submitted.id) == request.form.get("submission") else None


def _gone(reference: str) -> Response:
    flash(f"What waited of {reference} is not there any more, or was changed. Look again.")
    return redirect(f"/workspace/entries/{reference}/approval")


def _page(reference: str, problems: dict[str, str] | None = None) -> str:
    with database().read() as db:
        draft = find_draft(db, member().organisation_id, reference)
        submitted = submission_of(db, draft.entry_id)
    fields = _changed(submitted) if submitted else ()
    return render_template(
        "commissioner/approval.html",
        draft=draft,
        submitted=submitted,
        fields=fields,
        member=member(),
        Role=Role,
        raw=request.form,
        problem_of=problems or {},
        problems=list((problems or {}).items()),
    )


def _changed(submitted: Submitted) -> tuple[object, ...]:
    """Return the fields that would change: what readers see now, and what they would see."""
    old = submitted.public or EntryContent(submitted.content.headline)
    return tuple(field for field in compare_contents(old, submitted.content) if field.changed)
