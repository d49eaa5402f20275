"""Mails about roles: to whom it concerns that it is another one, or none any more; to admins of a new admin."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.notices import NoticeContext, queue_notice
from kil_pipeline.organisations.colleagues import colleague, colleagues
from kil_pipeline.organisations.members import Role
from kil_pipeline.organisations.organisations import Organisation, OrganisationKind


def tell_of_role(session: Session, organisation_id: uuid.UUID, user_id: uuid.UUID, email: str, now: datetime) -> None:
    """Queue a mail to a member who has another role now; to the other admins too where it is an admin's."""
    queue_notice(session, "role_changed", email, _about(organisation_id, user_id), now=now)
    tell_of_admin(session, organisation_id, user_id, now)


def tell_of_removal(
    session: Session, organisation_id: uuid.UUID, user_id: uuid.UUID, email: str, now: datetime
) -> None:
    """Queue a mail to somebody whom an admin removed."""
    queue_notice(session, "member_removed", email, _about(organisation_id, user_id), now=now)


def tell_of_admin(session: Session, organisation_id: uuid.UUID, user_id: uuid.UUID, now: datetime) -> None:
    """Queue a mail to all other admins, if this member is a new one: an admin can let others in."""
    if colleague(session, organisation_id, user_id, Role.ADMIN) is None:
        return
    for admin in colleagues(session, organisation_id, Role.ADMIN):
        if admin.user_id != user_id:
            about = {**_about(organisation_id, user_id), "to": str(admin.user_id)}
            queue_notice(session, "admin_made", admin.email, about, now=now)


def write_role_changed(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Write which role they have now; nothing where they are no member any more."""
    member = colleague(session, *_of(about), Role.VIEWER)
    if member is None:
        return None
    name = member.organisation_name
    kind = OrganisationKind(session.get_one(Organisation, member.organisation_id).kind)
    return NoticeLetter(
        subject=f"Your role at {name} is another one now",
        heading="You have another role",
        paragraphs=(f"An admin of {name} changed what you may do in its workspace.",),
        facts=(("Your role", f"{member.role.label}: {member.role.about(kind)}"),),
        buttons=(("Go to the workspace", "/workspace"),),
        ending=("You were signed out everywhere. Sign in again to go on.", f"If this is not right, ask {name}."),
    )


def write_member_removed(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Write that they are no member any more; nothing where they are one again."""
    organisation_id, user_id = _of(about)
    organisation = session.get(Organisation, organisation_id)
    if organisation is None or colleague(session, organisation_id, user_id, Role.VIEWER) is not None:
        return None
    name = organisation.name
    return NoticeLetter(
        subject=f"You are no member of {name} here any more",
        heading="Your role has ended",
        paragraphs=(
            f"An admin took you out of the workspace of {name}.",
            "You were signed out, and tokens that you made for it do not work any more.",
            "What you wrote stays with the organisation.",
        ),
        buttons=(("See what we hold about you", "/my-data"),),
        ending=(f"If this is not right, ask {name}.",),
    )


def write_admin_made(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Write who is a new admin; nothing where they are none any more, or the reader is none."""
    organisation_id, user_id = _of(about)
    new = colleague(session, organisation_id, user_id, Role.ADMIN)
    if new is None or colleague(session, organisation_id, uuid.UUID(about["to"]), Role.ADMIN) is None:
        return None
    return NoticeLetter(
        subject=f"{new.organisation_name} has a new admin",
        heading="There is a new admin",
        paragraphs=(f"{new.email} looks after people, tokens and the record of who did what now, as you do.",),
        buttons=(("See the people", "/workspace/people"),),
        ending=("If you did not expect this, take the role away, and ask your colleagues who gave it.",),
    )


def _about(organisation_id: uuid.UUID, user_id: uuid.UUID) -> dict[str, str]:
    return {"organisation": str(organisation_id), "user": str(user_id)}


def _of(about: Mapping[str, Any]) -> tuple[uuid.UUID, uuid.UUID]:
    return uuid.UUID(about["organisation"]), uuid.UUID(about["user"])
