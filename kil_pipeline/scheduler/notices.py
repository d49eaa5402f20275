"""Every notice by its name, with the function that writes it."""

from collections.abc import Mapping

from kil_pipeline.alerts.notices import WriteNotice
from kil_pipeline.engagement import record_notices

NOTICES: Mapping[str, WriteNotice] = {
    "record_writer": record_notices.write_writer,
    "record_check": record_notices.write_check,
    "record_final": record_notices.write_final,
    "answers_moved": record_notices.write_moved,
    "answer_due": record_notices.write_due,
    "venue_facts": record_notices.write_venue_facts,
}
