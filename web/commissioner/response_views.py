"""Answering the points of a record: "you said, we did"."""

from flask import flash, redirect, render_template
from werkzeug.wrappers import Response

from kil_pipeline.engagement.record_contents import MOST_CHARACTERS
from kil_pipeline.engagement.response_contents import ResponseContent, ResponseState
from kil_pipeline.engagement.responses import OwnResponse, find_response, save_response
from kil_pipeline.errors import EditedMeanwhile, InvalidContent
from kil_pipeline.organisations.members import InvalidAddress, Role
from kil_pipeline.text import clean_line, clean_text
from web.commissioner import blueprint
from web.commissioner.access import needs
from web.commissioner.record_views import note, open_desk
from web.context import database, now
from web.record_forms import MEANWHILE, Answer, Desk, Raw, one, read_day, read_version, typed


@blueprint.get("/workspace/sessions/<held>/record/responses/<int:number>")
@needs(Role.ENGAGEMENT_LEAD)
def response(held: str, number: int) -> str:
    """Show the form of the answer to one point."""
    desk = open_desk(held)
    with database().read() as db:
        found = find_response(db, desk.session_id, number)
    return _form(desk, found, _written(found), found.version)


@blueprint.post("/workspace/sessions/<held>/record/responses/<int:number>")
@needs(Role.ENGAGEMENT_LEAD)
def answer_point(held: str, number: int) -> Answer:
    """Give or change the answer to one point."""
    desk, raw = open_desk(held), typed()
    with database().read() as db:
        found = find_response(db, desk.session_id, number)
    version = read_version(raw)
    try:
        content = read_response(raw)
        with database().write() as db:
            moved = save_response(
                db, desk.session_id, number, content, address=one(raw, "address"), version=version, now=now()
            )
            note("answer_point", f"{held} {number}", db)
    except EditedMeanwhile:
        return _form(desk, found, raw, found.version, (("", MEANWHILE),), theirs=True), 409
    except InvalidAddress as error:
        return _form(desk, found, raw, version, (("address", str(error)),)), 400
    except InvalidContent as error:
        return _form(desk, found, raw, version, ((_field(str(error)), str(error)),)), 400
    flash("Saved. It is public now, and those who came are told." if moved else "Saved.")
    return _back(desk)


def _back(desk: Desk) -> Response:
    return redirect(f"{desk.base}#parts-point")


def read_response(raw: Raw) -> ResponseContent:
    """Return an answer as it was typed. Raises `InvalidContent`."""
    state, due, number = one(raw, "state"), one(raw, "due").strip(), one(raw, "revision").strip()
    if state not in list(ResponseState):
        raise InvalidContent("Choose where the answer stands.")
    if due and read_day(due) is None:
        raise InvalidContent("Give the day as 2027-03-01.")
    if number and not (number.isascii() and number.isdigit() and len(number) < 6):
        raise InvalidContent("Write the number of the publication, such as 3, or leave it empty.")
    text, reason = clean_text(one(raw, "text")), clean_text(one(raw, "reason"))
    lines = {name: clean_line(one(raw, name)) for name in ("owner", "evidence", "entry")}
    if max(len(each) for each in (text, reason, *lines.values())) > MOST_CHARACTERS:
        raise InvalidContent(f"Use at most {MOST_CHARACTERS:,} characters in each box.")
    return ResponseContent(
        state=ResponseState(state),
        text=text,
        reason=reason if state == ResponseState.CANNOT_DO else "",
        owner=lines["owner"],
        due=read_day(due),
        evidence=lines["evidence"],
        entry=lines["entry"].upper()[:30],
        revision=int(number) if number else None,
    )


_FIELDS = (
    ("why it cannot", "reason"),
    ("a day by which", "due"),
    ("Give the day", "due"),
    ("role or team", "owner"),
    ("role or a team", "owner"),
    ("evidence", "evidence"),
    ("publication", "revision"),
    ("planned opportunity", "entry"),
    ("Choose", "state"),
)


def _field(message: str) -> str:
    """Return the field that a message is about."""
    return next((field for words, field in _FIELDS if words in message), "")


def _written(found: OwnResponse) -> Raw:
    if found.content is None:
        return {}
    values = {name: "" if value is None else str(value) for name, value in vars(found.content).items()}
    return {name: [value] for name, value in {**values, "address": found.address}.items()}


def _form(
    desk: Desk,
    found: OwnResponse,
    raw: Raw,
    version: int,
    problems: tuple[tuple[str, str], ...] = (),
    *,
    theirs: bool = False,
) -> str:
    return render_template(
        "commissioner/response.html",
        desk=desk,
        found=found,
        raw=raw,
        version=version,
        problems=problems,
        problem_of=dict(problems),
        states=list(ResponseState),
        theirs=found.content if theirs else None,
    )
