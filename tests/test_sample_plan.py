"""The sample of `make demo`: believable, and with every code of our lists in it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.alerts.subscribers import Subscriber
from kil_pipeline.database import Database
from kil_pipeline.engagement.programme import public_sessions
from kil_pipeline.engagement.registrations import Registration
from kil_pipeline.engagement.sessions import PublicSession
from kil_pipeline.exchange.samples import load_sample
from kil_pipeline.organisations.members import Role
from kil_pipeline.organisations.organisations import Organisation, OrganisationKind, public_organisations
from kil_pipeline.organisations.people import colleagues
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.drafts import Draft, drafts_of
from kil_pipeline.plan.expected_dates import Confidence, Precision
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.queries import all_public_entries, public_revisions
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.submissions import submissions_of
from kil_pipeline.reference.reasons import reasons
from kil_pipeline.support.help_requests import count_requests
from kil_pipeline.support.interests import Interest
from tests.factories import NOW, TODAY

TOUR = {
    "EXI": {
        "admin@icb.example.org": Role.ADMIN,
        "author@north.example.org": Role.AUTHOR,  # came over with the board that became this one
        "commissioner@icb.example.org": Role.APPROVER,
    },
    "VAE": {"adviser@vae.example.org": Role.AUTHOR, "hello@vae.example.org": Role.AUTHOR},
}
"""Those whom the README's tour signs in as, with their colleagues."""


@dataclass(frozen=True)
class Sample:
    """What is in the database after loading."""

    entries: tuple[PublicEntry, ...]
    drafts: tuple[Draft, ...]
    sessions: tuple[PublicSession, ...]
    reasons_ever: frozenset[str]


@pytest.fixture(scope="module")
def sample(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    path = tmp_path_factory.mktemp("sample") / "kil.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    load_sample(database, now=NOW)
    with database.read() as session:
        entries = tuple(all_public_entries(session, Criteria()))
        commissioners = public_organisations(session, OrganisationKind.COMMISSIONER)
        drafts = tuple(draft for commissioner in commissioners for draft in drafts_of(session, commissioner.id))
        contents = [r.content for entry in entries for r in public_revisions(session, entry.id)]
        ever = frozenset(disclosure.reason for content in contents for disclosure in content.disclosures)
        yield Sample(entries, drafts, public_sessions(session, Criteria()), ever)
    database.close()


def test_three_commissioners_have_about_forty_entries(sample: Sample) -> None:
    assert len({entry.commissioner.name for entry in sample.entries}) == 3
    assert 38 <= len(sample.drafts) <= 45


def test_one_board_became_another(sample: Sample) -> None:
    assert [(entry.reference, entry.commissioner.name) for entry in sample.entries if entry.formerly] == [
        ("EXN-0001", "NHS Exampleshire Integrated Care Board")
    ]


def test_every_status_is_there(sample: Sample) -> None:
    assert {draft.status for draft in sample.drafts} == set(Status)


def test_every_precision_and_every_confidence_is_there(sample: Sample) -> None:
    dates = [milestone.when for entry in sample.entries for milestone in entry.key_dates()]
    assert {when.precision for when in dates} == set(Precision)
    assert {when.confidence for when in dates} == set(Confidence)


def test_every_disclosure_state_and_every_reason_is_there(sample: Sample) -> None:
    assert {fact.state for entry in sample.entries for fact in entry.facts()} == {
        "stated",
        "undecided",
        "withheld",
        "not_stated",
    }
    assert sample.reasons_ever == {known.code for known in reasons()}


def test_something_is_overdue_and_something_is_still_to_come(sample: Sample) -> None:
    assert any(gap.overdue(TODAY) for entry in sample.entries for gap in entry.gaps())
    assert any(entry.content.milestone("opens") for entry in sample.entries)


def test_eight_sessions_are_in_five_venues(sample: Sample) -> None:
    venues = {session.venue.facts.name for session in sample.sessions if session.venue}
    assert (len(sample.sessions), len(venues)) == (8, 5)


def test_loading_it_again_changes_nothing_and_says_when_it_has_aged(database: Database) -> None:
    first = load_sample(database, now=NOW)
    again = load_sample(database, now=NOW + timedelta(days=30))
    assert (first.loaded, first.aged(TODAY)) == (True, False)
    assert (again.loaded, again.loaded_on, again.aged(TODAY + timedelta(days=30))) == (False, TODAY, True)


def test_there_is_somebody_on_every_list_of_the_tour(database: Database) -> None:
    load_sample(database, now=NOW)
    with database.read() as session:
        states = sa.select(Registration.state, sa.func.count()).group_by(Registration.state)
        organisations = {row.prefix: row.id for row in session.scalars(sa.select(Organisation))}
        assert dict(session.execute(states).all()) == {"registered": 11, "waitlisted": 1}
        assert count_requests(session, organisations["VAE"]) == {"waiting": 1, "answered": 0, "closed": 0}
        assert [found.state.value for found in submissions_of(session, organisations["EXT"])] == ["waiting"]
        assert session.scalars(sa.select(Interest.visibility)).all() == ["everyone", "everyone"]
        assert session.scalars(sa.select(Subscriber.frequency)).all() == ["bulletin"]


def test_everybody_of_the_tour_can_sign_in_with_their_role(database: Database) -> None:
    load_sample(database, now=NOW)
    with database.read() as session:
        organisations = {row.prefix: row.id for row in session.scalars(sa.select(Organisation))}
        people = {prefix: {c.email: c.role for c in colleagues(session, organisations[prefix])} for prefix in TOUR}
    assert people == TOUR


def test_nobody_in_the_sample_has_an_address_that_can_be_mailed(database: Database) -> None:
    load_sample(database, now=NOW)
    with database.read() as session:
        addresses = session.scalars(sa.select(Delivery.address).distinct()).all()
    assert [address for address in addresses if not address.endswith("example.org")] == []
