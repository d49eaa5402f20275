"""Calendars as libical, ical.js and vobject read them: what was written, whatever was written."""

import uuid
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.calendars import render_milestones, render_sessions
from feeds.invitations import render_invitation
from kil_pipeline.engagement.registrations import Way
from kil_pipeline.engagement.sessions import SessionContent, SessionState
from kil_pipeline.engagement.venues import PublicVenue
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.expected_dates import Precision
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.wordings import DISCLAIMER
from tests.factories import a_milestone
from tests.feeds.public import AUTHORITY, BASE, CHANGED, COUNCIL, HEAD, LINES, TEXTS, TODAY, a_session, an_entry
from tests.feeds.test_invitations import COMING, LINK, NOW, SENDER
from tests.feeds.test_session_calendars import HALL, TALK
from tests.parsers.calendars import Properties
from tests.parsers.conftest import Read

HOST = AUTHORITY.replace(",", ".")
STAMP = f"{CHANGED:%Y%m%dT%H%M%SZ}"
TIMES = {"DTSTART": ["20270610T093000Z"], "DTEND": ["20270610T110000Z"]}
EXAMPLES = settings(max_examples=40)


def head(name: str, about: str) -> Properties:
    """Return what stands at the top of a calendar of ours."""
    return {
        "VERSION": ["2.0"],
        "PRODID": ["-//Keep it Local//Pipeline//EN"],
        "CALSCALE": ["GREGORIAN"],
        "NAME": [name],
        "X-WR-CALNAME": [name],
        "DESCRIPTION": [about],
        "X-WR-CALDESC": [about],
        "URL": [HEAD.html_url],
        "SOURCE": [HEAD.url],
        "REFRESH-INTERVAL": ["PT6H"],
        "X-PUBLISHED-TTL": ["PT6H"],
    }


@given(headline=LINES, reason=TEXTS, council=LINES, name=LINES)
@EXAMPLES
def test_key_dates_say_what_was_written(read: Read, headline: str, reason: str, council: str, name: str) -> None:
    content = EntryContent(
        headline,
        status=Status.CANCELLED,
        status_reason=reason,
        themes=("carers", "older-people"),
        milestones=(a_milestone("opens", TODAY, Precision.QUARTER),),
    )
    entry = an_entry(content, commissioner=replace(COUNCIL, name=council))
    found = read(render_milestones(replace(HEAD, name=name, description=reason), [entry], TODAY, TODAY))
    said = [
        "Applications or bids open: about October to December 2026.",
        f"Cancelled: {reason}",
        "Can we go for it? No longer: cancelled.",
        f"From {council}.",
        DISCLAIMER,
    ]
    assert found.head == head(name, reason)
    assert found.events == (
        {
            "UID": [f"{entry.id}-opens@{HOST}"],
            "DTSTAMP": [STAMP],
            "LAST-MODIFIED": [STAMP],
            "SEQUENCE": ["1"],
            "DTSTART": ["20261001"],
            "DTEND": ["20270101"],
            "SUMMARY": [f"Cancelled: Applications or bids open (about October to December 2026): {headline}"],
            "DESCRIPTION": ["\n\n".join(said)],
            "URL": [f"{BASE}/entries/EXC-0007"],
            "STATUS": ["CANCELLED"],
            "TRANSP": ["TRANSPARENT"],
            "CATEGORIES": ["Carers", "Older people"],
        },
    )


@given(title=LINES, purpose=TEXTS, reason=TEXTS, place=LINES, name=LINES)
@EXAMPLES
def test_sessions_say_what_was_written(
    read: Read, title: str, purpose: str, reason: str, place: str, name: str
) -> None:
    content = replace(TALK, title=title, purpose=purpose, already_decided=reason, host=place)
    session = a_session(
        content,
        SessionState.CANCELLED,
        state_reason=reason,
        sequence=3,
        venue=PublicVenue(uuid.UUID(int=3), replace(HALL, name=place)),
    )
    found = read(render_sessions(replace(HEAD, name=name, description=purpose), [session]))
    said = [
        f"Cancelled: {reason}",
        purpose,
        "Open to change: Where it is.",
        f"Already decided: {reason}",
        f"Hosted by {place}, for Exampleshire Council.",
        "What is offered: Travel paid up front.",
    ]
    assert found.head == head(name, purpose)
    assert found.events == (
        {
            "UID": [f"{session.id}@{HOST}"],
            "DTSTAMP": [STAMP],
            "LAST-MODIFIED": [STAMP],
            "SEQUENCE": ["3"],
            **TIMES,
            "SUMMARY": [f"Cancelled: {title}"],
            "DESCRIPTION": ["\n\n".join(said)],
            "LOCATION": [f"{place}, Church Lane; Exampleton, EX1 2MP"],
            "GEO": ["51.500000;-0.250000"],
            "URL": [f"{BASE}/sessions/EXC-S0009"],
            "STATUS": ["CANCELLED"],
            "TRANSP": ["TRANSPARENT"],
            "CATEGORIES": ["Falls"],
        },
    )


@given(title=LINES, name=LINES, council=LINES, off=st.booleans())
@EXAMPLES
def test_invitations_say_what_was_written(read: Read, title: str, name: str, council: str, off: bool) -> None:
    public = a_session(
        SessionContent(title, "Say what helps.", TALK.starts_at, TALK.ends_at),
        commissioner=replace(COUNCIL, name=council),
    )
    invitation = replace(
        COMING,
        method="CANCEL" if off else "REQUEST",
        public=public,
        name=name,
        sequence=4,
        way=Way.ONLINE,
        online_link=LINK,
    )
    found = read(render_invitation(invitation, base_url=BASE, sender=SENDER).content)
    assert found.head == {
        "VERSION": ["2.0"],
        "PRODID": ["-//Keep it Local//Pipeline//EN"],
        "CALSCALE": ["GREGORIAN"],
        "METHOD": ["CANCEL" if off else "REQUEST"],
    }
    assert found.events == (
        {
            "UID": [f"{public.id}@{HOST}"],
            "DTSTAMP": [f"{NOW:%Y%m%dT%H%M%SZ}"],
            "LAST-MODIFIED": [STAMP],
            "SEQUENCE": ["4"],
            **TIMES,
            "SUMMARY": [title],
            "DESCRIPTION": ["Say what helps."],
            "LOCATION": [LINK],
            "CONFERENCE": [LINK],
            "URL": [f"{BASE}/sessions/EXC-S0009"],
            "STATUS": ["CANCELLED" if off else "CONFIRMED"],
            "TRANSP": ["TRANSPARENT" if off else "OPAQUE"],
            "ORGANIZER": ["mailto:alerts@example.org"],
            "ORGANIZER;CN": [plain(council)],
            "ATTENDEE": ["mailto:ann@example.org"],
            "ATTENDEE;CN": [plain(name)],
            "ATTENDEE;CUTYPE": ["INDIVIDUAL"],
            "ATTENDEE;ROLE": ["REQ-PARTICIPANT"],
            "ATTENDEE;PARTSTAT": ["DECLINED" if off else "ACCEPTED"],
            "ATTENDEE;RSVP": ["FALSE"],
        },
    )


def plain(name: str) -> str:
    """Return a name without what programs read in different ways in a parameter."""
    return name.replace('"', "'").replace("\\", "/")
