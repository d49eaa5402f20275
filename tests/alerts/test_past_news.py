"""What a choice would have sent lately is what it would have sent: the same matching, the same words."""

from datetime import date, timedelta

import pytest

from kil_pipeline.alerts import past_news as module
from kil_pipeline.alerts.letters import DigestLetter
from kil_pipeline.alerts.past_news import MOST_SHOWN, PastNews, past_news
from kil_pipeline.database import Database
from kil_pipeline.plan.criteria import Criteria
from tests.alerts.sinks import Post
from tests.factories import NOW, TODAY, a_commissioner, a_subscriber, publish, republish, some_content

DAY = timedelta(days=1)
FALLS = Criteria(themes=("falls",))


def test_it_shows_what_a_subscriber_was_sent_in_these_days(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session)
        a_subscriber(session, FALLS)
        entry = publish(session, council.id, some_content("Classes", themes=("falls",)))
        publish(session, council.id, some_content("Meals", themes=("food",)))
    with database.write() as session:
        republish(session, entry, some_content("Classes", themes=("falls",), length="Two years"), at=NOW + DAY / 2000)
    post = Post(database)
    post.tick(NOW + DAY)
    (letter,) = post.letters
    assert isinstance(letter, DigestLetter)
    with database.read() as session:
        past = past_news(session, FALLS, NOW + DAY)
    (sent,) = letter.items
    ((day, shown),) = past.items
    assert (day, shown.title, shown.because) == (TODAY, "Classes", sent.because)
    assert (shown.sentences, shown.news) == (sent.sentences, sent.news)
    assert (past.subjects, past.changes, past.since) == (1, 2, date(2026, 8, 26))


def test_what_is_older_than_ninety_days_and_minor_corrections_are_left_out(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session)
        entry = publish(session, council.id, some_content("Old"), at=NOW - 90 * DAY)
    with database.write() as session:
        republish(session, entry, some_content("Older"), at=NOW - DAY, minor=True)
    with database.read() as session:
        assert past_news(session, Criteria(), NOW) == PastNews((), 0, 0, date(2026, 8, 25))


def test_the_last_changed_comes_first_and_the_list_has_a_bound(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session)
        for number in range(MOST_SHOWN + 2):
            publish(session, council.id, some_content(f"Number {number}"), at=NOW + number * DAY / 24)
    with database.read() as session:
        past = past_news(session, Criteria(), NOW + DAY)
    assert [item.title for _, item in past.items] == [f"Number {number}" for number in range(21, 1, -1)]
    assert past.subjects == MOST_SHOWN + 2


def test_on_a_busy_plan_it_says_how_far_back_it_looked(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_LOOKED_AT", 2)
    with database.write() as session:
        council = a_commissioner(session)
        for number in range(3):
            publish(session, council.id, some_content(f"Number {number}"), at=NOW + number * DAY)
    with database.read() as session:
        past = past_news(session, Criteria(), NOW + 3 * DAY)
    assert (past.subjects, past.since) == (2, TODAY + DAY)
