"""Leases: each delivery is one worker's at a time, however slow the mail server, however the worker ended."""

import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from kil_pipeline.alerts.claims import BACK_OFF, LEASE, MOST_ATTEMPTS, claim_deliveries, hold_delivery, mark_delivery
from kil_pipeline.alerts.deliveries import Delivery, queue_delivery, queue_sign_in
from kil_pipeline.alerts.letters import Frequency, Outcome, Outgoing, Receipt
from kil_pipeline.alerts.requests import ask_for_alerts
from kil_pipeline.database import Database, new_id
from kil_pipeline.events.log import events_after
from kil_pipeline.events.types import MilestoneApproaching
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.scheduler.jobs import run_tick
from tests.alerts.sinks import Post
from tests.factories import NOW, a_commissioner, a_milestone, publish, some_content
from tests.faults.ledgers import SOON, a_plan_with_readers, addresses, states

SECOND = timedelta(seconds=1)


@dataclass
class SlowPost(Post):
    """A post office that takes its time over each mail. At the `meanwhile_at`-th one, another worker ticks."""

    minutes_each: float = 4
    passed: timedelta = timedelta()
    other: Post | None = None
    meanwhile_at: int = 0
    tried: list[str] = field(default_factory=list)

    def send(self, outgoing: Outgoing) -> Receipt:
        """Take minutes, then accept."""
        self.tried.append(outgoing.to)
        if self.other is not None and len(self.tried) == self.meanwhile_at:
            self.other.tick(SOON + self.passed)
        self.passed += timedelta(minutes=self.minutes_each)
        return super().send(outgoing)

    def tick_slowly(self) -> None:
        """Do what is due at SOON, on a clock that goes on while mail is sent."""
        jobs = replace(self.jobs(), monotonic=lambda: self.passed.total_seconds())
        assert run_tick(jobs, SOON).failures == ()


def test_what_another_worker_took_over_from_a_slow_one_is_sent_once(database: Database) -> None:
    a_plan_with_readers(database, 10)
    quick = Post(database)
    slow = SlowPost(database, other=quick, meanwhile_at=4)  # by the fourth mail the lease of the claim has run out
    slow.tick_slowly()
    assert slow.tried == addresses(10)[:4]
    assert [mail.to for mail in quick.sent] == addresses(10)[4:]
    assert states(database) == {"sent": 10}


def test_a_slow_worker_whose_lease_ran_out_goes_on_where_nobody_took_over(database: Database) -> None:
    a_plan_with_readers(database, 10)
    slow = SlowPost(database)
    slow.tick_slowly()
    assert slow.tried == addresses(10)


def test_the_mail_that_is_being_sent_is_nobody_elses_for_a_whole_lease(database: Database) -> None:
    a_plan_with_readers(database, 2)
    other = Post(database)
    slow = SlowPost(database, minutes_each=9.9, other=other, meanwhile_at=2)
    slow.tick_slowly()
    assert (slow.tried, other.sent) == (addresses(2), [])


def test_what_a_dead_worker_claimed_is_claimed_again_when_its_lease_has_run_out(database: Database) -> None:
    with database.write() as session:
        queue_delivery(session, "digest", "reader@example.org", {}, due_at=NOW, now=NOW)
    claims = []
    for moment in (NOW - SECOND, NOW, NOW + LEASE - SECOND, NOW + LEASE):
        with database.write() as session:
            claims.append([claimed.address for claimed in claim_deliveries(session, moment)[1]])
    assert claims == [[], ["reader@example.org"], [], ["reader@example.org"]]


def test_workers_that_die_use_up_no_attempt_of_what_they_had_claimed(database: Database) -> None:
    with database.write() as session:
        queue_delivery(session, "digest", "reader@example.org", {}, due_at=NOW, now=NOW)
    for lives in range(MOST_ATTEMPTS + 1):
        moment = NOW + LEASE * lives
        with database.write() as session:
            _, (claimed,) = claim_deliveries(session, moment)
            assert hold_delivery(session, claimed, moment)
    with database.write() as session:
        mark_delivery(session, claimed, Receipt(Outcome.DEFERRED, "451"), moment, 0.0)
        row = session.get_one(Delivery, claimed.id)
        assert (row.state, row.attempts, row.due_at) == ("deferred", 1, moment + BACK_OFF[0])


def test_the_word_of_a_worker_that_lost_a_delivery_does_not_count(database: Database) -> None:
    with database.write() as session:
        queue_delivery(session, "digest", "reader@example.org", {}, due_at=NOW, now=NOW)
        _, (first,) = claim_deliveries(session, NOW)
    later = NOW + LEASE + SECOND
    with database.write() as session:
        _, (second,) = claim_deliveries(session, later)
        assert (hold_delivery(session, first, later), hold_delivery(session, second, later)) == (False, True)
        mark_delivery(session, first, Receipt(Outcome.REFUSED, "550", address_is_bad=True), later, 0.0)
    assert states(database) == {"sending": 1}


def test_who_waits_for_a_link_is_not_kept_behind_a_thousand_digests(database: Database) -> None:
    with database.write() as session:
        for _ in range(20):
            queue_delivery(session, "digest", "reader@example.org", {}, due_at=NOW - LEASE, now=NOW - LEASE)
        queue_sign_in(session, new_id(), "officer@example.org", next_path="/workspace", now=NOW)
        assert claim_deliveries(session, NOW)[1][0].kind == "sign_in"


@dataclass
class MeetingPost(Post):
    """A post office whose first mail waits until the other worker sends its own: both are at it at once."""

    meeting: threading.Barrier = field(default_factory=lambda: threading.Barrier(2))

    def send(self, outgoing: Outgoing) -> Receipt:
        """Accept; the first time, together."""
        if not self.sent:
            self.meeting.wait(60)
        return super().send(outgoing)


def tick_together(url: str, *workers: Post) -> None:
    """Let workers tick at the same moment, each with its own connections. Fails where a job fails."""
    failures: list[str] = []

    def work(worker: Post) -> None:
        worker.database = Database(url)
        failures.extend(run_tick(worker.jobs(), SOON).failures)
        worker.database.close()

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_two_workers_at_once_send_each_mail_once(postgres_database: Database) -> None:
    with postgres_database.write() as session:
        for address in addresses(40):
            ask_for_alerts(session, address, (Criteria(),), Frequency.WEEKLY, now=NOW)
    meeting = threading.Barrier(2)
    workers = [MeetingPost(postgres_database, meeting=meeting) for _ in range(2)]
    tick_together(postgres_database.url, *workers)
    assert sorted(mail.to for worker in workers for mail in worker.sent) == addresses(40)
    assert states(postgres_database) == {"sent": 40}


def test_two_workers_at_once_raise_each_notice_once(postgres_database: Database) -> None:
    opening = a_milestone("opens", NOW.date() + timedelta(days=90))
    with postgres_database.write() as session:
        council = a_commissioner(session)
        for number in range(5):
            content = some_content(f"Near {number}", milestones=(opening,))
            publish(session, council.id, content, at=NOW - timedelta(days=2))
    tick_together(postgres_database.url, Post(postgres_database), Post(postgres_database))
    with postgres_database.read() as session:
        raised = [logged.event for logged in events_after(session, 0)]
    titles = [event.facets.title for event in raised if isinstance(event, MilestoneApproaching)]
    assert sorted(titles) == [f"Near {number}" for number in range(5)]


@pytest.mark.parametrize("minutes", [-60, -60 * 24, 60 * 24 * 400])
def test_a_clock_that_is_set_back_or_was_ahead_harms_nobody(minutes: int, database: Database) -> None:
    a_plan_with_readers(database, 3)
    post = Post(database)
    post.tick(SOON + timedelta(minutes=minutes))
    post.tick(SOON)
    post.tick(SOON + timedelta(hours=2))
    assert [mail.to for mail in post.sent] == addresses(3)
