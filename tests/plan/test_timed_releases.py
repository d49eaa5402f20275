"""Timed release: what is kept back becomes public on its day, once, with its event, unless something forbids it."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.errors import InvalidContent
from kil_pipeline.events.log import events_of
from kil_pipeline.events.types import FieldDisclosed
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.plan.contents import NOBODY, Author, EntryContent
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import create_entry, read_draft, save_draft
from kil_pipeline.plan.expected_dates import ExpectedDate
from kil_pipeline.plan.money import Money
from kil_pipeline.plan.money import describe as describe_money
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.plan.publishing_rules import MustWait, PublishingRules, choose_rules
from kil_pipeline.plan.queries import public_entry, public_revisions
from kil_pipeline.plan.release_dates import approve_release, releases_of, releases_to_warn_of, stop_release
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.submissions import request_publication, submission_of
from kil_pipeline.plan.timed_releases import TROUBLE, choose_release, release_due, stating
from kil_pipeline.plan.withheld import withheld_values
from kil_pipeline.plan.written_answers import write_date
from tests.factories import NOW, TODAY, a_commissioner, some_content
from tests.plan.values import amounts, expected_dates

COMMERCIAL = Disclosure("value", DisclosureState.WITHHELD, "withheld.commercial")
OPENING = Disclosure("milestones.opens", DisclosureState.WITHHELD, "withheld.commercial")
CONTENT = some_content("Beds", disclosures=(COMMERCIAL, OPENING))
STORED = {"value": "£450,000 a year", "milestones.opens": "March 2027"}
DAY = date(2026, 12, 14)
"""Three weeks after NOW, a Monday."""


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)


def an_entry(session: Session, content: EntryContent = CONTENT, stored: Mapping[str, str] = STORED) -> uuid.UUID:
    """Publish an entry that keeps things back. Returns its id."""
    council = a_commissioner(session, prefix="EXC").id
    draft = create_entry(session, council, content, withheld=stored, now=NOW)
    publish_entry(session, draft.entry_id, now=NOW)
    return draft.entry_id


def plan(session: Session, entry: uuid.UUID, path: str = "value", on: date = DAY, by: Author = NOBODY) -> None:
    choose_release(session, read_draft(session, entry), path, on, by=by, now=NOW)


def run(session: Session, day: date) -> int:
    """Do what the scheduler does on a day: warn, then release."""
    releases_to_warn_of(session, at(day))
    return release_due(session, at(day))


def public(session: Session) -> EntryContent:
    return public_entry(session, "EXC-0001").content


def test_it_is_released_on_its_day_with_its_event_and_its_reason_stays_in_the_history(database: Database) -> None:
    with database.write() as session:
        entry = an_entry(session)
        plan(session, entry)
        assert run(session, DAY - timedelta(days=1)) == 0
        assert public(session) == CONTENT
        assert run(session, DAY) == 1
        assert run(session, DAY + timedelta(days=1)) == 0
        said = public(session)
        assert said.value is not None
        assert (describe_money(said.value), said.disclosures) == ("£450,000 a year", (OPENING,))
        assert [revision.content for revision in public_revisions(session, entry)] == [said, CONTENT]
        assert withheld_values(session, entry) == {"milestones.opens": "March 2027"}
        draft = read_draft(session, entry)
        assert (draft.content, draft.published) == (said, True)
    with database.read() as session:
        assert isinstance(events_of(session, str(entry))[0].event, FieldDisclosed)


def test_a_date_is_released_as_exactly_as_it_was_stored(database: Database) -> None:
    with database.write() as session:
        entry = an_entry(session)
        plan(session, entry, "milestones.opens")
        run(session, DAY)
        opens = public(session).milestone("opens")
        assert opens is not None
        assert write_date(opens) == "March 2027"


def test_what_is_being_written_is_not_published_with_it(database: Database) -> None:
    with database.write() as session:
        entry = an_entry(session)
        plan(session, entry)
        version = read_draft(session, entry).version
        save_draft(session, entry, replace(CONTENT, summary="Half."), version=version, now=NOW)
        run(session, DAY)
        draft = read_draft(session, entry)
        assert public(session).summary is None
        assert (draft.content, draft.published) == (replace(public(session), summary="Half."), False)


def test_stopped_before_its_day_nothing_happens(database: Database) -> None:
    with database.write() as session:
        entry = an_entry(session)
        plan(session, entry)
        stop_release(session, entry, "value")
        assert run(session, DAY) == 0
        assert public(session) == CONTENT


def test_authors_are_warned_once_five_working_days_before(database: Database) -> None:
    with database.write() as session:
        entry = an_entry(session)
        plan(session, entry)
        assert releases_to_warn_of(session, at(date(2026, 12, 4))) == ()
        assert [r.path for r in releases_to_warn_of(session, at(date(2026, 12, 7)))] == ["value"]
        assert releases_to_warn_of(session, at(date(2026, 12, 8))) == ()


def test_nothing_is_released_of_which_nobody_was_warned(database: Database) -> None:
    with database.write() as session:
        plan(session, an_entry(session))
        assert release_due(session, at(DAY)) == 0
        assert public(session) == CONTENT


def test_where_it_was_published_or_emptied_meanwhile_there_is_nothing_to_release(database: Database) -> None:
    with database.write() as session:
        entry = an_entry(session)
        plan(session, entry)
        version = read_draft(session, entry).version
        save_draft(session, entry, CONTENT, withheld={}, version=version, now=NOW)
        assert run(session, DAY) == 1
        assert public(session) == CONTENT
        assert releases_of(session, read_draft(session, entry).organisation_id) == ()


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.WITHDRAWN])
def test_nothing_is_released_of_a_plan_that_was_given_up(database: Database, status: Status) -> None:
    with database.write() as session:
        entry = an_entry(session)
        plan(session, entry)
        given_up = replace(CONTENT, status=status, status_reason="Over.")
        version = read_draft(session, entry).version
        save_draft(session, entry, given_up, version=version, now=NOW)
        publish_entry(session, entry, now=NOW)
        run(session, DAY)
        assert public(session) == given_up


@pytest.mark.parametrize(
    ("path", "on", "stored"),
    [
        ("value", TODAY, STORED),
        ("value", DAY, {}),
        ("route", DAY, STORED),
        ("value", DAY, {"value": "a lot, we think"}),
        ("value", DAY, {"value": "TBC"}),
        ("nonsense", DAY, STORED),
    ],
)
def test_what_cannot_be_released_is_said_at_once(
    database: Database, path: str, on: date, stored: Mapping[str, str]
) -> None:
    with database.write() as session:
        entry = an_entry(session, stored=stored)
        with pytest.raises(InvalidContent):
            plan(session, entry, path, on)


def test_a_value_that_became_unreadable_stays_kept_back_and_the_trouble_does_not_tell_it(database: Database) -> None:
    with database.write() as session:
        entry = an_entry(session)
        plan(session, entry)
        version = read_draft(session, entry).version
        save_draft(session, entry, CONTENT, withheld={"value": "plenty"}, version=version, now=NOW)
        assert run(session, DAY) == 1
        assert run(session, DAY) == 0
        assert public(session) == CONTENT
        (release,) = releases_of(session, read_draft(session, entry).organisation_id)
        assert release.trouble == TROUBLE


def test_with_four_eyes_somebody_else_approves_just_this_value(database: Database) -> None:
    with database.write() as session:
        entry = an_entry(session)
        council = read_draft(session, entry).organisation_id
        author, approver = (
            Author(add_member(session, email=f"{r}@example.org", organisation_id=council, role=r, now=NOW).user_id)
            for r in (Role.AUTHOR, Role.APPROVER)
        )
        choose_rules(session, council, PublishingRules(four_eyes=True))
        plan(session, entry, by=author)
        assert run(session, DAY) == 0
        with pytest.raises(MustWait):
            approve_release(session, entry, "value", by=author, now=NOW)
        approve_release(session, entry, "value", by=approver, now=NOW)
        later = NOW + timedelta(hours=1)
        version = read_draft(session, entry).version
        save_draft(session, entry, CONTENT, withheld={"value": "£9,000"}, version=version, now=later)
        assert run(session, DAY) == 1
        assert public(session) == CONTENT
        approve_release(session, entry, "value", by=approver, now=later)
        assert run(session, DAY) == 1
        assert public(session).value is not None


def test_what_waits_for_approval_does_not_hide_it_again(database: Database) -> None:
    with database.write() as session:
        entry = an_entry(session)
        plan(session, entry)
        version = read_draft(session, entry).version
        save_draft(session, entry, replace(CONTENT, summary="More."), version=version, now=NOW)
        choose_rules(session, read_draft(session, entry).organisation_id, PublishingRules(four_eyes=True))
        request_publication(session, entry, now=NOW)
        run(session, DAY)
        submitted = submission_of(session, entry)
        assert submitted is not None
        assert submitted.content == replace(public(session), summary="More.")


def test_before_a_poll_it_waits_for_the_day_after(database: Database) -> None:
    with database.write() as session:
        entry = an_entry(session)
        plan(session, entry, on=date(2027, 4, 20))
        choose_rules(session, read_draft(session, entry).organisation_id, PublishingRules(hold_before_polls=True))
        run(session, date(2027, 4, 20))
        assert public(session) == CONTENT
        run(session, date(2027, 5, 7))
        assert public(session).value is not None


@settings(max_examples=40)
@given(expected_dates, amounts)
def test_what_is_stored_as_it_is_written_is_released_as_it_was_meant(when: ExpectedDate, amount: Money) -> None:
    dated = stating(CONTENT, "milestones.opens", write_date(when), TODAY)
    assert (dated.milestone("opens"), dated.disclosures) == (when, (COMMERCIAL,))
    priced = stating(CONTENT, "value", describe_money(amount), TODAY)
    assert (priced.value, priced.disclosures) == (amount, (OPENING,))
