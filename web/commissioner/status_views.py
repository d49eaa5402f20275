"""Open, hold, resume, conclude, cancel, withdraw: a page for each, with its reason and what readers will see."""

from flask import abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from kil_pipeline.errors import DomainError
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.contents import Author, Notice
from kil_pipeline.plan.drafts import Draft, find_draft
from kil_pipeline.plan.expected_date_parsing import parse_expected_date
from kil_pipeline.plan.expected_dates import Precision
from kil_pipeline.plan.status_deeds import DEEDS, StatusDeed, deeds_for, do_deed
from kil_pipeline.plan.submissions import Request
from kil_pipeline.text import MAX_TEXT, clean_line, clean_text, drop_unwritable
from web.commissioner import blueprint
from web.commissioner.access import member, needs
from web.commissioner.answers import describe_answer, lead_to, note_answer
from web.context import database, now, today

NOTICE_KINDS = {
    "UK6": "Contract award notice (UK6)",
    "UK7": "Contract details notice (UK7)",
    "UK5": "Transparency notice (UK5)",
    "UK12": "Procurement termination notice (UK12)",
    "PSR award notice": "Award notice of the Provider Selection Regime",
    "Other notice": "Another notice",
}
"""Notices that end a procurement, as they are called, and in full."""
NOTICE_ROWS = 2
Problems = dict[str, str]


@blueprint.get("/workspace/entries/<reference>/status/<deed>")
@needs(Role.AUTHOR)
def show_deed(reference: str, deed: str) -> str:
    """Show what a deed asks for, and what readers will see of it."""
    with database().read() as db:
        draft = find_draft(db, member().organisation_id, reference)
    return _page(draft, _deed(deed), {}, {})


@blueprint.post("/workspace/entries/<reference>/status/<deed>")
@needs(Role.AUTHOR)
def do_status_deed(reference: str, deed: str) -> str | tuple[str, int] | Response:
    """Do it, in public. Changes that are being written stay unpublished."""
    chosen, raw = _deed(deed), {name: drop_unwritable(text) for name, text in request.form.items()}
    reason, problems = clean_text(raw.get("reason", "")), Problems()
    with database().read() as db:
        draft = find_draft(db, member().organisation_id, reference)
    if not reason:
        problems["reason"] = "Write a reason: readers are told it."
    elif len(reason) > MAX_TEXT:
        problems["reason"] = f"That is {len(reason)} characters long. Use at most {MAX_TEXT}."
    notices = _notices(raw, problems) if chosen.slug == "conclude" else ()
    if problems:
        return _page(draft, chosen, raw, problems), 400
    with database().write() as db:
        who = member()
        answer = do_deed(db, draft.entry_id, chosen, reason, notices=notices, by=Author(who.user_id), now=now())
        name = f"{chosen.slug.replace('-', '_')}_entry"
        note_answer(db, draft, answer, name)
    headline = draft.content.headline
    done = f"“{headline}” ({reference}) is now “{chosen.status.label}”: everybody can see it."
    published = answer.request is Request.PUBLISHED
    flash(lead_to(f"/entries/{reference}", done) if published else describe_answer(answer, reference, headline))
    return redirect(f"/workspace/entries/{reference}")


def _deed(slug: str) -> StatusDeed:
    found = next((deed for deed in DEEDS if deed.slug == slug), None)
    if found is None:
        abort(404)
    return found


def _notices(raw: dict[str, str], problems: Problems) -> tuple[Notice, ...]:
    """Read the notices that were typed, a row each. A row with an address alone is complete but for its day."""
    found = []
    for row in range(1, NOTICE_ROWS + 1):
        kind, number, url, day = (clean_line(raw.get(f"{part}-{row}", "")) for part in ("kind", "id", "url", "day"))
        if not (number or url or day):
            continue
        try:
            when = parse_expected_date(day, today=today())
        except DomainError as error:
            when, problems[f"day-{row}"] = None, f"When it was published: {error}"
        if when is not None and when.precision is not Precision.DAY:
            problems[f"day-{row}"] = "When it was published: name the day, such as 14 March 2027."
        if not url.startswith("https://") or len(url) > 500:
            problems[f"url-{row}"] = "Address of the notice: copy the whole of it; it begins with https://"
        if not number or len(number) > 60:
            problems[f"id-{row}"] = "Number of the notice: for example 012345-2027, at most 60 characters."
        if when is not None:
            found.append(Notice(kind if kind in NOTICE_KINDS else "Other notice", number, url, when.earliest))
    return tuple(found)


def _page(draft: Draft, deed: StatusDeed, raw: dict[str, str], problems: Problems) -> str:
    return render_template(
        "commissioner/status.html",
        draft=draft,
        deed=deed,
        possible=deed in deeds_for(draft.status),
        raw=raw,
        problem_of=problems,
        problems=list(problems.items()),
        rows=range(1, NOTICE_ROWS + 1) if deed.slug == "conclude" else (),
        kind_items=[{"value": kind, "text": text} for kind, text in NOTICE_KINDS.items()],
    )
