"""How often one client may ask for something that costs others: a mail to an address that anybody can type in."""

from flask import abort, request
from limits import RateLimitItemPerHour

from web.context import context

MAILS_FROM_ONE_PLACE = RateLimitItemPerHour(30)
"""For one client's network address and one kind of mail. The bound for each mail address is in the domain."""


def count_mail(kind: str) -> None:
    """Count that this client asks for a mail; answer 429 (RFC 6585, section 4) where it has asked too often."""
    if not context().limiter.hit(MAILS_FROM_ONE_PLACE, kind, request.remote_addr or ""):
        abort(429)
