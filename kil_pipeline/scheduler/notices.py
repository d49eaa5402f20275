"""Every notice by its name, with the function that writes it."""

from collections.abc import Mapping

from kil_pipeline.alerts.notices import WriteNotice
from kil_pipeline.engagement.host_letters import HOST_NOTICES

NOTICES: Mapping[str, WriteNotice] = {**HOST_NOTICES}
