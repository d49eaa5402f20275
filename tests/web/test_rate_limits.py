"""Limits hold for an installation, however many processes it runs, and name nobody in its tables."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from limits import RateLimitItemPerHour
from limits.strategies import FixedWindowRateLimiter

from kil_pipeline.database import Database
from kil_pipeline.rate_counts import RateCount, erase_old_counts
from tests.factories import NOW
from tests.web.conftest import Clock
from tests.web.visitors import send
from web.app import create_app
from web.rate_limits import DatabaseStorage

THREE = RateLimitItemPerHour(3)
HOUR = timedelta(hours=1)
PLACE = "203.0.113.7"


def limiter(database: Database, clock: Clock) -> FixedWindowRateLimiter:
    """Return what one process counts with."""
    return FixedWindowRateLimiter(DatabaseStorage(database, "a secret of this installation", lambda: clock.moment))


def test_two_processes_count_together(app: Flask) -> None:
    """Fifteen requests to each of two servers use up the thirty of an hour."""
    clients = [app.test_client(), create_app(app.extensions["kil"]).test_client()]
    statuses = [send(clients[number % 2], "/sign-in", {"email": "a@example.org"}).status_code for number in range(32)]
    assert statuses == [200] * 30 + [429] * 2


def test_a_count_starts_anew_when_its_hour_is_over(database: Database) -> None:
    clock = Clock(NOW)
    counts = limiter(database, clock)
    first = [counts.hit(THREE, "mail", PLACE) for _ in range(4)]
    clock.moment = NOW + HOUR - timedelta(seconds=1)
    within = counts.hit(THREE, "mail", PLACE)
    clock.moment = NOW + HOUR
    assert (first, within, counts.hit(THREE, "mail", PLACE)) == ([True, True, True, False], False, True)


def test_what_is_left_and_until_when_can_be_asked(database: Database) -> None:
    clock = Clock(NOW)
    counts = limiter(database, clock)
    counts.hit(THREE, "mail", PLACE)
    stats = counts.get_window_stats(THREE, "mail", PLACE)
    assert (stats.remaining, stats.reset_time) == (2, (NOW + HOUR).timestamp())
    counts.clear(THREE, "mail", PLACE)
    assert counts.get_window_stats(THREE, "mail", PLACE).remaining == 3
    assert counts.storage.check() is True


def test_many_at_once_never_pass_the_limit(database: Database) -> None:
    item = RateLimitItemPerHour(20)
    counts = limiter(database, Clock(NOW))
    with ThreadPoolExecutor(8) as pool:
        let_in = [*pool.map(lambda _: counts.hit(item, "mail", PLACE), range(60))]
    assert let_in.count(True) == 20


def test_no_address_is_stored_and_nothing_outlives_its_window(database: Database) -> None:
    limiter(database, Clock(NOW)).hit(THREE, "mail", PLACE)
    with database.read() as session:
        keys = session.scalars(sa.select(RateCount.key)).all()
    assert [(len(key), PLACE in key) for key in keys] == [(64, False)]
    with database.write() as session:
        assert erase_old_counts(session, NOW + HOUR - timedelta(seconds=1)) == 0
        assert erase_old_counts(session, NOW + HOUR) == 1
