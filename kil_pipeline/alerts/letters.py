"""What a mail says, before it is a mail: frozen values that `feeds` turns into text and HTML.

The path that each link takes on the site is in the letter; its one-use tokens are made for one attempt at sending and
are never stored in the clear. A renderer and a sender are handed to the scheduler by `web/wiring.py`.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any


class Frequency(StrEnum):
    """How often a subscriber gets mail."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    BULLETIN = "bulletin"
    """Once a week too, in a shape that is made to be passed on."""

    @property
    def label(self) -> str:
        """The frequency in plain words."""
        return {
            "at_once": "as soon as it happens",
            "daily": "once a day",
            "weekly": "once a week",
            "bulletin": "once a week, as a bulletin to pass on",
        }[self.value]


@dataclass(frozen=True)
class DigestItem:
    """One thing that happened to one planned opportunity or session, as a digest tells it. All of it is public."""

    subject: str
    """`entry` or `session`."""
    reference: str
    title: str
    commissioner_name: str
    can_we_go: str
    what_to_do: str
    sentences: tuple[str, ...]
    """What happened, oldest first."""
    why: str
    """The commissioner's reason, where one was given."""
    path: str
    """Of its page on the site."""
    because: str
    """Why this reader got it, in words."""
    news: str = ""
    """The most urgent of what happened in two to five words, as a mail's subject begins: "New", "Moved later"."""
    subject_id: str = ""
    """Of the entry or session: what "stop telling me about this one" is about."""
    mute_path: str = ""
    """Signed; "stop telling me about this one". Made when the letter is written, and stored nowhere."""

    def with_mute_path(self, path: str) -> "DigestItem":
        """Return the item with a reader's own link, as `dataclasses.replace` does at twice the cost."""
        return DigestItem(*(*what_it_says(self), path))


what_it_says: Callable[[DigestItem], tuple[Any, ...]] = attrgetter(
    *(field.name for field in fields(DigestItem) if field.name != "mute_path")
)
"""What an item says to everybody: a reader's own link is its last field."""


@dataclass(frozen=True)
class DigestLetter:
    """One mail to one subscriber for one period."""

    frequency: Frequency
    items: tuple[DigestItem, ...]
    """Most urgent first; never empty."""
    unsubscribe_path: str
    """Signed; POST to it unsubscribes at once (RFC 8058), GET shows a page with a button."""
    manage_path: str
    """Signed; "change what you get"."""
    made_at: datetime
    shapes: tuple[tuple[str, str], ...] = ()
    """Of a bulletin: what it follows, in words, and the path of the same news in other shapes, for each choice."""


@dataclass(frozen=True)
class ConfirmationLetter:
    """Asks whether the owner of an address really asked for alerts (double opt-in)."""

    confirm_path: str
    asked_for: tuple[str, ...]
    """What they asked for, a line each, in plain words."""
    frequency: Frequency
    days: int
    """How many days the link lives."""


@dataclass(frozen=True)
class SignInLetter:
    """Carries a one-use link."""

    sign_in_path: str
    minutes: int
    """How long the link lives."""
    code: str = ""
    """Eight digits for the browser that asked, where the mail is read elsewhere."""

    @property
    def shown_code(self) -> str:
        """The code as people read it out."""
        return f"{self.code[:4]} {self.code[4:]}".strip()


@dataclass(frozen=True)
class AddressChangeLetter:
    """Asks the owner of an address whether a subscriber's mail is to come there from now on."""

    confirm_path: str
    days: int
    """How many days the link lives."""


@dataclass(frozen=True)
class AddressChangedLetter:
    """Tells the old address that mail goes elsewhere now. It does not say where."""


@dataclass(frozen=True)
class NoticeLetter:
    """A mail about something that one person is part of: an invitation, a place at a session, a question to answer.

    Every text is one line or paragraph without markup. The paths are of this site, made when the letter is written.
    """

    subject: str
    heading: str
    paragraphs: tuple[str, ...]
    """What it is about and what to do, in the order in which it is read; never empty."""
    facts: tuple[tuple[str, str], ...] = ()
    """What belongs to it, each with its name: "When", "Where"."""
    buttons: tuple[tuple[str, str], ...] = ()
    """What the reader may do: words and path. The first is the one that most will want."""
    ending: tuple[str, ...] = ()
    """Paragraphs after the buttons: how long a link lives, what happens if nothing is done."""


@dataclass(frozen=True)
class OutlookItem:
    """One planned opportunity, as an outlook tells it. All of it is public."""

    title: str
    commissioner_name: str
    can_we_go: str
    what_to_do: str
    when: str
    """When it opens, as it is known, in words; empty where that is not known."""
    path: str


@dataclass(frozen=True)
class OutlookQuarter:
    """What opens in one quarter, by its name in words."""

    name: str
    items: tuple[OutlookItem, ...]


@dataclass(frozen=True)
class OutlookLetter:
    """What is coming up in what a subscriber follows, by quarter. Never empty."""

    quarters: tuple[OutlookQuarter, ...]
    unsubscribe_path: str
    manage_path: str


Letter = (
    OutlookLetter
    | DigestLetter
    | ConfirmationLetter
    | SignInLetter
    | AddressChangeLetter
    | AddressChangedLetter
    | NoticeLetter
)


@dataclass(frozen=True)
class CalendarPart:
    """A calendar file that goes with a mail (iMIP, RFC 6047)."""

    method: str
    """REQUEST or CANCEL: the same as in the file."""
    content: bytes


@dataclass(frozen=True)
class Encoded:
    """Text and HTML of a message, quoted-printable (RFC 2045, 6.7) and with CRLF: put together from parts."""

    text: str
    html: str


@dataclass(frozen=True)
class Message:
    """A rendered letter: what every channel can carry (GOV.UK Notify takes no MIME)."""

    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...] = ()
    """Further headers, such as List-Unsubscribe."""
    calendar: CalendarPart | None = None
    """What mail programs put into the reader's calendar. A channel that takes no files leaves it out."""
    encoded: Encoded | None = None
    """The same text and HTML as they travel, where that was made already."""


@dataclass(frozen=True)
class Outgoing:
    """One attempt at sending. `id` is the delivery's: the Message-ID is made from it, at every attempt the same."""

    id: uuid.UUID
    to: str
    message: Message


class Outcome(StrEnum):
    """How an attempt ended."""

    SENT = "sent"
    DEFERRED = "deferred"
    """Not now: try again later (4xx, no connection)."""
    REFUSED = "refused"
    """Never: this address or this mail is not taken (5xx)."""
    UNKNOWN = "unknown"
    """The connection went while the server was deciding: it may have been taken."""


@dataclass(frozen=True)
class Receipt:
    """What a channel says of an attempt. `detail` is for operators and holds no address."""

    outcome: Outcome
    detail: str = ""
    address_is_bad: bool = False
    """REFUSED because of the address (5.1.x): it is not tried again for anything."""
    domain_is_slow: bool = False
    """DEFERRED by where the mail goes, not because of this mailbox or of our server: its domain is to be spared."""


Render = Callable[[Letter], Message]
Send = Callable[[Outgoing], Receipt]
