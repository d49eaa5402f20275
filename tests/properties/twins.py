"""Two installations that differ in nothing but what is withheld, and a visitor who writes down every byte of answer."""

import io
import itertools
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import Client

from feeds.mail import make_renderer
from feeds.mail_transports import make_sender
from kil_pipeline.alerts.address_changes import AddressChange, ask_for_address
from kil_pipeline.alerts.letters import Frequency
from kil_pipeline.alerts.links import Signer
from kil_pipeline.alerts.requests import AlertRequest, ask_for_alerts, mint_confirmation_token
from kil_pipeline.alerts.subscribers import Subscriber
from kil_pipeline.database import Database
from kil_pipeline.engagement.hosts import HostTerms, SessionHost, add_host
from kil_pipeline.engagement.programme import announce_session
from kil_pipeline.engagement.session_writing import plan_session
from kil_pipeline.engagement.sessions import SessionContent
from kil_pipeline.engagement.venues import VenueFacts, add_venue
from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.members import Role, User, add_member
from kil_pipeline.organisations.sign_in import mint_sign_in_token
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState, field_labels
from kil_pipeline.plan.drafts import create_entry, find_draft, save_draft
from kil_pipeline.plan.entries import Entry
from kil_pipeline.plan.money import Money
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.scheduler.job_parts import Jobs
from kil_pipeline.scheduler.jobs import run_tick
from kil_pipeline.settings import Settings, load_settings
from tests.factories import NOW, a_commissioner, a_milestone, a_subscriber
from tests.web.visitors import csrf_token
from web.app import create_app
from web.context import Context
from web.warm import PublicVersionReader, WarmDocuments, WSGIApp

LATER = NOW + timedelta(minutes=16)
"""After the quiet period of what happened at NOW: the moment of the tick and of every request."""
PATHS = tuple(field_labels())
TOLD = {path: f"£{number},750 a year, from 14 March 20{number}" for number, path in enumerate(PATHS, start=41)}
"""A value for each field, none of them anywhere else in the plan."""
SMALL = 21
"""How many planned opportunities fill up the plan, so that it has a second page."""

Withheld = Mapping[str, str]
Answer = tuple[str, list[tuple[str, str]], bytes]
"""A status line, the headers in their order, and the body."""


def withheld(*paths: str) -> tuple[Disclosure, ...]:
    """Return the public account of fields that are kept back."""
    return tuple(
        Disclosure(
            path,
            DisclosureState.WITHHELD,
            "withheld.commercial",
            explanation="Bids are being compared.",
            who_decides="Procurement board",
            expected_by=date(2027, 2, 1),
            public_interest="Better prices for all.",
        )
        for path in paths
    )


CARERS = EntryContent("Breaks for carers", themes=("carers",), cpv=("85000000",), disclosures=withheld(*PATHS))
"""Every field that can be withheld is."""
FALLS = EntryContent(
    "Falls classes",
    summary="Classes that keep people on their feet.",
    areas=("E08000035",),
    themes=("falls",),
    milestones=(a_milestone("opens", date(2027, 3, 1)),),
    disclosures=withheld("value", "route", "milestones.decision"),
)
FALLS_DISCLOSED = replace(FALLS, value=Money(least=1_000_000, most=2_000_000), disclosures=withheld("route", "length"))
DRAFT = EntryContent("Never published", disclosures=withheld("value", "summary"))
EDITED = {"EXC-0001": CARERS, "EXC-0002": FALLS_DISCLOSED, "EXC-0003": DRAFT}
"""The content of each entry that has its withheld values edited, by reference."""


class TimelessJobs(Jobs):
    """Jobs that take no time, so that two ticks write down the same moments."""

    def clock_from(self, now: datetime) -> Callable[[], datetime]:
        """Return a clock that stands at `now`."""
        return lambda: now


@dataclass
class Site:
    """One installation with its clock and chance. `served` is what the web server serves."""

    database: Database
    settings: Settings
    patches: pytest.MonkeyPatch
    served: WSGIApp = field(init=False)
    _numbers: "itertools.count[int]" = field(init=False, default_factory=itertools.count)

    def __post_init__(self) -> None:
        self._reader = PublicVersionReader(self.database)
        self.restart()

    def restart(self) -> None:
        """Start the web server anew: nothing is kept warm."""
        parts = Context(self.settings, self.database, clock=lambda: LATER, random_token=self.random_token)
        self.app = create_app(parts)
        self.served = WarmDocuments(self.app, self._reader.read)

    def close(self) -> None:
        """Give all connections back."""
        self._reader.close()
        self.database.close()

    def number_from(self, first: int) -> None:
        """Let everything that is made from now on have ids that count up from `first`."""
        numbers = itertools.count(first)
        self.patches.setattr("kil_pipeline.database.uuid7", lambda: _an_id(next(numbers)))

    def random_token(self) -> str:
        """Return chance, which begins anew with each visit."""
        return f"chance-{next(self._numbers)}"

    def get(self, address: str) -> Answer:
        """Visit an address for the first time: without cookies."""
        self._numbers = itertools.count()
        return _written_down(Client(self.served), "GET", address)

    def post(self, address: str, form: Mapping[str, str]) -> Answer:
        """Send a form, with the token that a form of this site gave."""
        self._numbers = itertools.count()
        client = Client(self.served)
        token = csrf_token(client.get("/alerts/new").text)
        return _written_down(client, "POST", address, {**form, "csrf_token": token})

    def tick(self) -> None:
        """Do what is due, with real mails into the outbox."""
        jobs = TimelessJobs(
            self.database,
            self.settings,
            make_renderer(self.settings),
            make_sender(self.settings, clock=lambda: LATER),
            random=lambda: 0.0,
            random_token=self.random_token,
            clock=lambda: LATER,
            monotonic=lambda: 0.0,
        )
        assert run_tick(jobs, LATER).failures == ()


def _written_down(client: Client, method: str, address: str, form: Mapping[str, str] | None = None) -> Answer:
    with client.open(address, method=method, data=form) as response:
        body = response.get_data()
        if body.startswith(b"PK"):  # a workbook says when it was written: its cells are what counts
            body = repr(list(openpyxl.load_workbook(io.BytesIO(body)).worksheets[0].values)).encode()
        return response.status, list(response.headers), body


def open_site(url: str, folder: Path, patches: pytest.MonkeyPatch) -> Site:
    """Return the installation on a migrated database. `folder`: for its mails."""
    return Site(Database(url), load_settings({"KIL_ENV": "development", "KIL_VAR": str(folder)}), patches)


def fill(site: Site, secrets: Withheld) -> None:
    """Write a plan that withholds `secrets`, and tell its subscriber of it."""
    site.number_from(1)
    with site.database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        add_member(session, email="author@example.org", organisation_id=council, role=Role.AUTHOR, now=NOW)
        a_subscriber(session, Criteria(), frequency=Frequency.AT_ONCE, email="reader@example.org")
    with site.database.write() as session:
        _write_plan(session, council, secrets)
        note_deed(session, "publish_entry", subject="EXC-0001", organisation_id=council, now=NOW)
    site.tick()
    _mint_one_use_links(site)


def _an_id(number: int) -> uuid.UUID:
    """Return a UUIDv7 of the moment NOW."""
    milliseconds = int(NOW.timestamp() * 1000)
    return uuid.UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | number)


def _write_plan(session: Session, council: uuid.UUID, secrets: Withheld) -> None:
    for content in (CARERS, FALLS, DRAFT):
        create_entry(session, council, content, withheld=_of(content, secrets), now=NOW)
    for reference in ("EXC-0001", "EXC-0002"):
        publish_entry(session, find_draft(session, council, reference).entry_id, now=NOW)
    edit(session, council, secrets)  # discloses what FALLS withheld
    publish_entry(session, find_draft(session, council, "EXC-0002").entry_id, why="Bids are in.", now=NOW)
    for number in range(SMALL):
        content = EntryContent(f"Small grant {number}", disclosures=withheld("value"))
        draft = create_entry(session, council, content, withheld=_of(content, secrets), now=NOW)
        publish_entry(session, draft.entry_id, now=NOW)
    venue = add_venue(session, VenueFacts("Mill Hall"), now=NOW)
    starts = datetime(2027, 1, 14, 18, tzinfo=UTC)
    about = SessionContent(
        "What would help carers?", "To hear what helps.", starts, starts + timedelta(hours=2), host="Mill Hall Trust",
        areas=("E08000035",), entries=("EXC-0001",),
    )  # fmt: skip
    announce_session(session, council, about, venue_id=venue.id, now=NOW)
    asked = plan_session(session, council, replace(about, host=""), venue_id=venue.id, now=NOW)
    add_host(session, asked.session_id, HostTerms("Mill Hall Trust", "host@example.org"), asked.content, now=NOW)


def edit(session: Session, council: uuid.UUID, secrets: Withheld) -> None:
    """Save what is withheld of the edited entries, and nothing public with it."""
    for reference, content in EDITED.items():
        draft = find_draft(session, council, reference)
        save_draft(session, draft.entry_id, content, withheld=_of(content, secrets), version=draft.version, now=LATER)


def _of(content: EntryContent, secrets: Withheld) -> dict[str, str]:
    return {disclosure.path: secrets[disclosure.path] for disclosure in content.disclosures}


def _mint_one_use_links(site: Site) -> None:
    with site.database.write() as session:
        ask_for_address(session, session.scalars(sa.select(Subscriber.id)).one(), "moved@example.org", NOW)
        ask_for_alerts(session, "new@example.org", (Criteria(),), Frequency.DAILY, now=NOW)
        request, user = session.scalars(sa.select(AlertRequest.id)).one(), session.scalars(sa.select(User.id)).one()
        mint_sign_in_token(session, user, LATER, 15, random_token=lambda: "sign-in-token")
        mint_confirmation_token(session, request, "confirmation-token", LATER)


def host_link(site: Site) -> str:
    """Return the link with which a host answers."""
    with site.database.read() as session:
        host = session.scalars(sa.select(SessionHost.id)).one()
    return f"/hosting/{Signer(site.settings.secret_keys).sign('host', host)}"


def signed_links(site: Site) -> tuple[str, str, str, str]:
    """Return the subscriber's links: to change what they get, to stop it, to hear no more of EXC-0001, to move."""
    with site.database.read() as session:
        subscriber = session.scalars(sa.select(Subscriber.id)).one()
        change = session.scalars(sa.select(AddressChange.id)).one()
        entry = session.scalars(sa.select(Entry.id).where(Entry.reference == "EXC-0001")).one()
    signer = Signer(site.settings.secret_keys)
    mute_path, address_path = signer.mute_path(subscriber, str(entry)), signer.address_path(change)
    return signer.manage_path(subscriber), signer.unsubscribe_path(subscriber), mute_path, address_path
