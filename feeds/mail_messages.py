"""A message as bytes for the wire: both alternatives, and headers that every mail server understands."""

from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import urlsplit

from kil_pipeline.alerts.letters import Outgoing
from kil_pipeline.text import clean_line

WIRE = policy.SMTP.clone(max_line_length=998)
"""Long headers stay whole: folded into an encoded word, one-click unsubscribing would be dead (RFC 8058)."""


def make_mail(outgoing: Outgoing, *, sender: str, base_url: str, now: datetime) -> EmailMessage:
    """Return the mail of one delivery. Its Message-ID comes from the delivery's id: a repeat is the same mail."""
    host = urlsplit(base_url).hostname or "localhost"
    name, address = parseaddr(sender)
    mail = EmailMessage(policy=WIRE)
    mail["From"] = Address(display_name=clean_line(name), addr_spec=address)
    mail["To"] = Address(addr_spec=outgoing.to)
    mail["Subject"] = clean_line(outgoing.message.subject)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{outgoing.id.hex}@{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    for header, value in outgoing.message.headers:
        mail[header] = clean_line(value)
    mail.set_content(outgoing.message.text, charset="utf-8", cte="quoted-printable")
    mail.add_alternative(outgoing.message.html, subtype="html", charset="utf-8", cte="quoted-printable")
    return mail
