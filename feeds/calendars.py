"""iCalendar (RFC 5545, RFC 7986) for calendars that people subscribe to over HTTP: key dates and sessions.

No METHOD (libical refuses PUBLISH without ORGANIZER), no alarms, times in UTC. A span of days is worded as a span.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache, partial
from operator import attrgetter, itemgetter

from icalendar import Calendar, Event, vDuration, vText, vUri

from feeds.entry_texts import rule_behind
from feeds.fragments import FRAGMENTS
from kil_pipeline.engagement.sessions import PublicSession, SessionState
from kil_pipeline.pieces import Pieces
from kil_pipeline.plan.contents import Milestone
from kil_pipeline.plan.expected_dates import Confidence, Precision, describe
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.wordings import DISCLAIMER
from kil_pipeline.reference.milestones import milestone_kind
from kil_pipeline.reference.themes import theme
from kil_pipeline.times import london_day

MOST_BYTES = 900_000
"""Google takes calendars up to 1 MB."""
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


def render_milestones(head: CalendarHead, entries: Iterable[PublicEntry], since: date, day: date) -> bytes:
    """Return the key dates of `entries` that end on `since` or later, by their first day, under `MOST_BYTES`.

    Where they are too many, the dates that have passed by `day` go first, the oldest of them first of all.
    """
    dated = [one for entry in entries for one in _kept_dates(head, entry)]
    coming = [one for one in dated if one.latest >= day]
    passed = [one for one in dated if since <= one.latest < day]
    coming.sort(key=attrgetter("earliest"))
    passed.sort(key=attrgetter("latest"), reverse=True)
    return _join(head, ((one.earliest, one.event) for one in (*coming, *passed)))


def render_sessions(head: CalendarHead, sessions: Iterable[PublicSession], day: date = date.min) -> bytes:
    """Return sessions, soonest first, under `MOST_BYTES`.

    Where they are too many, those that were over by `day` go first, the oldest of them first of all; then the farthest.
    """
    by_start = sorted(sessions, key=lambda session: session.content.starts_at)
    coming = [session for session in by_start if london_day(session.content.ends_at) >= day]
    over = [session for session in reversed(by_start) if london_day(session.content.ends_at) < day]
    return _join(head, ((one.content.starts_at, _kept_session(head, one)) for one in (*coming, *over)))


class _DatedEvent:
    """A key date of an entry, and its event once a calendar has had room for it."""

    def __init__(self, head: CalendarHead, entry: PublicEntry, milestone: Milestone) -> None:
        self.earliest, self.latest = milestone.when.earliest, milestone.when.latest
        self._made_of = (head, entry, milestone)

    @cached_property
    def event(self) -> bytes:
        """The event as it stands in the calendar."""
        return milestone_event(*self._made_of)


DATES = Pieces[tuple[_DatedEvent, ...]](2000)
"""Some 10 kB each: an entry is compared once, however many key dates it has."""


def _kept_dates(head: CalendarHead, entry: PublicEntry) -> tuple[_DatedEvent, ...]:
    key = (entry.id.int, head.base_url, head.authority)  # `UUID` hashes and compares itself in Python
    return DATES.get(key, entry, partial(_dates, head, entry))


def _dates(head: CalendarHead, entry: PublicEntry) -> tuple[_DatedEvent, ...]:
    return tuple(_DatedEvent(head, entry, milestone) for milestone in entry.key_dates())


def _kept_session(head: CalendarHead, session: PublicSession) -> bytes:
    key = ("session", head.base_url, head.authority, session.id)
    return FRAGMENTS.get(key, session, partial(session_event, head, session))


def milestone_event(head: CalendarHead, entry: PublicEntry, milestone: Milestone) -> bytes:
    """Return one key date as an all-day event over every day that it may fall on.

    SEQUENCE counts the publications of its entry: it rises whenever the date or the state changes, and never falls.
    """
    kind, when, content = milestone_kind(milestone.kind), milestone.when, entry.content
    rule = rule_behind(content, milestone)
    event = _event(head, f"{entry.id}-{milestone.kind}", entry.updated_at, entry.revision - 1)
    event.add("summary", vText(milestone_summary(entry, milestone)))
    said = [
        f"{kind.label}: {describe(when)}.",
        f"Worked out from {rule}." if rule else "",
        f"{content.status.label}: {content.status_reason}" if content.status_reason else "",
        f"Can we go for it? {entry.advice(when.earliest).can_we_go}.",  # the same on every day
        f"From {entry.commissioner.name}.",
        DISCLAIMER,
    ]
    _add_description(event, said)
    event.add("dtstart", when.earliest)
    event.add("dtend", when.latest + timedelta(days=1))  # exclusive (RFC 5545, 3.6.1)
    event.add("url", vUri(f"{head.base_url}/entries/{entry.reference}"))
    event.add("status", _milestone_status(content.status, when.confidence))
    _add_categories(event, content.themes)
    return bytes(event.to_ical())


def milestone_summary(entry: PublicEntry, milestone: Milestone) -> str:
    """Return a key date's title: the state where it is off or over, and the span or the doubt where it is no sure day.

    Calendar programs show a title and a bar of days, and seldom STATUS.
    """
    kind, when, status = milestone_kind(milestone.kind), milestone.when, entry.content.status
    a_day = when.precision is Precision.DAY and when.confidence is not Confidence.INDICATIVE
    state = "" if status in (Status.PUBLISHED, Status.OPEN) else f"{status.label}: "
    return f"{state}{kind.label}{'' if a_day else f' ({describe(when)})'}: {entry.headline}"


def _milestone_status(status: Status, confidence: Confidence) -> str:
    if status in (Status.CANCELLED, Status.WITHDRAWN):
        return "CANCELLED"
    unsure = status is Status.ON_HOLD or confidence is Confidence.INDICATIVE
    return "TENTATIVE" if unsure else "CONFIRMED"


def session_event(head: CalendarHead, session: PublicSession) -> bytes:
    """Return one session, with its venue. Cancelled ones say so in their title: some programs drop them."""
    content = session.content
    off = session.state in (SessionState.CANCELLED, SessionState.POSTPONED)
    event = _event(head, str(session.id), session.updated_at, session.sequence)
    event.add("summary", vText(f"{session.state.label}: {content.title}" if off else content.title))
    said = [
        f"{session.state.label}: {session.state_reason}" if session.state_reason else "",
        content.purpose,
        f"Open to change: {content.open_to_change}" if content.open_to_change else "",
        f"Already decided: {content.already_decided}" if content.already_decided else "",
        f"Hosted by {content.host}, for {session.commissioner.name}." if content.host else "",
        f"What is offered: {content.offered}" if content.offered else "",
    ]
    _add_description(event, said)
    event.add("dtstart", content.starts_at)
    event.add("dtend", content.ends_at)
    event.add("url", vUri(f"{head.base_url}{session.path}"))
    event.add("status", "CANCELLED" if off else "CONFIRMED")
    _add_place(event, session)
    _add_categories(event, content.themes)
    return bytes(event.to_ical())


def _add_place(event: Event, session: PublicSession) -> None:
    if session.venue is not None:
        facts = session.venue.facts
        place = ", ".join(part for part in (facts.name, facts.where) if part)
        event.add("location", vText(place + (" (and online)" if session.content.online else "")))
        if facts.latitude is not None and facts.longitude is not None:
            event.add("geo", (facts.latitude, facts.longitude))
    elif session.content.online:
        event.add("location", vText("Online"))


def _event(head: CalendarHead, uid: str, updated_at: datetime, sequence: int) -> Event:
    event = Event()
    event.add("uid", f"{uid}@{head.uid_host}")
    event.add("dtstamp", updated_at)
    event.add("last-modified", updated_at)
    event.add("sequence", sequence)
    event.add("transp", "TRANSPARENT")  # knowing of it makes nobody busy
    return event


def _add_description(event: Event, paragraphs: Iterable[str]) -> None:
    event.add("description", vText("\n\n".join(part for part in paragraphs if part)))


def _add_categories(event: Event, themes: tuple[str, ...]) -> None:
    names = [theme(code).name.replace(",", " and") for code in themes]
    if names:
        event.add("categories", names)


def _join(head: CalendarHead, parts: Iterable[tuple[date, bytes]]) -> bytes:
    """Return a calendar of the first `parts` that fit, in the order of their starts."""
    start, end = _frame(head)
    taken, size = [], len(start) + len(end)
    for part in parts:
        size += len(part[1])
        if size > MOST_BYTES:
            break
        taken.append(part)
    taken.sort(key=itemgetter(0))
    return b"".join([start, *(event for _, event in taken), end])


@lru_cache(maxsize=100)
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
