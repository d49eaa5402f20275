"""A local support organisation's bulletin: setting it up, editing the draft, copying it, sending it to its list."""

from typing import Any

from flask import flash, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from feeds.bulletins import OwnWords, bulletin_html, bulletin_lines, bulletin_markdown, bulletin_text
from kil_pipeline.errors import DomainError, EditedMeanwhile, InvalidContent
from kil_pipeline.organisations.members import InvalidAddress, Role
from kil_pipeline.reference.themes import find_theme, themes
from kil_pipeline.support.bulletin_lists import send_bulletin, set_list_address
from kil_pipeline.support.bulletins import (
    Bulletin,
    BulletinPart,
    EditedPart,
    bulletin_of,
    criteria_of,
    make_draft,
    note_passed_on,
    parts_of,
    save_draft,
    set_up,
)
from kil_pipeline.text import drop_unwritable
from web.commissioner import blueprint
from web.commissioner.access import acts_for_body, member, needs, note_own
from web.context import absolute, database, now, settings
from web.queries import write_plan_query
from web.record_forms import Answer
from web.subscriber.forms import WEEKDAYS

HERE = "/workspace/bulletin"
Typed = dict[str, Any]


@blueprint.get(HERE)
@needs(Role.AUTHOR)
def own_bulletin() -> str | Response:
    """Show the draft to be edited, its shapes to be copied, and the settings."""
    if not acts_for_body():
        return redirect("/workspace")
    with database().read() as session:
        return _page(session)


@blueprint.post(HERE)
@needs(Role.AUTHOR)
def change_bulletin() -> Answer:
    """Set it up, bring the draft up to date, save it, send it or note that it was passed on."""
    if not acts_for_body():
        return redirect("/workspace")
    deed = request.form.get("do", "")
    try:
        with database().write() as session:
            said = _do(session, deed)
            note_own(session, f"bulletin_{deed}".replace(" ", "_"), str(member().organisation_id))
    except (InvalidContent, InvalidAddress, EditedMeanwhile) as error:
        return _again(error)
    flash(said)
    return redirect(HERE)


def _do(session: Session, deed: str) -> str:
    organisation_id, form = member().organisation_id, request.form
    if deed == "set up":
        row = set_up(
            session,
            organisation_id,
            monthly=form.get("every") == "month",
            weekday=int(day) if (day := form.get("weekday", "")) in ("0", "1", "2", "3", "4") else -1,
            themes=[found.code for name in form.getlist("theme") if (found := find_theme(name))],
            digest_hour=settings().digest_at,
            now=now(),
        )
        asked = set_list_address(session, row, drop_unwritable(form.get("address", "")), now())
        return "Saved. We have sent an email to your list, with a button to agree." if asked else "Saved."
    if deed == "make":
        own = bulletin_of(session, organisation_id)
        if own is None:
            raise InvalidContent("Say first on which day it goes out.")
        make_draft(session, own, now())
        return "The draft is up to date."
    if deed not in ("save", "send", "passed on"):
        raise InvalidContent("Press one of the buttons.")
    row = save_draft(
        session, organisation_id, version=_version(), introduction=form.get("introduction", ""), edited=_edited()
    )
    if deed == "send":
        number = send_bulletin(session, organisation_id, row.version, now())
        return f"Sent to your list, with {number} item{'' if number == 1 else 's'}. The next one begins from here."
    if deed == "passed on":
        note_passed_on(session, organisation_id, row.version, now())
        return "Noted. The next one begins from here."
    return "Saved."


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _edited() -> list[EditedPart]:
    form = request.form
    return [
        EditedPart(
            subject_id=subject,
            place=_place(form.get(f"place-{number}", ""), number),
            note=form.get(f"note-{number}", ""),
            dropped=form.get(f"drop-{number}") == "yes",
        )
        for number, subject in enumerate(form.getlist("subject"), start=1)
    ]


def _place(text: str, stands: int) -> float:
    """Read where an item is to stand: one that moves up goes before what is there, one that moves down behind it."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 5) or int(text) == stands:
        return float(stands)
    return int(text) + (-0.5 if int(text) < stands else 0.5)


def _again(error: DomainError) -> tuple[str, int]:
    """Show the page with what was typed."""
    field = "address" if isinstance(error, InvalidAddress) else ""
    words = str(error)
    if isinstance(error, EditedMeanwhile):
        words += " Look at it below; what you had typed stands in the boxes. Save it again to keep yours."
    with database().read() as session:
        page = _page(session, request.form.to_dict(), ((field, words),), themes_typed=request.form.getlist("theme"))
    return page, 409 if isinstance(error, EditedMeanwhile) else 400


def _page(
    session: Session,
    typed: Typed | None = None,
    problems: tuple[tuple[str, str], ...] = (),
    *,
    themes_typed: list[str] | None = None,
) -> str:
    row = bulletin_of(session, member().organisation_id)
    parts = parts_of(row) if row is not None else ()
    query = write_plan_query(criteria_of(session, row)) if row is not None else ""
    typed = {name: drop_unwritable(text) for name, text in (typed or {}).items()}
    return render_template(
        "commissioner/bulletin.html",
        member=member(),
        row=row,
        rows=[_shown(number, part, typed) for number, part in enumerate(parts, start=1)],
        typed=typed,
        chosen_themes=themes_typed if themes_typed is not None else (row.themes if row else []),
        themes=[(found.code, found.name) for found in themes()],
        weekdays=WEEKDAYS,
        shapes=_shapes(row, parts) if row is not None and row.draft_position is not None else (),
        frame=absolute(f"/bulletins/embed{query}"),
        problems=problems,
        problem_of=dict(problems),
    )


def _shown(number: int, part: BulletinPart, typed: Typed) -> dict[str, Any]:
    """Return an item as the form shows it: what was typed for it, where something has to be mended."""
    written = bool(typed.get("version"))
    return {
        "number": number,
        "part": part,
        "place": typed.get(f"place-{number}", str(number)),
        "note": typed.get(f"note-{number}", part.note) if written else part.note,
        "dropped": typed.get(f"drop-{number}") == "yes" if written else part.dropped,
    }


def _shapes(row: Bulletin, parts: tuple[BulletinPart, ...]) -> tuple[tuple[str, str, str], ...]:
    kept = [part for part in parts if not part.dropped]
    items, address = [part.item for part in kept], settings().base_url
    lines = tuple(line for line in row.introduction.splitlines() if line.strip())
    own = OwnWords(lines, {part.item.subject_id: part.note for part in kept})
    return (
        ("text", "Plain text", bulletin_text(items, address, own)),
        ("html", "HTML, for a newsletter program’s “source” view", bulletin_html(items, address, own)),
        ("markdown", "Markdown", bulletin_markdown(items, address, own)),
        ("lines", "Short lines, at most 280 characters each", "\n\n".join(bulletin_lines(items, address))),
    )
