"""Messages as bytes (RFC 5322): what a mail server is handed and what the outbox keeps."""

import ipaddress
import re
import textwrap
import uuid
from datetime import UTC, datetime
from email.charset import QP, Charset
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import urlsplit

from kil_pipeline.alerts.letters import CalendarPart, Encoded, Message, Outgoing
from kil_pipeline.text import clean_line

LONGEST_LINE = 998
"""Characters of one line (RFC 5322, 2.1.1)."""


_WIDTH = 76
_UTF_8 = Charset("utf-8")
_UTF_8.header_encoding = QP


class MailPolicy(EmailPolicy):
    """Folds headers as usual, except those that mail programs read by the letter, and subjects that are encoded.

    The library folds a long address into encoded words, and one-click unsubscribing is dead; a wider line for all
    headers would make encoded words longer than RFC 2047 allows (75 characters). It writes subjects as words of base64,
    each with its padding, at which GMime 3.2.13 takes the subject to end (its issue 133): quoted, there is none.
    """

    WHOLE = frozenset({"list-id", "list-unsubscribe", "list-unsubscribe-post", "message-id"})

    def fold(self, name: str, value: str) -> str:
        """Return a header as lines."""
        if name.lower() == "subject" and not value.isascii():
            words = Header(value, _UTF_8, _WIDTH, name).encode(linesep=self.linesep)
            return f"{name}: {words}{self.linesep}"
        if name.lower() not in self.WHOLE or not value.isascii():
            return str(super().fold(name, value))
        return f"{name}: {value}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return a header as lines of bytes."""
        return self.fold(name, value).encode("ascii")


POLICY = MailPolicy(linesep="\r\n", cte_type="7bit", max_line_length=_WIDTH, raise_on_defect=True)
"""76: at 78 the library writes encoded words of 76 characters, one more than RFC 2047 allows."""

_PLAIN_ADDRESS = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._+-]{0,30}[A-Za-z0-9]@[a-z0-9][a-z0-9.-]{0,30}[a-z0-9]")
"""What needs no quoting and no second line."""
_PLAIN_WORDS = re.compile(r"[A-Za-z0-9,.:;!()'/&+-]{1,24}(?: [A-Za-z0-9,.:;!()'/&+-]{1,24})*")
"""What needs no encoding and is folded between words: but where it fits a second line whole, the library takes one."""
_NOBODY, _NEVER, _MARK = uuid.UUID(int=0), datetime(2026, 1, 1, tzinfo=UTC), "what-goes-here"


def write_mail(outgoing: Outgoing, *, sender: str, base_url: str, now: datetime) -> bytes:
    """Return a mail's bytes. Raises `ValueError` for a further header that cannot be one."""
    message = outgoing.message
    if message.encoded is not None and message.calendar is None:
        return _put_together(outgoing, message.encoded, sender=sender, base_url=base_url, now=now)
    mail = EmailMessage(policy=POLICY)
    mail["From"] = sender
    mail["To"] = outgoing.to
    mail["Subject"] = clean_line(message.subject)
    mail["Date"] = now
    mail["Message-ID"] = message_id(outgoing.id, base_url)
    mail["Auto-Submitted"] = "auto-generated"
    for name, value in message.headers:
        _check_length(name, value)
        mail[name] = value
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    if message.calendar is not None:
        _add_calendar(mail, message.calendar)
    # Not by chance, so that an attempt repeats; no quoted-printable or base64 text has "=_".
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{outgoing.id}{f'-{number}' if number else ''}")
    return mail.as_bytes()


def _check_length(name: str, value: str) -> None:
    if len(name) + 2 + len(value) > LONGEST_LINE:
        raise ValueError(f"the header {name} is longer than a line can be")


def _put_together(outgoing: Outgoing, encoded: Encoded, *, sender: str, base_url: str, now: datetime) -> bytes:
    """Return the same bytes as the library writes, from a body that is encoded already."""
    message = outgoing.message
    for name, value in message.headers:
        _check_length(name, value)
    headers = [
        _header("From", sender),
        f"To: {outgoing.to}\r\n" if _PLAIN_ADDRESS.fullmatch(outgoing.to) else _header("To", outgoing.to),
        _subject(message.subject),
        _date(now),
        _whole("Message-ID", message_id(outgoing.id, base_url)),
        "Auto-Submitted: auto-generated\r\n",
        *[_whole(name, value) for name, value in message.headers],
    ]
    body = _skeleton().replace(str(_NOBODY), str(outgoing.id))
    before, between, after = body.split(_MARK)
    return "".join([*headers, before, encoded.text, between, encoded.html, after]).encode("ascii")


def _whole(name: str, value: str) -> str:
    """Return a header that is not folded; a name or value that is not a plain one is left to the library."""
    if name.lower() in POLICY.WHOLE and value.isascii() and value.isprintable():
        return f"{name}: {value}\r\n"
    return _header(name, value)


@lru_cache(maxsize=2000)
def _header(name: str, value: str) -> str:
    mail = EmailMessage(policy=POLICY)
    mail[name] = value
    return POLICY.fold(name, mail[name])


@lru_cache(maxsize=2000)
def _subject(subject: str) -> str:
    line = clean_line(subject)
    if not _PLAIN_WORDS.fullmatch(line) or _WIDTH - len("Subject: ") < len(line) < _WIDTH:
        return _header("Subject", line)
    words = textwrap.wrap(
        f"Subject: {line}", _WIDTH, subsequent_indent=" ", break_long_words=False, break_on_hyphens=False
    )
    return "".join(f"{one}\r\n" for one in words)


@lru_cache(maxsize=16)
def _date(now: datetime) -> str:
    return f"Date: {format_datetime(now)}\r\n"


@lru_cache(maxsize=1)
def _skeleton() -> str:
    """Return what stands around the bodies, with marks where they go."""
    message = Message("", f"{_MARK}\n", f"{_MARK}\n")
    mail = write_mail(Outgoing(_NOBODY, "a@example.org", message), sender="a@example.org", base_url="", now=_NEVER)
    return mail.decode("ascii").split("Auto-Submitted: auto-generated\r\n")[1].replace(f"{_MARK}\r\n", _MARK)


def _add_calendar(mail: EmailMessage, calendar: CalendarPart) -> None:
    """Add a calendar twice: as what mail programs act on (RFC 6047, 2.4), and as a file to open by hand."""
    shown = calendar.content.decode("utf-8")
    mail.add_alternative(shown, subtype="calendar", cte="base64", params={"method": calendar.method})
    mail.add_attachment(calendar.content, "application", "ics", filename="session.ics")


def message_id(delivery_id: uuid.UUID, base_url: str) -> str:
    """Return the Message-ID of a delivery: the same at every attempt, on our own host."""
    return f"<{delivery_id}@{_domain(base_url)}>"


@lru_cache(maxsize=16)
def _domain(base_url: str) -> str:
    """Return the host of an address as mail writes it: a number stands in brackets (RFC 5321, 4.1.3)."""
    host = urlsplit(base_url).hostname or "localhost"
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        return host
    return f"[{'IPv6:' if version == 6 else ''}{host}]"
