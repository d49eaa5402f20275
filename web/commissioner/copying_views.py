"""One page for what can be made of an entry: a copy, next year's, its parts; and what it is linked to."""

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from kil_pipeline.errors import InvalidContent
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.contents import Author, LinkKind
from kil_pipeline.plan.copies import MOST_PARTS, Copying, add_link, copy_entry, remove_link, split_entry
from kil_pipeline.plan.drafts import find_draft
from kil_pipeline.text import MAX_HEADLINE, clean_line, drop_unwritable
from web.commissioner import blueprint
from web.commissioner.access import member, needs, note_own
from web.context import database, now

SAID = {
    Copying.COPY: "This is a copy of {0}. Give it a headline of its own. Nothing of it is public yet.",
    Copying.NEXT_YEAR: "This is next year’s {0}: dates are one year on and not certain. Look at each reason again.",
}


@blueprint.get("/workspace/entries/<reference>/copies")
@needs(Role.AUTHOR)
def copies(reference: str) -> str:
    """Show what can be made of an entry, and its links."""
    return _page(reference)


@blueprint.post("/workspace/entries/<reference>/copies")
@needs(Role.AUTHOR)
def copy(reference: str) -> Response:
    """Make a copy, or next year's, and go on to its form."""
    how = next((how for how in Copying if how.value == request.form.get("how")), Copying.COPY)
    with database().write() as db:
        draft = find_draft(db, member().organisation_id, reference)
        new = copy_entry(db, draft, how, by=Author(member().user_id), now=now())
        note_own(db, "copy_entry", f"{reference} {new.reference}")
    flash(SAID[how].format(reference))
    return redirect(f"/workspace/entries/{new.reference}")


@blueprint.post("/workspace/entries/<reference>/split")
@needs(Role.AUTHOR)
def split(reference: str) -> str | tuple[str, int] | Response:
    """Make a draft of each part."""
    typed = drop_unwritable(request.form.get("headlines", ""))
    headlines = [line for line in (clean_line(text) for text in typed.splitlines()) if line]
    try:
        with database().write() as db:
            draft = find_draft(db, member().organisation_id, reference)
            if any(len(headline) > MAX_HEADLINE for headline in headlines):
                raise InvalidContent(f"A headline has at most {MAX_HEADLINE} characters.")
            parts = split_entry(db, draft, headlines, by=Author(member().user_id), now=now())
            note_own(db, "split_entry", f"{reference} into {len(parts)}")
    except InvalidContent as error:
        return _page(reference, {"headlines": typed}, {"headlines": str(error)}), 400
    flash(f"{reference} was split into {len(parts)} drafts. It stays as it is: cancel it once its parts are published.")
    return redirect("/workspace")


@blueprint.post("/workspace/entries/<reference>/links")
@needs(Role.AUTHOR)
def change_links(reference: str) -> str | tuple[str, int] | Response:
    """Add a link, or take one out. Readers see it once it is published."""
    other, by = clean_line(drop_unwritable(request.form.get("other", ""))), Author(member().user_id)
    kind = next((kind for kind in LinkKind if kind.value == request.form.get("kind")), LinkKind.REPLACES)
    try:
        with database().write() as db:
            draft = find_draft(db, member().organisation_id, reference)
            if "remove" in request.form:
                remove_link(db, draft, request.form["remove"], by=by, now=now())
            else:
                add_link(db, draft, kind, other, by=by, now=now())
            note_own(db, "link_entry", reference)
    except InvalidContent as error:
        return _page(reference, {"other": other, "kind": kind.value}, {"other": str(error)}), 400
    flash("Saved. Readers see it on both pages once you publish.")
    return redirect(f"/workspace/entries/{reference}/copies")


def _page(reference: str, raw: dict[str, str] | None = None, problems: dict[str, str] | None = None) -> str:
    with database().read() as db:
        draft = find_draft(db, member().organisation_id, reference)
    return render_template(
        "commissioner/copies.html",
        draft=draft,
        raw=raw or {},
        problem_of=problems or {},
        problems=list((problems or {}).items()),
        kinds=[{"value": kind.value, "text": f"It {_lower(kind.label)}"} for kind in LinkKind],
        most=MOST_PARTS,
    )


def _lower(label: str) -> str:
    return {"Split from": "was split from"}.get(label, label.lower())
