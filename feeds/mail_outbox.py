"""Mail as files in a folder: what development looks at, and what a deployment without a mail server keeps."""

import os
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feeds.mail_messages import write_mail
from kil_pipeline.alerts.letters import Outcome, Outgoing, Receipt
from kil_pipeline.settings import Settings

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class FileSender:
    """Writes each mail to a file of its own, whole or not at all. The same delivery twice is one file."""

    def __init__(self, folder: Path, settings: Settings, clock: Callable[[], datetime]) -> None:
        self.folder = folder
        self._settings = settings
        self._clock = clock

    def __call__(self, outgoing: Outgoing) -> Receipt:
        """Write one mail. A full disk, or a folder that cannot be written, puts it off."""
        content = write_mail(
            outgoing, sender=self._settings.mail_from, base_url=self._settings.base_url, now=self._clock()
        )
        file = self.folder / mail_name(outgoing.id)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not file.exists():
                _write_whole(file, content)
        except OSError as error:
            return Receipt(Outcome.DEFERRED, f"The outbox cannot be written: {error.strerror}")
        return Receipt(Outcome.SENT, f"Written to {file.name}")


def mail_name(delivery_id: uuid.UUID) -> str:
    """Return the name of a delivery's file: when it was queued, as its id (a UUIDv7) says, then the id."""
    queued_at = EPOCH + timedelta(milliseconds=delivery_id.int >> 80 if delivery_id.version == 7 else 0)
    return f"{queued_at:%Y%m%dT%H%M%S}{queued_at.microsecond // 1000:03d}Z-{delivery_id}.eml"


def outbox_folder(settings: Settings) -> Path | None:
    """Return the folder that mail is written to, or None where it is sent. Relative ones are in the folder `var`."""
    if not settings.mail.startswith("file:"):
        return None
    folder = settings.mail.removeprefix("file:").strip()
    return settings.var / folder.removeprefix("var/")


def _write_whole(file: Path, content: bytes) -> None:
    """Write a file so that it is there with its whole content or not at all, even if the power goes."""
    half = file.with_name(f".{file.name}.{uuid.uuid4().hex}")
    try:
        with half.open("xb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        half.rename(file)
    except OSError:
        half.unlink(missing_ok=True)
        raise
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
