"""Somebody who came reads the record, says that it is right, or suggests a correction. No account, no name."""

import uuid

from flask import flash, redirect, render_template

from kil_pipeline.alerts.links import Signer
from kil_pipeline.codec import from_json
from kil_pipeline.engagement.record_checks import say_right, suggest
from kil_pipeline.engagement.record_contents import FIELDS, PART_HEADINGS
from kil_pipeline.engagement.record_contributors import find_contributor, stop_telling
from kil_pipeline.engagement.records import RecordState, read_record
from kil_pipeline.engagement.sessions import SessionContent, SessionRow
from kil_pipeline.errors import InvalidContent
from web.by_link import blueprint
from web.context import database, now, settings
from web.record_forms import Answer, Raw, one, typed


@blueprint.get("/records/check/<token>")
def check_record(token: str) -> str:
    """Show the record as it stands, with what one can say of it."""
    return _show(_read(token), token)


@blueprint.post("/records/check/<token>")
def answer_check(token: str) -> Answer:
    """Note that it is right, keep a correction, or forget whoever asks for it."""
    contributor_id, raw = _read(token), typed()
    do = one(raw, "do")
    if do == "stop":
        with database().write() as session:
            stop_telling(session, contributor_id)
        return render_template("records/stopped.html")
    number = one(raw, "number") if one(raw, "number").isdigit() else "0"
    try:
        with database().write() as session:
            if do == "right":
                say_right(session, contributor_id, now())
            else:
                suggest(session, contributor_id, int(number[:6]), one(raw, "text"), now())
    except InvalidContent as error:
        return _show(contributor_id, token, raw, ((f"text-{int(number[:6])}", str(error)),)), 400
    flash(
        "Thank you. You have said that it is right." if do == "right" else "Thank you. The author sees what you wrote."
    )
    return redirect(f"/records/check/{token}")


def _read(token: str) -> uuid.UUID:
    return Signer(settings().secret_keys).read("record-check", token)


def _show(
    contributor_id: uuid.UUID, token: str, raw: Raw | None = None, problems: tuple[tuple[str, str], ...] = ()
) -> str:
    with database().read() as session:
        who = find_contributor(session, contributor_id)
        about = session.get_one(SessionRow, who.session_id)
        record = read_record(session, who.session_id)
        said_right, reference = who.said_right_at, about.reference
        content = from_json(SessionContent, about.content)
    return render_template(
        "records/check.html",
        action=f"/records/check/{token}",
        record=record,
        content=content,
        reference=reference,
        said_right=said_right,
        open=record.state is RecordState.CHECK,
        final=record.state is RecordState.FINAL,
        headings=PART_HEADINGS,
        fields=FIELDS,
        raw=raw or {},
        problems=problems,
        problem_of=dict(problems),
    )
