"""Every notice by its name, with the function that writes it."""

from collections.abc import Mapping

from kil_pipeline.alerts.notices import WriteNotice
from kil_pipeline.engagement.host_letters import HOST_NOTICES
from kil_pipeline.engagement.session_proposals import PROPOSAL_NOTICES

NOTICES: Mapping[str, WriteNotice] = {**HOST_NOTICES, **PROPOSAL_NOTICES}
