"""Every notice by its name, with the function that writes it."""

from collections.abc import Mapping

from kil_pipeline.alerts.invitation_letters import write_invitation
from kil_pipeline.alerts.notices import WriteNotice

NOTICES: Mapping[str, WriteNotice] = {
    "invitation": write_invitation,
}
