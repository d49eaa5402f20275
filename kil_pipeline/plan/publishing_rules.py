"""What an organisation has chosen for its publications: a second pair of eyes, and the pre-election period."""

import uuid
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base
from kil_pipeline.errors import DomainError
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.reference.areas import area
from kil_pipeline.reference.polls import BODIES, Body, Poll, pre_election_poll


class MustWait(DomainError):
    """A publication that the organisation's own rules do not let through at once."""


class PublishingRule(Base):
    """What an organisation has chosen. Kept as long as the organisation."""

    __tablename__ = "publishing_rule"

    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), primary_key=True)
    four_eyes: Mapped[bool]
    hold_before_polls: Mapped[bool]
    body: Mapped[str] = mapped_column(sa.String(20))
    area: Mapped[str | None] = mapped_column(sa.String(12))


@dataclass(frozen=True)
class PublishingRules:
    """What an organisation has chosen; by default nothing."""

    four_eyes: bool = False
    hold_before_polls: bool = False
    body: Body = "council"
    area: str | None = None
    """Where it is: a poll elsewhere does not concern it. None: every poll does."""

    def held_for(self, today: date) -> Poll | None:
        """Return the poll for which publications are held back on a day, if they are."""
        return pre_election_poll(self.body, self.area, today) if self.hold_before_polls else None


def rules_of(session: Session, organisation_id: uuid.UUID) -> PublishingRules:
    """Return what an organisation has chosen."""
    row = session.get(PublishingRule, organisation_id)
    if row is None:
        return PublishingRules()
    body: Body = "nhs" if row.body == "nhs" else "council"
    return PublishingRules(row.four_eyes, row.hold_before_polls, body, row.area)


def choose_rules(session: Session, organisation_id: uuid.UUID, rules: PublishingRules) -> None:
    """Store what an organisation chooses. Raises `UnknownCode` for an area that is none."""
    if rules.area is not None:
        area(rules.area)
    assert rules.body in BODIES  # by its type
    row = session.get(PublishingRule, organisation_id)
    if row is None:
        row = PublishingRule(organisation_id=organisation_id)
        session.add(row)
    row.four_eyes, row.hold_before_polls = rules.four_eyes, rules.hold_before_polls
    row.body, row.area = rules.body, rules.area
    session.flush()


def check_may_publish(session: Session, organisation_id: uuid.UUID, today: date) -> None:
    """Raise `MustWait` where a publication needs approval, or falls into a pre-election period that is kept."""
    rules = rules_of(session, organisation_id)
    if rules.four_eyes:
        raise MustWait("This organisation publishes with a second pair of eyes: it has to be approved first.")
    poll = rules.held_for(today)
    if poll is not None:
        raise MustWait(f"Publications are held back before the poll, until {poll.lifts_on.day} {poll.lifts_on:%B %Y}.")
