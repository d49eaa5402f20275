"""What a webhook is told: one call for each event, in the order of the log; public facts alone."""

import hmac
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.digests import QuietTime
from kil_pipeline.alerts.links import Signer
from kil_pipeline.alerts.matches import Match, events_at
from kil_pipeline.alerts.matching import explain_match
from kil_pipeline.alerts.webhooks import Webhook, WebhookAnswer, WebhookCall, load_webhook, make_call, signing_secrets
from kil_pipeline.events.log import LoggedEvent, read_event
from kil_pipeline.events.types import PublicEvent
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.wordings import DISCLAIMER

MOST_CALLS = 50
"""How many calls one webhook gets in one go."""


@dataclass(frozen=True)
class DueCall:
    """A call and the position of what it tells; `challenge` where it is the first one."""

    call: WebhookCall
    position: int
    challenge: str = ""
    kind: str = "webhook.challenge"
    """Its type, as the body says it."""
    reference: str = ""
    replay: uuid.UUID | None = None
    """The request to call again that it belongs to."""

    def answered(self, answer: WebhookAnswer) -> bool:
        """Whether the call was taken; a challenge must come back too, as plain text or in JSON under its name."""
        if not self.challenge or not answer.taken:
            return answer.taken
        return hmac.compare_digest(_echo(answer.body).encode(), self.challenge.encode())


def due_calls(
    session: Session, webhook_id: uuid.UUID, keys: Sequence[str], base_url: str, quiet: timedelta, now: datetime
) -> tuple[DueCall, ...]:
    """Return the next calls of a webhook: its challenge, or what has settled since the last one."""
    row, criteria = load_webhook(session, webhook_id)
    if row.state == "new":
        secrets = signing_secrets(keys, row.id)
        challenge = Signer(keys).sign("challenge", row.id)
        body = {"type": "webhook.challenge", "timestamp": now.isoformat(), "data": {"challenge": challenge}}
        return (DueCall(make_call(row.address, secrets, f"{row.id}-{row.attempts}", body, now), 0, challenge),)
    quiet_time = QuietTime(session, quiet, now)
    positions = session.scalars(
        sa.select(Match.position)
        .where(Match.criteria_id == row.criteria_id, Match.position > row.sent_position)
        .where(Match.position <= quiet_time.floor)
        .order_by(Match.position)
        .limit(MOST_CALLS)
    ).all()
    return tuple(make_calls(session, row, criteria, positions, keys, base_url, now))


def make_calls(
    session: Session,
    row: Webhook,
    criteria: Criteria,
    positions: Sequence[int],
    keys: Sequence[str],
    base_url: str,
    now: datetime,
) -> Iterator[DueCall]:
    """Yield the calls that tell of the events at some positions. The same event has the same id at every call."""
    events, secrets = events_at(session, set(positions)), signing_secrets(keys, row.id)
    for position in positions:
        one = read_event(events[position])
        if isinstance(one.event, PublicEvent):
            body = _body(one, one.event, criteria, base_url)
            call = make_call(row.address, secrets, str(one.id), body, now)
            yield DueCall(call, one.position, kind=body["type"], reference=one.event.facets.reference)


def _body(logged: LoggedEvent, event: PublicEvent, criteria: Criteria, base_url: str) -> dict[str, Any]:
    facets = event.facets
    folder = "entries" if facets.subject == "entry" else "sessions"
    return {
        "type": f"{facets.subject}.{type(event).__name__}",
        "timestamp": logged.recorded_at.isoformat(),
        "data": {
            "reference": facets.reference,
            "title": facets.title,
            "commissioner": {"slug": facets.commissioner, "name": facets.commissioner_name},
            "what_happened": event.sentence,
            "why": event.why,
            "can_we_go": facets.can_we_go,
            "what_to_do": facets.what_to_do,
            "areas": list(facets.areas),
            "themes": list(facets.themes),
            "url": f"{base_url}/{folder}/{facets.reference}",
            "because": explain_match(facets, criteria),
            "note": DISCLAIMER,
        },
    }


def _echo(body: bytes) -> str:
    text = body.decode("utf-8", "replace").strip()
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return str(found.get("challenge", "")) if isinstance(found, dict) else str(found)
