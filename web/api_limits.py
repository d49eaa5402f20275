"""How often one client may use the API: reading by its network address, writing by its token. Held across processes.

Reading is counted in this process and taken to the database in lots of fifty: a row written for each request would cost
more than most answers. So the bound is kept to within fifty for each process.
"""

import threading
from datetime import datetime

from flask import Response, abort, current_app, request
from limits import RateLimitItem, RateLimitItemPerHour

from kil_pipeline.organisations.browser_sessions import hash_token
from web.context import context
from web.rate_limits import limiter

READS = RateLimitItemPerHour(6_000, namespace="api-reads")
"""For one network address."""
WRITES = RateLimitItemPerHour(3_600, namespace="api-writes")
"""For one token."""
WRONG_TOKENS = RateLimitItemPerHour(100, namespace="api-wrong-tokens")
"""For one network address: so many tries with no token or one that does not hold."""
LOT = 50
MOST_CLIENTS = 10_000
"""How many clients are told apart at once; then all uncounted requests, fewer than a lot each, are forgotten."""
KEPT = "kil-api-reads"


class Lots:
    """Requests that are not in the database yet, and who has had their share. Safe for threads; one a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, int] = {}
        self._over: dict[str, float] = {}

    def count(self, client: str) -> bool:
        """Count a request. Returns whether a lot is full, and is to be taken to the database."""
        with self._lock:
            if len(self._waiting) > MOST_CLIENTS:
                self._waiting.clear()
            full = self._waiting.get(client, 0) + 1 >= LOT
            self._waiting[client] = 0 if full else self._waiting.get(client, 0) + 1
            return full

    def is_over(self, client: str, now: datetime) -> bool:
        """Tell whether a client has had its share of this hour."""
        with self._lock:
            until = self._over.get(client)
            if until is not None and until <= now.timestamp():
                del self._over[client]
                until = None
            return until is not None

    def close(self, client: str, until: float) -> None:
        """Turn a client away until a moment: seconds since 1970."""
        with self._lock:
            if len(self._over) > MOST_CLIENTS:
                self._over.clear()
            self._over[client] = until


def count_read() -> None:
    """Count that this client reads from the API; answer 429 where it has read too often."""
    lots: Lots = current_app.extensions.setdefault(KEPT, Lots())
    client, now = request.remote_addr or "", context().clock()
    if not lots.is_over(client, now) and lots.count(client) and not limiter().hit(READS, client, cost=LOT):
        lots.close(client, _ends(READS, client))
    if lots.is_over(client, now):
        abort(429)


def count_write() -> None:
    """Count that a program writes; answer 429 where it writes, or tries wrong tokens, too often."""
    if not limiter().test(WRONG_TOKENS, request.remote_addr or ""):
        abort(429)
    given = request.authorization
    if given is not None and given.token and not limiter().hit(WRITES, hash_token(given.token)):
        abort(429)


def count_wrong_token(response: Response) -> Response:
    """Count a token that did not hold, from this address."""
    if response.status_code == 401:
        limiter().hit(WRONG_TOKENS, request.remote_addr or "")
    return response


def _ends(item: RateLimitItem, client: str) -> float:
    return limiter().get_window_stats(item, client).reset_time
