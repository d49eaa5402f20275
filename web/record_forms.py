"""Writing a record: the same pages for its commissioner, in the workspace, and for a co-host with a signed link."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kil_pipeline.codec import from_json
from kil_pipeline.engagement.files import files_of
from kil_pipeline.engagement.public_records import public_record
from kil_pipeline.engagement.record_checks import LONGEST_CHECK, CheckAnswers, check_answers
from kil_pipeline.engagement.record_contents import (
    FIELDS,
    MOST_CHARACTERS,
    PART_HEADINGS,
    PART_NAMES,
    PartContent,
    PointKind,
    Problems,
    read_count,
    read_part,
)
from kil_pipeline.engagement.records import (
    Part,
    RecordHead,
    RecordState,
    add_part,
    change_part,
    find_part,
    read_record,
    save_head,
)
from kil_pipeline.engagement.sessions import SessionContent, SessionRow
from kil_pipeline.errors import EditedMeanwhile, NotFound
from kil_pipeline.reference.themes import themes
from kil_pipeline.text import clean_text, drop_unwritable
from web.context import database, now, today

MEANWHILE = (
    "Somebody else saved this while you were writing. What you wrote is below and not saved yet. "
    "What they wrote is shown above it: saving again replaces it with yours."
)
Answer = str | tuple[str, int] | Response
Raw = dict[str, list[str]]


@dataclass(frozen=True)
class Desk:
    """Where a record is written: whose session it is about, and the address of its pages."""

    session_id: uuid.UUID
    reference: str
    content: SessionContent
    base: str
    author: bool
    """Whether it is the commissioner's: who may have it checked, answer it and add to it."""
    note: Callable[[Session, str], None]
    """Writes a deed into the audit trail, in the transaction that does it."""

    @classmethod
    def of(cls, row: SessionRow, base: str, *, author: bool, note: Callable[[Session, str], None]) -> "Desk":
        """Make a desk for a session."""
        return cls(row.id, row.reference, from_json(SessionContent, row.content), base, author, note)


def typed() -> Raw:
    """Return the form as it was sent, every value of each field."""
    return {name: [drop_unwritable(value) for value in values] for name, values in request.form.lists()}


def one(raw: Raw, name: str) -> str:
    """Return the first value of a field; empty where there is none."""
    return (raw.get(name) or [""])[0]


def read_version(raw: Raw) -> int:
    """Return the version that a form was made from."""
    text = one(raw, "version")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def read_day(text: str) -> date | None:
    """Return a day as a date box sends it, or None."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def show_record(desk: Desk, problems: Sequence[tuple[str, str]] = (), raw: Raw | None = None) -> str:
    """Render the record with its forms. `problems`: ids of fields with what to mend; `raw`: what was typed."""
    with database().read() as session:
        record = read_record(session, desk.session_id)
        answers = check_answers(session, desk.session_id) if desk.author else CheckAnswers(0, 0, ())
        files = files_of(session, desk.session_id) if desk.author else ()
        public = public_record(session, desk.session_id)
    head = {"came_people": record.head.came_people, "came_organisations": record.head.came_organisations}
    shown = {name: ["" if value is None else str(value)] for name, value in head.items()}
    shown |= {"interests": [record.head.interests], "version": [str(record.version)]}
    return render_template(
        "records/write.html",
        desk=desk,
        record=record,
        answers=answers,
        files=files,
        responses=public.responses if public else {},
        raw=shown | (raw or {}),
        problems=problems,
        problem_of=dict(problems),
        headings=PART_HEADINGS,
        names=PART_NAMES,
        fields=FIELDS,
        last_day=today() + LONGEST_CHECK,
        final=record.state is RecordState.FINAL,
    )


def save_record_head(desk: Desk) -> Answer:
    """Save who came and which interests were declared."""
    raw, problems = typed(), list[tuple[str, str]]()
    head = RecordHead(
        came_people=read_count("came_people", "People", one(raw, "came_people"), problems),
        came_organisations=read_count("came_organisations", "Organisations", one(raw, "came_organisations"), problems),
        interests=clean_text(one(raw, "interests")),
    )
    if len(head.interests) > MOST_CHARACTERS:
        problems.append(("interests", f"Use at most {MOST_CHARACTERS:,} characters."))
    if problems:
        return show_record(desk, problems, raw), 400
    try:
        with database().write() as session:
            save_head(session, desk.session_id, head, version=read_version(raw), now=now())
            desk.note(session, "write_record")
    except EditedMeanwhile:
        return show_record(desk, [("came_people", _theirs(desk))], _with_their_version(desk, raw)), 409
    flash("Saved.")
    return redirect(desk.base)


def _theirs(desk: Desk) -> str:
    with database().read() as session:
        head = read_record(session, desk.session_id).head
    counts = (("people", head.came_people), ("organisations", head.came_organisations))
    said = ", ".join(f"{'not recorded' if number is None else number} {name}" for name, number in counts)
    return f"Somebody else saved this while you were writing: {said}. {head.interests} Saving again replaces it."


def _with_their_version(desk: Desk, raw: Raw) -> Raw:
    with database().read() as session:
        return raw | {"version": [str(read_record(session, desk.session_id).version)]}


def show_part(desk: Desk, name: str) -> str:
    """Render the small form of one part. `name`: its number, or the kind of a new one. Raises `NotFound`."""
    with database().read() as session:
        part = _find(session, desk, name)
    kind = part.kind if part else name
    return _part_form(desk, name, kind, write_part(part.content) if part else {}, version=part.version if part else 0)


def _find(session: Session, desk: Desk, name: str) -> Part | None:
    if name in FIELDS:
        return None
    if not (name.isascii() and name.isdigit() and len(name) < 7):
        raise NotFound("A record has no such part.")
    return find_part(session, desk.session_id, int(name))


def write_part(content: PartContent) -> Raw:
    """Return a part as its form has it."""
    raw: Raw = {}
    for field, value in vars(content).items():
        values: Sequence[Any] = value if isinstance(value, tuple) else ["" if value is None else value]
        raw[field] = [str(each) for each in values]
    return raw


def _part_form(
    desk: Desk,
    name: str,
    kind: str,
    raw: Raw,
    *,
    version: int,
    problems: Sequence[tuple[str, str]] = (),
    theirs: Raw | None = None,
) -> str:
    return render_template(
        "records/part.html",
        desk=desk,
        name=name,
        kind=kind,
        title=PART_NAMES[kind],
        fields=FIELDS[kind],
        raw=raw,
        version=version,
        problems=problems,
        problem_of=dict(problems),
        theirs=theirs,
        kinds=list(PointKind),
        themes=themes(),
    )


def save_part(desk: Desk, name: str) -> Answer:
    """Add, change or take out one part."""
    raw, problems = typed(), Problems()
    with database().read() as session:
        part = _find(session, desk, name)
    kind = part.kind if part else name
    content = None if part and one(raw, "do") == "remove" else read_part(kind, raw, problems)
    version = read_version(raw)
    if problems:
        return _part_form(desk, name, kind, raw, version=version, problems=problems), 400
    try:
        with database().write() as session:
            if part:
                change_part(session, desk.session_id, part.number, content, version=version, now=now())
            elif content:
                add_part(session, desk.session_id, content, now=now())
            desk.note(session, "write_record")
    except EditedMeanwhile:
        return _show_meanwhile(desk, name, raw), 409
    flash("Taken out." if content is None else "Saved.")
    again = one(raw, "do") == "another" and not part
    return redirect(f"{desk.base}/parts/{kind}" if again else f"{desk.base}#{'parts-' + kind}")


def _show_meanwhile(desk: Desk, name: str, raw: Raw) -> str:
    with database().read() as session:
        part = find_part(session, desk.session_id, int(name))
    theirs, problems = write_part(part.content), [("", MEANWHILE)]
    return _part_form(desk, name, part.kind, raw, version=part.version, problems=problems, theirs=theirs)
