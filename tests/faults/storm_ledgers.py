"""The ledger of a storm: what was due, what the database says became of it, and what the mail server heard and took."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.criteria_index import keep_criteria
from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.alerts.letters import Frequency
from kil_pipeline.alerts.subscribers import Subscriber, Subscription
from kil_pipeline.alerts.suppressions import Suppression
from kil_pipeline.database import Database, new_id
from kil_pipeline.organisations.sign_in import hash_token
from kil_pipeline.plan.criteria import Criteria
from tests.factories import a_commissioner, publish, some_content
from tests.faults.fated_servers import Answer, Fate
from tests.faults.storms import Storm

DOMAINS = 40


def addresses(number: int) -> list[str]:
    """Return the addresses of that many readers: every other one in one large domain, the others in small ones."""
    return [
        f"reader{place}@{'example.org' if place % 2 else f'domain{place // 2 % DOMAINS}.example.org'}"
        for place in range(number)
    ]


def readers_who_are_due(database: Database, readers: Sequence[str], at: datetime) -> None:
    """Let readers subscribe, all at a stroke, and publish an entry of which they are to be told."""
    with database.write() as session:
        council = a_commissioner(session)
        criteria = keep_criteria(session, Criteria())
        people = [_subscriber(address, at) for address in readers]
        session.add_all(people)
        session.flush()
        session.add_all(
            Subscription(subscriber_id=person.id, criteria_id=criteria, start_position=0) for person in people
        )
        publish(session, council.id, some_content(), at=at)


def _subscriber(address: str, at: datetime) -> Subscriber:
    return Subscriber(
        id=new_id(), email=address, frequency=Frequency.AT_ONCE.value, weekday=0, sent_position=0, confirmed_at=at
    )


@dataclass(frozen=True)
class Line:
    """One mail in the ledger."""

    address: str
    fate: Fate
    states: tuple[str, ...]
    """Of all deliveries to the address: there ought to be one."""
    heard: int
    taken: int
    identities: int
    """How many Message-IDs it was taken under."""
    struck: int
    """How many of its claims held when somebody was killed."""

    @property
    def again(self) -> int:
        """How many attempts there were beyond what its fate asks for."""
        return self.heard - self._asked_for

    @property
    def _asked_for(self) -> int:
        return 1 if self.fate[0] is Answer.CUT_INSIDE and self.states == ("unknown",) else len(self.fate)

    def wrongs(self) -> list[str]:
        """Return what must not be."""
        laws = {
            "it ended as its fate says": self.states in [(state,) for state in _ends(self.fate)],
            "it was tried as often as its fate asks for, at least": self.again >= 0,
            "it was taken if it is sent": self.taken >= 1 or self.states != ("sent",),
            "it was not taken if it failed": self.taken == 0 or self.states != ("failed",),
            "it was taken again only where it was tried again": self.taken <= 1 + self.again,
            "it was always the same mail": self.identities == min(1, self.taken),
            "it was tried again only where somebody was killed": self.again <= self.struck,
        }
        return [f"{self}: not so: {law}" for law, holds in laws.items() if not holds]


def _ends(fate: Fate) -> tuple[str, ...]:
    """Return the states that a delivery may end in."""
    if fate[0] is Answer.CUT_INSIDE:  # whoever sends cannot know how much of it arrived
        return ("sent", "unknown")
    ends = {Answer.REFUSE: "failed", Answer.CUT_UNTAKEN: "unknown", Answer.CUT_TAKEN: "unknown"}
    return (ends.get(fate[-1], "sent"),)


def read_ledger(database: Database, storm: Storm, due: Sequence[str]) -> list[Line]:
    """Return a line for each address that is due, or got or has a mail."""
    states: dict[str, list[str]] = {}
    with database.read() as session:
        for address, state in session.execute(sa.select(Delivery.address, Delivery.state)):
            states.setdefault(address, []).append(state)
    server = storm.server
    struck = Counter(address for address, _ in storm.struck)
    taken = Counter(address for address, _ in server.taken)
    identities = Counter(address for address, _ in set(server.taken))
    return [
        Line(
            address,
            server.fate_of(address),
            tuple(states.get(address, ())),
            server.heard[address],
            taken[address],
            identities[address],
            struck[address],
        )
        for address in sorted({*due, *states, *server.heard})
    ]


def suppressed(session: Session) -> set[str]:
    """Return the hashes of the addresses that are not to be mailed any more."""
    return set(session.scalars(sa.select(Suppression.address_hash)))


def hashes(lines: Sequence[Line]) -> set[str]:
    """Return the hashes of the addresses of lines."""
    return {hash_token(line.address) for line in lines}


def describe(lines: Sequence[Line], storm: Storm) -> str:
    """Return a ledger's figures as one line."""
    states = Counter(state for line in lines for state in line.states)
    return (
        f"seed {storm.server.seed}: {len(lines)} mails, {storm.workers} workers, {storm.kills} kills, "
        f"{storm.turns} turns of the clock; "
        + ", ".join(f"{number} {state}" for state, number in sorted(states.items()))
        + f"; {sum(line.heard for line in lines)} attempts, {sum(line.again for line in lines)} of them again, "
        f"{sum(line.taken for line in lines)} mails taken, {sum(line.taken > 1 for line in lines)} of them twice"
    )
