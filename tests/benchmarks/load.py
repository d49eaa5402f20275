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

CONNECTIONS = 64
"""Readers’ programs come by the hundred. With few at a time the wait between threads is measured, and not the work."""
SECONDS = 1
STARTUP_SECONDS = 30


@dataclass(frozen=True)
class Target:
    """One address to ask for again and again. `headers`: what the request says besides."""

    port: int
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def ask(self) -> tuple[int, Mapping[str, str], bytes]:
        """Ask once; return the status, the headers (lower case) and the body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", self.path, headers=dict(self.headers))
            response = connection.getresponse()
            return response.status, {n.lower(): v for n, v in response.getheaders()}, response.read()
        finally:
            connection.close()


@contextmanager
def served(factory: str, environment: Mapping[str, str]) -> Iterator[int]:
    """Serve what a factory ("module:function") makes, with the product's own options. Yields the port."""
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.apps", factory, str(port)]
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers. Raises `RuntimeError` where it does not start."""
    deadline = time.monotonic() + STARTUP_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            Target(port, "/").ask()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("A server to be measured did not start; see above.")


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def requests_per_second(target: Target, seconds: int = SECONDS, connections: int = CONNECTIONS) -> float:
    """Return how many requests a second are answered, in so many seconds. Raises `RuntimeError` where any was not."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise RuntimeError(
            "The feeds are measured with wrk: `make bench` installs it (on Debian: apt-get install wrk)."
        )
    headers = [part for name, value in target.headers.items() for part in ("-H", f"{name}: {value}")]
    size = ("-t", "1", "-c", str(connections), "-d", str(seconds))
    command = [wrk, *size, *headers, f"http://127.0.0.1:{target.port}{target.path}"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 30).stdout
    return read_rate(printed)


def read_rate(printed: str) -> float:
    """Return the rate from what wrk printed. Raises `RuntimeError` where some requests failed or none was made."""
    rate = re.search(r"^Requests/sec:\s+([\d.]+)$", printed, re.MULTILINE)
    if rate is None or "Socket errors" in printed or "Non-2xx" in printed:
        raise RuntimeError(f"Not every request was answered:\n{printed}")
    return float(rate[1])
