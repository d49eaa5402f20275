"""The mail with the link to a profile."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.notices import NoticeContext
from kil_pipeline.support.profiles import Profile


def write_profile_link(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Give the owner of an address the link to their profile."""
    row = session.get(Profile, uuid.UUID(about["id"]))
    if row is None:
        return None
    return NoticeLetter(
        "Your organisation’s profile",
        "Your organisation’s profile",
        ("Say once who you are, what you do and where. Our forms then fill themselves in.",),
        buttons=(("Open my profile", f"/profile/{context.signer.sign('profile', row.id)}"),),
        ending=(
            "Whoever has this link can see and change the profile: keep it to yourselves.",
            "If you did not ask, do nothing. A profile that is not saved is erased after 7 days.",
        ),
    )
