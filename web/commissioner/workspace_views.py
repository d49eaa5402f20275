"""The workspace's first page: an organisation's own entries, what is overdue, what is not published yet."""

from urllib.parse import urlencode

from flask import render_template, request

from kil_pipeline.engagement.response_days import answers_due
from kil_pipeline.exchange.tender_notices import count_notices_to_match
from kil_pipeline.organisations.members import Role, memberships_of
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.early_notices import due_answers
from kil_pipeline.plan.submissions import SubmissionState, Submitted, submissions_of
from kil_pipeline.plan.worklists import Show, find_items, suggest_disclosure, work_items
from kil_pipeline.support.answer_replies import count_waiting_answers
from kil_pipeline.text import clean_line, drop_unwritable
from web.commissioner import blueprint
from web.commissioner.access import acts_for_body, member, needs
from web.commissioner.patch_views import show_patch
from web.context import database, now, today

PER_PAGE = 50


@blueprint.get("/workspace")
@needs(Role.VIEWER)
def workspace() -> str:
    """List the entries of the organisation that one acts for, last touched first; a support body's patch instead."""
    if acts_for_body():
        return show_patch()
    show = next((known for known in Show if known.value == request.args.get("show")), Show.ALL)
    words = clean_line(drop_unwritable(request.args.get("q", "")))[:200]
    with database().read() as db:
        every = work_items(db, member().organisation_id, member().user_id, now())
        due = due_answers(db, member().organisation_id, today())
        notices = count_notices_to_match(db, member().organisation_id) if member().may(Role.AUTHOR) else 0
        waiting = {item.reference: _waits(item) for item in submissions_of(db, member().organisation_id)}
        answers = answers_due(db, member().organisation_id, today())
        from_readers = count_waiting_answers(db, member().organisation_id)
        slug = db.get_one(Organisation, member().organisation_id).slug
        others = [m for m in memberships_of(db, member().user_id) if m.organisation_id != member().organisation_id]
    items = find_items(every, show, words)
    pages = max(1, -(-len(items) // PER_PAGE))
    page = max(1, min(pages, request.args.get("page", 1, type=int)))
    return render_template(
        "commissioner/workspace.html",
        member=member(),
        items=items[(page - 1) * PER_PAGE : page * PER_PAGE],
        suggested=suggest_disclosure(every, today()),
        overdue=[answer for answer in due if answer.overdue(today())],
        soon=[answer for answer in due if not answer.overdue(today())],
        notices=notices,
        waiting=waiting,
        answers=answers,
        from_readers=from_readers,
        others=others,
        slug=slug,
        may_write=member().may(Role.AUTHOR),
        may_answer=member().may(Role.ENGAGEMENT_LEAD),
        today=today(),
        page=page,
        pages=pages,
        total=len(items),
        lists=[(known, sum(item.in_list(known) for item in every)) for known in Show],
        show=show,
        words=words,
        address=_address,
    )


def _waits(item: Submitted) -> str:
    """Return what a submission waits for, in a few words."""
    match item.state:
        case SubmissionState.WAITING:
            return "Waits for approval"
        case SubmissionState.SENT_BACK:
            return "Sent back"
    assert item.held_until is not None  # by its state
    return f"Held until {item.held_until.day} {item.held_until:%B %Y}"


def _address(show: Show, words: str = "", page: int = 1) -> str:
    """Return the address of a list."""
    chosen = {"show": show.value if show is not Show.ALL else "", "q": words, "page": page if page > 1 else ""}
    query = urlencode({name: value for name, value in chosen.items() if value})
    return f"/workspace?{query}" if query else "/workspace"
