"""The mails about a request for help: to its asker, and to the body that is asked."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.notices import NoticeContext
from kil_pipeline.alerts.requests import LINK_DAYS
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.reference.support_kinds import support_kind
from kil_pipeline.support.help_requests import HelpAnswer, HelpRequest
from kil_pipeline.text import clean_line


def write_help_confirm(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Ask whether the owner of an address really asked for help."""
    row = session.get(HelpRequest, uuid.UUID(about["id"]))
    if row is None or row.confirmed_at is not None:
        return None
    body = session.get_one(Organisation, row.organisation_id)
    return NoticeLetter(
        f"Confirm your request to {body.name}",
        "Send your request for help",
        (f"You asked {body.name} for help. Press the button, and we pass it on.",),
        facts=(("What you need", clean_line(row.need)),),
        buttons=(("See and send my request", f"/help/{context.signer.sign('help', row.id)}"),),
        ending=(f"The link lives for {LINK_DAYS} days. If you did not ask, do nothing: the request is then erased.",),
    )


def write_help_passed_on(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Tell a body that somebody needs its help."""
    row = session.get(HelpRequest, uuid.UUID(about["id"]))
    if row is None or row.closed_at is not None:
        return None
    who = row.name or "A local organisation"
    facts = [("From", who)]
    if row.kinds:
        facts.append(("Kind of help", ", ".join(support_kind(code).name for code in row.kinds)))
    if row.reference:
        facts.append(("About the planned opportunity", row.reference))
    if row.show_address:
        facts.append(("Their address", row.email))
    relayed = "They let you see their address." if row.show_address else "Answer there: we pass your answer on."
    return NoticeLetter(
        f"Request for help from {who}",
        "Somebody near you asks for help",
        tuple(line for line in row.need.splitlines() if line.strip()),
        facts=tuple(facts),
        buttons=(("See and answer it in your workspace", "/workspace/help"),),
        ending=(relayed,),
    )


def write_help_answered(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Carry a body's answer to the asker."""
    answer = session.get(HelpAnswer, uuid.UUID(about["id"]))
    if answer is None:
        return None
    row = session.get_one(HelpRequest, answer.request_id)
    body = session.get_one(Organisation, row.organisation_id)
    return NoticeLetter(
        f"{body.name} has answered you",
        f"{body.name} has answered you",
        tuple(line for line in answer.text.splitlines() if line.strip()),
        facts=(("You asked", clean_line(row.need)),),
        buttons=(
            (f"See {body.name}", f"/local-support/{body.slug}"),
            ("See or erase my request", f"/help/{context.signer.sign('help', row.id)}"),
        ),
        ending=("They do not see your address." if not row.show_address else "They can see your address.",),
    )
