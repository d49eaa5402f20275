"""Every notice by its name, with the function that writes it."""

from collections.abc import Mapping

from kil_pipeline.alerts.approval_notices import write_approval_answered, write_approval_wanted
from kil_pipeline.alerts.notices import WriteNotice
from kil_pipeline.alerts.release_notices import write_release_near

NOTICES: Mapping[str, WriteNotice] = {
    "approval_wanted": write_approval_wanted,
    "approval_answered": write_approval_answered,
    "release_near": write_release_near,
}
