"""What the jobs work with: database, settings, clock and chance, and what `web/wiring.py` hands in from `feeds`."""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import Render, Send
from kil_pipeline.alerts.notices import WriteNotice
from kil_pipeline.alerts.webhooks import PostCall, WebhookAnswer
from kil_pipeline.database import Database
from kil_pipeline.scheduler.notices import NOTICES
from kil_pipeline.settings import Settings
from kil_pipeline.times import utc_now

MOST_BATCHES = 1000
"""How many batches one job does in one tick: what is left is due at the next."""


@dataclass(frozen=True)
class Jobs:
    """What the jobs need. `render` and `send` come from `feeds`, through `web/wiring.py`."""

    database: Database
    settings: Settings
    render: Render
    send: Send
    random: Callable[[], float]
    random_token: Callable[[], str] = field(default=lambda: secrets.token_urlsafe(32))
    clock: Callable[[], datetime] = utc_now
    """Asked once for each tick; what is due is asked for the tick's own moment."""
    monotonic: Callable[[], float] = time.monotonic
    """Seconds. Tells how much of a lease is used up, whatever is done to the clock meanwhile."""
    post: PostCall = field(default=lambda call: WebhookAnswer(0, detail="No way to call is set up."))
    """Makes webhook calls; from `feeds`, as `send` is."""
    ping: PostCall = field(default=lambda call: WebhookAnswer(0, detail="No way to call is set up."))
    """Tells the hub: its operator chose its address, so that it may be one of their own network."""
    notices: Mapping[str, WriteNotice] = field(default_factory=lambda: NOTICES)
    """Who writes which notice."""

    release_values: Callable[[Session, datetime], int] = field(default=lambda session, now: 0)
    """Releases what was kept back until today (`plan.timed_releases.release_due`), handed in like `render`."""

    def clock_from(self, now: datetime) -> Callable[[], datetime]:
        """Return a clock that shows `now` and goes on from there."""
        began = self.monotonic()
        return lambda: now + timedelta(seconds=self.monotonic() - began)
