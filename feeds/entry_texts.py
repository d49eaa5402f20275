"""What a feed says of a planned opportunity: the same account as its page, as HTML and as plain text."""

from datetime import date
from functools import partial

from feeds.items import FeedItem, Line, as_html, as_text
from kil_pipeline.pieces import Pieces
from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.expected_dates import describe
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.wordings import DISCLAIMER, Fact
from kil_pipeline.reference.milestones import milestone_kind
from kil_pipeline.reference.statutory_dates import representations_close
from kil_pipeline.reference.themes import theme

ITEMS = Pieces[FeedItem](2000)
"""Some 20 kB each: a feed is asked for again after each publication, and one of its entries has changed."""
LAW_NOTE = (
    "The plan is published by choice. The law named here shows how a request for the information would be answered; "
    "it is not a power to leave something out of a plan like this one."
)
"""Said wherever something is withheld: section 94 of the Procurement Act covers notices that the Act asks for."""


def make_item(entry: PublicEntry, *, authority: str, base_url: str, day: date) -> FeedItem:
    """Return the item of an entry. `day`: the London day for which "what to do now" is worked out."""
    key = (entry.id.int, authority, base_url)  # `UUID` hashes and compares itself in Python
    return ITEMS.get(key, (day, entry), partial(_make_item, entry, authority, base_url, day))


def _make_item(entry: PublicEntry, authority: str, base_url: str, day: date) -> FeedItem:
    lines = _lines(entry, day)
    return FeedItem(
        id=f"tag:{authority}:entry/{entry.id}",
        title=item_title(entry),
        url=f"{base_url}/entries/{entry.reference}",
        html=as_html(lines),
        text=as_text(lines),
        author=entry.commissioner.name,
        categories=tuple(theme(code).name for code in entry.content.themes),
        published_at=entry.first_published_at,
        updated_at=entry.updated_at,
    )


def item_title(entry: PublicEntry) -> str:
    """Return the headline, with the state in front where it stopped or ended."""
    status = entry.content.status
    return entry.headline if status is Status.PUBLISHED else f"{status.label}: {entry.headline}"


def rule_behind(content: EntryContent, milestone: Milestone) -> str:
    """Return the rule that a key date was worked out from; empty where somebody stated it."""
    notice = content.milestone("intention_notice")
    computed = milestone_kind(milestone.kind).computed and notice is not None
    return representations_close(notice.earliest).rule if computed and notice else ""


def _lines(entry: PublicEntry, day: date) -> list[Line]:
    advice, content, facts, gaps = entry.advice(day), entry.content, entry.facts(), entry.gaps()
    lines = [Line("Can we go for it?", advice.can_we_go), Line("What to do now", advice.what_to_do)]
    lines += [Line(content.status.label, content.status_reason)] if content.status_reason else []
    lines.append(Line("From", entry.commissioner.name))
    lines += [Line("Formerly", ", then ".join(entry.formerly))] if entry.formerly else []
    lines += [Line(fact.label, fact.text) for fact in facts if fact.state == "stated" and not _is_date(fact)]
    contact = content.contact or entry.commissioner.contact
    lines += [Line("Ask", contact)] if contact else []
    dates = [_key_date(content, milestone) for milestone in entry.key_dates()]
    lines += [Line("Key dates"), *dates] if dates else []
    lines += [Line("What we cannot tell you yet, and why")] if gaps else []
    lines += [Line(gap.label, _why_not(gap, day)) for gap in gaps]
    lines += [Line("", LAW_NOTE)] if any(gap.hook for gap in gaps) else []
    blank = [fact.label for fact in facts if fact.state == "not_stated" and (not _is_date(fact) or _is_opening(fact))]
    lines += [Line("Not filled in", f"{', '.join(blank)}.")] if blank else []
    return [*lines, Line("", DISCLAIMER)]


def _is_date(fact: Fact) -> bool:
    return fact.path.startswith("milestones.")


def _is_opening(fact: Fact) -> bool:
    return fact.path == "milestones.opens"


def _key_date(content: EntryContent, milestone: Milestone) -> Line:
    rule, when = rule_behind(content, milestone), describe(milestone.when)
    return Line(milestone_kind(milestone.kind).label, f"{when}. Worked out from {rule}." if rule else when)


def _why_not(gap: Fact, day: date) -> str:
    assert gap.disclosure is not None  # a gap is a field with a reason
    said = gap.disclosure
    parts = [gap.text, gap.reason_label, said.explanation]
    parts += [f"Why keeping it back is in the public interest: {said.public_interest}"] if said.public_interest else []
    parts += [f"The law it rests on: {gap.hook}"] if gap.hook else []
    parts += [f"Who decides: {said.who_decides}"] if said.who_decides else []
    if said.expected_by:
        by = _day(said.expected_by)
        parts.append(f"Overdue: an answer was due by {by}" if gap.overdue(day) else f"Expected by {by}")
    parts += [f"Looked at again on {_day(said.review_on)}"] if said.review_on else []
    parts += [f"How you could help: {said.how_you_could_help}"] if said.how_you_could_help else []
    return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts if part)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
