"""Mail by SMTP (RFC 5321): connections are kept from mail to mail, and one mail at a time is sent on each.

The dialogue is spoken step by step, because the library's `sendmail` cannot tell a connection that went before the
mail was handed over (send it again) from one that went while the server was deciding (it may have been taken).
"""

import re
import smtplib
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from urllib.parse import urlsplit

from feeds.mail_messages import write_mail
from feeds.smtp_pools import SmtpPool, discard
from kil_pipeline.alerts.letters import Outcome, Outgoing, Receipt
from kil_pipeline.settings import Settings
from kil_pipeline.text import clean_line, shorten

PATIENCE = 30.0
"""Seconds that the server may take for one step."""
PAUSE = 20.0
"""Seconds for which nothing is tried after the server could not be reached: a batch must not wait for each mail."""
_ADDRESS = re.compile(r"<?[^\s<>]+@[^\s<>]+>?")
_STATUS = re.compile(rb"([245])\.(\d{1,3})\.(\d{1,3})")
_OF_MAILBOX = ((b"2", b"1"), (b"2", b"2"))


@dataclass(frozen=True)
class Server:
    """A mail server. `tls`: none, starttls or implicit."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = "none"


class SmtpSender:
    """Sends mail by one server. Safe to be called from several threads."""

    def __init__(
        self,
        server: Server,
        settings: Settings,
        return_path: str,
        clock: Callable[[], datetime],
        *,
        tls_context: ssl.SSLContext | None = None,
        pause: float = PAUSE,
    ) -> None:
        self._server = server
        self._settings = settings
        self._return_path = return_path or parseaddr(settings.mail_from)[1]
        self._clock = clock
        self._tls = tls_context or ssl.create_default_context()
        self._pool = SmtpPool(self._connect)
        self._pause = pause
        self._away_until, self._away_words = 0.0, ""

    def __call__(self, outgoing: Outgoing) -> Receipt:
        """Send one mail."""
        content = write_mail(
            outgoing, sender=self._settings.mail_from, base_url=self._settings.base_url, now=self._clock()
        )
        if time.monotonic() < self._away_until:
            return Receipt(Outcome.DEFERRED, self._away_words)
        try:
            smtp = self._greet(self._return_path.replace("{id}", outgoing.id.hex))
        except smtplib.SMTPSenderRefused as error:
            # Whoever the mail is for, the server will not have it from us: wait until somebody mends it.
            return Receipt(Outcome.DEFERRED, _tell(error.smtp_code, error.smtp_error))
        except (smtplib.SMTPException, OSError) as error:
            self._away_words = _scrub(f"No connection to the mail server: {error}")
            self._away_until = time.monotonic() + self._pause
            return Receipt(Outcome.DEFERRED, self._away_words)
        receipt = self._hand_over(smtp, outgoing.to, content)
        if receipt.outcome is Outcome.SENT or _is_ready(smtp):
            self._pool.give_back(smtp)
        return receipt

    def close(self) -> None:
        """Close the connections that are kept."""
        self._pool.close()

    def _greet(self, sender: str) -> smtplib.SMTP:
        """Return a connection on which the server has accepted the sender; a fresh one where a kept one is stale."""
        while True:
            smtp, used = self._pool.take()
            try:
                _say_sender(smtp, sender)
            except (smtplib.SMTPException, OSError):
                discard(smtp)
                if not used:
                    raise
                continue  # it closed meanwhile, or has had enough of us: another one
            return smtp

    def _connect(self) -> smtplib.SMTP:
        server, name = self._server, urlsplit(self._settings.base_url).hostname
        if server.tls == "implicit":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, name, timeout=PATIENCE, context=self._tls)
        else:
            smtp = smtplib.SMTP(server.host, server.port, name, timeout=PATIENCE)
        try:
            if server.tls == "starttls":
                smtp.starttls(context=self._tls)  # raises where the server does not offer it: never in the clear
            smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _hand_over(self, smtp: smtplib.SMTP, to: str, content: bytes) -> Receipt:
        try:
            code, words = smtp.rcpt(to)
            if code not in (250, 251):
                return _refusal(code, words, of_address=True)
            code, words = smtp.docmd("DATA")
            if code != 354:
                return _refusal(code, words)
            smtp.send(re.sub(rb"(?m)^\.", b"..", content) + b".\r\n")
        except (smtplib.SMTPException, OSError) as error:
            return Receipt(Outcome.DEFERRED, _scrub(f"The connection went before the mail was handed over: {error}"))
        try:
            code, words = smtp.getreply()
        except (smtplib.SMTPException, OSError):
            return Receipt(Outcome.UNKNOWN, "The connection went after the mail was handed over.")
        return Receipt(Outcome.SENT, _tell(code, words)) if code == 250 else _refusal(code, words)


def _is_ready(smtp: smtplib.SMTP) -> bool:
    """Make a connection ready for the next mail; else give it up."""
    with suppress(smtplib.SMTPException, OSError):
        if smtp.rset()[0] == 250:
            return True
    discard(smtp)
    return False


def _say_sender(smtp: smtplib.SMTP, sender: str) -> None:
    code, words = smtp.mail(sender)
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, words, sender)


def _refusal(code: int, words: bytes, *, of_address: bool = False) -> Receipt:
    """5xx is never, anything else not now. The address is bad where the server says so (RFC 3463, 5.1.x).

    Where it gives no such status, 550, 551 and 553 to the recipient mean it. 5.1.7 and 5.1.8 are about the sender.
    """
    status = _STATUS.match(words)
    if not 500 <= code <= 599:
        # RFC 3463: 4.1.x, 4.2.1 and 4.2.2 are of one mailbox, 4.3.x of the server that we speak to.
        excused = status is not None and (status[2] in (b"1", b"3") or (status[2], status[3]) in _OF_MAILBOX)
        return Receipt(Outcome.DEFERRED, _tell(code, words), domain_is_slow=not excused)
    if status is not None:
        is_bad = status[1] == b"5" and status[2] == b"1" and status[3] not in (b"7", b"8")
    else:
        is_bad = of_address and code in (550, 551, 553)
    return Receipt(Outcome.REFUSED, _tell(code, words), address_is_bad=is_bad)


def _tell(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return _scrub(f"{code} {text}")


def _scrub(text: str) -> str:
    """Return a server's words for operators: one line, and no one's address in it."""
    return shorten(_ADDRESS.sub("(address)", clean_line(_ADDRESS.sub("(address)", text))), 300)
