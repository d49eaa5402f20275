"""Load on a web server, from outside: servers in processes of their own, and `wrk`, which is never the slower side."""

import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CONNECTIONS = 64
"""Readers’ programs come by the hundred. With few at a time the wait between threads is measured, and not the work."""
SECONDS = 1
STARTUP_SECONDS = 180
PATIENCE = 20
"""Seconds after which a request counts as failed."""


@dataclass(frozen=True)
class Running:
    """A server in a process of its own, which may have children."""

    port: int
    process: int

    def processor_seconds(self) -> float:
        """Return the processor time that it took so far, as Linux counts it (proc_pid_stat(5), fields 14 and 15)."""
        ticks = 0
        for process in _family(self.process):
            fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def _family(process: int) -> Iterator[int]:
    yield process
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        for child in children.read_text("utf-8").split():
            yield from _family(int(child))


@dataclass(frozen=True)
class Target:
    """One address to ask for again and again. `headers`: what the request says besides."""

    server: Running
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def ask(self) -> tuple[int, Mapping[str, str], bytes]:
        """Ask once; return the status, the headers (lower case) and the body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
        try:
            connection.request("GET", self.path, headers=dict(self.headers))
            response = connection.getresponse()
            return response.status, {n.lower(): v for n, v in response.getheaders()}, response.read()
        finally:
            connection.close()


@contextmanager
def served(factory: str, environment: Mapping[str, str]) -> Iterator[Running]:
    """Serve what a factory ("module:function") makes, with the product's own options."""
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.apps", factory, str(port)]
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        yield wait_for(port, process)
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> Running:
    """Wait until a server answers, and return it. Raises `RuntimeError` where it does not start."""
    running = Running(port, process.pid)
    deadline = time.monotonic() + STARTUP_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            Target(running, "/").ask()
        except OSError:
            time.sleep(0.1)
        else:
            return running
    raise RuntimeError("A server to be measured did not start; see above.")


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Measured:
    """How fast a server answers."""

    rate: float
    """Requests a second, by the clock: the client takes part of the processors, and so does whoever else is busy."""
    effort: float
    """Requests for each second of processor time that the server takes."""


def measure(target: Target, seconds: int = SECONDS, connections: int = CONNECTIONS) -> Measured:
    """Ask for so many seconds. Raises `RuntimeError` where any request was not answered."""
    before = target.server.processor_seconds()
    printed = _ask_often(target, seconds, connections)
    taken = target.server.processor_seconds() - before
    return Measured(read_rate(printed), read_number(printed) / taken)


def _ask_often(target: Target, seconds: int, connections: int) -> str:
    wrk = shutil.which("wrk")
    if wrk is None:
        raise RuntimeError(
            "The feeds are measured with wrk: `make bench` installs it (on Debian: apt-get install wrk)."
        )
    headers = [part for name, value in target.headers.items() for part in ("-H", f"{name}: {value}")]
    # Where the machine is busy an answer may take seconds: it counts as one, and is no error as by wrk's own 2 seconds.
    size = ("-t", "1", "-c", str(connections), "-d", str(seconds), "--timeout", f"{PATIENCE}s")
    command = [wrk, *size, *headers, f"http://127.0.0.1:{target.server.port}{target.path}"]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 30).stdout


def read_rate(printed: str) -> float:
    """Return the rate from what wrk printed. Raises `RuntimeError` where some requests failed or none was made."""
    rate = re.search(r"^Requests/sec:\s+([\d.]+)$", printed, re.MULTILINE)
    if rate is None or not float(rate[1]) or "Socket errors" in printed or "Non-2xx" in printed:
        raise RuntimeError(f"Not every request was answered:\n{printed}")
    return float(rate[1])


def read_number(printed: str) -> int:
    """Return how many requests were answered, from what wrk printed."""
    number = re.search(r"^\s+(\d+) requests in ", printed, re.MULTILINE)
    if number is None:
        raise RuntimeError(f"Not what wrk prints:\n{printed}")
    return int(number[1])
