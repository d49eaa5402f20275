"""Handing on: what somebody was writing when they left is on a colleague's own list from then on."""

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.organisations.colleagues import colleagues
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.entries import Entry, WorkingCopy


def hand_on(session: Session, organisation_id: uuid.UUID, leaver: uuid.UUID, receiver: uuid.UUID | None = None) -> int:
    """Hand on what a leaver last worked on: to `receiver`, else to the first admin by address. Returns how many.

    No version moves: nothing was written. Without another admin it stays with nobody, and in everybody's list.
    """
    if receiver is None:
        admins = [one.user_id for one in colleagues(session, organisation_id, Role.ADMIN) if one.user_id != leaver]
        receiver = next(iter(admins), None)
    theirs = sa.select(Entry.id).where(Entry.organisation_id == organisation_id)
    moved = session.scalars(
        sa.update(WorkingCopy)
        .where(WorkingCopy.updated_by == leaver, WorkingCopy.entry_id.in_(theirs))
        .values(updated_by=receiver)
        .returning(WorkingCopy.entry_id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(moved)
