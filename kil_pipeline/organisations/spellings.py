"""Is this name another spelling of one that we know? A new commissioner's name close to a known one is asked about.

The new one is added meanwhile, so that nothing waits. A person answers once, and is not asked again.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from kil_pipeline.database import Base, new_id
from kil_pipeline.errors import InvalidTransition, NotFound
from kil_pipeline.organisations.organisations import (
    Organisation,
    OrganisationIdentifier,
    OrganisationKind,
    OrganisationName,
    current_organisation,
    normalise_name,
)

CLOSE = 0.85
"""From which likeness on (of 1) a name is asked about, as `difflib` counts it."""
MOST_SHOWN = 100


class SpellingQuestion(Base):
    """Whether two organisations are the same. Permanent: the answer keeps it from being asked again."""

    __tablename__ = "spelling_question"
    __table_args__ = (sa.UniqueConstraint("new_id", "known_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    new_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id))
    known_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id))
    asked_at: Mapped[datetime]
    same: Mapped[bool | None]
    """None while nobody has answered."""


@dataclass(frozen=True)
class Question:
    """Two organisations that may be the same."""

    id: uuid.UUID
    new_id: uuid.UUID
    new_name: str
    known_id: uuid.UUID
    known_name: str

    @property
    def sentence(self) -> str:
        """The question, in words."""
        return f"Is “{self.new_name}” the same as {self.known_name}?"


def ask_about(session: Session, new: Organisation, now: datetime) -> None:
    """Ask about a commissioner that was just added, where a known one has a name much like its own."""
    words = normalise_name(new.name)
    rows = session.execute(
        sa.select(OrganisationName.normalised, OrganisationName.organisation_id)
        .join(Organisation, Organisation.id == OrganisationName.organisation_id)
        .where(Organisation.kind == OrganisationKind.COMMISSIONER.value, Organisation.id != new.id)
    )
    best = max(((likeness(words, known), key.hex, key) for known, key in rows), default=None)
    if best is None or best[0] < CLOSE:
        return
    known = current_organisation(session, best[2])
    if known.id != new.id:
        session.add(SpellingQuestion(id=new_id(), new_id=new.id, known_id=known.id, asked_at=now, same=None))
        session.flush()


def likeness(one: str, other: str) -> float:
    """Return how alike two normalised names are, from 0 to 1. Names that are all of a longer one are close."""
    shorter, longer = sorted((one.split(), other.split()), key=len)
    if len(shorter) >= 3 and longer[: len(shorter)] == shorter and len(longer) - len(shorter) <= 2:
        return 0.95
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < CLOSE or matcher.quick_ratio() < CLOSE:
        return 0.0
    return matcher.ratio()


def open_questions(session: Session, *, asked_at: datetime | None = None) -> tuple[Question, ...]:
    """Return what waits for an answer, the oldest first; with `asked_at`, what was asked at that moment."""
    new, known = aliased(Organisation), aliased(Organisation)
    chosen = (
        sa.select(SpellingQuestion.id, new.id, new.name, known.id, known.name)
        .join(new, new.id == SpellingQuestion.new_id)
        .join(known, known.id == SpellingQuestion.known_id)
        .where(SpellingQuestion.same.is_(None), new.successor_id.is_(None), known.successor_id.is_(None))
        .order_by(SpellingQuestion.asked_at, SpellingQuestion.id)
        .limit(MOST_SHOWN)
    )
    if asked_at is not None:
        chosen = chosen.where(SpellingQuestion.asked_at == asked_at)
    return tuple(Question(*row) for row in session.execute(chosen))


def answer_question(session: Session, question_id: uuid.UUID, *, same: bool) -> SpellingQuestion:
    """Remember the answer. Raises `NotFound`, and `InvalidTransition` where somebody has answered."""
    row = session.get(SpellingQuestion, question_id, with_for_update=True)
    if row is None:
        raise NotFound("There is no such question.")
    if row.same is not None:
        raise InvalidTransition("Somebody has answered this already.")
    row.same = same
    return row


def give_names(session: Session, from_id: uuid.UUID, to_id: uuid.UUID) -> None:
    """Make the names and the identifiers of one organisation those of another."""
    for table in (OrganisationName, OrganisationIdentifier):
        session.execute(sa.update(table).where(table.organisation_id == from_id).values(organisation_id=to_id))


def is_alias(session: Session, organisation_id: uuid.UUID, name: str) -> bool:
    """Tell whether a name is one of an organisation's own."""
    spelling = session.get(OrganisationName, normalise_name(name))
    return spelling is not None and spelling.organisation_id == organisation_id
