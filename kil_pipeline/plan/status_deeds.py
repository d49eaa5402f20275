"""What a commissioner does with a published entry as a whole: open, hold, resume, conclude, cancel, withdraw.

A deed changes the status of what is public and nothing else: what is being written meanwhile is not published with it.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from kil_pipeline.errors import InvalidContent, InvalidTransition
from kil_pipeline.plan.contents import NOBODY, Author, EntryContent, Notice
from kil_pipeline.plan.drafts import read_draft, save_draft
from kil_pipeline.plan.statuses import Status, check_transition
from kil_pipeline.plan.submissions import Answer, public_content, request_publication, submission_of


@dataclass(frozen=True)
class StatusDeed:
    """One of them, with the words of its page."""

    slug: str
    button: str
    title: str
    after: frozenset[Status]
    """The statuses in which it can be done."""
    status: Status
    """What becomes of it."""
    asks: str
    """The question that the reason answers."""
    hint: str
    readers: tuple[str, ...]
    """What readers will see, a sentence each."""


_LIVE = frozenset({Status.PUBLISHED, Status.OPEN})
_STAYS = "Its page, its address and everything that it said stay."
_TOLD = "Whoever follows it gets an email."

DEEDS: tuple[StatusDeed, ...] = (
    StatusDeed(
        "open",
        "Say that it is open",
        "Applications or bids are open",
        frozenset({Status.PUBLISHED, Status.ON_HOLD}),
        Status.OPEN,
        "What should readers know about it?",
        "For example: apply by 30 April through our portal.",
        ("“Open now” stands at the top of its page and in every list.", _TOLD),
    ),
    StatusDeed(
        "not-open",
        "It is not open after all",
        "It is not open after all",
        frozenset({Status.OPEN}),
        Status.PUBLISHED,
        "What happened?",
        "For example: the notice was withdrawn, and will come again in June.",
        ("It is shown as planned again, with this reason in its history.", _TOLD),
    ),
    StatusDeed(
        "hold",
        "Put it on hold",
        "Put it on hold",
        _LIVE,
        Status.ON_HOLD,
        "Why is it on hold?",
        "And when will you look at it again, if you know?",
        ("“On hold” and this reason stand at the top of its page.", "No key date of it is announced meanwhile.", _TOLD),
    ),
    StatusDeed(
        "resume",
        "Resume it",
        "Resume it",
        frozenset({Status.ON_HOLD, Status.CANCELLED}),
        Status.PUBLISHED,
        "Why does it go on?",
        "Check its dates as well: readers plan by them.",
        ("It is shown as planned again, with this reason in its history.", _TOLD),
    ),
    StatusDeed(
        "conclude",
        "Conclude it",
        "Conclude it",
        _LIVE,
        Status.CONCLUDED,
        "What came of it?",
        "For example: a grant to two local charities for three years, or: bought without a tender.",
        ("“Concluded” and these words stand at the top of its page.", _STAYS, _TOLD),
    ),
    StatusDeed(
        "cancel",
        "Cancel it",
        "Cancel it",
        _LIVE | {Status.ON_HOLD},
        Status.CANCELLED,
        "Why is it cancelled?",
        "In plain words. Organisations may have prepared for it.",
        ("“Cancelled” and this reason stand at the top of its page.", _STAYS, _TOLD, "You can resume it later."),
    ),
    StatusDeed(
        "withdraw",
        "Withdraw it",
        "Withdraw it from the plan",
        frozenset(Status) - {Status.DRAFT, Status.WITHDRAWN},
        Status.WITHDRAWN,
        "Why is it withdrawn?",
        "For what should not have been published, such as an entry made twice. To stop a real plan, cancel it.",
        ("“Withdrawn” and this reason stand at the top of its page.", _STAYS, _TOLD, "This cannot be undone."),
    ),
)


def deeds_for(status: Status) -> tuple[StatusDeed, ...]:
    """Return what can be done with an entry in this status."""
    return tuple(deed for deed in DEEDS if status in deed.after)


def content_after(
    content: EntryContent, deed: StatusDeed, reason: str, notices: tuple[Notice, ...] = ()
) -> EntryContent:
    """Return what an entry says once a deed is done. What is live again needs no reason for its status."""
    known = {(notice.kind, notice.id) for notice in content.notices}
    new = tuple(notice for notice in notices if (notice.kind, notice.id) not in known)
    return replace(
        content,
        status=deed.status,
        status_reason="" if deed.status in _LIVE else reason.strip(),
        notices=tuple(sorted((*content.notices, *new), key=lambda notice: notice.published_on)),
    )


def do_deed(
    session: Session,
    entry_id: uuid.UUID,
    deed: StatusDeed,
    reason: str,
    *,
    notices: tuple[Notice, ...] = (),
    by: Author = NOBODY,
    now: datetime,
) -> Answer:
    """Do it in public, or let it wait as the organisation's rules say.

    Raises `InvalidContent` without a reason, and `InvalidTransition`.
    """
    if not reason.strip():
        raise InvalidContent(f"“{deed.button}” needs a reason.")
    draft = read_draft(session, entry_id)
    public = public_content(session, entry_id)
    if public is None:
        raise InvalidTransition("It was never published: there is nothing that readers could be told.")
    check_transition(draft.status, deed.status)
    written = content_after(draft.content, deed, reason, notices)
    save_draft(session, entry_id, written, version=draft.version, by=by, now=now)
    waiting = submission_of(session, entry_id)  # what waits already goes on waiting, with the new status
    content = content_after(waiting.content if waiting else public, deed, reason, notices)
    return request_publication(session, entry_id, content, by=by, why=reason.strip()[:1000], now=now)
