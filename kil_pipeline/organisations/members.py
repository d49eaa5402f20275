"""People who sign in, and what they may do for which organisation."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import DomainError
from kil_pipeline.organisations.organisations import Organisation, OrganisationKind


class Role(StrEnum):
    """What a member may do: `MAY` says which role may do what another may."""

    VIEWER = "viewer"
    ENGAGEMENT_LEAD = "engagement_lead"
    AUTHOR = "author"
    APPROVER = "approver"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        """The role in plain words."""
        return self.value.replace("_", " ").capitalize()

    def about(self, kind: OrganisationKind) -> str:
        """What it is for at an organisation of this kind, in plain words."""
        own = ABOUT_ROLES_OF_BODIES if kind is OrganisationKind.INFRASTRUCTURE_BODY else {}
        return own.get(self, ABOUT_ROLES[self])


ABOUT_ROLES = {
    Role.VIEWER: "reads the plan as it is worked on, private values too",
    Role.ENGAGEMENT_LEAD: "a viewer who looks after sessions, and what was said at them",
    Role.AUTHOR: "writes planned opportunities and sessions",
    Role.APPROVER: "an author who says yes to what others wrote",
    Role.ADMIN: "an approver who looks after people, tokens and the record of who did what",
}
ABOUT_ROLES_OF_BODIES = {
    Role.VIEWER: "reads requests for help, and sessions as they are prepared",
    Role.AUTHOR: "answers requests for help, writes the bulletin and sessions, says what you offer",
    Role.APPROVER: "may do what an author may",
    Role.ADMIN: "an author who looks after people, tokens and the record of who did what",
}
"""What differs at local support organisations: they have no plan."""
MAY = {
    Role.VIEWER: {Role.VIEWER},
    Role.ENGAGEMENT_LEAD: {Role.VIEWER, Role.ENGAGEMENT_LEAD},
    Role.AUTHOR: {Role.VIEWER, Role.ENGAGEMENT_LEAD, Role.AUTHOR},
    Role.APPROVER: {Role.VIEWER, Role.ENGAGEMENT_LEAD, Role.AUTHOR, Role.APPROVER},
    Role.ADMIN: set(Role),
}
"""Each role with those whose work it may do. Authors look after sessions too."""


class InvalidAddress(DomainError):
    """A text that is no mail address."""


class User(Base):
    """A person who can sign in. Kept until removed by an organisation's admin."""

    __tablename__ = "user"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    created_at: Mapped[datetime]


class Membership(Base):
    """A person's role in one organisation."""

    __tablename__ = "membership"

    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("user.id"), primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(sa.String(20))


@dataclass(frozen=True)
class Member:
    """A signed-in person acting for one organisation."""

    user_id: uuid.UUID
    email: str
    organisation_id: uuid.UUID
    organisation_name: str
    role: Role

    def may(self, role: Role) -> bool:
        """Tell whether this person may do what `role` may."""
        return role in MAY[self.role]


_ADDRESS = re.compile(r"(?!\.)[^\s@<>\"',;:\\\[\]()]{1,64}(?<!\.)@[^\s@<>\"',;:\\\[\]()]+\.[^\s@<>\"',;:\\\[\]().]{2,}")


def normalise_address(text: str) -> str:
    """Return a mail address as we store and compare it. Raises `InvalidAddress`."""
    address = text.strip().lower()
    plain = address.isascii() and address.isprintable() and len(address) <= 254
    if not plain or not _ADDRESS.fullmatch(address) or ".." in address:
        raise InvalidAddress("Enter an email address in the usual form, such as name@example.org.")
    return address


def find_or_add_user(session: Session, email: str, now: datetime) -> User:
    """Return the person with an address, whom we may not have known. Raises `InvalidAddress`."""
    address = normalise_address(email)
    user = session.scalar(sa.select(User).where(User.email == address))
    if user is None:
        user = User(id=new_id(), email=address, created_at=now)
        session.add(user)
        session.flush()
    return user


def add_member(session: Session, *, email: str, organisation_id: uuid.UUID, role: Role, now: datetime) -> Member:
    """Give a person a role in an organisation, or another role than before. Raises `InvalidAddress`."""
    user = find_or_add_user(session, email, now)
    membership = session.get(Membership, (user.id, organisation_id))
    if membership is None:
        membership = Membership(user_id=user.id, organisation_id=organisation_id)
        session.add(membership)
    membership.role = role.value
    session.flush()
    name = session.get_one(Organisation, organisation_id).name
    return Member(user.id, user.email, organisation_id, name, role)


def memberships_of(session: Session, user_id: uuid.UUID) -> tuple[Member, ...]:
    """Return what a person may do, by organisation name."""
    rows = session.execute(
        sa.select(User.email, Organisation.id, Organisation.name, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(User.id == user_id)
        .order_by(Organisation.name)
    )
    return tuple(Member(user_id, row.email, row.id, row.name, Role(row.role)) for row in rows)
