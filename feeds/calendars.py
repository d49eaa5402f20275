"""iCalendar (RFC 5545, RFC 7986) for calendars that people subscribe to over HTTP: key dates and sessions.

No METHOD (libical refuses PUBLISH without ORGANIZER), no alarms, times in UTC. A span of days is worded as a span.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from icalendar import Calendar, Event, vDuration, vText, vUri

from feeds.fragments import FRAGMENTS, fragment_key
from kil_pipeline.engagement.sessions import PublicSession, SessionState
from kil_pipeline.plan.contents import Milestone
from kil_pipeline.plan.expected_dates import Confidence, Precision, describe
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.wordings import DISCLAIMER
from kil_pipeline.reference.milestones import milestone_kind
from kil_pipeline.reference.statutory_dates import representations_close
from kil_pipeline.reference.themes import theme

MOST_BYTES = 900_000
"""Google takes calendars up to 1 MB; what comes last by date is left out."""
REFRESH = timedelta(hours=6)


@dataclass(frozen=True)
class CalendarHead:
    """What stands at the top of a calendar. `authority` makes its UIDs (see `kil_pipeline.installation`)."""

    name: str
    description: str
    url: str
    html_url: str
    base_url: str
    authority: str

    @property
    def uid_host(self) -> str:
        """What stands after the @ of every UID."""
        return self.authority.replace(",", ".")


def render_milestones(head: CalendarHead, entries: Iterable[PublicEntry], since: date) -> bytes:
    """Return the key dates of `entries` that end on `since` or later, soonest first, under `MOST_BYTES`."""
    dated = [(m.when.earliest, entry.reference, entry, m) for entry in entries for m in entry.key_dates()]
    dated = sorted((row for row in dated if row[3].when.latest >= since), key=lambda row: (row[0], row[1], row[3].kind))
    parts = (
        FRAGMENTS.get(
            fragment_key("milestone", head.base_url, head.uid_host, entry, milestone),
            partial(milestone_event, head, entry, milestone),
        )
        for _, _, entry, milestone in dated
    )
    return _join(head, parts)


def render_sessions(head: CalendarHead, sessions: Sequence[PublicSession]) -> bytes:
    """Return sessions, soonest first, under `MOST_BYTES`."""
    return _join(head, (session_event(head, session) for session in sessions))


def milestone_event(head: CalendarHead, entry: PublicEntry, milestone: Milestone) -> bytes:
    """Return one key date as an all-day event over every day that it may fall on."""
    kind, when, content = milestone_kind(milestone.kind), milestone.when, entry.content
    stopped = content.status in (Status.CANCELLED, Status.WITHDRAWN)
    summary = f"{kind.label}: {entry.headline}"
    if when.precision is not Precision.DAY:
        summary = f"{kind.label} ({describe(when)}): {entry.headline}"
    said = [f"{kind.label}: {describe(when)}.", f"From {entry.commissioner.name}."]
    if kind.computed:
        notice = content.milestone("intention_notice")
        said.append(f"Worked out from {representations_close(notice.earliest).rule}." if notice else "")
    said += [content.status_reason, DISCLAIMER]
    event = _event(head, f"{entry.id}-{milestone.kind}", entry.updated_at, entry.revision - 1)
    event.add("summary", vText(f"{content.status.label}: {summary}" if stopped else summary))
    event.add("description", vText("\n\n".join(part for part in said if part)))
    event.add("dtstart", when.earliest)
    event.add("dtend", when.latest + timedelta(days=1))  # exclusive (RFC 5545, 3.6.1)
    event.add("url", vUri(f"{head.base_url}/entries/{entry.reference}"))
    sure = "TENTATIVE" if when.confidence is Confidence.INDICATIVE else "CONFIRMED"
    event.add("status", "CANCELLED" if stopped else sure)
    event.add("transp", "TRANSPARENT")
    _add_categories(event, content.themes)
    return bytes(event.to_ical())


def session_event(head: CalendarHead, session: PublicSession) -> bytes:
    """Return one session, with its venue. Cancelled ones say so in their title: some programs drop them."""
    content = session.content
    off = session.state in (SessionState.CANCELLED, SessionState.POSTPONED)
    event = _event(head, str(session.id), session.updated_at, session.sequence)
    event.add("summary", vText(f"{session.state.label}: {content.title}" if off else content.title))
    said = [
        session.state_reason,
        content.purpose,
        f"Open to change: {content.open_to_change}" if content.open_to_change else "",
        f"Hosted by {content.host}, for {session.commissioner.name}." if content.host else "",
        f"What is offered: {content.offered}" if content.offered else "",
    ]
    event.add("description", vText("\n\n".join(part for part in said if part)))
    event.add("dtstart", content.starts_at)
    event.add("dtend", content.ends_at)
    event.add("url", vUri(f"{head.base_url}{session.path}"))
    event.add("status", "CANCELLED" if off else "CONFIRMED")
    if session.venue is not None:
        facts = session.venue.facts
        place = ", ".join(part for part in (facts.name, facts.address, facts.postcode) if part)
        event.add("location", vText(place + (" (and online)" if content.online else "")))
        if facts.latitude is not None and facts.longitude is not None:
            event.add("geo", (facts.latitude, facts.longitude))
    elif content.online:
        event.add("location", vText("Online"))
    _add_categories(event, content.themes)
    return bytes(event.to_ical())


def _event(head: CalendarHead, uid: str, updated_at: datetime, sequence: int) -> Event:
    event = Event()
    event.add("uid", f"{uid}@{head.uid_host}")
    event.add("dtstamp", updated_at)
    event.add("last-modified", updated_at)
    event.add("sequence", sequence)
    return event


def _add_categories(event: Event, themes: tuple[str, ...]) -> None:
    names = [theme(code).name.replace(",", " and") for code in themes]
    if names:
        event.add("categories", names)


def _join(head: CalendarHead, parts: Iterable[bytes]) -> bytes:
    start, end = _frame(head)
    taken, size = [], len(start) + len(end)
    for part in parts:
        size += len(part)
        if size > MOST_BYTES:
            break
        taken.append(part)
    return b"".join([start, *taken, end])


def _frame(head: CalendarHead) -> tuple[bytes, bytes]:
    calendar = Calendar()
    calendar.add("prodid", "-//Keep it Local//Pipeline//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", vText(head.name))
    calendar.add("x-wr-calname", vText(head.name))
    calendar.add("description", vText(head.description))
    calendar.add("x-wr-caldesc", vText(head.description))
    calendar.add("url", vUri(head.html_url))
    calendar.add("source", vUri(head.url), parameters={"VALUE": "URI"})
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vText("PT6H"))
    text = bytes(calendar.to_ical())
    end = b"END:VCALENDAR\r\n"
    return text.removesuffix(end), end
