"""The early-notice record, against a small plan that was worked out by hand."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.engagement.early_notice_records import EarlyNoticeRecord, early_notice_records
from kil_pipeline.engagement.programme import announce_session, cancel_session
from kil_pipeline.engagement.sessions import SessionContent
from kil_pipeline.organisations.organisations import OrganisationKind, public_organisations
from kil_pipeline.plan.contents import EntryContent, Notice
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.expected_dates import Confidence, Precision
from kil_pipeline.plan.figures import PlanFigures, SlipFigures
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.wordings import State
from tests.factories import NOW, TODAY, a_commissioner, a_milestone, publish, republish, some_content

PUBLISHED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""A Monday. Everything is first published on it."""
LATER = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)


def undecided(path: str, expected_by: date | None = None) -> Disclosure:
    return Disclosure(path, DisclosureState.UNDECIDED, "undecided.budget", expected_by=expected_by)


def withheld(path: str, expected_by: date | None = None) -> Disclosure:
    return Disclosure(path, DisclosureState.WITHHELD, "withheld.commercial", expected_by=expected_by)


def record_of(session: Session, name: str = "Exampleshire Council", today: date = TODAY) -> EarlyNoticeRecord:
    everyone = public_organisations(session, OrganisationKind.COMMISSIONER)
    records = early_notice_records(session, [known.id for known in everyone], today)
    return next(records[known.id] for known in everyone if known.name == name)


def write_plan(session: Session) -> None:
    """Write a plan of which each figure can be worked out with a calendar and a pencil."""
    council = a_commissioner(session, prefix="EXC").id
    # A tender, 20 weeks after its publication; then 3 weeks later. Its budget is overdue on 23 November.
    tender = some_content(
        "A",
        summary="What it is.",
        route="pa.open",
        milestones=(a_milestone("opens", date(2026, 5, 25)),),
        disclosures=(undecided("value", date(2026, 11, 22)), withheld("length", date(2026, 11, 23))),
    )
    first = publish(session, council, tender, at=PUBLISHED)
    moved = replace(tender, milestones=(a_milestone("opens", date(2026, 6, 15)),))
    republish(session, first, moved, at=LATER)
    # No tender: the intention notice counts, 10 weeks on. An uncertain date slips by a quarter (91 days).
    direct = some_content(
        "B",
        route="psr.direct-award-c",
        milestones=(
            a_milestone("intention_notice", date(2026, 3, 16)),
            a_milestone("opens", date(2027, 1, 4)),
            a_milestone("service_starts", date(2027, 4, 1), Precision.QUARTER, Confidence.INDICATIVE),
        ),
    )
    second = publish(session, council, direct, at=PUBLISHED)
    start = a_milestone("service_starts", date(2027, 7, 1), Precision.QUARTER)
    republish(session, second, replace(direct, milestones=(*direct.milestones[:2], start)), at=LATER, minor=True)
    # Concluded since: it counts for notice (13 weeks, from its notice on Find a Tender) and dates, not for fields.
    notice = Notice("UK2", "000001-2025", "https://example.org/n", date(2025, 12, 29))
    ended = some_content("C", milestones=(a_milestone("opens", date(2026, 3, 30)),), notices=(notice,))
    third = publish(session, council, ended, at=PUBLISHED)
    republish(session, third, replace(ended, status=Status.CONCLUDED), at=LATER)
    # Left out of the notice: cancelled; ended before it was published here; without a date. The last one is withdrawn.
    far = (a_milestone("opens", date(2029, 1, 1)),)
    fourth = publish(session, council, some_content("D", milestones=far), at=PUBLISHED)
    cancelled = some_content("D", milestones=far, status=Status.CANCELLED, status_reason="No money.")
    republish(session, fourth, cancelled, at=LATER)
    publish(session, council, some_content("E", status=Status.CONCLUDED, milestones=far), at=PUBLISHED)
    publish(session, council, some_content("F", status=Status.ON_HOLD, status_reason="A review."), at=PUBLISHED)
    withdrawn = publish(session, council, some_content("G", milestones=far), at=PUBLISHED)
    off = some_content("G", status=Status.WITHDRAWN, status_reason="A mistake.")
    republish(session, withdrawn, off, at=LATER)


BY_HAND = PlanFigures(
    entries=6,  # A to F
    live=3,  # A, B, F
    withdrawn=1,  # G
    noticed=3,  # A, B, C
    notice_weeks=13,  # the middle one of 10 (B), 13 (C), 23 (A)
    fields={"stated": 7, "undecided": 1, "withheld": 1, "not_stated": 45},  # A: 3, 1, 1, 13; B: 4, 0, 0, 14; F: 18
    dates=7,  # one each of A, C, D, E; three of B
    slips=SlipFigures(1, 21, 21),  # A
    indicative_slips=SlipFigures(1, 91, 91),  # B
)


def test_each_figure_is_the_one_worked_out_by_hand(database: Database) -> None:
    with database.write() as session:
        write_plan(session)
        assert record_of(session) == EarlyNoticeRecord(BY_HAND, overdue=1)


def test_shares_are_of_all_fields_of_what_is_live(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        write_plan(session)
        plan = record_of(session).plan
    assert (plan.share("stated"), plan.share("undecided"), plan.share("withheld")) == (7 / 54, 1 / 54, 1 / 54)
    assert plan.share("not_stated") == 45 / 54


def test_an_answer_is_overdue_from_the_day_after_the_one_that_was_named(database: Database) -> None:
    with database.write() as session:
        write_plan(session)
        days = [TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1)]
        assert [record_of(session, today=day).overdue for day in days] == [0, 1, 2]


def test_who_published_nothing_has_a_record_without_figures(database: Database) -> None:
    with database.write() as session:
        write_plan(session)
        a_commissioner(session, "Nextshire Council")
        record = record_of(session, "Nextshire Council")
    assert record == EarlyNoticeRecord(PlanFigures())
    assert (record.plan.notice_weeks, record.plan.share("stated"), record.plan.slips.median_days) == (None, None, None)


def hold(session: Session, council: uuid.UUID, on: date, *about: str) -> str:
    """Announce a session at six in the evening of a day. Returns its reference."""
    starts_at = datetime(on.year, on.month, on.day, 18, tzinfo=UTC)
    content = SessionContent(
        "What helps?", "To hear.", starts_at, starts_at + timedelta(hours=2), host="Mill Hall Trust", entries=about
    )
    return announce_session(session, council, content, venue_id=None, now=PUBLISHED).reference


OPENS = date(2026, 6, 1)
ABOUT: dict[str, EntryContent] = {
    "EXC-0001": some_content("Opens in June", milestones=(a_milestone("opens", OPENS),)),
    "EXC-0002": some_content("Has no date"),
    "EXC-0003": some_content("Open, nobody knows since when", status=Status.OPEN),
}


@pytest.mark.parametrize(
    ("on", "about", "counts"),
    [
        (OPENS - timedelta(days=1), ("EXC-0001",), 1),
        (OPENS, ("EXC-0001",), 0),
        (OPENS, ("EXC-0001", "EXC-0002"), 1),
        (OPENS, ("EXC-0002",), 1),
        (OPENS, ("EXC-0003",), 0),
        (OPENS, (), 1),
        (TODAY, ("EXC-0002",), 0),
    ],
)
def test_a_session_counts_once_it_was_held_before_something_it_is_about_could_open(
    sqlite_database: Database, on: date, about: tuple[str, ...], counts: int
) -> None:
    with sqlite_database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        for content in ABOUT.values():
            publish(session, council, content, at=PUBLISHED)
        hold(session, council, on, *about)
        assert record_of(session).sessions == counts


def test_a_session_that_was_called_off_does_not_count(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        hold(session, council, OPENS)
        cancel_session(session, hold(session, council, OPENS), why="Snow.", now=PUBLISHED)
        assert record_of(session) == EarlyNoticeRecord(sessions=1)


def statements(database: Database, organisation_ids: Sequence[uuid.UUID]) -> list[str]:
    """Return what the records of some commissioners ask of the database."""
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    with database.read() as session:
        session.connection()
        sa.event.listen(database.engine, "before_cursor_execute", note)
        early_notice_records(session, organisation_ids, TODAY)
        sa.event.remove(database.engine, "before_cursor_execute", note)
    return asked


def test_many_commissioners_take_no_more_questions_than_one_and_no_entry_is_read(database: Database) -> None:
    with database.write() as session:
        for number in range(5):
            council = a_commissioner(session, f"Council {number}").id
            entry = publish(session, council, some_content("A"))
            republish(session, entry, some_content("B"), at=NOW)
        everyone = [known.id for known in public_organisations(session, OrganisationKind.COMMISSIONER)]
    one, all_of_them = statements(database, everyone[:1]), statements(database, everyone)
    assert len(all_of_them) == len(one)
    assert [asked for asked in all_of_them if "content" in asked] == []


def test_a_publication_counts_at_once_and_for_nobody_else(database: Database) -> None:
    with database.write() as session:
        one, other = a_commissioner(session, "One").id, a_commissioner(session, "Other").id
        entry = publish(session, one, some_content("A"))
        publish(session, other, some_content("A"))
        before = early_notice_records(session, [one, other], TODAY)
        republish(session, entry, some_content("A", summary="Told."), at=NOW)
        after = early_notice_records(session, [one, other], TODAY)
    told: dict[State, int] = {"stated": 1, "not_stated": before[one].plan.fields["not_stated"] - 1}
    assert after == {one: EarlyNoticeRecord(replace(before[one].plan, fields=told)), other: before[other]}
