"""Who comes to the organisation's sessions: the lists, the sign-in sheet, and checking in on a phone."""

import uuid

from flask import flash, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kil_pipeline.engagement.attendance import (
    check_in,
    comers_for_organiser,
    count_attendance,
    count_comers,
    count_walk_in,
    mark_no_shows,
    own_session,
    own_sessions,
)
from kil_pipeline.engagement.registrations import WITH_PLACE, RegistrationState, Way
from kil_pipeline.engagement.sessions import PublicSession
from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.members import Role
from web.coming.host_views import host_path
from web.commissioner import blueprint
from web.commissioner.access import member, needs
from web.context import absolute, database, now

BLANK_LINES = 10
"""On the sheet, for those who come without having registered."""


@blueprint.get("/workspace/coming")
@needs(Role.ENGAGEMENT_LEAD)
def comings() -> str:
    """List the organisation's sessions with how many come."""
    with database().read() as db:
        sessions = own_sessions(db, member().organisation_id)
        counts = count_comers(db, [session.id for session in sessions])
    with_place = {s.id: sum(counts[s.id, state] for state in WITH_PLACE) for s in sessions}
    waiting = {s.id: counts[s.id, RegistrationState.WAITLISTED] for s in sessions}
    return render_template(
        "commissioner/comings.html", member=member(), sessions=sessions, with_place=with_place, waiting=waiting
    )


@blueprint.get("/workspace/coming/<reference>")
@needs(Role.ENGAGEMENT_LEAD)
def coming(reference: str) -> str:
    """Show who comes, and what they need: the one page that has it."""
    return _render("commissioner/coming.html", reference)


@blueprint.get("/workspace/coming/<reference>/sheet")
@needs(Role.ENGAGEMENT_LEAD)
def sign_in_sheet(reference: str) -> str:
    """Show a sheet to print and to sign at the door."""
    return _render("commissioner/sign_in_sheet.html", reference)


@blueprint.get("/workspace/coming/<reference>/check-in")
@needs(Role.ENGAGEMENT_LEAD)
def check_in_page(reference: str) -> str:
    """Show a large button for each person."""
    return _render("commissioner/check_in.html", reference)


@blueprint.post("/workspace/coming/<reference>/check-in")
@needs(Role.ENGAGEMENT_LEAD)
def note_attendance(reference: str) -> Response:
    """Note that somebody is here, or what else the button that was pressed says."""
    do, person = request.form.get("do", ""), request.form.get("person", "")
    with database().write() as db:
        who, public = member(), own_session(db, member().organisation_id, reference)
        deed = _press(db, public, do, person)
        if deed:
            note_deed(
                db,
                deed,
                subject=public.reference,
                user_id=who.user_id,
                organisation_id=who.organisation_id,
                now=now(),
            )
    place = f"#p-{person}" if do in ("here", "undo") else "#walk-ins" if do != "no shows" else ""
    return redirect(f"/workspace/coming/{public.reference}/check-in{place}", 303)


def _press(db: Session, public: PublicSession, do: str, person: str) -> str:
    """Do what a button of the check-in says. Returns the deed; empty where it says nothing that can be done."""
    match do:
        case "here" | "undo":
            try:
                check_in(db, public, uuid.UUID(person), here=do == "here")
            except ValueError:
                return ""
        case "one more" | "one fewer":
            count_walk_in(db, public, more=do == "one more")
        case "no shows":
            flash(f"Marked as not come: {mark_no_shows(db, public, now())}.")
            return "mark_no_shows"
        case _:
            return ""
    return "note_attendance"


def _render(template: str, reference: str) -> str:
    with database().read() as db:
        public = own_session(db, member().organisation_id, reference)
        comers, counts = comers_for_organiser(db, public), count_attendance(db, public)
    with_place = [comer for comer in comers if comer.state in WITH_PLACE]
    return render_template(
        template,
        member=member(),
        session=public,
        counts=counts,
        with_place=with_place,
        in_person=[comer for comer in with_place if comer.way is Way.IN_PERSON],
        offered=[comer for comer in comers if comer.state is RegistrationState.OFFERED],
        waiting=sorted(
            (comer for comer in comers if comer.state is RegistrationState.WAITLISTED), key=lambda comer: comer.number
        ),
        host_link=absolute(host_path(public.id)),
        begun=public.content.starts_at <= now(),
        blank_lines=BLANK_LINES,
    )
