"""What a feed says of a planned opportunity: the same account as its page, as HTML and as plain text."""

from dataclasses import dataclass
from datetime import date
from html import escape

from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.expected_dates import describe
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.wordings import DISCLAIMER, Fact
from kil_pipeline.reference.milestones import milestone_kind
from kil_pipeline.reference.statutory_dates import representations_close
from kil_pipeline.reference.themes import theme

LAW_NOTE = (
    "The plan is published by choice. The law named here shows how a request for the information would be answered; "
    "it is not a power to leave something out of a plan like this one."
)
"""Said wherever something is withheld: section 94 of the Procurement Act covers notices that the Act asks for."""


@dataclass(frozen=True)
class EntryItem:
    """One item of a feed, ready for every format. All text is plain but `html`."""

    id: str
    """A tag: URI (RFC 4151) that never changes."""
    title: str
    url: str
    html: str
    text: str
    author: str
    categories: tuple[str, ...]
    entry: PublicEntry


def make_item(entry: PublicEntry, *, authority: str, base_url: str, day: date) -> EntryItem:
    """Return the item of an entry. `day`: the London day for which "what to do now" is worked out."""
    lines = tuple(_lines(entry, day))
    return EntryItem(
        id=f"tag:{authority}:entry/{entry.id}",
        title=item_title(entry),
        url=f"{base_url}/entries/{entry.reference}",
        html="".join(line.html for line in lines),
        text="\n\n".join(line.text for line in lines),
        author=entry.commissioner.name,
        categories=tuple(theme(code).name for code in entry.content.themes),
        entry=entry,
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


@dataclass(frozen=True)
class _Line:
    label: str
    said: str = ""

    @property
    def lead(self) -> str:
        plain = not self.label or not self.said or self.label.endswith("?")
        return self.label if plain else f"{self.label}:"

    @property
    def text(self) -> str:
        return f"{self.lead} {self.said}".strip()

    @property
    def html(self) -> str:
        if not self.said:
            return f"<h2>{escape(self.label)}</h2>"
        lead = f"<strong>{escape(self.lead)}</strong> " if self.label else ""
        return f"<p>{lead}{escape(self.said).replace(chr(10), '<br>')}</p>"


def _lines(entry: PublicEntry, day: date) -> list[_Line]:
    advice, content, facts, gaps = entry.advice(day), entry.content, entry.facts(), entry.gaps()
    lines = [_Line("Can we go for it?", advice.can_we_go), _Line("What to do now", advice.what_to_do)]
    lines += [_Line(content.status.label, content.status_reason)] if content.status_reason else []
    lines.append(_Line("From", entry.commissioner.name))
    lines += [_Line(fact.label, fact.text) for fact in facts if fact.state == "stated" and not _is_date(fact)]
    contact = content.contact or entry.commissioner.contact
    lines += [_Line("Ask", contact)] if contact else []
    dates = [_key_date(content, milestone) for milestone in entry.key_dates()]
    lines += [_Line("Key dates"), *dates] if dates else []
    lines += [_Line("What we cannot tell you yet, and why")] if gaps else []
    lines += [_Line(gap.label, _why_not(gap, day)) for gap in gaps]
    lines += [_Line("", LAW_NOTE)] if any(gap.hook for gap in gaps) else []
    blank = [fact.label for fact in facts if fact.state == "not_stated" and (not _is_date(fact) or _is_opening(fact))]
    lines += [_Line("Not filled in", f"{', '.join(blank)}.")] if blank else []
    return [*lines, _Line("", DISCLAIMER)]


def _is_date(fact: Fact) -> bool:
    return fact.path.startswith("milestones.")


def _is_opening(fact: Fact) -> bool:
    return fact.path == "milestones.opens"


def _key_date(content: EntryContent, milestone: Milestone) -> _Line:
    rule, when = rule_behind(content, milestone), describe(milestone.when)
    return _Line(milestone_kind(milestone.kind).label, f"{when}. Worked out from {rule}." if rule else when)


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
