"""A fake of ClamAV's daemon: reads INSTREAM as clamd does, and says what a test wants."""

import socketserver
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner calls a virus, and is none."""


@dataclass
class Script:
    """What the daemon was asked about, and what it says to everything instead of what it thinks."""

    says: bytes | None = None
    seen: list[bytes] = field(default_factory=list)


def make_handler(script: Script) -> type[socketserver.StreamRequestHandler]:
    """Return what answers: it finds EICAR alone."""

    class Clamd(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            assert self.rfile.read(10) == b"zINSTREAM\0"
            data = b""
            while size := struct.unpack("!I", self.rfile.read(4))[0]:
                data += self.rfile.read(size)
            script.seen.append(data)
            found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in data else b"stream: OK\0"
            self.wfile.write(found if script.says is None else script.says)

    return Clamd


@contextmanager
def clamd(says: bytes | None = None, socket_file: Path | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """Run the daemon, on a port or on a socket in a folder. Gives its address, and what it was asked about."""
    script = Script(says)
    server: socketserver.BaseServer
    if socket_file is None:
        server = tcp = socketserver.TCPServer(("127.0.0.1", 0), make_handler(script))
        address = f"tcp://127.0.0.1:{tcp.socket.getsockname()[1]}"
    else:
        server = socketserver.UnixStreamServer(str(socket_file), make_handler(script))
        address = f"unix:{socket_file}"
    with server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield address, script.seen
        server.shutdown()
