"""A mail server that has a fate in store for each address: drawn by chance, and the same for the same seed."""

import random
import socketserver
import threading
import time
from collections import Counter
from contextlib import suppress
from enum import Enum
from types import TracebackType
from typing import Self

SLOWNESS = 0.1
"""Seconds that a slow answer takes: long enough that kills fall into it."""


class Answer(Enum):
    """What the server does with one attempt at one mail. The values are its words, where it has any."""

    TAKE = "250 2.0.0 queued"
    TAKE_SLOWLY = "250 2.0.0 queued at last"
    MAILBOX_FULL = "452 4.2.2 mailbox full"
    GREYLIST = "451 4.7.1 not yet"
    """Slows its domain down (`alerts.mail_domains`)."""
    PUT_OFF = "451 4.3.0 no room for it"
    """After the whole mail."""
    REFUSE = "550 5.1.1 no such mailbox"
    CUT_BEFORE = "gone in place of 354"
    CUT_INSIDE = "gone after the first line"
    CUT_UNTAKEN = "gone after the whole mail, which was not kept"
    CUT_TAKEN = "gone after the whole mail, which was kept"


AT_RECIPIENT = (Answer.MAILBOX_FULL, Answer.GREYLIST, Answer.REFUSE)
TAKEN = (Answer.TAKE, Answer.TAKE_SLOWLY, Answer.CUT_TAKEN)
CUT = (Answer.CUT_BEFORE, Answer.CUT_INSIDE, Answer.CUT_UNTAKEN, Answer.CUT_TAKEN)

Fate = tuple[Answer, ...]
"""The answers to the attempts at one address; the last one holds for all that follow."""
FATES: dict[Fate, int] = {
    (Answer.TAKE,): 70,
    (Answer.TAKE_SLOWLY,): 4,
    (Answer.MAILBOX_FULL, Answer.TAKE): 4,
    (Answer.MAILBOX_FULL, Answer.PUT_OFF, Answer.TAKE): 2,
    (Answer.GREYLIST, Answer.TAKE): 1,
    (Answer.REFUSE,): 5,
    (Answer.PUT_OFF, Answer.REFUSE): 1,
    (Answer.CUT_BEFORE, Answer.TAKE): 4,
    (Answer.CUT_INSIDE, Answer.TAKE): 3,
    (Answer.CUT_UNTAKEN,): 3,
    (Answer.CUT_TAKEN,): 3,
}
"""How many in a hundred have which."""


class FatedServer(socketserver.ThreadingTCPServer):
    """Answers by fate, and keeps a book of what it heard and took."""

    request_queue_size = 128

    def __init__(self, seed: int) -> None:
        super().__init__(("127.0.0.1", 0), _Dialogue)
        self.seed = seed
        self.mail = f"smtp://127.0.0.1:{self.server_address[1]}"
        """As `KIL_MAIL` names it."""
        self.heard: Counter[str] = Counter()
        """How many attempts there were at each address."""
        self.taken: list[tuple[str, str]] = []
        """The address and the Message-ID of each mail that was kept."""
        self.lock = threading.Lock()
        self._serving = threading.Thread(target=self.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        """Serve."""
        self._serving.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop, once the connections have ended."""
        self.shutdown()
        self._serving.join()
        self.server_close()

    def fate_of(self, address: str) -> Fate:
        """Return what an address has to expect."""
        return random.Random(f"{self.seed} {address}").choices([*FATES], [*FATES.values()])[0]

    def hear(self, address: str) -> Answer:
        """Note an attempt, and return the answer that it gets."""
        fate = self.fate_of(address)
        with self.lock:
            self.heard[address] += 1
            return fate[min(self.heard[address], len(fate)) - 1]


class _Dialogue(socketserver.StreamRequestHandler):
    server: FatedServer
    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Speak until either side goes."""
        with suppress(ConnectionError):
            self._say("220 ready")
            for line in self.rfile:
                if line.startswith(b"QUIT") or not self._answer(line):
                    return

    def _answer(self, line: bytes) -> bool:
        """Answer a line. False where the connection is to end."""
        if line.lower().startswith(b"rcpt"):
            self.address = line.decode().split("<")[1].split(">")[0]
            self.planned = self.server.hear(self.address)
            return self._say(self.planned.value if self.planned in AT_RECIPIENT else "250 2.1.5 ok")
        if line.lower().startswith(b"data"):
            return self.planned is not Answer.CUT_BEFORE and self._say("354 go on") and self._take()
        return self._say("250 ok")

    def _take(self) -> bool:
        message_id = ""
        for line in self.rfile:
            if self.planned is Answer.CUT_INSIDE:
                return False
            if line == b".\r\n":
                return self._decide(message_id)
            if line.startswith(b"Message-ID:"):
                message_id = line.decode().split()[1]
        return False

    def _decide(self, message_id: str) -> bool:
        if self.planned is Answer.TAKE_SLOWLY:
            time.sleep(SLOWNESS)
        if self.planned in TAKEN:
            with self.server.lock:
                self.server.taken.append((self.address, message_id))
        return self.planned not in CUT and self._say(self.planned.value)

    def _say(self, words: str) -> bool:
        self.wfile.write(words.encode() + b"\r\n")
        return True
