"""The mail that invites somebody to an organisation's workspace."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.notices import NoticeContext
from kil_pipeline.organisations.invitations import LIVES, mint_invitation_token
from kil_pipeline.organisations.members import User
from kil_pipeline.organisations.organisations import OrganisationKind


@dataclass(frozen=True)
class _Work:
    """What one joins: the end of the subject, and a sentence."""

    invites_to: str
    about: str


_PLAN = _Work(
    "work on its plan",
    "There it writes what it expects to fund or buy, for charities and community groups to hear of months before.",
)
_PATCH = _Work(
    "work on its patch",
    "There it sees what is planned in its patch, writes its bulletin and answers requests for help.",
)
WORK = {
    OrganisationKind.COMMISSIONER: _PLAN,
    OrganisationKind.INFRASTRUCTURE_BODY: _PATCH,
    OrganisationKind.VCSE: _PLAN,
}


def write_invitation(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Write it, with a link that is made now; nothing where it was withdrawn, accepted or ran out meanwhile."""
    minted = mint_invitation_token(
        session, uuid.UUID(about["invitation"]), context.now, random_token=context.random_token
    )
    if minted is None:
        return None
    token, invitation = minted
    name, work = invitation.organisation_name, WORK[invitation.kind]
    asked = session.get(User, uuid.UUID(about["by"])) if "by" in about else None
    who = asked.email if asked else "An admin"
    return NoticeLetter(
        subject=f"{name} invites you to {work.invites_to}",
        heading=f"Join {name} here",
        paragraphs=(f"{who} asks you to join the workspace of {name} on this site. {work.about}",),
        facts=(("Your role", f"{invitation.role.label}: {invitation.role.about(invitation.kind)}"),),
        buttons=(("See the invitation", f"/invitations/{token}"),),
        ending=(
            f"The link works once, for {LIVES.days} days.",
            "If you did not expect this, do nothing: you become a member only if you accept.",
        ),
    )
