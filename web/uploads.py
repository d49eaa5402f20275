"""Files that people send, before anything else is done with them: the virus scanner, where one is configured."""

import structlog

from feeds.virus_scans import ScannerAway, make_scanner
from kil_pipeline.errors import DomainError
from web.context import settings
from web.refusals import note_refusal


def scan_upload(data: bytes, refused: type[DomainError]) -> bytes:
    """Return the file again where the scanner finds nothing, or where there is none. Raises `refused` otherwise."""
    scan = make_scanner(settings().clamd)
    if scan is None:
        return data
    try:
        found = scan(data)
    except ScannerAway as error:
        structlog.get_logger("web").error("virus scanner away", cause=str(error))
        raise refused(
            "We could not look for viruses in the file, so it was not taken. Try again in a few minutes."
        ) from error
    if found:
        note_refusal("virus")
        raise refused("The virus scanner found something in this file, so it was not taken. Ask whoever made it.")
    return data
