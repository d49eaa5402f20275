"""Removing a person from the installation: what is theirs goes, what they did for others stays without their id."""

import uuid
from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.database import Base
from kil_pipeline.errors import NotFound
from kil_pipeline.organisations.members import User, memberships_of, normalise_address
from kil_pipeline.organisations.people import remove_member

THEIRS = frozenset(
    {
        "api_token",
        "import_upload",
        "membership",
        "operator",
        "recovery_code",
        "second_factor",
        "sign_in_request",
        "sign_in_token",
        "signed_in",
    }
)
"""The tables whose rows go with a person. In all others their id is taken out, and the row stays."""


def find_user(session: Session, address: str) -> uuid.UUID:
    """Return the id of the person with an address. Raises `InvalidAddress`, `NotFound`."""
    plain = normalise_address(address)
    found = session.scalar(sa.select(User.id).where(User.email == plain))
    if found is None:
        raise NotFound(f"Nobody is known by the address {plain}.")
    return found


def remove_user(session: Session, address: str, now: datetime) -> uuid.UUID:
    """Remove a person: roles, sessions, second factor and tokens. The audit trail keeps their id. Returns that.

    Raises `InvalidAddress`, `NotFound`, and `InvalidTransition` for the only admin of an organisation.
    """
    user_id = find_user(session, address)
    for member in memberships_of(session, user_id):
        remove_member(session, member.organisation_id, user_id, now)
    for column in references_to_users():
        if column.table.name in THEIRS:
            session.execute(sa.delete(column.table).where(column == user_id))
        else:
            session.execute(sa.update(column.table).where(column == user_id).values({column.name: None}))
    session.execute(sa.delete(User).where(User.id == user_id))
    session.expire_all()
    return user_id


def references_to_users() -> Iterator[sa.Column[uuid.UUID]]:
    """Yield every column that names a person by their id, of all tables that are imported."""
    users = Base.metadata.tables[User.__tablename__]
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table is users:
                yield key.parent
