"""Spreadsheets that were sent to the workspace and wait for somebody to look at what they would change."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.codec import from_json, to_json
from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import NotFound
from kil_pipeline.exchange.import_choices import NOTHING_CHOSEN, ImportChoices
from kil_pipeline.exchange.tables import Row
from kil_pipeline.organisations.members import User
from kil_pipeline.organisations.organisations import Organisation

KEPT = timedelta(days=1)
"""How long a sheet waits to be applied."""


class ImportUpload(Base):
    """A sheet that waits. It may hold private values: it goes once it is applied, or after a day."""

    __tablename__ = "import_upload"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id))
    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(User.id))
    file_name: Mapped[str] = mapped_column(sa.String(200))
    sheet: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class WaitingSheet:
    """A sheet as it was sent: cells as text, nothing understood yet."""

    id: uuid.UUID
    file_name: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    others: tuple[str, ...]
    exact_width: bool
    choices: ImportChoices = NOTHING_CHOSEN
    """How it is to be read."""


def keep_sheet(
    session: Session,
    organisation_id: uuid.UUID,
    user_id: uuid.UUID,
    *,
    file_name: str,
    headings: tuple[str, ...],
    rows: Iterable[Row],
    others: tuple[str, ...],
    exact_width: bool,
    choices: ImportChoices = NOTHING_CHOSEN,
    now: datetime,
) -> uuid.UUID:
    """Keep a sheet until it is applied. Returns its id."""
    sheet = {
        "headings": headings,
        "rows": [[row.number, *row.cells] for row in rows],
        "others": others,
        "exact_width": exact_width,
        "choices": to_json(choices),
    }
    upload = ImportUpload(
        id=new_id(),
        organisation_id=organisation_id,
        user_id=user_id,
        file_name=file_name[:200],
        sheet=sheet,
        created_at=now,
    )
    session.add(upload)
    session.flush()
    return upload.id


def find_sheet(session: Session, organisation_id: uuid.UUID, upload_id: uuid.UUID, now: datetime) -> WaitingSheet:
    """Return an organisation's own waiting sheet. Raises `NotFound`, for another's and for an old one too."""
    upload = session.get(ImportUpload, upload_id)
    if upload is None or upload.organisation_id != organisation_id or upload.created_at <= now - KEPT:
        raise NotFound("This spreadsheet is not waiting any more. Send it again to see what it would change.")
    sheet = upload.sheet
    rows = tuple(Row(number, tuple(cells)) for number, *cells in sheet["rows"])
    return WaitingSheet(
        upload.id, upload.file_name, tuple(sheet["headings"]), rows, tuple(sheet["others"]), sheet["exact_width"],
        from_json(ImportChoices, sheet.get("choices", {})),
    )  # fmt: skip


def choose_reading(session: Session, upload_id: uuid.UUID, choices: ImportChoices) -> None:
    """Keep with a waiting sheet how it is to be read. Nothing else changes."""
    upload = session.get_one(ImportUpload, upload_id)
    upload.sheet = {**upload.sheet, "choices": to_json(choices)}


def forget_sheet(session: Session, upload_id: uuid.UUID) -> None:
    """Delete a sheet that was applied or is not wanted."""
    session.execute(sa.delete(ImportUpload).where(ImportUpload.id == upload_id))


def erase_old_uploads(session: Session, now: datetime) -> int:
    """Delete the sheets that nobody applied in time. Returns how many."""
    gone = session.execute(sa.delete(ImportUpload).where(ImportUpload.created_at <= now - KEPT))
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a delete gives a CursorResult
