"""Who has to have a second factor: operators always; approvers and admins where their organisation asks for it.

A deployment can ask more of everybody (`Settings.second_factor`), never less of an organisation that chose.
"""

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base
from kil_pipeline.organisations.browser_sessions import Person
from kil_pipeline.organisations.members import Role
from kil_pipeline.organisations.second_factors import has_second_factor


class FactorRule(Base):
    """An organisation asks its approvers and admins for a second factor. Kept until it asks no more."""

    __tablename__ = "factor_rule"

    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)


def asks_for_second_factor(session: Session, organisation_id: uuid.UUID) -> bool:
    """Tell whether an organisation asks its approvers and admins for a second factor."""
    return session.get(FactorRule, organisation_id) is not None


def choose_factor_rule(session: Session, organisation_id: uuid.UUID, *, wanted: bool) -> None:
    """Ask for a second factor from now on, at the next request of each whom it concerns; or ask no more."""
    row = session.get(FactorRule, organisation_id)
    if wanted and row is None:
        session.add(FactorRule(organisation_id=organisation_id))
    elif row is not None and not wanted:
        session.delete(row)
    session.flush()


def lacks_second_factor(session: Session, person: Person, everywhere: str) -> bool:
    """Tell whether a person has to set up a second factor before they go on. `everywhere`: as settings have it."""
    return _is_asked(session, person, everywhere) and not has_second_factor(session, person.user_id)


def _is_asked(session: Session, person: Person, everywhere: str) -> bool:
    member = person.member
    if person.operator or everywhere == "everybody":
        return True
    if member is None or not member.may(Role.APPROVER):
        return False
    return everywhere == "approvers" or asks_for_second_factor(session, member.organisation_id)
