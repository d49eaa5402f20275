"""Planning sessions: an organisation's list, one form, a preview that is the public page itself, and publishing."""

from flask import flash, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kil_pipeline.engagement.host_lists import tell_published
from kil_pipeline.engagement.hosting import ask_again, tell_hosts
from kil_pipeline.engagement.hosts import HostState, invitations_of
from kil_pipeline.engagement.nudges import find_nudges
from kil_pipeline.engagement.online_links import online_link_of
from kil_pipeline.engagement.programme import public_session, publish_session, with_hosts
from kil_pipeline.engagement.session_answers import read_session_answers, write_session_answers
from kil_pipeline.engagement.session_drafts import (
    SessionDraft,
    count_session_drafts,
    find_session_draft,
    preview_session,
    session_drafts_of,
    sessions_proposed_by,
)
from kil_pipeline.engagement.session_materials import box, rows_shown
from kil_pipeline.engagement.session_parts import MaterialKind
from kil_pipeline.engagement.session_surroundings import surroundings_of
from kil_pipeline.engagement.session_writing import plan_session, save_session
from kil_pipeline.errors import EditedMeanwhile, InvalidContent, InvalidTransition
from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.answer_values import split_list
from kil_pipeline.plan.answers import Problem
from kil_pipeline.plan.contents import Author
from kil_pipeline.text import clean_line, drop_unwritable
from web.commissioner import blueprint
from web.commissioner.access import member, needs
from web.commissioner.answers import lead_to
from web.commissioner.entry_form import field_id
from web.commissioner.session_form import in_order, labelled, session_sections
from web.context import database, now, today
from web.public.session_views import session_parts

PER_PAGE = 50
MEANWHILE = (
    "Somebody else saved this while you were writing. What you wrote is below and not saved yet. "
    "Open the session in another tab to see theirs; saving again replaces it with yours."
)


@blueprint.get("/workspace/sessions")
@needs(Role.VIEWER)
def own_sessions() -> str:
    """List the sessions of the organisation that one acts for, the latest first, and those that it proposed.

    Who may not write them reads them.
    """
    with database().read() as db:
        total = count_session_drafts(db, member().organisation_id)
        pages = max(1, -(-total // PER_PAGE))
        page = max(1, min(pages, request.args.get("page", 1, type=int)))
        drafts = session_drafts_of(db, member().organisation_id, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
        proposed = sessions_proposed_by(db, member().organisation_id)
    return render_template(
        "commissioner/sessions.html",
        member=member(),
        may_write=member().may(Role.ENGAGEMENT_LEAD),
        drafts=drafts,
        proposed=proposed,
        page=page,
        pages=pages,
        total=total,
    )


@blueprint.get("/workspace/sessions/new")
@needs(Role.ENGAGEMENT_LEAD)
def new_session() -> str:
    """Show the empty form."""
    return session_form({}, None, 0)


@blueprint.post("/workspace/sessions/new")
@needs(Role.ENGAGEMENT_LEAD)
def create_session() -> str | tuple[str, int] | Response:
    """Start a session as a draft."""
    raw = typed()
    with database().write() as db:
        answers = read_session_answers(db, raw, today=today())
        if answers.content is not None:
            draft = plan_session(
                db,
                member().organisation_id,
                answers.content,
                venue_id=answers.venue_id,
                online_link=answers.online_link,
                by=Author(member().user_id),
                now=now(),
            )
            note_session_deed("create_session", draft.reference, db)
    if answers.content is None:
        return session_form(raw, None, 0, answers.problems), 400
    return _onwards(draft)


@blueprint.get("/workspace/sessions/<reference>")
@needs(Role.ENGAGEMENT_LEAD)
def edit_session(reference: str) -> str:
    """Show the form with what was saved last."""
    with database().read() as db:
        draft = find_session_draft(db, member().organisation_id, reference)
        raw = write_session_answers(draft.content, draft.venue, online_link_of(db, draft.session_id))
    return session_form(raw, draft, draft.version)


@blueprint.post("/workspace/sessions/<reference>")
@needs(Role.ENGAGEMENT_LEAD)
def save_own_session(reference: str) -> str | tuple[str, int] | Response:
    """Save the draft. Nobody else's work is overwritten unseen; hosts are asked again of another time or place."""
    raw = typed()
    with database().read() as db:
        draft = find_session_draft(db, member().organisation_id, reference)
        if draft.is_public:
            raw |= {
                name: text for name, text in write_session_answers(draft.content, None, "").items() if name in _TIME
            }
        answers = read_session_answers(db, raw, today=today())
    if answers.content is None:
        return session_form(raw, draft, version_in(raw), answers.problems), 400
    try:
        with database().write() as db:
            elsewhere = answers.venue_id != (draft.venue.id if draft.venue else None)
            draft = save_session(
                db,
                draft.session_id,
                answers.content,
                venue_id=answers.venue_id,
                online_link=answers.online_link,
                version=version_in(raw),
                by=Author(member().user_id),
                now=now(),
            )
            ask_again(db, draft.session_id, now(), elsewhere=elsewhere)
            note_session_deed("save_session", reference, db)
    except EditedMeanwhile:
        with database().read() as db:
            draft = find_session_draft(db, member().organisation_id, reference)
        return session_form(raw, draft, draft.version, (Problem("", "", MEANWHILE),)), 409
    except InvalidTransition as error:
        return session_form(raw, draft, draft.version, (Problem("", "", str(error)),)), 409
    return _onwards(draft)


_TIME = ("day", "from", "to")


@blueprint.get("/workspace/sessions/<reference>/preview")
@needs(Role.ENGAGEMENT_LEAD)
def preview_own_session(reference: str) -> str:
    """Show the session exactly as the public will see it, with the button that publishes it."""
    return _preview(reference)


@blueprint.post("/workspace/sessions/<reference>/publish")
@needs(Role.ENGAGEMENT_LEAD)
def publish_own_session(reference: str) -> str | tuple[str, int] | Response:
    """Publish the draft that was previewed; its events are in the same transaction."""
    why = clean_line(request.form.get("why", ""))[:1000]
    try:
        with database().write() as db:
            draft = find_session_draft(db, member().organisation_id, reference)
            version = version_in(typed())
            before = public_session(db, reference).venue if draft.is_public else None
            changed = publish_session(db, draft.session_id, version=version, why=why, now=now())
            if not draft.is_public:
                tell_published(db, draft.session_id, now())
            elif (before and before.id) != (draft.venue and draft.venue.id):
                tell_hosts(db, draft.session_id, now(), elsewhere=True)
            note_session_deed("publish_session", reference, db)
    except InvalidContent as error:
        return _preview(reference, (("", str(error)),)), 400
    except (InvalidTransition, EditedMeanwhile) as error:
        return _preview(reference, (("", str(error)),)), 409
    name = f"“{draft.content.title}” ({reference})"
    published = lead_to(f"/sessions/{reference}", f"{name} is published: everybody can see it now.")
    flash(published if changed else f"Nothing public in {name} had changed, so nothing was told.")
    return redirect("/workspace/sessions")


def _preview(reference: str, problems: tuple[tuple[str, str], ...] = ()) -> str:
    with database().read() as db:
        draft = find_session_draft(db, member().organisation_id, reference)
        found = preview_session(db, draft, now())
        hosted = with_hosts(db, draft.session_id, draft.content)
        nudges = find_nudges(draft.content, surroundings_of(db, draft, today()))
        parts = session_parts(db, found, preview=not draft.is_public) | {"content": hosted}
    return render_template(
        "commissioner/session_preview.html", draft=draft, nudges=nudges, problems=problems, hosted=hosted.host, **parts
    )


def note_session_deed(deed: str, reference: str, db: Session) -> None:
    """Write into the audit trail what the signed-in person did."""
    who = member()
    note_deed(db, deed, subject=reference, user_id=who.user_id, organisation_id=who.organisation_id, now=now())


def typed() -> dict[str, str]:
    """Return the form as it was sent; ticked boxes of one name come parted by semicolons."""
    return {name: drop_unwritable("; ".join(values)) for name, values in request.form.lists()}


def version_in(raw: dict[str, str]) -> int:
    """Return the version that a form was shown with; 0, which is none, where it says no number."""
    text = raw.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _onwards(draft: SessionDraft) -> Response:
    if request.form.get("then") == "preview":
        return redirect(f"/workspace/sessions/{draft.reference}/preview")
    flash("Saved. Nothing of it is public until you publish it.")
    return redirect(f"/workspace/sessions/{draft.reference}")


def session_form(
    raw: dict[str, str],
    draft: SessionDraft | None,
    version: int,
    problems: tuple[Problem, ...] = (),
    *,
    commissioners: tuple[tuple[str, str], ...] = (),
) -> str:
    """Show the form. `commissioners`: whom one may propose a session to, where that is what it is for."""
    with database().read() as db:
        nudges = find_nudges(draft.content, surroundings_of(db, draft, today())) if draft else ()
        hosts = invitations_of(db, draft.session_id) if draft else ()
    return render_template(
        "commissioner/session_form.html",
        raw=raw,
        draft=draft,
        version=version,
        commissioners=commissioners,
        sections=session_sections(timed=draft is None or not draft.is_public),
        nudges=nudges,
        asked=any(host.state in (HostState.INVITED, HostState.CONFIRMED) for host in hosts),
        problems=[(field_id(problem.field), labelled(problem)) for problem in in_order(problems)],
        problem_of={problem.field: labelled(problem) for problem in problems},
        field_id=field_id,
        split_list=split_list,
        box_name=box,
        kinds=tuple((kind.value, kind.label) for kind in MaterialKind),
        material_rows=rows_shown(raw),
    )
