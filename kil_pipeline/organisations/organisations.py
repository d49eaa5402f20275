"""Organisations: commissioners, infrastructure bodies and VCSE organisations.

The same body is recognised by an identifier first (org-id.guide, or GB-PPON), then by its name in any usual spelling.
"""

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import NotFound
from kil_pipeline.text import clean_line, slugify, tokens


class OrganisationKind(StrEnum):
    """The three kinds of organisation that share the platform."""

    COMMISSIONER = "commissioner"
    INFRASTRUCTURE_BODY = "infrastructure_body"
    VCSE = "vcse"


class Organisation(Base):
    """An organisation. `prefix` starts the references of its entries; `next_number` is never counted back."""

    __tablename__ = "organisation"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(sa.String(300))
    kind: Mapped[str] = mapped_column(sa.String(30), index=True)
    slug: Mapped[str] = mapped_column(sa.String(120), unique=True)
    prefix: Mapped[str] = mapped_column(sa.String(12), unique=True)
    next_number: Mapped[int] = mapped_column(default=1)
    contact: Mapped[str | None] = mapped_column(sa.String(300))
    website: Mapped[str | None] = mapped_column(sa.String(300))
    promise: Mapped[str] = mapped_column(sa.Text, default="")
    """What it promises readers of its plan, in its own words; empty where it has said nothing."""
    created_at: Mapped[datetime]
    successor_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    """The body that it became; its identifiers and spellings lead there."""
    ended_on: Mapped[date | None]
    """The first day on which it was another body."""
    parent_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    """The body that it is part of."""
    predecessors: Mapped[list[str]] = mapped_column(default=list)
    """The slugs of all bodies that became this one, in one step or several."""
    identifiers: Mapped[list["OrganisationIdentifier"]] = relationship(cascade="all, delete-orphan")
    names: Mapped[list["OrganisationName"]] = relationship(cascade="all, delete-orphan")


class OrganisationIdentifier(Base):
    """One identifier, such as GB-NHS and QHM."""

    __tablename__ = "organisation_identifier"

    scheme: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    value: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisation.id"), index=True)


class OrganisationName(Base):
    """A spelling of the name, normalised (see `normalise_name`)."""

    __tablename__ = "organisation_name"

    normalised: Mapped[str] = mapped_column(sa.String(300), primary_key=True)
    spelled: Mapped[str] = mapped_column(sa.String(300), default="")
    """As it was written when it was learned; empty where that was not kept."""
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisation.id"), index=True)


@dataclass(frozen=True)
class PublicOrganisation:
    """What everyone may know of an organisation."""

    id: uuid.UUID
    name: str
    slug: str
    kind: str
    contact: str | None = None
    website: str | None = None
    predecessors: tuple[str, ...] = ()
    """The slugs of all bodies that became this one."""
    promise: str = ""
    """What it promises readers of its plan."""

    @classmethod
    def of(cls, row: Organisation) -> "PublicOrganisation":
        """Make the public view of a stored organisation."""
        return cls(row.id, row.name, row.slug, row.kind, row.contact, row.website, tuple(row.predecessors), row.promise)


_ABBREVIATIONS = {
    "icb": "integrated care board",
    "ft": "foundation trust",
    "cc": "county council",
    "bc": "borough council",
}
_IGNORED = {"the", "ltd", "limited", "plc", "of", "and"}


def normalise_name(name: str) -> str:
    """Return a name without what differs between spellings: case, punctuation, "the", "Ltd", "ICB" or in full."""
    words = [word for token in tokens(clean_line(name)) for word in _ABBREVIATIONS.get(token, token).split()]
    return " ".join(word for word in words if word not in _IGNORED)[:300]


def find_organisation(session: Session, reference: str) -> Organisation:
    """Return the organisation with this slug, prefix or full name. Raises `NotFound`."""
    row = session.scalar(
        sa.select(Organisation).where(
            sa.or_(Organisation.slug == reference, Organisation.prefix == reference, Organisation.name == reference)
        )
    )
    if row is None:
        raise NotFound(f"There is no organisation “{reference}”.")
    return row


def recognise_organisation(
    session: Session, *, name: str, identifiers: Iterable[tuple[str, str]] = ()
) -> Organisation | None:
    """Return the organisation that has one of `identifiers` (scheme, value), else this name in any usual spelling.

    Where that one has ended: the body that it became.
    """
    for scheme, value in identifiers:
        known = session.get(OrganisationIdentifier, _identifier(scheme, value))
        if known is not None:
            return current_organisation(session, known.organisation_id)
    spelling = session.get(OrganisationName, normalise_name(name)) if normalise_name(name) else None
    return current_organisation(session, spelling.organisation_id) if spelling else None


def current_organisation(session: Session, organisation_id: uuid.UUID) -> Organisation:
    """Return an organisation; where it has ended, the body that it became in the end."""
    row = session.get_one(Organisation, organisation_id)
    while row.successor_id is not None:
        row = session.get_one(Organisation, row.successor_id)
    return row


def current_slugs(session: Session, slugs: Iterable[str]) -> tuple[str, ...]:
    """Return slugs with those of the bodies that they became in the end."""
    wanted = tuple(slugs)
    if not wanted:
        return ()
    ended = session.scalars(
        sa.select(Organisation).where(Organisation.slug.in_(wanted), Organisation.successor_id.is_not(None))
    )
    return (*wanted, *(current_organisation(session, row.id).slug for row in ended))


def add_organisation(
    session: Session,
    *,
    name: str,
    kind: OrganisationKind,
    now: datetime,
    identifiers: Sequence[tuple[str, str]] = (),
    prefix: str | None = None,
    contact: str | None = None,
    website: str | None = None,
) -> Organisation:
    """Add an organisation with a slug and a prefix of its own, made from its name where `prefix` is not given."""
    name = clean_line(name)
    row = Organisation(
        id=new_id(),
        name=name[:300],
        kind=kind.value,
        slug=_free(session, Organisation.slug, slugify(name)[:100] or "organisation", "-"),
        prefix=_free(session, Organisation.prefix, prefix or _initials(name), ""),
        next_number=1,
        contact=contact,
        website=website,
        created_at=now,
    )
    session.add(row)
    session.flush()
    learn_spelling(session, row, name=name, identifiers=identifiers)
    return row


def learn_spelling(session: Session, row: Organisation, *, name: str, identifiers: Iterable[tuple[str, str]]) -> bool:
    """Remember a further spelling and further identifiers, unless an organisation has them. Returns whether any."""
    normalised, learned = normalise_name(name), False
    if normalised and session.get(OrganisationName, normalised) is None:
        spelled = clean_line(name)[:300]
        session.add(OrganisationName(normalised=normalised, spelled=spelled, organisation_id=row.id))
        learned = True
    for scheme, value in (_identifier(*pair) for pair in identifiers):
        if session.get(OrganisationIdentifier, (scheme, value)) is None:
            session.add(OrganisationIdentifier(scheme=scheme, value=value, organisation_id=row.id))
            learned = True
    session.flush()
    return learned


def _identifier(scheme: str, value: str) -> tuple[str, str]:
    """Return an identifier as it is stored, and so as it is looked up."""
    return clean_line(scheme)[:20], clean_line(value)[:60]


def take_reference(session: Session, organisation_id: uuid.UUID) -> str:
    """Return the next reference of an organisation, such as EXA-0012. References are never used again."""
    prefix, following = session.execute(
        sa.update(Organisation)
        .where(Organisation.id == organisation_id)
        .values(next_number=Organisation.next_number + 1)
        .returning(Organisation.prefix, Organisation.next_number)
    ).one()
    return f"{prefix}-{following - 1:04d}"


def public_organisations(session: Session, kind: OrganisationKind) -> tuple[PublicOrganisation, ...]:
    """Return all organisations of a kind, by name, but those that became another."""
    living = (Organisation.kind == kind.value, Organisation.successor_id.is_(None))
    rows = session.scalars(sa.select(Organisation).where(*living).order_by(Organisation.name))
    return tuple(PublicOrganisation.of(row) for row in rows)


def _initials(name: str) -> str:
    letters = "".join(word[0] for word in re.findall(r"[A-Za-z0-9]+", name) if word.lower() not in _IGNORED)
    if len(letters) < 3:  # "Leeds City Council" gives LCC; a single word gives its beginning
        letters = "".join(re.findall(r"[A-Za-z0-9]+", name))[:3]
    return (letters.upper() or "ORG")[:6]


def _free(session: Session, column: sa.orm.InstrumentedAttribute[str], wanted: str, joint: str) -> str:
    taken = set(session.scalars(sa.select(column).where(column.startswith(wanted, autoescape=True))))
    candidate, number = wanted, 2
    while candidate in taken:
        candidate, number = f"{wanted}{joint}{number}", number + 1
    return candidate
