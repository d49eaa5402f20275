"""Digests to postfix's `smtp-sink` by two processes: written once and sent on kept connections, and one by one."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.load import free_port
from tests.benchmarks.other_servers import SERVERS
from tests.benchmarks.results import Result, benchmark

POSTFIX = SERVERS / "postfix/usr"
PROCESSES, ROUNDS = 2, 5
MAILS = {"ours": 1000, "sent": 1000, "one": 50}
"""Of each process in each round."""


@benchmark
def digests_to_a_fast_mail_server(folder: Path) -> list[Result]:
    """From what each reader is told to the server's word that it has the mail; without the database."""
    with _sink() as port:
        rates = [{how: _rate(port, how) for how in MAILS} for _ in range(ROUNDS)]
    return [
        Result("digests to smtp-sink: one by one to ours", _ratio(rates, "ours", "one"), 20, "higher", floor=3),
        Result("digests to smtp-sink: ours to sending alone", _ratio(rates, "ours", "sent"), 0.5, "higher", floor=0.3),
    ]


def _ratio(rates: list[dict[str, float]], one: str, other: str) -> float:
    return statistics.median(measured[one] / measured[other] for measured in rates)


@contextmanager
def _sink() -> Iterator[int]:
    """Run a mail server that takes everything and keeps nothing. Yields its port."""
    sink = POSTFIX / "sbin/smtp-sink"
    if not sink.exists():
        raise RuntimeError("There is no smtp-sink to send to: `make bench` unpacks it.")
    port = free_port()
    as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
    environment = os.environ | {"LD_LIBRARY_PATH": str(POSTFIX / "lib/postfix")}
    process = subprocess.Popen([str(sink), *as_nobody, f"127.0.0.1:{port}", "100"], env=environment)
    try:
        time.sleep(1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _rate(port: int, how: str) -> float:
    """Return how many mails a second both processes send together."""
    command = [sys.executable, "-m", "tests.benchmarks.mailing", str(port), str(MAILS[how]), how]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(PROCESSES)
    ]
    for process in started:
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("A sender did not start; see above.")
    start = time.monotonic()
    ends = []
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in started:
        ends.append(float(process.communicate()[0]))
        if process.returncode:
            raise RuntimeError("Not every mail was sent; see above.")
    return PROCESSES * MAILS[how] / (max(ends) - start)
