"""What becomes of a session: moved, postponed, cancelled, held; copied, repeated, thrown away."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kil_pipeline.engagement.hosting import tell_hosts
from kil_pipeline.engagement.programme import cancel_session, hold_session, move_session, postpone_session
from kil_pipeline.engagement.session_answers import read_times
from kil_pipeline.engagement.session_drafts import SessionDraft, find_session_draft
from kil_pipeline.engagement.session_states import Command, is_possible
from kil_pipeline.engagement.session_writing import MOST_IN_SERIES, Rhythm, copy_session, discard_session, make_series
from kil_pipeline.errors import DomainError, InvalidContent, InvalidTransition
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.contents import Author
from kil_pipeline.text import clean_text
from web.commissioner import blueprint
from web.commissioner.access import member, needs
from web.commissioner.session_views import note_session_deed, typed, version_in
from web.context import database, now, today

Do = Callable[[Session, SessionDraft], object]


@blueprint.get("/workspace/sessions/<reference>/change")
@needs(Role.ENGAGEMENT_LEAD)
def change_session(reference: str) -> str:
    """Show what can be done to a session now."""
    return _page(reference)


@blueprint.post("/workspace/sessions/<reference>/move")
@needs(Role.ENGAGEMENT_LEAD)
def move_own_session(reference: str) -> str | tuple[str, int] | Response:
    """Give it another time, or its new date after it was postponed. A reason is mandatory."""

    def do(db: Session, draft: SessionDraft) -> None:
        starts_at, ends_at = read_times(typed(), today())
        move_session(db, reference, starts_at=starts_at, ends_at=ends_at, why=_why(), now=now())
        tell_hosts(db, draft.session_id, now())

    return _do(reference, "move", do, f"{reference} has its new time. Everybody can see it, and why.")


@blueprint.post("/workspace/sessions/<reference>/postpone")
@needs(Role.ENGAGEMENT_LEAD)
def postpone_own_session(reference: str) -> str | tuple[str, int] | Response:
    """Put it off until a new date is known."""

    def do(db: Session, draft: SessionDraft) -> None:
        postpone_session(db, reference, why=_why(), now=now())
        tell_hosts(db, draft.session_id, now())

    return _do(reference, "postpone", do, f"{reference} is postponed. Set its new date here once you know it.")


@blueprint.post("/workspace/sessions/<reference>/cancel")
@needs(Role.ENGAGEMENT_LEAD)
def cancel_own_session(reference: str) -> str | tuple[str, int] | Response:
    """Call it off."""

    def do(db: Session, draft: SessionDraft) -> None:
        cancel_session(db, reference, why=_why(), now=now())
        tell_hosts(db, draft.session_id, now())

    return _do(reference, "cancel", do, f"{reference} is cancelled. Its page stays, and says why.")


@blueprint.post("/workspace/sessions/<reference>/held")
@needs(Role.ENGAGEMENT_LEAD)
def hold_own_session(reference: str) -> str | tuple[str, int] | Response:
    """Mark it as held."""
    return _do(reference, "hold", lambda db, draft: hold_session(db, reference, now=now()), f"{reference} was held.")


@blueprint.post("/workspace/sessions/<reference>/copy")
@needs(Role.ENGAGEMENT_LEAD)
def copy_own_session(reference: str) -> Response:
    """Start a draft that says the same, and open it."""
    with database().write() as db:
        draft = find_session_draft(db, member().organisation_id, reference)
        copy = copy_session(db, draft, by=Author(member().user_id), now=now())
        note_session_deed("copy_session", copy.reference, db)
    flash(f"This is a copy of {reference}. Give it a day of its own.")
    return redirect(f"/workspace/sessions/{copy.reference}")


@blueprint.post("/workspace/sessions/<reference>/series")
@needs(Role.ENGAGEMENT_LEAD)
def repeat_own_session(reference: str) -> str | tuple[str, int] | Response:
    """Make it the first of a series: a draft for each later date."""
    raw = typed()

    def do(db: Session, draft: SessionDraft) -> None:
        rhythm = next((rhythm for rhythm in Rhythm if rhythm.value == raw.get("rhythm")), None)
        number = raw.get("times", "").strip()
        if rhythm is None:
            raise InvalidContent("Choose how often it repeats.")
        if not (number.isascii() and number.isdigit() and len(number) < 4):
            raise InvalidContent(f"Write how many sessions there are in all: from 2 to {MOST_IN_SERIES}.")
        make_series(db, draft, rhythm, int(number), by=Author(member().user_id), now=now())

    return _do(reference, "series", do, "The further dates are drafts now. Each asks its host and is published apart.")


@blueprint.post("/workspace/sessions/<reference>/discard")
@needs(Role.ENGAGEMENT_LEAD)
def discard_own_session(reference: str) -> str | tuple[str, int] | Response:
    """Throw away a draft that was never public."""
    version = version_in(typed())
    return _do(
        reference,
        "discard",
        lambda db, draft: discard_session(db, draft.session_id, version=version),
        f"{reference} is thrown away.",
    )


def _why() -> str:
    return clean_text(request.form.get("why", ""))[:1000]


def _do(reference: str, name: str, do: Do, done: str) -> str | tuple[str, int] | Response:
    try:
        with database().write() as db:
            draft = find_session_draft(db, member().organisation_id, reference)
            do(db, draft)
            note_session_deed(f"{name}_session", reference, db)
    except InvalidTransition as error:
        return _page(reference, name, str(error)), 409
    except DomainError as error:
        return _page(reference, name, str(error)), 400
    flash(done)
    return redirect("/workspace/sessions")


def _page(reference: str, name: str = "", problem: str = "") -> str:
    with database().read() as db:
        draft = find_session_draft(db, member().organisation_id, reference)
    possible = {command.value for command in Command if is_possible(draft.state, command)}
    if draft.content.starts_at > now():
        possible.discard(Command.HOLD.value)
    return render_template(
        "commissioner/session_change.html",
        draft=draft,
        possible=possible,
        rhythms=tuple(Rhythm),
        most=MOST_IN_SERIES,
        name=name,
        problem=problem,
        raw=typed(),
        problems=[(_FIRST_BOX.get(name, ""), problem)] if problem else [],
    )


_FIRST_BOX = {"move": "move-day", "postpone": "postpone-why", "cancel": "cancel-why", "series": "rhythm"}
"""Where the error summary leads: the first box of the form that was refused."""
