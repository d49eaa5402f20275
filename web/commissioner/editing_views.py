"""Writing an entry: one form, a preview that is the public page itself, and publishing."""

from dataclasses import replace

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from kil_pipeline.errors import EditedMeanwhile, InvalidTransition
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.answer_values import split_list
from kil_pipeline.plan.answers import Answers, Problem, read_answers
from kil_pipeline.plan.contents import Author
from kil_pipeline.plan.date_order import misplaced_dates
from kil_pipeline.plan.drafts import Draft, create_entry, find_draft, save_draft
from kil_pipeline.plan.leak_checks import hidden_fields, leaks
from kil_pipeline.plan.previews import preview_changes, preview_entry
from kil_pipeline.plan.publishing_rules import rules_of
from kil_pipeline.plan.queries import PublicRevision, public_entry, public_revisions
from kil_pipeline.plan.status_deeds import deeds_for
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.submissions import request_publication, submission_of
from kil_pipeline.plan.withheld import withheld_values
from kil_pipeline.plan.written_answers import write_answers
from kil_pipeline.text import clean_line, drop_unwritable
from web.commissioner import blueprint
from web.commissioner.access import member, needs, note_own
from web.commissioner.answers import describe_answer, note_answer
from web.commissioner.entry_form import field_id, form_sections, in_order, named_problem, reason_groups
from web.commissioner.form_steps import chosen_step, with_step
from web.context import database, now, today
from web.public.entry_views import entry_parts

MEANWHILE = (
    "Somebody else saved this while you were writing. What you wrote is below and not saved yet. "
    "Open the entry in another tab to see theirs; saving again replaces it with yours."
)


@blueprint.get("/workspace/entries/new")
@needs(Role.AUTHOR)
def new_entry() -> str:
    """Show the empty form: a headline is enough."""
    return _form({}, None, 0)


@blueprint.post("/workspace/entries/new")
@needs(Role.AUTHOR)
def create() -> str | tuple[str, int] | Response:
    """Start an entry as a draft."""
    raw = _typed()
    answers = read_answers(raw, today=today())
    if answers.content is None:
        return _form(raw, None, 0, answers.problems), 400
    with database().write() as db:
        by = Author(member().user_id)
        draft = create_entry(db, member().organisation_id, answers.content, withheld=answers.withheld, by=by, now=now())
        note_own(db, "create_entry", draft.reference)
    return _onwards(draft)


@blueprint.get("/workspace/entries/<reference>")
@needs(Role.AUTHOR)
def edit_entry(reference: str) -> str:
    """Show the form with what was saved last, private values too."""
    return _saved_form(reference)


@blueprint.post("/workspace/entries/<reference>")
@needs(Role.AUTHOR)
def save(reference: str) -> str | tuple[str, int] | Response:
    """Save the working copy. Nobody else's work is overwritten unseen."""
    raw = _typed()
    with database().read() as db:
        draft = find_draft(db, member().organisation_id, reference)
        saved = write_answers(draft.content, withheld_values(db, draft.entry_id))
    sections = form_sections(public=draft.status is not Status.DRAFT)
    step = chosen_step(sections)
    raw = with_step(saved, raw, sections[step - 1]) if step else raw
    if draft.status is not Status.DRAFT:  # its status has pages of its own
        raw |= {"status": draft.content.status.label, "status_reason": draft.content.status_reason}
    answers = read_answers(raw, today=today())
    if answers.content is None:
        return _form(raw, draft, _version(raw), answers.problems), 400
    try:
        draft = _save(draft, answers, _version(raw))
    except EditedMeanwhile:
        with database().read() as db:
            draft = find_draft(db, member().organisation_id, reference)
        return _form(raw, draft, draft.version, (Problem("", "", MEANWHILE),)), 409
    return _onwards(draft)


@blueprint.get("/workspace/entries/<reference>/preview")
@needs(Role.VIEWER)
def preview(reference: str) -> str:
    """Show the entry exactly as the public will see it, with the button that publishes it."""
    with database().read() as db:
        draft = find_draft(db, member().organisation_id, reference)
        changes, kept_back = preview_changes(db, draft), withheld_values(db, draft.entry_id)
        revisions = public_revisions(db, draft.entry_id)
        rules, submitted = rules_of(db, draft.organisation_id), submission_of(db, draft.entry_id)
        if changes:
            public = preview_entry(db, draft, now())
            coming = PublicRevision(public.revision, now(), changes, "", False, draft.content)
            parts = entry_parts(db, public, (coming, *revisions))
        else:
            parts = entry_parts(db, public_entry(db, reference), revisions)
    return render_template(
        "commissioner/preview.html",
        draft=draft,
        may_write=member().may(Role.AUTHOR),
        changes=changes,
        misplaced=misplaced_dates(draft.content),
        rules=rules,
        held_for=rules.held_for(today()),
        submitted=submitted,
        hidden=hidden_fields(draft.content, kept_back),
        leaks=leaks(draft.content, kept_back),
        **parts,
    )


@blueprint.post("/workspace/entries/<reference>/publish")
@needs(Role.AUTHOR)
def publish(reference: str) -> tuple[str, int] | Response:
    """Publish the working copy that was previewed; its events are in the same transaction."""
    why, minor = clean_line(request.form.get("why", ""))[:1000], request.form.get("minor") == "yes"
    try:
        with database().write() as db:
            draft = find_draft(db, member().organisation_id, reference)
            if str(draft.version) != request.form.get("version"):
                raise EditedMeanwhile("It is not what you saw in the preview. Look at that again, then publish.")
            by = Author(member().user_id)
            answer = request_publication(db, draft.entry_id, by=by, why=why, minor=minor, now=now())
            note_answer(db, draft, answer, "publish_entry")
    except InvalidTransition as error:
        return _saved_form(reference, (Problem("status", "", str(error)),)), 409
    flash(describe_answer(answer, reference, draft.content.headline))
    return redirect("/workspace")


def _save(draft: Draft, answers: Answers, version: int) -> Draft:
    assert answers.content is not None  # checked by the caller
    with database().write() as db:
        saved = save_draft(
            db,
            draft.entry_id,
            replace(answers.content, notices=draft.content.notices, links=draft.content.links),  # not in the form
            withheld=answers.withheld,
            version=version,
            by=Author(member().user_id),
            now=now(),
        )
        note_own(db, "save_entry", saved.reference)
    return saved


def _onwards(draft: Draft) -> Response:
    if request.form.get("then") == "preview":
        return redirect(f"/workspace/entries/{draft.reference}/preview")
    step, last = chosen_step(form_sections()), len(form_sections())
    if request.form.get("then") == "next" and step:
        page = f"?step={step + 1}" if step < last else "/preview"
        return redirect(f"/workspace/entries/{draft.reference}{page}")
    flash("Saved. Nothing of it is public until you publish it.")
    return redirect(f"/workspace/entries/{draft.reference}")


def _typed() -> dict[str, str]:
    """Return the form as it was sent; ticked boxes of one name come as a spreadsheet’s cell would have them."""
    return {name: drop_unwritable("; ".join(values)) for name, values in request.form.lists()}


def _version(raw: dict[str, str]) -> int:
    text = raw.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _saved_form(reference: str, problems: tuple[Problem, ...] = ()) -> str:
    with database().read() as db:
        draft = find_draft(db, member().organisation_id, reference)
        raw = write_answers(draft.content, withheld_values(db, draft.entry_id))
    return _form(raw, draft, draft.version, problems)


def _form(raw: dict[str, str], draft: Draft | None, version: int, problems: tuple[Problem, ...] = ()) -> str:
    sections = form_sections(public=draft is not None and draft.status is not Status.DRAFT)
    step = chosen_step(sections)
    return render_template(
        "commissioner/entry_form.html",
        step=step,
        steps=len(sections),
        raw=raw,
        draft=draft,
        version=version,
        sections=sections[step - 1 : step] if step else sections,
        deeds=deeds_for(draft.status) if draft else (),
        reasons=reason_groups(),
        problems=[(field_id(problem.field), named_problem(problem)) for problem in in_order(problems)],
        problem_of={problem.field: named_problem(problem) for problem in problems},
        field_id=field_id,
        split_list=split_list,
        may_move=member().may(Role.ADMIN),
    )
