"""Mail by domain: one that is sent too much, or that puts us off, waits alone; mail to all others goes on.

The counts are those of `rate_counts`, so that they hold for all processes together. What somebody waits for before a
screen is counted and never held back.
"""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.alerts.claims import ClaimedDelivery, due_deliveries, put_off
from kil_pipeline.alerts.deliveries import WAITED_FOR, Delivery, domain_of, state_of_waiting
from kil_pipeline.alerts.letters import Outcome, Receipt
from kil_pipeline.database import Base
from kil_pipeline.mail_limits import MailLimit, MailLimits
from kil_pipeline.rate_counts import count_many_hits

MINUTE = timedelta(minutes=1)
SLOWEST = timedelta(hours=1)
"""A domain that goes on putting us off is asked again after 1, 2, 4 … minutes, and then as often as this."""
BUSY = timedelta(seconds=5)
"""How long mail waits for a domain that has all its connections in use."""
MOST_SPREAD = 2000
"""How many mails of one domain get their later minute in one go."""
KEPT = timedelta(days=7)
"""How long it is kept that a domain was slow, where no mail to it has left since."""


class SlowDomain(Base):
    """A domain that put us off. Gone once it takes a mail; else kept for `KEPT` after the last wait."""

    __tablename__ = "slow_domain"

    domain: Mapped[str] = mapped_column(sa.String(253), primary_key=True)
    times: Mapped[int]
    """How often in a row."""
    slow_until: Mapped[datetime] = mapped_column(index=True)
    since: Mapped[datetime]
    detail: Mapped[str] = mapped_column(sa.String(300))
    """What its server said last."""


@dataclass(frozen=True)
class DomainGate:
    """Lets mail pass as the limits allow. `chance` (0 to 1) spreads what waits."""

    limits: MailLimits
    now: datetime
    chance: Callable[[], float]

    def admit(self, session: Session, rows: list[Delivery]) -> list[Delivery]:
        """Return those of a batch that may be sent now. The others wait, and what else is due to their domains."""
        by_domain: dict[str, list[Delivery]] = defaultdict(list)
        for row in rows:
            by_domain[domain_of(row.address)].append(row)
        places = self._take_places(session, {domain: len(mails) for domain, mails in by_domain.items()})
        slow, busy = slow_domains(session, [*by_domain], self.now), self._busy_domains(session, [*places])
        stays: set[uuid.UUID] = set()
        for domain, mails in by_domain.items():
            may_wait = [row for row in mails if row.kind not in WAITED_FOR]
            most = self.limits.limit_of(domain).mails_a_minute
            if domain in slow or domain in busy:
                self._take_places(session, {domain: -len(may_wait)})
                later = _Later(slow[domain], most) if domain in slow else _Later(self.now + BUSY, 0, spread=BUSY)
            else:
                room = max(0, most - places.get(domain, 0) + len(may_wait)) if most else len(may_wait)
                may_wait = may_wait[room:]
                later = _Later(_minute(self.now), most, places.get(domain, 0) - len(may_wait), counted=True)
            if may_wait:
                stays.update(row.id for row in may_wait)
                self._put_off(session, domain, may_wait, later)
        return [row for row in rows if row.id not in stays]

    def hold(self, session: Session, claimed: ClaimedDelivery) -> bool:
        """Tell whether a claimed mail may be sent still; else give it back: its domain put us off meanwhile."""
        until = slow_domains(session, [claimed.domain], self.now).get(claimed.domain)
        if until is None or claimed.kind in WAITED_FOR:
            return True
        put_off(session, claimed, until + self.chance() * MINUTE)
        return False

    def _take_places(self, session: Session, wanted: dict[str, int]) -> dict[str, int]:
        """Count mails of this minute by domain, and return the counts. Workers with mail for the same domain wait."""
        keys = {_key(domain): domain for domain in wanted if self.limits.limit_of(domain) != MailLimit()}
        if not keys:
            return {}
        hits = {key: wanted[domain] for key, domain in keys.items()}
        counts = count_many_hits(session, hits, expires_at=_minute(self.now) + MINUTE, now=self.now)
        return {domain: counts[key] for key, domain in keys.items()}

    def _busy_domains(self, session: Session, domains: list[str]) -> set[str]:
        """Return the domains of which as many batches are being sent as may be."""
        if not any(self.limits.limit_of(domain).connections for domain in domains):
            return set()
        claims: dict[str, set[uuid.UUID | None]] = defaultdict(set)
        for address, claim_id in session.execute(
            sa.select(Delivery.address, Delivery.claim_id).where(
                Delivery.state == "sending", Delivery.claim_id.is_not(None), Delivery.due_at > self.now
            )
        ):
            claims[domain_of(address)].add(claim_id)
        return {domain for domain in domains if 0 < self.limits.limit_of(domain).connections <= len(claims[domain])}

    def _put_off(self, session: Session, domain: str, mails: list[Delivery], later: "_Later") -> None:
        self._give_minutes(mails, later)
        session.flush()
        others = session.scalars(
            due_deliveries(("digest", "outlook"), self.now, MOST_SPREAD).where(
                Delivery.address.endswith(f"@{domain}", autoescape=True)
            )
        ).all()
        if later.counted and others:
            self._take_places(session, {domain: len(others)})
        self._give_minutes(others, replace(later, taken=later.taken + len(mails)))
        session.flush()

    def _give_minutes(self, mails: Sequence[Delivery], later: "_Later") -> None:
        for place, row in enumerate(mails, start=later.taken):
            minutes = place // later.a_minute if later.a_minute else 0
            row.due_at = later.first + MINUTE * minutes + later.spread * self.chance()
            row.state = state_of_waiting(row.attempts)


@dataclass(frozen=True)
class _Later:
    """When mail that waits is due again: so many a minute from `first` on, of which `taken` are given away."""

    first: datetime
    a_minute: int
    taken: int = 0
    spread: timedelta = MINUTE
    counted: bool = False
    """Whether the places are those of this minute's count, so that who comes next goes behind."""


def slow_domains(session: Session, domains: Sequence[str], now: datetime) -> dict[str, datetime]:
    """Return those of the domains that are to be left alone, and until when."""
    rows = session.execute(
        sa.select(SlowDomain.domain, SlowDomain.slow_until).where(
            SlowDomain.domain.in_(domains), SlowDomain.slow_until > now
        )
    )
    return {row.domain: row.slow_until for row in rows}


def note_outcome(session: Session, domain: str, receipt: Receipt, now: datetime, chance: float) -> None:
    """Slow a domain down that put us off, further each time; forget it once it takes a mail."""
    if receipt.outcome is Outcome.SENT:
        session.execute(sa.delete(SlowDomain).where(SlowDomain.domain == domain))
    if not receipt.domain_is_slow:
        return
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    new = {"domain": domain, "times": 0, "slow_until": now, "since": now, "detail": ""}
    session.execute(insert(SlowDomain).values(new).on_conflict_do_nothing())
    row = session.get_one(SlowDomain, domain, with_for_update=True, populate_existing=True)
    if row.slow_until <= now:  # else several were under way when the first was put off: one step is enough
        row.times += 1
        wait = min(SLOWEST, MINUTE * 2 ** min(row.times - 1, 10))
        row.slow_until, row.detail = now + wait * (1 + chance / 4), receipt.detail[:300]


def erase_old_slow_domains(session: Session, now: datetime) -> int:
    """Erase the domains that were not asked again for long. Returns how many."""
    old = session.scalars(sa.select(SlowDomain.domain).where(SlowDomain.slow_until < now - KEPT).limit(500)).all()
    session.execute(sa.delete(SlowDomain).where(SlowDomain.domain.in_(old)))
    return len(old)


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def _key(domain: str) -> str:
    return hashlib.sha256(f"email to {domain}".encode()).hexdigest()
