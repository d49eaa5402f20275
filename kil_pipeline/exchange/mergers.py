"""A body became another: its plan, its sessions, its people and whatever else it has go over, in one transaction."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.engagement.organisation_documents import hand_documents_over
from kil_pipeline.engagement.sessions import SessionRow
from kil_pipeline.events.log import record
from kil_pipeline.events.types import OrganisationSucceeded
from kil_pipeline.exchange.import_choices import ImportChoice
from kil_pipeline.exchange.import_uploads import ImportUpload
from kil_pipeline.exchange.tender_notices import TenderNotice
from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.factor_rules import FactorRule
from kil_pipeline.organisations.members import Membership
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.organisations.spellings import answer_question, give_names
from kil_pipeline.organisations.successions import succeed
from kil_pipeline.plan.contents import Author
from kil_pipeline.plan.entries import Entry
from kil_pipeline.plan.handovers import Told, hand_over
from kil_pipeline.plan.publishing_rules import PublishingRule
from kil_pipeline.support.bulletins import Bulletin
from kil_pipeline.support.help_requests import HelpRequest
from kil_pipeline.support.offers import SupportOffer
from kil_pipeline.support.patches import PatchArea, patch_of, set_patch
from kil_pipeline.times import london_day

GOES_OVER = (SessionRow, TenderNotice, ImportUpload, HelpRequest)
"""Tables whose rows belong to the successor at once. Entries go over one by one (see `plan.handovers`)."""
STAYS_WHERE_NEW_HAS_OWN = (PublishingRule, FactorRule, SupportOffer, ImportChoice)
"""Tables with one row for each organisation: the successor's own stands, else it goes on with the other's."""


@dataclass(frozen=True)
class Belongings:
    """How much of a body goes over to its successor."""

    entries: int
    sessions: int
    people: int


def belongings_of(session: Session, organisation_id: uuid.UUID) -> Belongings:
    """Return how much a body has."""
    counts = (
        session.scalar(sa.select(sa.func.count()).select_from(table).where(table.organisation_id == organisation_id))
        for table in (Entry, SessionRow, Membership)
    )
    return Belongings(*(count or 0 for count in counts))


def merge_organisation(
    session: Session, old_id: uuid.UUID, new_id: uuid.UUID, on: date, *, user_id: uuid.UUID | None = None, now: datetime
) -> Belongings:
    """Let a body become another. Returns how much went over. Raises `InvalidTransition`, and then changes nothing."""
    old, new = session.get_one(Organisation, old_id), session.get_one(Organisation, new_id)
    told = Told(f"{old.name} became {new.name} on {on.day} {on:%B %Y}, which plans this now.", merged=True)
    return _merge(session, old, new, on, told, user_id, now)


def answer_spelling(
    session: Session, question_id: uuid.UUID, *, same: bool, user_id: uuid.UUID | None, now: datetime
) -> str:
    """Take the answer whether two organisations are the same; what a spelling had goes over. Returns what was done.

    Raises `NotFound`, and `InvalidTransition` where somebody has answered.
    """
    question = answer_question(session, question_id, same=same)
    new, known = (session.get_one(Organisation, key) for key in (question.new_id, question.known_id))
    subject = f"{new.slug} {'=' if same else '≠'} {known.slug}"
    note_deed(session, "answer_spelling", subject=subject, user_id=user_id, organisation_id=known.id, now=now)
    if not same:
        return f"{new.name} stays an organisation of its own."
    told = Told(f"“{new.name}” is another name of {known.name}.", merged=True, alias=True)
    _merge(session, new, known, london_day(now), told, user_id, now)
    give_names(session, new.id, known.id)
    return f"{new.name} is a name of {known.name} now."


def _merge(
    session: Session,
    old: Organisation,
    new: Organisation,
    on: date,
    told: Told,
    user_id: uuid.UUID | None,
    now: datetime,
) -> Belongings:
    old_id, new_id = old.id, new.id
    moved = belongings_of(session, old_id)
    succeed(session, old_id, new_id, on, now)
    entries = sa.select(Entry.id).where(Entry.organisation_id == old_id).order_by(Entry.reference)
    for entry_id in session.scalars(entries).all():
        hand_over(session, entry_id, new_id, told, by=Author(user_id), now=now)
    seen = SessionRow.published_at.is_not(None)
    session.execute(sa.update(SessionRow).where(SessionRow.organisation_id == old_id, seen).values(updated_at=now))
    _move_the_rest(session, old_id, new_id)
    record(session, OrganisationSucceeded(organisation_id=str(old_id), successor_id=str(new_id)), now)
    for organisation_id in (old_id, new_id):
        subject = f"{old.slug} → {new.slug}"
        note_deed(
            session, "merge_organisation", subject=subject, user_id=user_id, organisation_id=organisation_id, now=now
        )
    session.flush()
    return moved


def _move_the_rest(session: Session, old_id: uuid.UUID, new_id: uuid.UUID) -> None:
    for table in GOES_OVER:
        session.execute(sa.update(table).where(table.organisation_id == old_id).values(organisation_id=new_id))
    hand_documents_over(session, old_id, new_id)
    parts = (Organisation.parent_id == old_id, Organisation.id != new_id)
    session.execute(sa.update(Organisation).where(*parts).values(parent_id=new_id))
    proposed = SessionRow.proposed_by == old_id
    session.execute(sa.update(SessionRow).where(proposed).values(proposed_by=new_id))
    for one in STAYS_WHERE_NEW_HAS_OWN:
        if session.get(one, new_id) is None:
            session.execute(sa.update(one).where(one.organisation_id == old_id).values(organisation_id=new_id))
    session.execute(sa.delete(Bulletin).where(Bulletin.organisation_id == old_id))  # its list agreed to that one alone
    both = {*patch_of(session, old_id), *patch_of(session, new_id)}
    session.execute(sa.delete(PatchArea).where(PatchArea.organisation_id == old_id))
    set_patch(session, new_id, both)
