"""Messages as bytes (RFC 5322): what a mail server is handed and what the outbox keeps."""

import ipaddress
import uuid
from datetime import datetime
from email.message import EmailMessage
from email.policy import EmailPolicy
from urllib.parse import urlsplit

from kil_pipeline.alerts.letters import CalendarPart, Outgoing
from kil_pipeline.text import clean_line

LONGEST_LINE = 998
"""Characters of one line (RFC 5322, 2.1.1)."""


class MailPolicy(EmailPolicy):
    """Folds headers as usual, except those that mail programs read by the letter.

    The library folds a long address into encoded words, and one-click unsubscribing is dead; a wider line for all
    headers would make encoded words longer than RFC 2047 allows (75 characters).
    """

    WHOLE = frozenset({"list-id", "list-unsubscribe", "list-unsubscribe-post", "message-id"})

    def fold(self, name: str, value: str) -> str:
        """Return a header as lines."""
        if name.lower() not in self.WHOLE or not value.isascii():
            return str(super().fold(name, value))
        return f"{name}: {value}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return a header as lines of bytes."""
        return self.fold(name, value).encode("ascii")


POLICY = MailPolicy(linesep="\r\n", cte_type="7bit", max_line_length=76, raise_on_defect=True)
"""76: at 78 the library writes encoded words of 76 characters, one more than RFC 2047 allows."""


def write_mail(outgoing: Outgoing, *, sender: str, base_url: str, now: datetime) -> bytes:
    """Return a mail's bytes. Raises `ValueError` for a further header that cannot be one."""
    message = outgoing.message
    mail = EmailMessage(policy=POLICY)
    mail["From"] = sender
    mail["To"] = outgoing.to
    mail["Subject"] = clean_line(message.subject)
    mail["Date"] = now
    mail["Message-ID"] = message_id(outgoing.id, base_url)
    mail["Auto-Submitted"] = "auto-generated"
    for name, value in message.headers:
        if len(name) + 2 + len(value) > LONGEST_LINE:
            raise ValueError(f"the header {name} is longer than a line can be")
        mail[name] = value
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    if message.calendar is not None:
        _add_calendar(mail, message.calendar)
    # Not by chance, so that an attempt repeats; no quoted-printable or base64 text has "=_".
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{outgoing.id}{f'-{number}' if number else ''}")
    return mail.as_bytes()


def _add_calendar(mail: EmailMessage, calendar: CalendarPart) -> None:
    """Add a calendar twice: as what mail programs act on (RFC 6047, 2.4), and as a file to open by hand."""
    shown = calendar.content.decode("utf-8")
    mail.add_alternative(shown, subtype="calendar", cte="base64", params={"method": calendar.method})
    mail.add_attachment(calendar.content, "application", "ics", filename="session.ics")


def message_id(delivery_id: uuid.UUID, base_url: str) -> str:
    """Return the Message-ID of a delivery: the same at every attempt, on our own host."""
    host = urlsplit(base_url).hostname or "localhost"
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        return f"<{delivery_id}@{host}>"
    return f"<{delivery_id}@[{'IPv6:' if version == 6 else ''}{host}]>"
