"""Calendars as calendar programs take them: each event whole, for every state, precision and confidence."""

import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import calendars
from feeds.calendars import MOST_BYTES, render_milestones
from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.expected_dates import Confidence, Precision
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.wordings import DISCLAIMER
from tests.factories import a_milestone
from tests.feeds.ics import days, event, events, lines, read
from tests.feeds.public import CHANGED, COUNCIL, HEAD, LINES, TEXTS, TODAY, an_entry

LONG_AGO = date(2020, 1, 1)
SPRING = a_milestone("opens", date(2027, 5, 1), Precision.QUARTER)
UID = "00000000-0000-0000-0000-000000000007-opens@example.org.2026-01-01"


def milestones(*entries: PublicEntry, since: date = LONG_AGO, day: date = TODAY) -> bytes:
    return render_milestones(HEAD, entries, since, day)


def test_the_head_names_the_calendar_for_every_program() -> None:
    assert lines(milestones()) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Keep it Local//Pipeline//EN",
        "CALSCALE:GREGORIAN",
        "DESCRIPTION:An early intention.",
        "X-WR-CALDESC:An early intention.",
        "NAME:Exampleshire: key dates",
        "X-WR-CALNAME:Exampleshire: key dates",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "SOURCE;VALUE=URI:https://plan.example.org/calendars/milestones.ics",
        "URL:https://plan.example.org/plan",
        "X-PUBLISHED-TTL:PT6H",
        "END:VCALENDAR",
    ]


def test_a_quarter_is_one_span_over_the_quarter_and_is_worded_as_such() -> None:
    content = EntryContent(
        "Breaks, and rest", route="grant.open", themes=("carers", "older-people"), milestones=(SPRING,)
    )
    assert event(milestones(an_entry(content))) == {
        "UID": UID,
        "DTSTAMP": "20261120T163000Z",
        "LAST-MODIFIED": "20261120T163000Z",
        "SEQUENCE": "1",
        "SUMMARY": r"Applications or bids open (about April to June 2027): Breaks\, and rest",
        "DESCRIPTION": (
            r"Applications or bids open: about April to June 2027.\n\nCan we go for it? Yes\, a grant."
            r"\n\nFrom Exampleshire Council.\n\n"
        )
        + DISCLAIMER.replace(",", r"\,").replace(";", r"\;"),
        "DTSTART;VALUE=DATE": "20270401",
        "DTEND;VALUE=DATE": "20270701",
        "URL": "https://plan.example.org/entries/EXC-0007",
        "STATUS": "CONFIRMED",
        "TRANSP": "TRANSPARENT",
        "CATEGORIES": "Carers,Older people",
    }


@pytest.mark.parametrize(
    ("precision", "confidence", "title", "status"),
    [
        (Precision.DAY, Confidence.EXPECTED, "Applications or bids open: Hubs", "CONFIRMED"),
        (Precision.DAY, Confidence.CONFIRMED, "Applications or bids open: Hubs", "CONFIRMED"),
        (
            Precision.DAY,
            Confidence.INDICATIVE,
            r"Applications or bids open (about 1 May 2027\, not certain): Hubs",
            "TENTATIVE",
        ),
        (
            Precision.MONTH,
            Confidence.CONFIRMED,
            r"Applications or bids open (May 2027\, confirmed): Hubs",
            "CONFIRMED",
        ),
        (
            Precision.FINANCIAL_YEAR,
            Confidence.INDICATIVE,
            r"Applications or bids open (about April 2027 to March 2028\, not certain): Hubs",
            "TENTATIVE",
        ),
    ],
)
def test_a_title_says_what_a_bar_of_days_cannot(
    precision: Precision, confidence: Confidence, title: str, status: str
) -> None:
    milestone = a_milestone("opens", date(2027, 5, 1), precision, confidence)
    found = event(milestones(an_entry(EntryContent("Hubs", milestones=(milestone,)))))
    assert (found["SUMMARY"], found["STATUS"]) == (title, status)


@pytest.mark.parametrize(
    ("status", "title", "sure"),
    [
        (Status.PUBLISHED, "Decision: Hubs", "CONFIRMED"),
        (Status.OPEN, "Decision: Hubs", "CONFIRMED"),
        (Status.ON_HOLD, "On hold: Decision: Hubs", "TENTATIVE"),
        (Status.CONCLUDED, "Concluded: Decision: Hubs", "CONFIRMED"),
        (Status.CANCELLED, "Cancelled: Decision: Hubs", "CANCELLED"),
        (Status.WITHDRAWN, "Withdrawn: Decision: Hubs", "CANCELLED"),
    ],
)
def test_an_entry_that_is_off_or_over_says_so_in_the_title_of_each_date(status: Status, title: str, sure: str) -> None:
    decision = a_milestone("decision", date(2027, 5, 1))
    content = EntryContent("Hubs", status=status, status_reason="A review.", milestones=(decision,))
    found = event(milestones(an_entry(content)))
    assert (found["SUMMARY"], found["STATUS"]) == (title, sure)
    assert f"{status.label}: A review." in found["DESCRIPTION"].split(r"\n\n")


def test_a_date_that_moves_keeps_its_uid_and_counts_up() -> None:
    before = event(milestones(an_entry(EntryContent("Hubs", milestones=(SPRING,)), revision=1)))
    moved = replace(SPRING, when=a_milestone("opens", date(2027, 8, 1), Precision.QUARTER).when)
    after = event(milestones(an_entry(EntryContent("Hubs", milestones=(moved,)), revision=2)))
    assert [(e["UID"], e["SEQUENCE"], e["DTSTART;VALUE=DATE"]) for e in (before, after)] == [
        (UID, "0", "20270401"),
        (UID, "1", "20270701"),
    ]


def test_a_computed_date_cites_its_rule() -> None:
    content = EntryContent("Hospice nights", milestones=(a_milestone("intention_notice", date(2026, 12, 17)),))
    notice, closing = events(milestones(an_entry(content)))
    assert [str(e["SUMMARY"]) for e in (notice, closing)] == [
        "Notice of who is meant to get it: Hospice nights",
        "Last day to make representations: Hospice nights",
    ]
    assert str(closing["DESCRIPTION"]).split("\n\n")[:2] == [
        "Last day to make representations: 4 January 2027.",
        "Worked out from SI 2023/1348 (Provider Selection Regime), regulation 12.",
    ]


def test_a_date_without_a_public_value_is_not_drawn() -> None:
    assert lines(milestones(an_entry(EntryContent("Hubs")))) == lines(milestones())


def on(day: date, number: int = 7) -> PublicEntry:
    return an_entry(EntryContent("Hubs", milestones=(a_milestone("opens", day),)), id=uuid.UUID(int=number))


def test_dates_stand_in_order_and_those_before_the_window_are_left_out() -> None:
    entries = [on(date(2027, 3, 1)), on(date(2026, 1, 2)), on(date(2026, 1, 1)), on(date(2026, 12, 1))]
    assert days(milestones(*entries, since=date(2026, 1, 2))) == [
        date(2026, 1, 2),
        date(2026, 12, 1),
        date(2027, 3, 1),
    ]


def test_a_span_stays_until_its_last_day_is_before_the_window() -> None:
    entry = an_entry(EntryContent("Hubs", milestones=(a_milestone("opens", date(2026, 2, 1), Precision.QUARTER),)))
    assert [len(events(milestones(entry, since=day))) for day in (date(2026, 3, 31), date(2026, 4, 1))] == [1, 0]


def test_a_full_calendar_drops_the_oldest_dates_then_the_farthest(monkeypatch: pytest.MonkeyPatch) -> None:
    all_days = [TODAY + timedelta(days=30 * n) for n in (-2, -1, 0, 1, 2)]
    entries = [on(day, number) for number, day in enumerate(all_days)]
    size = len(milestones(entries[0])) - len(milestones())
    kept = []
    for room in (5, 4, 3, 2, 1):
        monkeypatch.setattr(calendars, "MOST_BYTES", len(milestones()) + room * size)
        kept.append(days(milestones(*entries)))
    assert kept == [all_days, all_days[1:], all_days[2:], all_days[2:4], all_days[2:3]]


@pytest.mark.slow
def test_a_calendar_stays_under_the_limit_of_google() -> None:
    entries = [on(TODAY + timedelta(days=number), number) for number in range(1700)]
    calendar = milestones(*entries)
    assert MOST_BYTES - 1000 < len(calendar) <= MOST_BYTES < 1_000_000
    assert days(calendar) == [TODAY + timedelta(days=number) for number in range(len(events(calendar)))]


PROPERTIES = {
    "uid", "dtstamp", "last-modified", "sequence", "summary", "description", "dtstart", "dtend", "url", "status",
    "transp", "categories",
}  # fmt: skip


@given(headline=LINES, reason=TEXTS, name=LINES, title=LINES)
@settings(max_examples=60)
def test_whatever_was_written_programs_read_one_event_that_says_it(
    headline: str, reason: str, name: str, title: str
) -> None:
    content = EntryContent(
        headline, status=Status.CANCELLED, status_reason=reason, themes=("carers",), milestones=(SPRING,)
    )
    entry = an_entry(content, commissioner=replace(COUNCIL, name=name))
    calendar = render_milestones(replace(HEAD, name=title, description=reason), [entry], LONG_AGO, TODAY)
    assert max(map(len, calendar.split(b"\r\n"))) <= 75
    found = read(calendar)
    (only,) = found.vevent_list
    assert set(only.contents) == PROPERTIES
    assert only.summary.value == f"Cancelled: Applications or bids open (about April to June 2027): {headline}"
    assert only.description.value == "\n\n".join(
        [
            "Applications or bids open: about April to June 2027.",
            f"Cancelled: {reason}",
            "Can we go for it? No longer: cancelled.",
            f"From {name}.",
            DISCLAIMER,
        ]
    )
    assert found.contents["x-wr-calname"][0].value.replace("\\", "") == title.replace("\\", "")


@given(day=st.dates(date(2026, 1, 1), date(2035, 12, 31)), precision=st.sampled_from(Precision))
@settings(max_examples=60)
def test_an_event_covers_every_day_that_its_date_may_fall_on_and_no_other(day: date, precision: Precision) -> None:
    milestone = a_milestone("decision", day, precision)
    (only,) = events(milestones(an_entry(EntryContent("Hubs", milestones=(milestone,)))))
    first, end = only["DTSTART"].dt, only["DTEND"].dt
    assert (first, end - timedelta(days=1)) == (milestone.when.earliest, milestone.when.latest)


def test_its_times_come_from_the_data() -> None:
    later = an_entry(EntryContent("Hubs", milestones=(SPRING,)), updated_at=CHANGED + timedelta(days=1))
    found = event(milestones(later))
    assert (found["DTSTAMP"], found["LAST-MODIFIED"]) == ("20261121T163000Z", "20261121T163000Z")


def test_an_event_is_drawn_once_for_each_state_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Milestone] = []
    real = calendars.milestone_event

    def counted(*given: Any) -> bytes:
        drawn.append(given[-1])
        return bytes(real(*given))

    monkeypatch.setattr(calendars, "milestone_event", counted)
    once = an_entry(EntryContent("Drawn once", milestones=(SPRING,)))
    assert milestones(once) == milestones(once)
    assert len(drawn) == 1
