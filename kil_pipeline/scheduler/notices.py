"""Every notice by its name, with the function that writes it."""

from collections.abc import Mapping

from kil_pipeline.alerts import silences
from kil_pipeline.alerts.notices import WriteNotice

NOTICES: Mapping[str, WriteNotice] = {silences.NOTICE: silences.write_silence}
