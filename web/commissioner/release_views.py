"""Timed release: what is kept back and has a value can become public on a day, unless somebody stops it."""

from flask import flash, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kil_pipeline.alerts.approval_notices import tell_approvers
from kil_pipeline.errors import DomainError, InvalidContent
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.contents import Author
from kil_pipeline.plan.disclosures import field_label, field_labels
from kil_pipeline.plan.drafts import Draft, find_draft
from kil_pipeline.plan.expected_date_parsing import parse_expected_date
from kil_pipeline.plan.expected_dates import Precision
from kil_pipeline.plan.release_dates import approve_release, releases_of, stop_release
from kil_pipeline.plan.timed_releases import choose_release
from kil_pipeline.plan.withheld import withheld_values
from kil_pipeline.text import clean_line, drop_unwritable
from web.commissioner import blueprint
from web.commissioner.access import member, needs, note_own
from web.commissioner.entry_form import field_id
from web.context import database, now, today


@blueprint.get("/workspace/entries/<reference>/releases")
@needs(Role.AUTHOR)
def releases(reference: str) -> str:
    """Show what is kept back with its value, and when it is released."""
    return _page(_draft(reference))


@blueprint.post("/workspace/entries/<reference>/releases")
@needs(Role.AUTHOR)
def plan_release(reference: str) -> str | tuple[str, int] | Response:
    """Choose the day of a release."""
    draft, path = _draft(reference), request.form.get("path", "")
    typed = clean_line(drop_unwritable(request.form.get("on", "")))
    try:
        field_label(path)
        when = parse_expected_date(typed, today=today())
        if when.precision is not Precision.DAY:
            raise InvalidContent("Name the day, such as 14 March 2027.")
        with database().write() as db:
            row = choose_release(db, draft, path, when.earliest, by=Author(member().user_id), now=now())
            waits = row.approved_at is None
            if waits:
                tell_approvers(db, draft.organisation_id, member().user_id, now())
            _note(db, "plan_release", reference, path)
    except DomainError as error:
        return _page(draft, {path: (typed, str(error))}), 400
    flash("A colleague has to approve it first." if waits else "It is released on that day, unless you stop it.")
    return redirect(f"/workspace/entries/{reference}/releases")


@blueprint.post("/workspace/entries/<reference>/releases/stop")
@needs(Role.AUTHOR)
def stop_planned_release(reference: str) -> Response:
    """Stop a release: the field stays as it is."""
    draft, path = _draft(reference), request.form.get("path", "")
    with database().write() as db:
        stop_release(db, draft.entry_id, path)
        _note(db, "stop_release", reference, path)
    flash("Nothing of it is released by itself now.")
    return redirect(f"/workspace/entries/{reference}/releases")


@blueprint.post("/workspace/entries/<reference>/releases/approve")
@needs(Role.APPROVER)
def approve_planned_release(reference: str) -> Response:
    """Approve a release that somebody else chose."""
    draft, path = _draft(reference), request.form.get("path", "")
    with database().write() as db:
        if path in {planned.path for planned in releases_of(db, draft.organisation_id, draft.entry_id)}:
            approve_release(db, draft.entry_id, path, by=Author(member().user_id), now=now())
            _note(db, "approve_release", reference, path)
            flash("Approved: it is released on its day, unless somebody stops it.")
        else:
            flash("That release is not planned any more.")
    return redirect(f"/workspace/entries/{reference}/releases")


def _draft(reference: str) -> Draft:
    with database().read() as db:
        return find_draft(db, member().organisation_id, reference)


def _note(db: Session, deed: str, reference: str, path: str) -> None:
    note_own(db, deed, f"{reference} {path[:60]}")


def _page(draft: Draft, problems: dict[str, tuple[str, str]] | None = None) -> str:
    found = problems or {}
    with database().read() as db:
        kept_back = withheld_values(db, draft.entry_id)
        planned = {release.path: release for release in releases_of(db, draft.organisation_id, draft.entry_id)}
    fields = [
        (path, f"on-{field_id(path)}", label, kept_back[path], draft.content.disclosure(path), planned.get(path))
        for path, label in field_labels().items()
        if path in kept_back
    ]
    places = {path: place for path, place, *_ in fields}
    return render_template(
        "commissioner/releases.html",
        draft=draft,
        fields=fields,
        member=member(),
        approver=Role.APPROVER,
        problem_of=found,
        problems=[(places.get(path, ""), message) for path, (_, message) in found.items()],
    )
