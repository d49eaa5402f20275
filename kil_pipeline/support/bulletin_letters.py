"""The mail that tells an organisation's authors that the draft of its bulletin is ready."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.notices import NoticeContext, queue_notice
from kil_pipeline.organisations.colleagues import colleague, colleagues
from kil_pipeline.organisations.members import Role
from kil_pipeline.support.bulletins import Bulletin, BulletinPart, bulletin_of, parts_of
from kil_pipeline.times import london_day

NAMED = 10
"""How many items a mail names."""


def tell_of_drafts(session: Session, drafted: Sequence[Bulletin], now: datetime) -> int:
    """Queue a mail to every author of each draft that was just made; none where a draft is empty. Returns how many."""
    told = 0
    for row in drafted:
        if not _to_pass_on(row):
            continue
        goes_out = london_day(now) + timedelta(days=1)
        for member in colleagues(session, row.organisation_id, Role.AUTHOR):
            about = {
                "organisation": str(row.organisation_id),
                "user": str(member.user_id),
                "goes_out": goes_out.isoformat(),
            }
            queue_notice(session, "bulletin_ready", member.email, about, now=now)
            told += 1
    return told


def write_bulletin_ready(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Write what the draft holds now; nothing where it was passed on, or where this person may not edit it any more."""
    organisation_id = uuid.UUID(about["organisation"])
    member = colleague(session, organisation_id, uuid.UUID(about["user"]), Role.AUTHOR)
    row = bulletin_of(session, organisation_id)
    items = _to_pass_on(row) if row is not None and row.draft_position is not None else ()
    if member is None or not items:
        return None
    number = "one item" if len(items) == 1 else f"{len(items)} items"
    more = (f"And {len(items) - NAMED} more.",) if len(items) > NAMED else ()
    return NoticeLetter(
        subject=f"Your bulletin is ready to look at: {number}",
        heading="Your bulletin is ready to look at",
        paragraphs=(
            (
                f"The draft for {member.organisation_name} has the news of your patch since the last one: {number}. "
                f"The day that you chose for it is {_day(date.fromisoformat(about['goes_out']))}."
            ),
            "Add an introduction and notes, leave out what does not matter to your members, then copy it or send it.",
        ),
        facts=tuple((part.item.news or part.item.reference, part.item.title) for part in items[:NAMED]),
        buttons=(("Look at the draft", "/workspace/bulletin"),),
        ending=(*more, "Nothing is sent by itself. What you do not pass on stands in the next draft too."),
    )


def _to_pass_on(row: Bulletin) -> tuple[BulletinPart, ...]:
    return tuple(part for part in parts_of(row) if not part.dropped)


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
