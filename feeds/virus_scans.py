"""Asking a virus scanner about a file: ClamAV's daemon, by its INSTREAM command (clamd(8)). Nothing is written to disk.

Where one is configured and does not answer, no file is taken: what nobody looked at is not given out.
"""

import socket
import struct
from collections.abc import Callable
from urllib.parse import urlsplit

from kil_pipeline.errors import ConfigurationError

PATIENCE = 30.0
"""Seconds for one step."""
CHUNK = 64 * 1024
MOST_READ = 4096
"""Bytes of an answer that are looked at."""

Scan = Callable[[bytes], str]
"""Returns the name of what was found in a file, or "". Raises `ScannerAway`."""


class ScannerAway(OSError):
    """The scanner cannot be reached, or did not say yes or no."""


def make_scanner(address: str, *, patience: float = PATIENCE) -> Scan | None:
    """Return what asks the scanner at `tcp://host:port` or `unix:/path`; None for "".

    Raises `ConfigurationError` for any other text.
    """
    if not address:
        return None
    parts = urlsplit(address)
    tcp = parts.scheme == "tcp" and parts.hostname and parts.port
    if not (tcp or (parts.scheme == "unix" and parts.path.startswith("/"))):
        raise ConfigurationError(f"KIL_CLAMD is “{address}”: write tcp://host:port or unix:/path/to/clamd.sock.")

    def scan(data: bytes) -> str:
        try:
            with _connect(address, patience) as connection:
                connection.sendall(b"zINSTREAM\0")
                for start in range(0, len(data), CHUNK):
                    part = data[start : start + CHUNK]
                    connection.sendall(struct.pack("!I", len(part)) + part)
                connection.sendall(struct.pack("!I", 0))
                return _verdict(_answer(connection))
        except OSError as error:
            raise ScannerAway(str(error)) from error

    return scan


def _connect(address: str, patience: float) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "tcp":
        return socket.create_connection((parts.hostname or "", parts.port or 0), patience)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(patience)
    try:
        connection.connect(parts.path)
    except OSError:
        connection.close()
        raise
    return connection


def _answer(connection: socket.socket) -> str:
    said = b""
    while b"\0" not in said and len(said) < MOST_READ and (more := connection.recv(1024)):
        said += more
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _verdict(said: str) -> str:
    words = said.removeprefix("stream: ")
    if words == "OK":
        return ""
    if words.endswith(" FOUND"):
        return words.removesuffix(" FOUND") or "something"
    raise ScannerAway(f"It said: {said[:200]}")
