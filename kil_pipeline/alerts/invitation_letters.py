"""The mail that invites somebody to an organisation's workspace."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.notices import NoticeContext
from kil_pipeline.organisations.invitations import LIVES, mint_invitation_token


def write_invitation(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Write it, with a link that is made now; nothing where it was withdrawn, accepted or ran out meanwhile."""
    minted = mint_invitation_token(
        session, uuid.UUID(about["invitation"]), context.now, random_token=context.random_token
    )
    if minted is None:
        return None
    token, invitation = minted
    return NoticeLetter(
        subject=f"{invitation.organisation_name} invites you to work on its plan",
        heading=f"Work on the plan of {invitation.organisation_name}",
        paragraphs=(f"{invitation.organisation_name} asks you to join its workspace: there it writes what it plans.",),
        facts=(("Your role", f"{invitation.role.label}: {invitation.role.about}"),),
        buttons=(("See the invitation", f"/invitations/{token}"),),
        ending=(
            f"The link works once, for {LIVES.days} days.",
            "If you did not expect this, do nothing: you become a member only if you accept.",
        ),
    )
