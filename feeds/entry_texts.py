"""What a feed says of a planned opportunity: the same account as its page, as HTML and as plain text."""

from dataclasses import dataclass
from datetime import date
from html import escape

from kil_pipeline.plan.expected_dates import describe
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.wordings import DISCLAIMER, Fact
from kil_pipeline.reference.milestones import milestone_kind
from kil_pipeline.reference.themes import theme


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
        html="".join(_html(line) for line in lines),
        text="\n\n".join(line.text for line in lines),
        author=entry.commissioner.name,
        categories=tuple(theme(code).name for code in entry.content.themes),
        entry=entry,
    )


def item_title(entry: PublicEntry) -> str:
    """Return the headline, with the state in front where it stopped or ended."""
    status = entry.content.status
    return entry.headline if status is Status.PUBLISHED else f"{status.label}: {entry.headline}"


@dataclass(frozen=True)
class _Line:
    label: str
    said: str
    heading: bool = False

    @property
    def text(self) -> str:
        return f"{self.label}: {self.said}" if self.label and self.said else self.label or self.said


def _html(line: _Line) -> str:
    if line.heading:
        return f"<h2>{escape(line.label)}</h2>"
    label = f"<strong>{escape(line.label)}:</strong> " if line.label and line.said else escape(line.label)
    return f"<p>{label}{escape(line.said)}</p>"


def _lines(entry: PublicEntry, day: date) -> list[_Line]:
    advice, content = entry.advice(day), entry.content
    lines = [_Line("Can we go for it", advice.can_we_go), _Line("What to do now", advice.what_to_do)]
    lines.append(_Line("From", entry.commissioner.name))
    if content.status_reason:
        lines.append(_Line(content.status.label, content.status_reason))
    facts = entry.facts()
    dates = {milestone.kind for milestone in entry.key_dates()}
    lines += [_Line(fact.label, fact.text) for fact in facts if fact.state == "stated" and not _is_date(fact)]
    if dates:
        lines.append(_Line("Key dates", "", heading=True))
        lines += [_Line(fact.label, fact.text) for fact in facts if fact.state == "stated" and _is_date(fact)]
        lines += _computed(entry)
    gaps = entry.gaps()
    if gaps:
        lines.append(_Line("What we cannot tell you yet, and why", "", heading=True))
        lines += [_Line(gap.label, _why_not(gap, day)) for gap in gaps]
    lines.append(_Line("", DISCLAIMER))
    return lines


def _is_date(fact: Fact) -> bool:
    return fact.path.startswith("milestones.")


def _computed(entry: PublicEntry) -> list[_Line]:
    return [
        _Line(milestone_kind(m.kind).label, f"{describe(m.when)} (worked out from the rule)")
        for m in entry.key_dates()
        if milestone_kind(m.kind).computed
    ]


def _why_not(gap: Fact, day: date) -> str:
    assert gap.disclosure is not None  # a gap is a field with a reason
    said = gap.disclosure
    parts = [
        f"{gap.text}. {gap.reason_label}." if not gap.reason_label.endswith(".") else f"{gap.text}. {gap.reason_label}"
    ]
    parts += [said.explanation] if said.explanation else []
    parts += [f"Rests on: {gap.hook}."] if gap.hook else []
    parts += [f"Who decides: {said.who_decides}."] if said.who_decides else []
    if said.expected_by:
        when = f"{said.expected_by.day} {said.expected_by:%B %Y}"
        parts.append(f"Was expected by {when}; it is overdue." if gap.overdue(day) else f"Expected by {when}.")
    parts += [f"How you could help: {said.how_you_could_help}"] if said.how_you_could_help else []
    return " ".join(parts)
