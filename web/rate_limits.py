"""How often one client may ask for something that costs others: a mail to an address that anybody can type in."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import abort, request
from limits import RateLimitItemPerHour
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from kil_pipeline.database import Database
from kil_pipeline.rate_counts import RateCount, count_hits
from web.context import context

MAILS_FROM_ONE_PLACE = RateLimitItemPerHour(30)
"""For one client's network address and one kind of mail. The bound for each mail address is in the domain."""


class DatabaseStorage(Storage):
    """Keeps the counts of `limits` in our own database, so that they hold for every process of an installation.

    What is counted holds a network address: only its keyed hash is stored.
    """

    STORAGE_SCHEME = None

    def __init__(self, database: Database, secret: str, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._database, self._secret, self._clock = database, secret.encode(), clock

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may go wrong below."""
        return sa.exc.SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a count that lives for `expiry` seconds, and return it."""
        moment = self._clock()
        with self._database.write() as session:
            until = moment + timedelta(seconds=expiry)
            return count_hits(session, self._hash(key), amount, expires_at=until, now=moment)

    def get(self, key: str) -> int:
        """Return a count."""
        return self._count(key)[0]

    def get_expiry(self, key: str) -> float:
        """Return when a count starts anew: seconds since 1970."""
        return self._count(key)[1].timestamp()

    def check(self) -> bool:
        """Tell whether counts can be read."""
        with self._database.read() as session:
            session.execute(sa.select(RateCount.key).limit(1))
        return True

    def reset(self) -> int:
        """Forget every count. Returns how many there were."""
        with self._database.write() as session:
            return len(session.scalars(sa.delete(RateCount).returning(RateCount.key)).all())

    def clear(self, key: str) -> None:
        """Forget one count."""
        with self._database.write() as session:
            session.execute(sa.delete(RateCount).where(RateCount.key == self._hash(key)))

    def _count(self, key: str) -> tuple[int, datetime]:
        """Return a count, and when it starts anew."""
        moment = self._clock()
        with self._database.read() as session:
            row = session.get(RateCount, self._hash(key))
            return (row.hits, row.expires_at) if row is not None and row.expires_at > moment else (0, moment)

    def _hash(self, key: str) -> str:
        return hmac.new(self._secret, key.encode(), hashlib.sha256).hexdigest()


def limiter() -> FixedWindowRateLimiter:
    """Return what counts for this installation."""
    parts = context()
    return FixedWindowRateLimiter(DatabaseStorage(parts.database, parts.settings.secret_keys[0], parts.clock))


def count_mail(kind: str) -> None:
    """Count that this client asks for a mail; answer 429 (RFC 6585, section 4) where it has asked too often."""
    if not limiter().hit(MAILS_FROM_ONE_PLACE, kind, request.remote_addr or ""):
        abort(429)
