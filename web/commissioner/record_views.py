"""The records of an organisation's sessions: writing them, having them checked, adding to them."""

import uuid
from collections.abc import Callable

from flask import flash, redirect, render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kil_pipeline.engagement.attendance import addresses_of_comers
from kil_pipeline.engagement.record_checks import amend, settle_suggestion, start_check
from kil_pipeline.engagement.record_lists import records_of
from kil_pipeline.engagement.record_writers import invite_writer, new_writers
from kil_pipeline.engagement.records import held_session
from kil_pipeline.engagement.response_days import answers_due
from kil_pipeline.errors import InvalidContent
from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.members import InvalidAddress, Role
from web.commissioner import blueprint
from web.commissioner.access import member, needs
from web.context import database, now, today
from web.rate_limits import count_mail
from web.record_forms import (
    Answer,
    Desk,
    one,
    read_day,
    save_part,
    save_record_head,
    show_part,
    show_record,
    typed,
)


@blueprint.get("/workspace/records")
@needs(Role.VIEWER)
def records() -> str:
    """List the sessions that were held, with their records, and the answers that are due."""
    with database().read() as db:
        found = records_of(db, member().organisation_id)
        due = answers_due(db, member().organisation_id, today())
    may_write = member().may(Role.ENGAGEMENT_LEAD)
    return render_template("commissioner/records.html", member=member(), records=found, due=due, may_write=may_write)


def open_desk(held: str) -> Desk:
    """Return the desk of one of the organisation's sessions. Raises `NotFound`, `InvalidTransition`."""
    with database().read() as db:
        row = held_session(db, held, member().organisation_id)
        base = f"/workspace/sessions/{held}/record"
        return Desk.of(row, base, author=True, note=lambda session, deed: note(deed, held, session))


def note(deed: str, held: str, db: Session) -> None:
    """Write into the audit trail what was done to a session's record."""
    who = member()
    note_deed(db, deed, subject=held, user_id=who.user_id, organisation_id=who.organisation_id, now=now())


@blueprint.get("/workspace/sessions/<held>/record")
@needs(Role.ENGAGEMENT_LEAD)
def record(held: str) -> str:
    """Show the record of a session with its forms."""
    return show_record(open_desk(held))


@blueprint.post("/workspace/sessions/<held>/record")
@needs(Role.ENGAGEMENT_LEAD)
def save_record(held: str) -> Answer:
    """Save who came and which interests were declared."""
    return save_record_head(open_desk(held))


@blueprint.get("/workspace/sessions/<held>/record/parts/<part>")
@needs(Role.ENGAGEMENT_LEAD)
def record_part(held: str, part: str) -> str:
    """Show the small form of one part, or of a new one."""
    return show_part(open_desk(held), part)


@blueprint.post("/workspace/sessions/<held>/record/parts/<part>")
@needs(Role.ENGAGEMENT_LEAD)
def save_record_part(held: str, part: str) -> Answer:
    """Add, change or take out one part."""
    return save_part(open_desk(held), part)


@blueprint.post("/workspace/sessions/<held>/record/check")
@needs(Role.ENGAGEMENT_LEAD)
def check_record(held: str) -> Answer:
    """Ask those who came whether the record is right."""
    raw = typed()
    until, addresses = read_day(one(raw, "until")), one(raw, "addresses").replace(",", "\n").split()
    if until is None:
        return show_record(open_desk(held), [("until", "Give the day until which people can check it.")], raw), 400

    def ask(db: Session, desk: Desk) -> str:
        came = [*addresses_of_comers(db, desk.session_id), *addresses]
        asked = start_check(
            db, desk.session_id, until=until, addresses=came, identifies_nobody="identifies" in raw, now=now()
        )
        return f"Those who came can check it now. {asked} {'email leaves' if asked == 1 else 'emails leave'} soon."

    return _do(held, "check_record", "check", ask)


@blueprint.post("/workspace/sessions/<held>/record/writers")
@needs(Role.ENGAGEMENT_LEAD)
def invite_to_record(held: str) -> Answer:
    """Send a co-host the link to write the record, or end all such links."""
    raw = typed()
    if one(raw, "do") == "end":
        return _do(held, "end_record_links", "writer", lambda db, desk: _end(db, desk))
    count_mail("record-writer")

    def invite(db: Session, desk: Desk) -> str:
        return f"We send the link to {invite_writer(db, desk.session_id, one(raw, 'writer'), now())}."

    return _do(held, "invite_to_record", "writer", invite)


def _end(db: Session, desk: Desk) -> str:
    new_writers(db, desk.session_id, now())
    return "The links that were sent work no more."


@blueprint.post("/workspace/sessions/<held>/record/amendments")
@needs(Role.ENGAGEMENT_LEAD)
def amend_record(held: str) -> Answer:
    """Add to a final record."""
    raw = typed()

    def add(db: Session, desk: Desk) -> str:
        amend(db, desk.session_id, one(raw, "amendment"), identifies_nobody="identifies" in raw, now=now())
        return "Added. It is public now."

    return _do(held, "amend_record", "amendment", add)


@blueprint.post("/workspace/sessions/<held>/record/suggestions")
@needs(Role.ENGAGEMENT_LEAD)
def settle(held: str) -> Answer:
    """Note that a suggested correction is dealt with."""

    def done(db: Session, desk: Desk) -> str:
        settle_suggestion(db, desk.session_id, _id(one(typed(), "suggestion")), now())
        return "Noted."

    return _do(held, "settle_suggestion", "suggestions", done)


def _do(held: str, deed: str, field: str, act: Callable[[Session, Desk], str]) -> Response | tuple[str, int]:
    """Do something to a record and say so; where the domain refuses, show why beside what was typed."""
    desk = open_desk(held)
    try:
        with database().write() as db:
            message = act(db, desk)
            note(deed, held, db)
    except (InvalidContent, InvalidAddress) as error:
        return show_record(desk, [(field, str(error))], typed()), 400
    flash(message)
    return redirect(desk.base)


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
