"""`python -m tests.benchmarks.mailing PORT MAILS ours|sent|one`: sends digests to a mail server on this machine.

`ours`: as the product writes and sends them; `sent`: finished mails on one connection; `one`: each mail written by the
library and sent on a connection of its own. Says "ready", begins with a line of input, and prints when it ended.
"""

import re
import smtplib
import sys
import time
import uuid
from collections.abc import Callable
from itertools import islice

from feeds.mail_smtp import Server, SmtpSender
from kil_pipeline.alerts.letters import DigestLetter, Outcome, Outgoing
from tests.benchmarks.digesting import NOW, SETTINGS, letters, render, write, write_naively

SENDER = "alerts@example.org"
Told = tuple[uuid.UUID, DigestLetter]


def _ours(port: int, told: list[Told]) -> Callable[[], None]:
    send = SmtpSender(Server("127.0.0.1", port), SETTINGS, SENDER, lambda: NOW)

    def work() -> None:
        for reader, letter in told:
            receipt = send(Outgoing(reader, f"reader{reader.int >> 64}@example.org", render(letter)))
            if receipt.outcome is not Outcome.SENT:
                raise RuntimeError(receipt.detail)
        send.close()

    return work


def _sent(port: int, told: list[Told]) -> Callable[[], None]:
    mails = [re.sub(rb"(?m)^\.", b"..", write(reader, render(letter))) + b".\r\n" for reader, letter in told]

    def work() -> None:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.ehlo()
            for mail in mails:
                smtp.mail(SENDER)
                smtp.rcpt("reader@example.org")
                smtp.docmd("DATA")
                smtp.send(mail)
                if smtp.getreply()[0] != 250:
                    raise RuntimeError("A mail was not taken.")

    return work


def _one(port: int, told: list[Told]) -> Callable[[], None]:
    def work() -> None:
        for reader, letter in told:
            mail = write_naively(reader, render(letter))
            with smtplib.SMTP("127.0.0.1", port) as smtp:
                smtp.sendmail(SENDER, ["reader@example.org"], mail)

    return work


def main(port: int, mails: int, how: str) -> None:
    """Prepare, wait, send, and say when it was done (the machine's own clock, in seconds)."""
    told = list(islice(letters(alike=True), mails))
    work = {"ours": _ours, "sent": _sent, "one": _one}[how](port, told)
    print("ready", flush=True)
    sys.stdin.readline()
    work()
    print(time.monotonic(), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
