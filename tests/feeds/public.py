"""Public entries and sessions without a database, and text that nobody should have typed."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from feeds.calendars import CalendarHead
from feeds.entry_texts import make_item
from feeds.items import FeedItem
from kil_pipeline.engagement.sessions import PublicSession, SessionContent, SessionState
from kil_pipeline.organisations.organisations import PublicOrganisation
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.text import clean_line, clean_text

FIRST = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
CHANGED = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
BASE = "https://plan.example.org"
AUTHORITY = "example.org,2026-01-01"
COUNCIL = PublicOrganisation(uuid.UUID(int=1), "Exampleshire Council", "exampleshire-council", "commissioner")
HEAD = CalendarHead(
    name="Exampleshire: key dates",
    description="An early intention.",
    url=f"{BASE}/calendars/milestones.ics",
    html_url=f"{BASE}/plan",
    base_url=BASE,
    authority=AUTHORITY,
)


def an_entry(content: EntryContent, **parts: Any) -> PublicEntry:
    """Return a public entry of Exampleshire Council's, published twice."""
    given: dict[str, Any] = {
        "id": uuid.UUID(int=7),
        "reference": "EXC-0007",
        "revision": 2,
        "commissioner": COUNCIL,
        "first_published_at": FIRST,
        "updated_at": CHANGED,
    }
    return PublicEntry(content=content, **(given | parts))


def an_item(content: EntryContent, **parts: Any) -> FeedItem:
    """Return what feeds say of an entry today."""
    return make_item(an_entry(content, **parts), authority=AUTHORITY, base_url=BASE, day=TODAY)


def a_session(content: SessionContent, state: SessionState = SessionState.PUBLISHED, **parts: Any) -> PublicSession:
    """Return a public session of Exampleshire Council's."""
    given: dict[str, Any] = {
        "id": uuid.UUID(int=9),
        "reference": "EXC-S0009",
        "state_reason": "",
        "venue": None,
        "commissioner": COUNCIL,
        "earlier_starts": (),
        "sequence": 0,
        "updated_at": CHANGED,
    }
    return PublicSession(state=state, content=content, **(given | parts))


_PIECES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "]]>",
            "<script>alert(1)</script>",
            "&amp;lt;br&gt;",
            "\x00\x0b\x1b\ufffe\ud800",
            "\r\nEND:VEVENT\r\n",
            "\u2028\u0085",
            "\\n\\,;:\"'",
            "é" * 90,
            "👩🏽‍🤝‍👩🏻" * 20,
            ' xmlns="http://www.w3.org/2005/Atom"',
            "</feed></channel>",
            "BEGIN:VALARM",
            "=HYPERLINK()",
            "BEGIN:VEVENT\r\nUID:1",
            "\u05e9\u05dc\u05d5\u05dd \u202eevil\u202c \u0645\u0631\u062d\u0628\u0627",
            "\u4f60\u597d" * 700,
            "a" * 2000,
            "^n^^\\",
        ]
    ),
)
HOSTILE = st.lists(_PIECES, max_size=4).map("".join)
"""Text as it comes from outside."""
LINES = HOSTILE.map(lambda text: clean_line("x " + text))
TEXTS = HOSTILE.map(lambda text: clean_text("x " + text))
"""The same as every way in leaves it: cleaned, and otherwise as hostile as before."""
