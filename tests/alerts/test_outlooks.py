"""The weekly outlook, and the one line after eight silent weeks: on request, once, never empty."""

from dataclasses import replace
from datetime import date, timedelta

import sqlalchemy as sa

from feeds.mail import make_renderer
from kil_pipeline.alerts.commissioner_mutes import mute_commissioner
from kil_pipeline.alerts.letters import Frequency, NoticeLetter, OutlookLetter
from kil_pipeline.alerts.mutes import mute
from kil_pipeline.alerts.outlooks import ask_for_outlook, coming_up
from kil_pipeline.alerts.silences import SILENT, choose_silence_note
from kil_pipeline.alerts.subscribers import Subscriber, change_alerts, unsubscribe
from kil_pipeline.database import Database
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.plan.expected_dates import Precision
from kil_pipeline.settings import load_settings
from tests.alerts.sinks import Post
from tests.factories import EIGHT, NOW, TODAY, a_commissioner, a_milestone, a_subscriber, publish, some_content

WEEK = timedelta(days=7)


def a_plan(database: Database) -> None:
    """Publish four opportunities: two with a date, one without, one that lies too far ahead."""
    with database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        for headline, day in (
            ("Meals", date(2027, 2, 1)),
            ("Falls classes", date(2026, 12, 10)),
            ("Far away", date(2028, 6, 1)),
        ):
            opens = a_milestone("opens", day, Precision.QUARTER)
            publish(session, council, some_content(headline, milestones=(opens,)))
        publish(session, council, some_content("Some day"))


def letters(post: Post) -> list[OutlookLetter]:
    return [letter for letter in post.letters if isinstance(letter, OutlookLetter)]


def test_an_outlook_lists_by_quarter_what_is_known_and_last_what_has_no_date(database: Database) -> None:
    a_plan(database)
    with database.read() as session:
        found = coming_up(session, [Criteria(), Criteria(words="meals")], TODAY)
    assert [(quarter.name, [item.title for item in quarter.items]) for quarter in found] == [
        ("October to December 2026", ["Falls classes"]),
        ("January to March 2027", ["Meals"]),
        ("No date yet", ["Some day"]),
    ]


def test_it_comes_weekly_on_the_day_of_choice_until_it_is_stopped(database: Database) -> None:
    a_plan(database)
    post = Post(database)
    with database.write() as session:
        reader = a_subscriber(session, Criteria())
        ask_for_outlook(session, reader, wanted=True, digest_hour=EIGHT, now=NOW)
    post.tick(NOW + timedelta(days=6))
    assert letters(post) == []
    post.tick(NOW + WEEK)
    post.tick(NOW + WEEK + timedelta(hours=1))
    assert len(letters(post)) == 1
    post.tick(NOW + 2 * WEEK)
    assert len(letters(post)) == 2
    with database.write() as session:
        ask_for_outlook(session, reader, wanted=False, digest_hour=EIGHT, now=NOW)
    post.tick(NOW + 3 * WEEK)
    assert len(letters(post)) == 2


def test_what_was_muted_is_not_in_it(database: Database) -> None:
    a_plan(database)
    post = Post(database)
    with database.write() as session:
        other = a_commissioner(session, "Otherham Council", prefix="OTH").id
        muted = publish(session, other, some_content("Theirs"))
        publish(session, other, some_content("Theirs too"))
    with database.write() as session:
        reader = a_subscriber(session, Criteria())
        ask_for_outlook(session, reader, wanted=True, digest_hour=EIGHT, now=NOW)
        mute_commissioner(session, reader, str(muted), NOW)
        meals = session.scalars(sa.select(PublicEntryRow.entry_id).where(PublicEntryRow.reference == "EXC-0001")).one()
        mute(session, reader, str(meals), NOW)
    post.tick(NOW + WEEK)
    (letter,) = letters(post)
    assert [item.title for quarter in letter.quarters for item in quarter.items] == ["Falls classes", "Some day"]


def test_another_weekday_moves_it_and_an_empty_one_is_not_sent(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        reader = a_subscriber(session, Criteria())
        ask_for_outlook(session, reader, wanted=True, digest_hour=EIGHT, now=NOW)
        often = {"frequency": Frequency.DAILY, "weekday": 3, "digest_hour": EIGHT, "now": NOW}
        change_alerts(session, reader, criteria=(Criteria(),), **often)  # type: ignore[arg-type]  # as given above
        due = session.get_one(Subscriber, reader).outlook_due_at
    assert due is not None
    assert due.date() == date(2026, 11, 26)
    post.tick(NOW + WEEK)
    assert post.sent == []


def test_who_stopped_gets_none_though_it_was_queued(database: Database) -> None:
    a_plan(database)
    post = Post(database)
    with database.write() as session:
        reader = a_subscriber(session, Criteria())
        ask_for_outlook(session, reader, wanted=True, digest_hour=EIGHT, now=NOW)
        unsubscribe(session, reader, NOW)
    post.tick(NOW + WEEK)
    assert post.sent == []


def test_the_mail_says_the_same_as_text_and_as_html_and_can_be_stopped_with_one_click(database: Database) -> None:
    a_plan(database)
    with database.read() as session:
        quarters = coming_up(session, [Criteria()], TODAY)
    letter = OutlookLetter(quarters, "/alerts/token/unsubscribe", "/alerts/token")
    message = make_renderer(load_settings({"KIL_ENV": "development"}))(letter)
    assert message.subject == "Coming up: Falls classes"
    assert (
        "OCTOBER TO DECEMBER 2026\n========================\n\n* Falls classes (Exampleshire Council)" in message.text
    )
    assert message.html.count("<h2") == len(quarters)
    assert dict(message.headers)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    hostile = replace(quarters[0].items[0], title="A & B\r\nBcc: x@example.org")
    told = make_renderer(load_settings({"KIL_ENV": "development"}))(
        replace(letter, quarters=(replace(quarters[0], items=(hostile,)),))
    )
    assert told.subject == "Coming up: A & B Bcc: x@example.org"
    assert "A &amp; B Bcc: x@example.org" in told.html


def notes(post: Post) -> list[NoticeLetter]:
    return [letter for letter in post.letters if isinstance(letter, NoticeLetter)]


def test_after_eight_silent_weeks_one_line_says_what_is_watched_and_only_once(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        a_subscriber(session, Criteria(themes=("carers",)))
    post.tick(NOW + SILENT - timedelta(days=1))
    post.tick(NOW + SILENT + timedelta(days=2))
    assert notes(post) == []
    for days in range(3, 140, 7):
        post.tick(NOW + SILENT + timedelta(days=days))
    assert [note.facts for note in notes(post)] == [(("You follow", "Carers"),)]


def test_no_line_for_those_who_took_out_the_tick_or_heard_something(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        silent = a_subscriber(session, Criteria(themes=("carers",)), email="silent@example.org")
        choose_silence_note(session, silent, wanted=False)
        a_subscriber(session, Criteria(), email="told@example.org")
    for days in range(1, 80):
        if days == 30:
            with database.write() as session:
                publish(session, council, some_content("Meals"), at=NOW + timedelta(days=days, hours=-1))
        post.tick(NOW + timedelta(days=days))
    assert notes(post) == []
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Subscriber.heard_at.is_not(None))) == 1
