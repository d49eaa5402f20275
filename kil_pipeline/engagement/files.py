"""Files of a session or its record, kept in the database: the one way in is `add_file`, the one way out `open_file`."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base, new_id
from kil_pipeline.engagement.file_types import TYPES, CheckedFile, FileRefused
from kil_pipeline.engagement.records import RecordRow, RecordState
from kil_pipeline.engagement.sessions import PUBLIC_STATES, SessionRow
from kil_pipeline.errors import NotFound

MOST_FILES = 20
"""Of one session, its record's among them."""


class FileRow(Base):
    """What is known of a file. Permanent, until its author takes it out."""

    __tablename__ = "session_file"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("engagement_session.id"), index=True)
    of_record: Mapped[bool]
    """Whether it belongs to the record: then it is public once that is final."""
    name: Mapped[str] = mapped_column(sa.String(120))
    extension: Mapped[str] = mapped_column(sa.String(5))
    size: Mapped[int]
    added_at: Mapped[datetime]


class FileBody(Base):
    """The bytes of a file, in a table of their own: a list of files never reads them."""

    __tablename__ = "session_file_body"

    file_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("session_file.id"), primary_key=True)
    body: Mapped[bytes]


@dataclass(frozen=True)
class PublicFile:
    """A file as everyone may see it. Made by `of` alone."""

    id: uuid.UUID
    name: str
    media_type: str
    label: str
    size: int
    of_record: bool

    @classmethod
    def of(cls, row: FileRow) -> "PublicFile":
        """Make the public view of a stored file."""
        kind = next(each for each in TYPES if each.extension == row.extension)
        return cls(row.id, row.name, kind.media_type, kind.label, row.size, row.of_record)

    @property
    def size_words(self) -> str:
        """Its size in words: "340 KB", "2.1 MB"."""
        return f"{self.size / 1_000_000:.1f} MB" if self.size >= 1_000_000 else f"{max(1, self.size // 1000)} KB"


def add_file(
    session: Session, session_id: uuid.UUID, file: CheckedFile, *, of_record: bool, now: datetime
) -> PublicFile:
    """Keep a file that was checked. Raises `FileRefused` where the session has very many."""
    session.get_one(SessionRow, session_id, with_for_update=True)
    count = sa.select(sa.func.count()).select_from(FileRow).where(FileRow.session_id == session_id)
    if session.scalars(count).one() >= MOST_FILES:
        raise FileRefused(f"A session has at most {MOST_FILES} files. Take one out first.")
    row = FileRow(
        id=new_id(),
        session_id=session_id,
        of_record=of_record,
        name=file.name,
        extension=file.type.extension,
        size=len(file.body),
        added_at=now,
    )
    session.add(row)
    session.flush()
    session.add(FileBody(file_id=row.id, body=file.body))
    session.flush()
    return PublicFile.of(row)


def files_of(session: Session, session_id: uuid.UUID) -> tuple[PublicFile, ...]:
    """Return all files of a session, for its author."""
    chosen = sa.select(FileRow).where(FileRow.session_id == session_id).order_by(FileRow.id)
    return tuple(PublicFile.of(row) for row in session.scalars(chosen))


def public_files(session: Session, session_id: uuid.UUID) -> tuple[PublicFile, ...]:
    """Return the files of a public session that everyone may have: its record's only once that is final."""
    row = session.get(RecordRow, session_id)
    final = row is not None and row.state == RecordState.FINAL.value
    return tuple(file for file in files_of(session, session_id) if final or not file.of_record)


def open_file(session: Session, reference: str, file_id: uuid.UUID) -> tuple[PublicFile, bytes]:
    """Return a public file of a public session with its bytes. Raises `NotFound`."""
    states = [state.value for state in PUBLIC_STATES]
    found = sa.select(SessionRow.id).where(SessionRow.reference == reference, SessionRow.state.in_(states))
    session_id = session.scalar(found)
    public = public_files(session, session_id) if session_id else ()
    file = next((file for file in public if file.id == file_id), None)
    if file is None:
        raise NotFound("There is no such file.")
    return file, session.get_one(FileBody, file_id).body


def remove_file(session: Session, session_id: uuid.UUID, file_id: uuid.UUID) -> None:
    """Take a file out. One that is not there any more is out."""
    row = session.get(FileRow, file_id)
    if row is not None and row.session_id == session_id:
        session.execute(sa.delete(FileBody).where(FileBody.file_id == file_id))
        session.delete(row)
        session.flush()
