"""What an organisation shows of itself: its logo, and documents such as its procurement strategy and guidance.

A document is a file or a link. The logo is drawn anew from its pixels, and small. All of it is public.
"""

import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa
from PIL import Image
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base, new_id
from kil_pipeline.engagement.file_types import JPEG, PNG, TYPES, CheckedFile, FileRefused, check_file
from kil_pipeline.engagement.session_parts import check_web_address
from kil_pipeline.errors import InvalidContent, NotFound
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.text import clean_line

MOST_DOCUMENTS = 20
MOST_TITLE = 200
LOGO_SIZE = (480, 240)
"""The most pixels of a logo: twice what a page shows."""


class OrganisationDocument(Base):
    """A logo, a file or a link. Kept until the organisation takes it out."""

    __tablename__ = "organisation_document"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    logo: Mapped[bool]
    title: Mapped[str] = mapped_column(sa.String(MOST_TITLE))
    """Of a logo: what it shows, for those who do not see it."""
    url: Mapped[str] = mapped_column(sa.String(2000))
    """Empty for a file."""
    name: Mapped[str] = mapped_column(sa.String(120))
    extension: Mapped[str] = mapped_column(sa.String(5))
    size: Mapped[int]
    dated_on: Mapped[date | None]
    added_at: Mapped[datetime]


class OrganisationDocumentBody(Base):
    """The bytes of a file, in a table of their own: a list never reads them."""

    __tablename__ = "organisation_document_body"

    document_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(OrganisationDocument.id), primary_key=True)
    body: Mapped[bytes]


@dataclass(frozen=True)
class PublicDocument:
    """A logo, a file or a link, as everyone may see it. Made by `of` alone."""

    id: uuid.UUID
    title: str
    address: str
    """Where it is: on this site, or elsewhere."""
    media_type: str
    """Empty for a link."""
    label: str
    """What it is, in words: "PDF", or "elsewhere"."""
    name: str
    logo: bool
    dated_on: date | None

    @classmethod
    def of(cls, row: OrganisationDocument, slug: str) -> "PublicDocument":
        """Make the public view of a stored document. `slug`: of its organisation."""
        kind = next((each for each in TYPES if each.extension == row.extension), None)
        address = row.url or f"/organisations/{slug}/files/{row.id}"
        label, media_type = (kind.label, kind.media_type) if kind else ("another website", "")
        return cls(row.id, row.title, address, media_type, label, row.name, row.logo, row.dated_on)


def add_document(
    session: Session,
    organisation_id: uuid.UUID,
    title: str,
    *,
    file: CheckedFile | None = None,
    url: str = "",
    dated_on: date | None = None,
    now: datetime,
) -> None:
    """Add a file that was checked, or a link. Raises `InvalidContent`, and `FileRefused` where there are very many."""
    if file is None:
        check_web_address(url)
    _lock(session, organisation_id)
    count = sa.select(sa.func.count()).where(*_of(organisation_id, logo=False))
    if (session.scalar(count) or 0) >= MOST_DOCUMENTS:
        raise FileRefused(f"There are {MOST_DOCUMENTS} documents already. Take one out first.")
    _add(session, organisation_id, _title(title), file, url="" if file else url, dated_on=dated_on, now=now)


def check_logo(name: str, body: bytes) -> CheckedFile:
    """Return a picture as it may be a logo: drawn anew, and small. Raises `FileRefused`."""
    checked = check_file(name, body)
    if checked.type not in (PNG, JPEG):
        raise FileRefused("A logo is a picture: PNG or JPG.")
    with Image.open(io.BytesIO(checked.body), formats=["PNG", "JPEG"]) as image:
        image.thumbnail(LOGO_SIZE)
        out = io.BytesIO()
        image.save(out, "PNG" if checked.type is PNG else "JPEG")
    return replace(checked, body=out.getvalue())


def set_logo(session: Session, organisation_id: uuid.UUID, shows: str, file: CheckedFile, now: datetime) -> None:
    """Put a picture (see `check_logo`) in the logo's place. `shows`: in words. Raises `InvalidContent`."""
    said = _title(shows, "Say what the logo shows: for those who do not see it.")
    _lock(session, organisation_id)
    for old in session.scalars(sa.select(OrganisationDocument).where(*_of(organisation_id, logo=True))).all():
        _remove(session, old)
    _add(session, organisation_id, said, file, logo=True, now=now)


def remove_document(session: Session, organisation_id: uuid.UUID, document_id: uuid.UUID) -> None:
    """Take a document or the logo out. One that is not there any more is out."""
    row = session.get(OrganisationDocument, document_id)
    if row is not None and row.organisation_id == organisation_id:
        _remove(session, row)


def documents_of(session: Session, organisation_id: uuid.UUID) -> tuple[PublicDocument, ...]:
    """Return the documents of an organisation, the newest date first; those without a date come last."""
    rows = session.execute(_chosen(organisation_id, logo=False)).all()
    found = [PublicDocument.of(row, slug) for row, slug in rows]
    return tuple(sorted(found, key=lambda one: (one.dated_on is None, -(one.dated_on or date.min).toordinal())))


def logo_of(session: Session, organisation_id: uuid.UUID) -> PublicDocument | None:
    """Return an organisation's logo, where it has one."""
    row = session.execute(_chosen(organisation_id, logo=True)).first()
    return PublicDocument.of(*row) if row else None


def open_document(session: Session, slug: str, document_id: uuid.UUID) -> tuple[PublicDocument, bytes]:
    """Return a file or the logo of an organisation with its bytes. Raises `NotFound`."""
    row = session.get(OrganisationDocument, document_id)
    body = session.get(OrganisationDocumentBody, document_id)
    if row is None or body is None or session.get_one(Organisation, row.organisation_id).slug != slug:
        raise NotFound("There is no such file.")
    return PublicDocument.of(row, slug), body.body


def hand_documents_over(session: Session, old_id: uuid.UUID, new_id: uuid.UUID) -> None:
    """Give the documents of one organisation to another; the logo stays."""
    moving = _of(old_id, logo=False)
    session.execute(sa.update(OrganisationDocument).where(*moving).values(organisation_id=new_id))


def _of(organisation_id: uuid.UUID, *, logo: bool) -> Sequence[sa.ColumnElement[bool]]:
    return OrganisationDocument.organisation_id == organisation_id, OrganisationDocument.logo.is_(logo)


def _chosen(organisation_id: uuid.UUID, *, logo: bool) -> sa.Select[OrganisationDocument, str]:
    return (
        sa.select(OrganisationDocument, Organisation.slug)
        .join(Organisation, Organisation.id == OrganisationDocument.organisation_id)
        .where(*_of(organisation_id, logo=logo))
        .order_by(OrganisationDocument.id)
    )


def _lock(session: Session, organisation_id: uuid.UUID) -> None:
    session.get_one(Organisation, organisation_id, with_for_update=True)


def _title(text: str, missing: str = "Write a title.") -> str:
    title = clean_line(text)
    if not title:
        raise InvalidContent(missing)
    if len(title) > MOST_TITLE:
        raise InvalidContent(f"That has {len(title)} characters. Use at most {MOST_TITLE}.")
    return title


def _add(
    session: Session,
    organisation_id: uuid.UUID,
    title: str,
    file: CheckedFile | None,
    *,
    logo: bool = False,
    url: str = "",
    dated_on: date | None = None,
    now: datetime,
) -> None:
    row = OrganisationDocument(
        id=new_id(),
        organisation_id=organisation_id,
        logo=logo,
        title=title,
        url=url,
        name=file.name if file else "",
        extension=file.type.extension if file else "",
        size=len(file.body) if file else 0,
        dated_on=dated_on,
        added_at=now,
    )
    session.add(row)
    session.flush()
    if file is not None:
        session.add(OrganisationDocumentBody(document_id=row.id, body=file.body))
        session.flush()


def _remove(session: Session, row: OrganisationDocument) -> None:
    session.execute(sa.delete(OrganisationDocumentBody).where(OrganisationDocumentBody.document_id == row.id))
    session.delete(row)
    session.flush()
