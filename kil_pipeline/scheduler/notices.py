"""Every notice by its name, with the function that writes it."""

import uuid
from collections.abc import Mapping

from sqlalchemy.orm import Session

from kil_pipeline.alerts.notices import WriteNotice
from kil_pipeline.engagement.registration_letters import make_writers


def no_online_link(session: Session, session_id: uuid.UUID) -> str:
    """Return the online link of a session: none is kept yet."""
    return ""


NOTICES: Mapping[str, WriteNotice] = {**make_writers(no_online_link)}
