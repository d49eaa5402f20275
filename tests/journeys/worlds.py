"""The whole product in one process: site, scheduler and a real mail server, on one clock that the test moves."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from feeds.mail import make_renderer
from feeds.mail_smtp import SmtpSender
from feeds.mail_transports import make_sender
from kil_pipeline.database import Database
from kil_pipeline.scheduler.job_parts import Jobs
from kil_pipeline.scheduler.jobs import run_tick
from kil_pipeline.settings import load_settings
from kil_pipeline.times import LONDON, at_london, london_day
from tests.factories import EIGHT, NOW
from tests.journeys.visitors import SITE, Visitor
from web.app import create_app
from web.context import Context
from web.warm import PublicVersionReader, WarmDocuments, WSGIApp

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ReceivedMail:
    """A mail as it arrived."""

    at: datetime
    to: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        """Its subject."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """Its plain text."""
        part = self.message.get_body(("plain",))
        assert part is not None  # every mail has one
        return str(part.get_content()).replace("\r\n", "\n")

    @property
    def titles(self) -> tuple[str, ...]:
        """What a digest tells of."""
        return tuple(re.findall(r"(?m)^\d+\. (.+)$", self.text))

    def link(self, path: str) -> str:
        """Return the link to the site's path that begins so and ends in one part more."""
        (found,) = re.findall(rf"(?m)^{re.escape(SITE + path)}[^/\s]+(?:\?\S*)?$", self.text)
        return str(found)


class World:
    """The product, and those who use it."""

    def __init__(self, database: Database, mail_port: int, inbox: list[ReceivedMail]) -> None:
        self.database = database
        self.now = NOW
        self.mails = inbox
        settings = load_settings(
            {"KIL_ENV": "development", "KIL_BASE_URL": SITE, "KIL_MAIL": f"smtp://127.0.0.1:{mail_port}"}
        )
        parts = Context(settings, database, clock=lambda: self.now)
        self._versions = PublicVersionReader(database)
        self.app: WSGIApp = WarmDocuments(create_app(parts), self._versions.read)
        self._send = make_sender(settings, clock=lambda: self.now)
        self.jobs = Jobs(
            database=database,
            settings=settings,
            render=make_renderer(settings),
            send=self._send,
            random=lambda: 0.0,
            clock=lambda: self.now,
            monotonic=lambda: 0.0,
        )

    def close(self) -> None:
        """Close the connections that are kept open between requests and between ticks."""
        self._versions.close()
        assert isinstance(self._send, SmtpSender)
        self._send.close()

    def visitor(self) -> Visitor:
        """Return somebody who comes to the site for the first time."""
        return Visitor(self.app)

    def tick(self) -> None:
        """Let the scheduler do what is due now."""
        assert run_tick(self.jobs, self.now).failures == ()

    def wait(self, **span: float) -> None:
        """Let time pass, without a tick; then tick once."""
        self.now += timedelta(**span)
        self.tick()

    def run_until(self, moment: datetime, every: timedelta) -> None:
        """Let time pass, ticking at every full `every` of the day, and at the end."""
        while self.now < moment:
            self.now = min(self.now + every - (self.now - MIDNIGHT) % every, moment)
            self.tick()

    def pass_days(self, until: datetime) -> None:
        """Let time pass, ticking in the mornings alone, so that digests leave at eight; and at the end."""
        while (eight := at_london(london_day(self.now) + timedelta(days=1), EIGHT)) < until:
            self.now = eight - timedelta(minutes=30)  # what the day brings has settled by eight
            self.tick()
            self.wait(minutes=30)
        self.now = until
        self.tick()

    def mail_to(self, address: str) -> ReceivedMail:
        """Return the newest mail to an address."""
        return [mail for mail in self.mails if mail.to == address][-1]

    def digests(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """Return who got which digest when: day and time in London, address, what it tells of."""
        return [
            (f"{mail.at.astimezone(LONDON):%d %b %H:%M}", mail.to, mail.titles)
            for mail in self.mails
            if mail.message["List-Id"]
        ]

    def subscribe(self, address: str, **answers: str | list[str]) -> None:
        """Ask for alerts and confirm them, as a reader does."""
        reader = self.visitor()
        reader.open("/alerts/new")
        reader.press("Ask for alerts", email=address, **answers)
        self.tick()
        reader.open(self.mail_to(address).link("/alerts/confirm/"))
        reader.press("Yes, start my alerts")

    def sign_in(self, address: str) -> Visitor:
        """Return a commissioner who has signed in."""
        visitor = self.visitor()
        visitor.open("/sign-in")
        visitor.press("Send me a link", email=address)
        self.tick()
        visitor.open(self.mail_to(address).link("/sign-in/"))
        visitor.press("Sign in")
        return visitor


class _MailServer:
    """Keeps what it takes, with the moment by the world's clock."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.mails: list[ReceivedMail] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.mails += [ReceivedMail(self.clock(), to, message) for to in envelope.rcpt_tos]
        return "250 2.0.0 queued"


@contextmanager
def open_world(database: Database) -> Iterator[World]:
    """Open a world with nothing in it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    handler = _MailServer(lambda: world.now)
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    world = World(database, port, handler.mails)
    try:
        yield world
    finally:
        world.close()
        controller.stop()
