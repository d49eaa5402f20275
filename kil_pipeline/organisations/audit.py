"""The audit trail: who did what, when, from where. Appended to, never changed: the database refuses it.

The trail holds no field's value and names people by id alone. What tells who they are lies beside it, in a table of its
own, and is erased after some years; the trail stays whole.
"""

import uuid
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from ipaddress import ip_address, ip_network
from typing import TypeVarTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base, new_id
from kil_pipeline.organisations.members import User
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.times import at_london, day_after

C = TypeVarTuple("C")
_MIDNIGHT = time(0)
_ORIGIN: ContextVar[str] = ContextVar("origin", default="")
MOST_AT_ONCE = 500
"""How many rows are erased in one transaction; the rest follows at the next tick."""


class AuditRow(Base):
    """One deed. The person is named by id alone: erasing the person leaves the trail whole. Kept for ever."""

    __tablename__ = "audit"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[uuid.UUID | None]
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    deed: Mapped[str] = mapped_column(sa.String(60))
    """A verb and its object, such as publish_entry."""
    subject: Mapped[str] = mapped_column(sa.String(200))
    """The reference of what it was done to."""


class AuditPerson(Base):
    """Who did a deed, and from where. Kept for as many years as the installation chooses (six, if not told)."""

    __tablename__ = "audit_person"

    audit_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("audit.id"), primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254))
    concerned: Mapped[str] = mapped_column(sa.String(254))
    """The mail address of the person that it was done to: invited, removed, given another role."""
    origin: Mapped[str] = mapped_column(sa.String(50))
    """The network that it was done from: see `network_of`."""


@dataclass(frozen=True)
class Deed:
    """One line of the trail, as an organisation's admin reads it. Empty texts: not known, or erased."""

    at: datetime
    deed: str
    subject: str
    by_person: bool
    email: str
    concerned: str
    origin: str


@dataclass(frozen=True)
class DeedFilter:
    """Which deeds are wanted; all of them if nothing is said. Days are London's, both included."""

    email: str = ""
    deed: str = ""
    since: date | None = None
    until: date | None = None


def set_origin(address: str) -> None:
    """Note with every deed of this thread from now on the network of an IP address; none where it is empty."""
    _ORIGIN.set(network_of(address))


def network_of(address: str) -> str:
    """Return the network of an IP address: 256 neighbours of IPv4, one site of IPv6; "" for any other text."""
    try:
        version = ip_address(address).version
    except ValueError:
        return ""
    return str(ip_network(f"{address.partition('%')[0]}/{24 if version == 4 else 48}", strict=False))


def note_deed(
    session: Session,
    deed: str,
    *,
    subject: str = "",
    user_id: uuid.UUID | None = None,
    organisation_id: uuid.UUID | None = None,
    concerned: str = "",
    now: datetime,
) -> None:
    """Append to the trail, in the caller's transaction. `concerned`: the mail address of whom it was done to."""
    row = AuditRow(
        id=new_id(), at=now, user_id=user_id, organisation_id=organisation_id, deed=deed, subject=subject[:200]
    )
    user = session.get(User, user_id) if user_id is not None else None
    session.add(row)
    if user is not None or concerned or _ORIGIN.get():
        session.flush()
        email = user.email if user is not None else ""
        session.add(AuditPerson(audit_id=row.id, email=email, concerned=concerned, origin=_ORIGIN.get()))


def deeds_of(
    session: Session, organisation_id: uuid.UUID, wanted: DeedFilter, *, limit: int, offset: int = 0
) -> tuple[Deed, ...]:
    """Return what was done for an organisation, and for those that became it, newest first."""
    query = (
        _matching(sa.select(AuditRow, AuditPerson), organisation_id, wanted)
        .order_by(AuditRow.at.desc(), AuditRow.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return tuple(_deed(row, person) for row, person in session.execute(query))


def count_deeds(session: Session, organisation_id: uuid.UUID, wanted: DeedFilter) -> int:
    """Return how many deeds `deeds_of` finds."""
    return session.scalar(_matching(sa.select(sa.func.count(AuditRow.id)), organisation_id, wanted)) or 0


def filter_choices(session: Session, organisation_id: uuid.UUID) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the people and the kinds of deed that an organisation's trail can be filtered by."""
    everything = DeedFilter()
    people = _matching(sa.select(AuditPerson.email).distinct(), organisation_id, everything)
    people = people.where(AuditPerson.email != "").order_by(AuditPerson.email).limit(500)
    deeds = _matching(sa.select(AuditRow.deed).distinct(), organisation_id, everything).order_by(AuditRow.deed)
    return tuple(session.scalars(people)), tuple(session.scalars(deeds))


def erase_old_audit_people(session: Session, now: datetime, kept: timedelta) -> int:
    """Erase who did what longer ago than `kept`; what was done stays. Returns how many."""
    old = sa.select(AuditPerson.audit_id).join(AuditRow, AuditRow.id == AuditPerson.audit_id)
    found = session.scalars(old.where(AuditRow.at < now - kept).limit(MOST_AT_ONCE)).all()
    session.execute(sa.delete(AuditPerson).where(AuditPerson.audit_id.in_(found)))
    return len(found)


def _matching(query: sa.Select[*C], organisation_id: uuid.UUID, wanted: DeedFilter) -> sa.Select[*C]:
    query = query.select_from(AuditRow).outerjoin(AuditPerson, AuditPerson.audit_id == AuditRow.id)
    own = sa.select(sa.literal(organisation_id, sa.Uuid()).label("id")).cte("own", recursive=True)
    own = own.union_all(sa.select(Organisation.id).join(own, Organisation.successor_id == own.c.id))
    query = query.where(AuditRow.organisation_id.in_(sa.select(own.c.id)))
    if wanted.email:
        query = query.where(AuditPerson.email == wanted.email)
    if wanted.deed:
        query = query.where(AuditRow.deed == wanted.deed)
    if wanted.since:
        query = query.where(AuditRow.at >= at_london(wanted.since, _MIDNIGHT))
    if wanted.until:
        query = query.where(AuditRow.at < at_london(day_after(wanted.until), _MIDNIGHT))
    return query


def _deed(row: AuditRow, person: AuditPerson | None) -> Deed:
    known = (person.email, person.concerned, person.origin) if person is not None else ("", "", "")
    return Deed(row.at, row.deed, row.subject, row.user_id is not None, *known)
