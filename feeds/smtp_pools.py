"""Connections to one mail server, kept open from mail to mail and shared by the threads of a process."""

import smtplib
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

IDLE = 45.0
"""Seconds after which an unused connection is not trusted any more: many servers close after a minute."""


@dataclass
class _Connection:
    smtp: smtplib.SMTP
    used_at: float


class SmtpPool:
    """Hands a connection to one thread at a time. As many are open as threads send at the same moment."""

    def __init__(self, connect: Callable[[], smtplib.SMTP], clock: Callable[[], float] = time.monotonic) -> None:
        self._connect, self._clock = connect, clock
        self._lock = threading.Lock()
        self._idle: list[_Connection] = []

    def take(self) -> tuple[smtplib.SMTP, bool]:
        """Return a connection for the caller alone, and whether it was used before. Raises what connecting raises."""
        with self._lock:
            stale = [kept for kept in self._idle if self._clock() - kept.used_at >= IDLE]
            self._idle = [kept for kept in self._idle if kept not in stale]
            kept = self._idle.pop() if self._idle else None  # the last one used: the others may go stale
        for old in stale:
            discard(old.smtp)
        return (kept.smtp, True) if kept else (self._connect(), False)

    def give_back(self, smtp: smtplib.SMTP) -> None:
        """Keep a connection for whoever sends next."""
        with self._lock:
            self._idle.append(_Connection(smtp, self._clock()))

    def close(self) -> None:
        """Close what is not in use."""
        with self._lock:
            idle, self._idle = self._idle, []
        for kept in idle:
            discard(kept.smtp)


def discard(smtp: smtplib.SMTP) -> None:
    """Close a connection, politely where it can still be spoken on."""
    with suppress(smtplib.SMTPException, OSError):
        smtp.quit()
    smtp.close()
