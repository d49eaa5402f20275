"""Reading what comes back: delivery status notifications (RFC 3464) and complaints (RFC 5965)."""

import email
import re
import uuid
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage, Message

from kil_pipeline.alerts.bounces import Bounce
from kil_pipeline.text import clean_line

_ID = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@", re.IGNORECASE)
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_RELAYED = ("delivered", "relayed", "expanded")


def read_bounces(raw: bytes) -> tuple[Bounce, ...]:
    """Return what a mail says came back. Empty for any other mail, and where none of our mails is named."""
    mail = email.message_from_bytes(raw, policy=policy.default)
    delivery_id = _find_delivery(mail)
    if delivery_id is None:
        return ()
    found = [*_failures(mail, delivery_id), *_complaints(mail, delivery_id)]
    return tuple(dict.fromkeys(found))


def _failures(mail: EmailMessage, delivery_id: uuid.UUID) -> Iterator[Bounce]:
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in _blocks(part):
            action, status = _field(block, "Action").lower(), _STATUS.search(_field(block, "Status"))
            if status is not None and action not in _RELAYED:
                words = clean_line(_field(block, "Diagnostic-Code"))[:150]
                yield Bounce(delivery_id, ".".join(status.groups()), words)


def _complaints(mail: EmailMessage, delivery_id: uuid.UUID) -> Iterator[Bounce]:
    if any(part.get_content_type() == "message/feedback-report" for part in mail.walk()):
        yield Bounce(delivery_id, "", "complaint", complaint=True)


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []


def _field(block: Message, name: str) -> str:
    try:
        return str(block.get(name, ""))
    except (ValueError, LookupError, TypeError, AttributeError, IndexError):  # the library on headers that are broken
        return ""


def _find_delivery(mail: EmailMessage) -> uuid.UUID | None:
    """Return which of our mails came back: by the Message-ID in the part that returns it, or by what it answers."""
    for part in mail.walk():
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            found = _ID.search(_text(part))
            if found:
                return uuid.UUID(found[1])
    found = _ID.search(f"{_field(mail, 'In-Reply-To')} {_field(mail, 'References')}")
    return uuid.UUID(found[1]) if found else None


def _text(part: Message) -> str:
    """Return the Message-ID line of a mail that is returned, whole or as headers alone."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return " ".join(_field(inner, "Message-ID") for inner in payload if isinstance(inner, Message))
    lines = str(payload).splitlines()
    return " ".join(line for line in lines if line.lower().startswith("message-id:"))
