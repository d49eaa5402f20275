"""Mail by domain: what is too much for one domain, or put off by it, waits alone; all other mail goes on."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from kil_pipeline.alerts.claims import ClaimedDelivery, claim_deliveries, mark_delivery
from kil_pipeline.alerts.deliveries import Delivery, DeliveryKind, queue_delivery
from kil_pipeline.alerts.letters import Outcome, Receipt
from kil_pipeline.alerts.mail_domains import KEPT, DomainGate, erase_old_slow_domains, note_outcome, slow_domains
from kil_pipeline.database import Database
from kil_pipeline.mail_limits import MailLimit, MailLimits
from kil_pipeline.rate_counts import count_many_hits
from tests.factories import NOW

MINUTE = timedelta(minutes=1)
TAKEN = Receipt(Outcome.SENT)
SLOW = Receipt(Outcome.DEFERRED, "450 4.7.1 too fast", domain_is_slow=True)


def queue(session: Session, addresses: Iterable[str], kind: DeliveryKind = "digest") -> None:
    for address in addresses:
        queue_delivery(session, kind, address, {}, due_at=NOW, now=NOW)


def gate(
    now: datetime = NOW, *, connections: int = 0, a_minute: int = 0, chance: float = 0.0, **domains: MailLimit
) -> DomainGate:
    return DomainGate(MailLimits(MailLimit(connections, a_minute), domains), now, lambda: chance)


def claim(database: Database, passing: DomainGate) -> tuple[ClaimedDelivery, ...]:
    """Look at what is due until some of it may go, or nothing is due any more."""
    looked_at, claimed = 1, tuple[ClaimedDelivery, ...]()
    while looked_at and not claimed:
        with database.write() as session:
            looked_at, claimed = claim_deliveries(session, passing.now, admit=passing.admit)
    return claimed


def send_all(database: Database, passing: DomainGate, receipt: Receipt = TAKEN) -> Counter[str]:
    """Send until nothing may be, and return how many mails left for each domain."""
    sent: Counter[str] = Counter()
    while True:
        claimed = claim(database, passing)
        if not claimed:
            return sent
        for mail in claimed:
            with database.write() as session:
                if passing.hold(session, mail):
                    mark_delivery(session, mail, receipt, passing.now, 0.0)
                    note_outcome(session, mail.domain, receipt, passing.now, 0.0)
                    sent[mail.domain] += 1


def test_a_domain_gets_so_many_mails_a_minute_and_holds_up_no_other(database: Database) -> None:
    with database.write() as session:
        queue(session, [f"reader{n}@big.example.org" for n in range(70)])
        queue(session, ["ann@small.example.org"])
    sent = [send_all(database, gate(NOW + minute * MINUTE, a_minute=30)) for minute in range(4)]
    assert sent == [
        {"big.example.org": 30, "small.example.org": 1},
        {"big.example.org": 30},
        {"big.example.org": 10},
        {},
    ]


def test_a_domain_of_its_own_limit_and_one_without(database: Database) -> None:
    limits = MailLimits(MailLimit(0, 20), {"few.example.org": MailLimit(0, 5), "all.example.org": MailLimit()})
    with database.write() as session:
        for domain in ("few", "all", "other"):
            queue(session, [f"reader{n}@{domain}.example.org" for n in range(40)])
    assert send_all(database, DomainGate(limits, NOW, lambda: 0.0)) == {
        "few.example.org": 5,
        "all.example.org": 40,
        "other.example.org": 20,
    }


def test_what_somebody_waits_for_is_not_held_back(database: Database) -> None:
    with database.write() as session:
        queue(session, [f"reader{n}@example.org" for n in range(10)])
        note_outcome(session, "example.org", SLOW, NOW, 0.0)
        queue(session, [f"signer{n}@example.org" for n in range(9)], "sign_in")
    assert send_all(database, gate(a_minute=3)) == {"example.org": 9}


def test_as_many_batches_of_a_domain_are_under_way_as_it_takes_connections(database: Database) -> None:
    passing = gate(connections=2)
    with database.write() as session:
        queue(session, [f"reader{n}@big.example.org" for n in range(40)])
        queue(session, ["ann@small.example.org"])
    claims = [claim(database, passing) for _ in range(3)]
    assert [[mail.domain for mail in claimed] for claimed in claims] == [
        ["big.example.org"] * 10,
        ["big.example.org"] * 10,
        ["small.example.org"],
    ]
    with database.write() as session:
        for mail in claims[0]:
            mark_delivery(session, mail, Receipt(Outcome.SENT), NOW, 0.0)
    later = gate(NOW + timedelta(seconds=6), connections=2)
    assert [mail.domain for mail in claim(database, later)] == ["big.example.org"] * 10


def test_a_domain_that_puts_us_off_is_left_alone_for_longer_each_time(database: Database) -> None:
    with database.write() as session:
        queue(session, [f"reader{n}@slow.example.org" for n in range(25)])
        queue(session, ["ann@quick.example.org"])
    assert send_all(database, gate(), SLOW) == {"slow.example.org": 1, "quick.example.org": 1}
    waits = []
    now = NOW
    for _ in range(9):
        with database.read() as session:
            until = slow_domains(session, ["slow.example.org"], now)["slow.example.org"]
        waits.append((until - now) / MINUTE)
        now = until
        with database.write() as session:
            note_outcome(session, "slow.example.org", SLOW, now, 0.0)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_what_waits_for_a_slow_domain_has_lost_no_attempt(database: Database) -> None:
    with database.write() as session:
        queue(session, [f"reader{n}@slow.example.org" for n in range(25)])
    send_all(database, gate(), SLOW)
    with database.read() as session:
        tried = session.scalars(sa.select(Delivery.attempts).order_by(Delivery.attempts)).all()
        due = session.scalars(sa.select(Delivery.due_at).distinct()).all()
    assert (tried, due) == ([0] * 24 + [1], [NOW + MINUTE])
    assert send_all(database, gate(NOW + MINUTE)) == {"slow.example.org": 25}


def test_each_look_at_the_queue_is_one_batch_so_that_it_counts_for_its_domains_alone(database: Database) -> None:
    with database.write() as session:
        note_outcome(session, "slow.example.org", SLOW, NOW, 0.0)
        queue(session, [f"reader{n}@slow.example.org" for n in range(10)])
        queue(session, ["ann@quick.example.org"])
    looks = []
    for _ in range(3):
        with database.write() as session:
            looked_at, claimed = claim_deliveries(session, NOW, admit=gate(a_minute=30).admit)
            looks.append((looked_at, [mail.domain for mail in claimed]))
    assert looks == [(10, []), (1, ["quick.example.org"]), (0, [])]


def test_a_domain_that_takes_a_mail_again_is_forgotten(database: Database) -> None:
    with database.write() as session:
        note_outcome(session, "slow.example.org", SLOW, NOW, 0.0)
        note_outcome(session, "slow.example.org", Receipt(Outcome.DEFERRED, "452 4.2.2 full"), NOW, 0.0)
        assert slow_domains(session, ["slow.example.org"], NOW) == {"slow.example.org": NOW + MINUTE}
        note_outcome(session, "slow.example.org", Receipt(Outcome.SENT), NOW, 0.0)
        assert slow_domains(session, ["slow.example.org"], NOW) == {}


def test_several_that_were_under_way_together_count_as_one_step(database: Database) -> None:
    with database.write() as session:
        for _ in range(5):
            note_outcome(session, "slow.example.org", SLOW, NOW, 1.0)
        assert slow_domains(session, ["slow.example.org"], NOW) == {"slow.example.org": NOW + 1.25 * MINUTE}


def test_that_a_domain_was_slow_is_forgotten_after_a_week(database: Database) -> None:
    with database.write() as session:
        note_outcome(session, "slow.example.org", SLOW, NOW, 0.0)
        assert [erase_old_slow_domains(session, NOW + KEPT + wait) for wait in (MINUTE, 2 * MINUTE)] == [0, 1]


def test_what_waits_is_spread(database: Database) -> None:
    with database.write() as session:
        queue(session, [f"reader{n}@example.org" for n in range(3)])
    assert send_all(database, gate(a_minute=1, chance=0.5)) == {"example.org": 1}
    with database.read() as session:
        due = session.scalars(sa.select(Delivery.due_at).where(Delivery.ended_at.is_(None)).order_by("due_at")).all()
    assert due == [NOW + 1.5 * MINUTE, NOW + 2.5 * MINUTE]


def test_counts_are_added_each_to_its_own(database: Database) -> None:
    with database.write() as session:
        first = count_many_hits(session, {"a": 1, "b": 5}, expires_at=NOW + MINUTE, now=NOW)
        second = count_many_hits(session, {"b": 2, "c": 1}, expires_at=NOW + MINUTE, now=NOW)
        anew = count_many_hits(session, {"a": 3}, expires_at=NOW + 2 * MINUTE, now=NOW + MINUTE)
    assert (first, second, anew) == ({"a": 1, "b": 5}, {"b": 7, "c": 1}, {"a": 3})


@settings(max_examples=30)
@given(
    mails=st.lists(st.sampled_from("abc"), max_size=25),
    a_minute=st.integers(1, 15),
    chance=st.sampled_from([0.0, 0.4, 0.9]),
)
def test_every_mail_leaves_and_no_minute_has_too_many(mails: list[str], a_minute: int, chance: float) -> None:
    database = Database("sqlite://")
    Delivery.metadata.create_all(database.engine)
    with database.write() as session:
        queue(session, [f"reader{n}@{name}.example.org" for n, name in enumerate(mails)])
    sent: Counter[str] = Counter()
    for minute in range(2 * len(mails) + 3):
        # Looked at several times a minute, as by several workers.
        found = [
            send_all(
                database, gate(NOW + minute * MINUTE + second * timedelta(seconds=1), a_minute=a_minute, chance=chance)
            )
            for second in (0, 20, 59)
        ]
        now = sum(found, Counter[str]())
        assert max(now.values(), default=0) <= a_minute
        sent += now
    assert sent == Counter(f"{name}.example.org" for name in mails)
