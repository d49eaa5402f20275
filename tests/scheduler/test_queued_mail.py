"""The clock: who waits for a link does not wait for a tick."""

from kil_pipeline.alerts.deliveries import queue_sign_in
from kil_pipeline.alerts.letters import Outcome, Receipt, SignInLetter
from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.sign_in import ask_to_sign_in
from kil_pipeline.scheduler.clock import send_queued
from kil_pipeline.scheduler.job_parts import Jobs
from tests.alerts.sinks import Post
from tests.factories import NOW, a_commissioner


def jobs(post: Post) -> Jobs:
    return post.jobs(clock=lambda: NOW)


def queue_link(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session)
        add_member(session, email="officer@example.org", organisation_id=council.id, role=Role.AUTHOR, now=NOW)
        asked = ask_to_sign_in(session, "officer@example.org", NOW)
        queue_sign_in(session, asked.user_id, asked.email, next_path="/workspace", now=NOW)


def test_a_queued_mail_leaves_between_two_ticks_and_once(database: Database) -> None:
    post = Post(database)
    send_queued(jobs(post))
    queue_link(database)
    send_queued(jobs(post))
    send_queued(jobs(post))
    assert [type(letter) for letter in post.letters] == [SignInLetter]


def test_what_was_put_off_waits_until_it_is_due(database: Database) -> None:
    post = Post(database, answers=[Receipt(Outcome.DEFERRED)])
    queue_link(database)
    send_queued(jobs(post))
    send_queued(jobs(post))
    assert (len(post.letters), post.sent) == (1, [])
