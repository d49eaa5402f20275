"""What was refused, in the log: a wrong code, a dead link, a forged form, what somebody may not do, too many requests.

No address, token, key or typed text is in such a line: the route by its name, a person by id, the network as the audit
trail has it. Refusals are for those who watch the installation; what was done is in the audit trail.
"""

from uuid import UUID

import structlog
from flask import g, request

from kil_pipeline.organisations.audit import network_of


def note_refusal(what: str, user_id: UUID | None = None) -> None:
    """Write down a refusal of this request; `user_id`: whom it concerns, else whoever is signed in."""
    found = g.get("person")
    who = user_id or (found.user_id if found is not None else None)
    structlog.get_logger("web").warning(
        "refused",
        what=what,
        route=request.endpoint or "",
        user=str(who) if who else "",
        network=network_of(request.remote_addr or ""),
    )
