"""Mail servers that answer as a test tells them to: a script of replies, or a real one."""

import socket
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

DROP = "drop"
"""A reply that is none: the connection is closed."""


@dataclass
class ScriptedServer:
    """A server whose replies to single commands are scripted; all others are the usual ones.

    `replies`: for MAIL, RCPT, DATA and "." (the end of the mail) the replies to give, the first ones first; when they
    are used up, the usual ones follow. `DROP` closes the connection instead.
    """

    replies: dict[str, list[str]] = field(default_factory=dict)
    halt_at: tuple[str, int] | None = None
    """At which command, counted from 1, the server says nothing until it is told to `go_on`: a slow one."""
    greeting: str = "220 ready"
    mails: list[bytes] = field(default_factory=list)
    """What was accepted."""
    handed_over: int = 0
    """How many mails came whole, accepted or not."""
    senders: list[str] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self.halted, self.go_on = threading.Event(), threading.Event()
        self._heard: Counter[str] = Counter()

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.go_on.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._accepting.join()
        self.drop_connections()
        for thread in self._threads:
            thread.join()

    def drop_connections(self) -> None:
        """Close every connection, as a server does that was idle for too long."""
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            say = self._speaker(connection)
            try:
                say(self.greeting)
                for line in lines:
                    command = line.split()[0].upper().decode() if line.split() else ""
                    if not self._answer(command, line, lines, say):
                        return
            except OSError:
                return

    def _answer(self, command: str, line: bytes, lines: object, say: Callable[[str], bool]) -> bool:
        if command == "MAIL":
            self.senders.append(line.decode().split("<")[1].split(">")[0])
            return say(self._reply("MAIL", "250 2.1.0 ok"))
        if command == "RCPT":
            return say(self._reply("RCPT", "250 2.1.5 ok"))
        if command == "DATA":
            if not say(reply := self._reply("DATA", "354 go on")):
                return False
            return self._take(lines, say) if reply.startswith("354") else True
        if command == "QUIT":
            say("221 bye")
            return False
        return say("250 ok")

    def _take(self, lines: object, say: Callable[[str], bool]) -> bool:
        content = b""
        for line in lines:  # type: ignore[attr-defined]  # a file of the socket
            if line == b".\r\n":
                self.handed_over += 1
                reply = self._reply(".", "250 2.0.0 queued")
                if reply.startswith("250"):
                    self.mails.append(content)
                return say(reply)
            content += line.removeprefix(b".") if line.startswith(b"..") else line
        return False

    def _reply(self, command: str, usual: str) -> str:
        self._heard[command] += 1
        if (command, self._heard[command]) == self.halt_at:
            self.halted.set()
            self.go_on.wait()
        scripted = self.replies.get(command, [])
        return scripted.pop(0) if scripted else usual

    def _speaker(self, connection: socket.socket) -> Callable[[str], bool]:
        def say(reply: str) -> bool:
            if reply == DROP:
                return False
            connection.sendall(reply.encode() + b"\r\n")
            return not reply.startswith("421")

        return say
