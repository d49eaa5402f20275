"""The mail with the link to what is held about an address."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.notices import NoticeContext
from kil_pipeline.alerts.requests import LINK_DAYS
from kil_pipeline.support.data_requests import DataRequest


def write_data_link(session: Session, about: Mapping[str, Any], context: NoticeContext) -> NoticeLetter | None:
    """Give the owner of an address the link to what is held about it."""
    row = session.get(DataRequest, uuid.UUID(about["id"]))
    if row is None:
        return None
    return NoticeLetter(
        "What we hold about your address",
        "What we hold about your address",
        ("Somebody, most likely you, asked what we hold about this address. The link shows all of it.",),
        buttons=(("See, download or erase it", f"/my-data/{context.signer.sign('data', row.id)}"),),
        ending=(
            f"The link lives for {LINK_DAYS} days. Whoever has it can see and erase everything: keep it to yourself.",
            "If you did not ask, do nothing.",
        ),
    )
