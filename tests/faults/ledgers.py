"""Plans with readers who are due a mail, and a ledger of what a mail server took."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path

from feeds.mail_smtp import SmtpSender
from kil_pipeline.alerts.deliveries import count_deliveries
from kil_pipeline.database import Database
from kil_pipeline.scheduler.jobs import run_tick
from kil_pipeline.settings import load_settings
from tests.factories import NOW, a_commissioner, a_subscriber, publish, some_content
from web.wiring import make_jobs

SOON = NOW + timedelta(minutes=16)
"""After the quiet period of what happens at NOW."""


def addresses(number: int) -> list[str]:
    """Return the addresses of that many readers, in the order in which they subscribed."""
    return [f"reader{place:02}@example.org" for place in range(number)]


def a_plan_with_readers(database: Database, number: int) -> None:
    """Publish an entry of which that many readers are to be told."""
    with database.write() as session:
        council = a_commissioner(session)
        for address in addresses(number):
            a_subscriber(session, email=address)
        publish(session, council.id, some_content())


def ledger(mails: Iterable[bytes]) -> Counter[str]:
    """Return how often each address got its mail. Fails where the mails to one address are not the same one."""
    read = [message_from_bytes(mail) for mail in mails]
    identities = {(mail["To"], mail["Message-ID"]) for mail in read}
    assert len(identities) == len({to for to, _ in identities}), "two different mails to one address"
    return Counter(str(mail["To"]) for mail in read)


def states(database: Database) -> dict[str, int]:
    """Return how many deliveries are in each state."""
    with database.read() as session:
        return dict(count_deliveries(session))


def start_tick(database: Database, mail: str, now: datetime) -> "subprocess.Popen[bytes]":
    """Start `kil tick` in a process of its own."""
    environment = os.environ | {"KIL_ENV": "development", "KIL_DATABASE_URL": database.url, "KIL_MAIL": mail}
    return subprocess.Popen(
        [Path(sys.executable).with_name("kil"), "tick", "--now", now.isoformat()],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def tick_here(database: Database, mail: str, now: datetime) -> None:
    """Do what `kil tick` does, in this process. Fails where a job fails."""
    settings = load_settings({"KIL_ENV": "development", "KIL_DATABASE_URL": database.url, "KIL_MAIL": mail})
    jobs = make_jobs(settings, database)
    assert isinstance(jobs.send, SmtpSender)
    try:
        assert run_tick(jobs, now).failures == ()
    finally:
        jobs.send.close()
