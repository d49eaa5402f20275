"""The warning before a value that is kept back becomes public by itself."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.notices import NoticeContext, queue_notice
from kil_pipeline.organisations.colleagues import colleague, colleagues
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.entries import Entry
from kil_pipeline.plan.release_dates import releases_of, releases_to_warn_of


def warn_of_releases(session: Session, now: datetime) -> int:
    """Queue a mail to every author for each release that comes near. Returns of how many releases."""
    releases = releases_to_warn_of(session, now)
    for release in releases:
        organisation_id = session.get_one(Entry, release.entry_id).organisation_id
        for member in colleagues(session, organisation_id, Role.AUTHOR):
            about = {
                "organisation": str(organisation_id),
                "user": str(member.user_id),
                "entry": str(release.entry_id),
                "path": release.path,
            }
            queue_notice(session, "release_near", member.email, about, now=now)
    return len(releases)


def write_release_near(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Write the warning, without the value; nothing where the release was stopped."""
    organisation_id = uuid.UUID(about["organisation"])
    member = colleague(session, organisation_id, uuid.UUID(about["user"]), Role.AUTHOR)
    planned = releases_of(session, organisation_id, uuid.UUID(about["entry"]))
    release = next((r for r in planned if r.path == about["path"]), None)
    if member is None or release is None:
        return None
    day = f"{release.release_on.day} {release.release_on:%B %Y}"
    return NoticeLetter(
        subject=f"Becomes public on {day}: {release.label}, {release.reference}",
        heading=f"It becomes public on {day}",
        paragraphs=(
            "Your organisation keeps this back, and chose that it is published by itself.",
            "Look at it once more. You can stop it at any time before.",
        ),
        facts=(("What", release.label), ("Of", f"{release.headline} ({release.reference})")),
        buttons=(("Look at it, or stop it", f"/workspace/entries/{release.reference}/releases"),),
        ending=("If nothing is done, everybody can see it from that day on.",),
    )
