"""How mail leaves: into a folder, or by SMTP. Each answers every attempt with a `Receipt` and raises nothing."""

import os
import smtplib
import ssl
import tempfile
import threading
from collections.abc import Callable
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from feeds.mail_messages import make_mail
from kil_pipeline.alerts.letters import Outcome, Outgoing, Receipt, Send
from kil_pipeline.errors import ConfigurationError
from kil_pipeline.settings import Settings
from kil_pipeline.times import utc_now

TIMEOUT = 30
"""Seconds to wait for a mail server's answer."""
BAD_ADDRESS = (550, 551, 553)
"""Answers to RCPT that mean the address itself, and not this mail (RFC 5321, 4.2.3)."""


def make_sender(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Send:
    """Return the sender that `settings.mail` names. Raises `ConfigurationError` where it names none."""
    url = urlsplit(settings.mail)
    if url.scheme == "file":
        folder = Path(settings.mail.removeprefix("file:"))
        folder = folder if folder.is_absolute() else settings.var.parent / folder
        return FileSender(folder, settings.mail_from, settings.base_url, clock).send
    if url.scheme == "smtp" and url.hostname:
        return SmtpSender(settings.mail, settings.mail_from, settings.base_url, clock).send
    raise ConfigurationError("KIL_MAIL must be file:FOLDER or smtp://user:password@host:587?tls=1.")


class FileSender:
    """Writes each mail to a file of its own, whole or not at all."""

    def __init__(self, folder: Path, sender: str, base_url: str, clock: Callable[[], datetime]) -> None:
        self.folder, self.sender, self.base_url, self.clock = folder, sender, base_url, clock

    def send(self, outgoing: Outgoing) -> Receipt:
        """Write `<delivery id>.eml`; the same delivery again replaces its file."""
        mail = make_mail(outgoing, sender=self.sender, base_url=self.base_url, now=self.clock())
        try:
            self._write(self.folder / f"{outgoing.id}.eml", mail.as_bytes())
        except OSError as error:
            return Receipt(Outcome.DEFERRED, f"the outbox could not be written: {error.strerror}")
        return Receipt(Outcome.SENT, "written to the outbox")

    def _write(self, target: Path, content: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


class SmtpSender:
    """Sends by SMTP, over a connection that each thread keeps for the next mail."""

    def __init__(self, url: str, sender: str, base_url: str, clock: Callable[[], datetime]) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "localhost", parts.port or 587
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.tls = parse_qs(parts.query).get("tls", ["0"])[0] == "1"
        self.sender, self.base_url, self.clock = sender, base_url, clock
        self._kept = threading.local()

    def send(self, outgoing: Outgoing) -> Receipt:
        """Send one mail. A connection that went stale is opened anew before anything of the mail was said."""
        mail = make_mail(outgoing, sender=self.sender, base_url=self.base_url, now=self.clock())
        try:
            server = self._connection()
        except smtplib.SMTPAuthenticationError as error:
            return Receipt(Outcome.DEFERRED, f"the mail server refused our password ({error.smtp_code})")
        except (OSError, smtplib.SMTPException) as error:
            return Receipt(Outcome.DEFERRED, f"no connection to the mail server: {type(error).__name__}")
        return self._talk(server, outgoing.to, mail.as_bytes())

    def _talk(self, server: smtplib.SMTP, to: str, content: bytes) -> Receipt:
        handed_over = False
        try:
            code, _ = server.mail(parseaddr(self.sender)[1])
            if code == 250:
                code, _ = server.rcpt(to)
                if code in BAD_ADDRESS:
                    server.rset()
                    return Receipt(Outcome.REFUSED, f"address refused ({code})", address_is_bad=True)
            if code in (250, 251):
                handed_over = True
                code, _ = server.data(content)
            if code != 250:
                server.rset()
        except smtplib.SMTPDataError as error:  # the answer to DATA itself: nothing was handed over
            self._drop()
            return _receipt(error.smtp_code)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            outcome = Outcome.UNKNOWN if handed_over else Outcome.DEFERRED
            return Receipt(outcome, f"the connection went: {type(error).__name__}")
        return _receipt(code)

    def _connection(self) -> smtplib.SMTP:
        kept: smtplib.SMTP | None = getattr(self._kept, "server", None)
        if kept is not None:
            try:
                if kept.noop()[0] == 250:
                    return kept
            except (OSError, smtplib.SMTPException):
                pass  # it went stale; a new one follows
            self._drop()
        self._kept.server = self._connect()
        return self._kept.server  # type: ignore[no-any-return]  # thread-local storage is untyped

    def _connect(self) -> smtplib.SMTP:
        secure = ssl.create_default_context()
        server: smtplib.SMTP
        if self.tls and self.port == 465:
            server = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=secure)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        try:
            if self.tls and self.port != 465:
                server.starttls(context=secure)
            server.ehlo_or_helo_if_needed()
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server

    def _drop(self) -> None:
        kept: smtplib.SMTP | None = getattr(self._kept, "server", None)
        if kept is not None:
            kept.close()
        self._kept.server = None


def _receipt(code: int) -> Receipt:
    """Return what an answer of the server means (RFC 5321, 4.2.1)."""
    if code == 250:
        return Receipt(Outcome.SENT, "accepted")
    outcome = Outcome.REFUSED if 500 <= code < 600 else Outcome.DEFERRED
    return Receipt(outcome, f"the mail server answered {code}")
