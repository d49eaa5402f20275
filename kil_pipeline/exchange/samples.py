"""The sample plan of `make demo`: three invented commissioners, dated relative to the day on which it is loaded.

It goes through the same functions as real work does, in the order in which it happened, so that every revision, event
and reason of it is real. `config/sample/plan.toml` says how its dates are written.
"""

import re
import tomllib
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.engagement.programme import announce_session, cancel_session, move_session
from kil_pipeline.engagement.sessions import SessionContent
from kil_pipeline.engagement.venues import AccessFact, Known, Space, VenueFacts, add_venue
from kil_pipeline.exchange.sample_records import record_steps
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.organisations import Organisation, OrganisationKind, add_organisation
from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import create_entry, read_draft, save_draft
from kil_pipeline.plan.expected_dates import Confidence, ExpectedDate, Precision, expected_span
from kil_pipeline.plan.money_parsing import parse_money
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.plan.statuses import Status
from kil_pipeline.reference.areas import find_area
from kil_pipeline.reference.reasons import reason
from kil_pipeline.reference.themes import find_theme
from kil_pipeline.settings import config_path
from kil_pipeline.times import at_london, london_day

SAMPLE_PREFIX = "EXI"
"""The prefix of the first sample commissioner: its presence says that the sample is loaded."""
AGED = timedelta(days=21)
"""After this long, the sample's "next week" lies in the past: a rerun suggests to date it anew."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class SampleReport:
    """What loading did. `loaded_on` is the day for which the sample is dated."""

    loaded: bool
    loaded_on: date
    entries: int
    sessions: int

    def aged(self, today: date) -> bool:
        """Tell whether the sample should be dated anew."""
        return today - self.loaded_on > AGED


@dataclass(frozen=True)
class _Deed:
    """One thing to do at one moment of the sample's past."""

    at: datetime
    do: Callable[[Session, datetime], None]


def sample_loaded_on(session: Session) -> date | None:
    """Return the day for which the sample is dated, or None where there is none."""
    found = session.scalar(sa.select(Organisation.created_at).where(Organisation.prefix == SAMPLE_PREFIX))
    return london_day(found) + _LEAD if found else None


_LEAD = timedelta(days=420)
"""The sample's past begins this many days before the day of loading."""


def load_sample(database: Database, *, now: datetime, progress: Progress = lambda line: None) -> SampleReport:
    """Load the sample into a migrated database; where it is there already, change nothing."""
    with database.read() as session:
        loaded_on = sample_loaded_on(session)
    plan, programme = _read("plan.toml"), _read("sessions.toml")
    entries, sessions = len(plan["entry"]), len(programme["session"])
    if loaded_on is not None:
        return SampleReport(False, loaded_on, entries, sessions)
    with database.write() as session:
        organisations = _add_organisations(session, now - _LEAD)
    loader = _Loader(organisations, now)
    written = [step for row in _read("records.toml")["record"] for step in record_steps(row, loader.sessions, now)]
    records = (_Deed(at, do) for at, do in written)
    deeds = sorted([*loader.plan_deeds(plan), *loader.programme_deeds(programme), *records], key=lambda deed: deed.at)
    for number, deed in enumerate(deeds, 1):
        with database.write() as session:
            deed.do(session, deed.at)
        if number % 20 == 0 or number == len(deeds):
            progress(f"Sample plan: {number} of {len(deeds)} publications")
    return SampleReport(True, london_day(now), entries, sessions)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(config_path("sample", name).read_text("utf-8"))


def _add_organisations(session: Session, now: datetime) -> dict[str, uuid.UUID]:
    table = _read("organisations.toml")
    added: dict[str, uuid.UUID] = {}
    for row in table["organisation"]:
        organisation = add_organisation(
            session,
            name=row["name"],
            kind=OrganisationKind(row["kind"]),
            prefix=row["prefix"],
            contact=row["contact"],
            website=row["website"],
            now=now,
        )
        added[row["key"]] = organisation.id
    for row in table["member"]:
        organisation_id = added[row["organisation"]]
        add_member(session, email=row["email"], organisation_id=organisation_id, role=Role(row["role"]), now=now)
    return added


class _Loader:
    """Turns the sample's tables into deeds, in the past of `now`."""

    def __init__(self, organisations: Mapping[str, uuid.UUID], now: datetime) -> None:
        self.organisations = organisations
        self.now = now
        self.today = london_day(now)
        self.references: dict[str, str] = {}
        self.sessions: dict[str, str] = {}

    def plan_deeds(self, table: Mapping[str, Any]) -> Iterator[_Deed]:
        """Yield the publications of the sample's entries."""
        for row in table["entry"]:
            first = self._ago(row.get("first", 5))
            keys: dict[str, uuid.UUID] = {}
            yield _Deed(first, self._first_publication(row, keys))
            for later in row.get("then", []):
                yield _Deed(self._ago(later["days_ago"]), self._later_publication(later, keys))

    def _first_publication(self, row: Mapping[str, Any], keys: dict[str, uuid.UUID]) -> Callable[..., None]:
        def do(session: Session, at: datetime) -> None:
            content = self._content(EntryContent(row["headline"]), row)
            draft = create_entry(session, self.organisations[row["by"]], content, now=at)
            keys["id"] = draft.entry_id
            self.references[row["headline"]] = draft.reference
            if not row.get("draft"):
                publish_entry(session, draft.entry_id, now=at)

        return do

    def _later_publication(self, row: Mapping[str, Any], keys: dict[str, uuid.UUID]) -> Callable[..., None]:
        def do(session: Session, at: datetime) -> None:
            draft = read_draft(session, keys["id"])
            save_draft(session, keys["id"], self._content(draft.content, row), version=draft.version, now=at)
            publish_entry(session, keys["id"], why=row.get("why", ""), now=at)

        return do

    def _content(self, base: EntryContent, row: Mapping[str, Any]) -> EntryContent:
        """Return `base` with what a table changes. A field that gets a value loses its reason for having none."""
        changes: dict[str, Any] = {
            name: row[name]
            for name in (
                "summary",
                "stage",
                "route",
                "length",
                "lots",
                "current",
                "suitability",
                "portal",
                "contact",
                "status_reason",
            )
            if name in row
        }
        if "status" in row:
            changes["status"] = Status(row["status"])
            changes.setdefault("status_reason", "")
        if "value" in row:
            changes["value"] = parse_money(row["value"])
        if "themes" in row:
            changes["themes"] = tuple(_known(find_theme(name), name).code for name in row["themes"])
        if "areas" in row:
            changes["areas"] = tuple(_known(find_area(name), name).code for name in row["areas"])
        if "benefits" in row:
            changes["benefits"] = tuple(row["benefits"])
        if "milestones" in row:
            changes["milestones"] = tuple(Milestone(kind, self._when(text)) for kind, text in row["milestones"].items())
        said = {d.path: d for d in base.disclosures} | dict(self._why_not(row))
        stated = set(changes) | {f"milestones.{m.kind}" for m in changes.get("milestones", ())}
        return replace(base, **changes, disclosures=tuple(d for path, d in said.items() if path not in stated))

    def _why_not(self, row: Mapping[str, Any]) -> Iterator[tuple[str, Disclosure]]:
        for path, told in row.get("why_not", {}).items():
            yield (
                path,
                Disclosure(
                    path=path,
                    state=DisclosureState(reason(told["reason"]).state),
                    reason=told["reason"],
                    explanation=told["explanation"],
                    who_decides=told["who"],
                    expected_by=self.today + timedelta(days=told["in"]),
                    review_on=self.today + timedelta(days=told["review"]) if "review" in told else None,
                    how_you_could_help=told.get("help", ""),
                    public_interest=told.get("public_interest", ""),
                ),
            )

    def _when(self, text: str) -> ExpectedDate:
        months, precision, confidence = text.split()
        day = self.today + timedelta(days=round(float(months) * 30.44))
        return expected_span(day, Precision(precision), Confidence(confidence))

    def programme_deeds(self, table: Mapping[str, Any]) -> Iterator[_Deed]:
        """Yield the venues, the announcements and what became of them."""
        venues: dict[str, uuid.UUID] = {}
        yield _Deed(self._ago(400), self._venues(table["venue"], venues))
        for row in table["session"]:
            yield _Deed(self._ago(row["announced"]) + timedelta(minutes=5), self._announcement(row, venues))
            if "moved" in row:
                yield _Deed(self._ago(row["moved"][0]), self._move(row))
            if "cancelled" in row:
                yield _Deed(self._ago(row["cancelled"][0]), self._cancellation(row))

    def _venues(self, rows: list[Mapping[str, Any]], venues: dict[str, uuid.UUID]) -> Callable[..., None]:
        def do(session: Session, at: datetime) -> None:
            for row in rows:
                facts = VenueFacts(
                    name=row["name"],
                    owner=row["owner"],
                    community_owned=row.get("community_owned", False),
                    address=row["address"],
                    areas=(_known(find_area(row["area"]), row["area"]).code,),
                    travel=row["travel"],
                    spaces=tuple(Space(name, capacity) for name, capacity in row["spaces"].items()),
                    access=tuple(AccessFact(question, Known(answer)) for question, answer in row["access"].items()),
                    checked_on=self.today - timedelta(days=row["checked"]),
                )
                venues[row["key"]] = add_venue(session, facts, now=at).id

        return do

    def _announcement(self, row: Mapping[str, Any], venues: Mapping[str, uuid.UUID]) -> Callable[..., None]:
        def do(session: Session, at: datetime) -> None:
            starts_at = self._start(row["starts"][0], row["starts"][1])
            texts = {
                name: row[name]
                for name in (
                    "format",
                    "host",
                    "open_to_change",
                    "already_decided",
                    "offered",
                    "access_contact",
                    "capacity",
                    "online",
                )
                if name in row
            }
            content = SessionContent(
                title=row["title"],
                purpose=row["purpose"],
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=row["hours"]),
                co_hosts=tuple(row.get("co_hosts", ())),
                areas=tuple(_known(find_area(name), name).code for name in row["areas"]),
                themes=tuple(_known(find_theme(name), name).code for name in row["themes"]),
                entries=tuple(self.references[headline] for headline in row["about"]),
                **texts,
            )
            by = self.organisations[row["by"]]
            public = announce_session(session, by, content, venue_id=venues[row["venue"]], now=at)
            self.sessions[row["title"]] = public.reference

        return do

    def _move(self, row: Mapping[str, Any]) -> Callable[..., None]:
        def do(session: Session, at: datetime) -> None:
            starts_at = self._start(row["starts"][0] + row["moved"][1], row["starts"][1])
            ends_at = starts_at + timedelta(hours=row["hours"])
            reference = self.sessions[row["title"]]
            move_session(session, reference, starts_at=starts_at, ends_at=ends_at, why=row["moved"][2], now=at)

        return do

    def _cancellation(self, row: Mapping[str, Any]) -> Callable[..., None]:
        def do(session: Session, at: datetime) -> None:
            cancel_session(session, self.sessions[row["title"]], why=row["cancelled"][1], now=at)

        return do

    def _start(self, days: int, clock: str) -> datetime:
        """Return a moment in London, never on a Sunday."""
        day = self.today + timedelta(days=days)
        return at_london(day + timedelta(days=1) if day.weekday() == 6 else day, time.fromisoformat(clock))

    def _ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)


def _known(found: Any, name: str) -> Any:
    if found is None:
        raise LookupError(f"the sample names “{re.sub(r'[^ -~]', '?', name)}”, which is in none of our lists")
    return found
