"""`python -m tests.benchmarks.digesting MAILS alike|unalike`: digests for so many readers, in a process of its own.

Prints as JSON how many times as long one `EmailMessage` for each takes, and the peak of memory (which only a process of
its own can tell).
"""

import json
import random
import resource
import statistics
import sys
import time
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import islice

from feeds.mail import make_renderer
from feeds.mail_messages import write_mail
from kil_pipeline.alerts.letters import DigestItem, DigestLetter, Frequency, Message, Outgoing
from kil_pipeline.alerts.links import Signer
from kil_pipeline.settings import load_settings

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
ITEMS, EVENTS, REASONS = 5, 60, 8
"""Items of a digest; of how many events and reasons they are where no two digests are alike."""
NAIVE = 20
"""Mails of one round that are written one by one."""
ROUNDS = 10
SETTINGS = load_settings({"KIL_ENV": "development", "KIL_BASE_URL": "https://plan.example.org"})
SIGNER = Signer(SETTINGS.secret_keys)
render = make_renderer(SETTINGS)


@cache
def _told(event: int, reason: int) -> DigestItem:
    return DigestItem(
        subject="entry",
        reference=f"EXC-{event:04}",
        title=f"Link workers and falls classes in Exampleton, part {event}",
        commissioner_name="Exampleshire Council",
        can_we_go="Yes: a grant, open to all",
        what_to_do="Find partners and get ready: it opens about April to June 2027, not certain.",
        sentences=("Applications or bids open: moved from about April 2027 to about April to June 2027.",),
        why="The board meets later.",
        path=f"/entries/EXC-{event:04}",
        because=f"you follow Exampleton {reason} and Social prescribing",
        news="Moved later",
        subject_id=str(uuid.UUID(int=event)),
    )


def letters(alike: bool) -> Iterator[tuple[uuid.UUID, DigestLetter]]:
    """Yield readers and what they are told, without end."""
    chance, number = random.Random(2), 0
    told = [_told(event, 1) for event in range(ITEMS)]
    while True:
        number += 1
        reader = uuid.UUID(int=number << 64)
        if not alike:
            told = [_told(event, chance.randrange(REASONS)) for event in chance.sample(range(EVENTS), ITEMS)]
        items = [item.with_mute_path(SIGNER.mute_path(reader, item.subject_id)) for item in told]
        paths = SIGNER.unsubscribe_path(reader), SIGNER.manage_path(reader)
        yield reader, DigestLetter(Frequency.DAILY, tuple(items), *paths, NOW)


def write(reader: uuid.UUID, message: Message) -> bytes:
    """Return a reader's mail as the product writes it."""
    outgoing = Outgoing(reader, f"reader{reader.int >> 64}@example.org", message)
    return write_mail(outgoing, sender="Keep it Local <alerts@example.org>", base_url=SETTINGS.base_url, now=NOW)


def write_naively(reader: uuid.UUID, message: Message) -> bytes:
    """Return the same, by the library alone."""
    whole = Message(message.subject, message.text, message.html, message.headers)
    return write(reader, whole)


def _seconds(write: object, some: Iterable[tuple[uuid.UUID, DigestLetter]], number: int) -> float:
    """Return the processor time of one mail: nothing waits here, and other work on the machine does not count."""
    assert callable(write)
    start = time.process_time()
    for reader, letter in some:
        write(reader, render(letter))
    return (time.process_time() - start) / number


def measure(mails: int, *, alike: bool) -> dict[str, float]:
    """Write `mails` in some rounds, and a few more one by one in each."""
    source, ratios = letters(alike), []
    for reader, letter in islice(source, 50):
        message = render(letter)
        assert write(reader, message) == write_naively(reader, message)
    share = mails // ROUNDS
    for _ in range(ROUNDS):
        ours = _seconds(write, islice(source, share), share)
        ratios.append(_seconds(write_naively, islice(source, NAIVE), NAIVE) / ours)
    # in KiB on Linux
    return {"ratio": statistics.median(ratios), "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), alike=sys.argv[2] == "alike")))
