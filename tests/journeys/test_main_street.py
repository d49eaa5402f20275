"""The main street, walked from a spreadsheet to a reader's feed, calendar and inbox, through the real parts."""

from datetime import UTC, date, datetime, timedelta

import feedparser
import icalendar
import pytest

from kil_pipeline.times import at_london
from tests.factories import EIGHT, NOW
from tests.journeys.conftest import OFFICER
from tests.journeys.visitors import Visitor
from tests.journeys.worlds import World

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def feed_titles(visitor: Visitor, path: str = "/feeds/entries.rss") -> list[str]:
    return [str(entry.title) for entry in feedparser.parse(visitor.get(path).data).entries]


def calendar_days(visitor: Visitor, path: str = "/calendars/milestones.ics") -> list[tuple[str, str]]:
    """Return what a calendar shows: each headline, and the days that it spans."""
    calendar = icalendar.Calendar.from_ical(visitor.get(path).data)
    return sorted(
        (str(event["SUMMARY"]).rpartition(": ")[2], f"{event.start} to {event.end - DAY}")
        for event in calendar.walk("VEVENT")
        if isinstance(event, icalendar.Event)
    )


def publish_new(officer: Visitor, headline: str, **answers: str) -> None:
    """Write an entry in the form, look at the preview, publish it."""
    officer.open("/workspace/entries/new")
    officer.press("Save and preview", headline=headline, **answers)
    officer.press("Publish")


def test_what_came_in_as_files_is_there_to_browse(world: World) -> None:
    reader = world.visitor()
    plan = reader.open("/plan")
    assert plan.texts("h3", "row__headline") == ["Home care in Leeds", "Falls classes", "Befriending"]
    assert reader.open("/plan?area=Leeds&q=falls").texts("h3", "row__headline") == ["Falls classes"]
    entry = reader.follow("Falls classes")
    assert entry.texts("h1") == ["Falls classes"]
    (gap,) = (text for text in entry.texts("article") + entry.texts("div", "gap") if "How much" in text)
    assert "1 March 2027" in gap


def test_feeds_and_calendars_hold_the_filters_of_the_list(world: World) -> None:
    reader = world.visitor()
    assert sorted(feed_titles(reader)) == ["Befriending", "Falls classes", "Home care in Leeds"]
    assert feed_titles(reader, "/feeds/entries.atom?theme=falls") == ["Falls classes"]
    assert calendar_days(reader) == [
        ("Befriending", "2027-09-01 to 2027-11-30"),
        ("Falls classes", "2027-06-01 to 2027-06-01"),
        ("Home care in Leeds", "2027-04-05 to 2027-04-05"),
    ]
    assert calendar_days(reader, "/calendars/milestones.ics?area=Bradford") == [
        ("Befriending", "2027-09-01 to 2027-11-30")
    ]


def test_alerts_start_by_the_button_behind_the_mailed_link_and_by_nothing_else(world: World) -> None:
    reader = world.visitor()
    reader.open("/alerts/new")
    reader.press("Ask for alerts", email="reader@example.org", frequency="at_once")
    world.tick()
    (mail,) = world.mails
    officer = world.sign_in(OFFICER)
    reader.open(mail.link("/alerts/confirm/"))  # as a mail scanner does
    publish_new(officer, "Before the button")
    world.wait(minutes=16)
    reader.press("Yes, start my alerts")
    publish_new(officer, "After the button")
    world.wait(minutes=15)
    assert world.digests() == [("23 Nov 10:31", "reader@example.org", ("After the button",))]


def test_everyone_hears_of_what_they_follow_when_they_want_to(world: World) -> None:
    world.subscribe("at-once@example.org", frequency="at_once")
    world.subscribe("daily@example.org", frequency="daily")
    world.subscribe("wednesdays@example.org", frequency="weekly", weekday="2")
    world.subscribe("bradford@example.org", frequency="at_once", area=["E08000032"])
    publish_new(world.sign_in(OFFICER), "Breaks for carers", areas="Leeds")
    world.run_until(NOW + timedelta(minutes=20), MINUTE)
    world.run_until(NOW + timedelta(days=9), timedelta(hours=8))
    assert world.digests() == [
        ("23 Nov 10:15", "at-once@example.org", ("Breaks for carers",)),
        ("24 Nov 08:00", "daily@example.org", ("Breaks for carers",)),
        ("25 Nov 08:00", "wednesdays@example.org", ("Breaks for carers",)),
    ]


def test_a_commissioners_change_is_seen_at_once_and_mailed_after_the_quiet_period(world: World) -> None:
    world.subscribe("reader@example.org", frequency="at_once", theme=["falls"])
    reader, officer = world.visitor(), world.sign_in(OFFICER)
    before = feed_titles(reader), calendar_days(reader)
    world.now += MINUTE
    officer.open("/workspace/entries/EXC-0001")
    officer.press("Save and preview", headline="Falls classes for all", opens="Q2 2027/28")
    assert "How much" in " ".join(officer.page.texts("section", "gaps"))
    assert (feed_titles(reader), calendar_days(reader)) == before
    officer.press("Publish", why="The board met.")
    assert reader.open("/entries/EXC-0001").texts("h1") == ["Falls classes for all"]
    assert feed_titles(reader)[0] == "Falls classes for all"
    assert calendar_days(reader, "/calendars/milestones.ics?theme=falls") == [
        ("Falls classes for all", "2027-07-01 to 2027-09-30")
    ]
    world.run_until(NOW + timedelta(minutes=20), MINUTE)
    assert world.digests() == [("23 Nov 10:16", "reader@example.org", ("Falls classes for all",))]
    mail = world.mail_to("reader@example.org")
    assert mail.subject == "Moved later: Falls classes for all"
    assert "The reason given: The board met." in mail.text


def test_a_sign_in_link_works_once_and_for_a_quarter_of_an_hour(world: World) -> None:
    world.sign_in(OFFICER)
    again = world.visitor()
    again.open(world.mail_to(OFFICER).link("/sign-in/"), 410)
    late = world.visitor()
    late.open("/sign-in")
    late.press("Send me a link", email=OFFICER)
    world.tick()
    late.open(world.mail_to(OFFICER).link("/sign-in/"))
    world.now += timedelta(minutes=15)
    late.press("Sign in", 410)


@pytest.mark.slow
def test_what_comes_near_and_what_is_overdue_is_told_once_over_the_months(world: World) -> None:
    world.subscribe("reader@example.org", frequency="daily")
    day = date(2026, 11, 24)
    while day < date(2027, 5, 26):
        for moment in (at_london(day, EIGHT) - timedelta(minutes=30), at_london(day, EIGHT)):
            world.now = moment
            world.tick()
        day += timedelta(days=1)
    assert [(when, titles) for when, _, titles in world.digests()] == [
        ("03 Dec 08:00", ("Falls classes",)),  # 180 days
        ("05 Jan 08:00", ("Home care in Leeds",)),  # 90 days: published later than 180 days ahead
        ("02 Mar 08:00", ("Falls classes",)),  # the money was expected by 1 March
        ("03 Mar 08:00", ("Falls classes",)),  # 90 days
        ("05 Mar 08:00", ("Befriending",)),  # 180 days before the first day of autumn
        ("08 Mar 08:00", ("Home care in Leeds",)),  # 30 days: a Saturday
        ("30 Mar 08:00", ("Home care in Leeds",)),  # 7 days: Easter Monday
        ("06 Apr 08:00", ("Home care in Leeds",)),  # it was to open by the day before, and nobody said that it did
        ("04 May 08:00", ("Falls classes",)),  # 30 days: a Sunday before a bank holiday
        ("25 May 08:00", ("Falls classes",)),  # 7 days
    ]


def test_after_a_scheduler_that_stood_still_the_nearest_notice_comes_once(world: World) -> None:
    world.subscribe("reader@example.org", frequency="at_once", theme=["falls"])
    world.now = datetime(2027, 5, 3, 9, 0, tzinfo=UTC)  # 180 and 90 days have passed, 30 days was yesterday
    world.tick()
    world.run_until(world.now + timedelta(hours=4), timedelta(minutes=15))
    assert world.digests() == [("03 May 10:15", "reader@example.org", ("Falls classes",))]
    assert "in 29 days" in world.mail_to("reader@example.org").text


def test_one_click_in_the_mail_program_stops_all_mail_at_once(world: World) -> None:
    world.subscribe("reader@example.org", frequency="at_once")
    officer = world.sign_in(OFFICER)
    publish_new(officer, "First")
    world.wait(minutes=15)
    mail = world.mail_to("reader@example.org").message
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = str(mail["List-Unsubscribe"]).split(">")[0].removeprefix("<")
    program = world.visitor()
    assert program.open(link).texts("h1") == ["Stop all emails"]
    publish_new(officer, "Only looked at")
    world.wait(minutes=15)
    answers = [program.post(link, {"List-Unsubscribe": "One-Click"}) for _ in range(2)]
    assert [(a.status_code, "Set-Cookie" in a.headers) for a in answers] == [(200, False)] * 2
    publish_new(officer, "Too late")
    world.wait(hours=1)
    world.wait(days=8)
    assert [titles for _, _, titles in world.digests()] == [("First",), ("Only looked at",)]


def test_changing_what_one_gets_repeats_nothing_and_loses_nothing(world: World) -> None:
    world.subscribe("reader@example.org", frequency="at_once")
    officer = world.sign_in(OFFICER)
    publish_new(officer, "First")
    world.wait(minutes=15)
    reader = world.visitor()
    reader.open(world.mail_to("reader@example.org").link("/alerts/"))
    publish_new(officer, "Second")
    reader.press("Save", frequency="weekly", weekday="4")
    world.run_until(NOW + timedelta(days=10), timedelta(hours=8))
    assert world.digests() == [
        ("23 Nov 10:15", "reader@example.org", ("First",)),
        ("27 Nov 08:00", "reader@example.org", ("Second",)),
    ]


def test_who_stopped_and_comes_back_by_an_old_mail_hears_again(world: World) -> None:
    world.subscribe("reader@example.org", frequency="daily")
    officer = world.sign_in(OFFICER)
    publish_new(officer, "First")
    world.run_until(NOW + timedelta(days=1), timedelta(hours=8))
    mail, reader = world.mail_to("reader@example.org"), world.visitor()
    reader.post(str(mail.message["List-Unsubscribe"]).split(">")[0].removeprefix("<"), {})
    publish_new(world.sign_in(OFFICER), "In between")
    world.run_until(NOW + timedelta(days=2), timedelta(hours=8))
    reader.open(mail.link("/alerts/"))
    reader.press("Save")
    publish_new(world.sign_in(OFFICER), "Back again")
    world.run_until(NOW + timedelta(days=4), timedelta(hours=8))
    assert [(when, titles) for when, _, titles in world.digests()] == [
        ("24 Nov 08:00", ("First",)),
        ("26 Nov 08:00", ("Back again",)),
    ]


def test_who_is_erased_hears_no_more_and_their_old_links_say_so(world: World) -> None:
    world.subscribe("reader@example.org", frequency="at_once")
    officer = world.sign_in(OFFICER)
    publish_new(officer, "First")
    world.wait(minutes=15)
    link = world.mail_to("reader@example.org").link("/alerts/")
    publish_new(officer, "Second")
    reader = world.visitor()
    reader.open(link)
    reader.press("Erase my data")
    world.wait(minutes=15)
    assert [titles for _, _, titles in world.digests()] == [("First",)]
    assert reader.open(link, 410).texts("h1") == ["This link does not work any more"]
