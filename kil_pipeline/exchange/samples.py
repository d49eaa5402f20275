"""The sample plan of `make demo`: invented commissioners, dated relative to the day on which it is loaded.

It goes through the same functions as real work does, in the order in which it happened, so that every revision, event
and reason of it is real. `config/sample/plan.toml` says how its dates are written.
"""

import tomllib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.engagement.organisation_documents import add_document
from kil_pipeline.exchange.sample_answers import SampleAnswers
from kil_pipeline.exchange.sample_deeds import Deed
from kil_pipeline.exchange.sample_mergers import SampleMergers
from kil_pipeline.exchange.sample_people import SamplePeople
from kil_pipeline.exchange.sample_plan import SamplePlan
from kil_pipeline.exchange.sample_programme import SampleProgramme
from kil_pipeline.exchange.sample_records import record_steps
from kil_pipeline.organisations.identifiers import parse_identifier
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.organisations import Organisation, OrganisationKind, add_organisation, learn_spelling
from kil_pipeline.settings import config_path
from kil_pipeline.support.offers import SupportSettings, set_support
from kil_pipeline.times import london_day

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
    sample = SamplePlan(organisations, now)
    sessions_of_it = SampleProgramme(organisations, now, sample.references)
    written = [
        step for row in _read("records.toml")["record"] for step in record_steps(row, sessions_of_it.sessions, now)
    ]
    people = SamplePeople(organisations, now, sample.references, sessions_of_it.sessions)
    answers = SampleAnswers(organisations, now, sample.references)
    done = [
        *sample.plan_deeds(plan),
        *sessions_of_it.programme_deeds(programme),
        *(Deed(*step) for step in written),
        *people.people_deeds(_read("people.toml")),
        *answers.answer_deeds(_read("answers.toml")),
        *SampleMergers(organisations, now).merger_deeds(_read("organisations.toml")),
    ]
    deeds = sorted(done, key=lambda deed: deed.at)
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
            identifiers=[parse_identifier(text) for text in row.get("identifiers", ())],
            now=now,
        )
        organisation.promise = row.get("promise", "")
        for name in row.get("names", ()):
            learn_spelling(session, organisation, name=name, identifiers=())
        for document in row.get("documents", ()):
            add_document(session, organisation.id, document["title"], url=document["url"], now=now)
        added[row["key"]] = organisation.id
        if "areas" in row:
            offer = SupportSettings(tuple(row["areas"]), tuple(row["support"]), row["how_to_ask"], "")
            set_support(session, organisation.id, offer, now)
    for row in table["member"]:
        organisation_id = added[row["organisation"]]
        add_member(session, email=row["email"], organisation_id=organisation_id, role=Role(row["role"]), now=now)
    return added
