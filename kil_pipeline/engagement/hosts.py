"""Hosts and co-hosts of a session: invited by mail, they confirm, decline or propose another time, without an account.

The fee and the room's cost are between the host and the commissioner: nothing public is made from this table but the
names of those who confirmed.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base, new_id
from kil_pipeline.engagement.sessions import SessionContent, SessionRow, describe_span
from kil_pipeline.errors import InvalidContent, NotFound
from kil_pipeline.text import clean_line, clean_text

KEPT = timedelta(days=365)
"""How long after the session the address and the note of an invitation are kept."""


class HostRole(StrEnum):
    """What an organisation is asked to be."""

    HOST = "host"
    CO_HOST = "co_host"

    @property
    def label(self) -> str:
        """The role in plain words."""
        return "Host" if self is HostRole.HOST else "Co-host"


class HostState(StrEnum):
    """What became of an invitation."""

    INVITED = "invited"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The state in plain words."""
        return _LABELS[self]


_LABELS = {
    HostState.INVITED: "Asked, no answer yet",
    HostState.CONFIRMED: "Confirmed",
    HostState.DECLINED: "Declined",
    HostState.PROPOSED: "Proposes another time",
    HostState.WITHDRAWN: "No longer asked",
}


class SessionHost(Base):
    """One invitation. The address and the note go a year after the session; the name stays with the session."""

    __tablename__ = "engagement_session_host"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("engagement_session.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(300))
    address: Mapped[str] = mapped_column(sa.String(254))
    role: Mapped[str] = mapped_column(sa.String(20))
    state: Mapped[str] = mapped_column(sa.String(20))
    fee: Mapped[str] = mapped_column(sa.String(300))
    """What the host is paid, in words. Private to the two."""
    room_cost: Mapped[str] = mapped_column(sa.String(300))
    """What the room costs and who pays, in words. Private to the two."""
    asked_starts_at: Mapped[datetime]
    """The time that the host was asked about last; with `CONFIRMED`, the one they agreed to."""
    asked_ends_at: Mapped[datetime]
    proposed_starts_at: Mapped[datetime | None]
    proposed_ends_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(sa.Text)
    """What the host wrote to the commissioner. Private to the two."""
    invited_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("user.id"))
    invited_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Invitation:
    """An invitation as the commissioner and the host see it; nobody else does."""

    id: uuid.UUID
    session_id: uuid.UUID
    name: str
    address: str
    role: HostRole
    state: HostState
    fee: str
    room_cost: str
    asked_starts_at: datetime
    asked_ends_at: datetime
    proposed_starts_at: datetime | None
    proposed_ends_at: datetime | None
    note: str
    invited_by: uuid.UUID | None

    @property
    def proposed(self) -> str:
        """The time that the host proposes, in words; empty where they propose none."""
        if self.proposed_starts_at is None or self.proposed_ends_at is None:
            return ""
        return describe_span(self.proposed_starts_at, self.proposed_ends_at)

    def agrees_to(self, content: SessionContent) -> bool:
        """Tell whether this host has confirmed, for the time that the session has."""
        asked = (self.asked_starts_at, self.asked_ends_at)
        return self.state is HostState.CONFIRMED and asked == (content.starts_at, content.ends_at)


@dataclass(frozen=True)
class HostTerms:
    """What an organisation is asked."""

    name: str
    address: str
    role: HostRole = HostRole.HOST
    fee: str = ""
    room_cost: str = ""

    def cleaned(self) -> "HostTerms":
        """Return the terms as they are stored. Raises `InvalidContent` without a name."""
        name = clean_line(self.name)[:300]
        if not name:
            raise InvalidContent("Write the name of the organisation that you ask.")
        return HostTerms(name, self.address, self.role, clean_line(self.fee)[:300], clean_line(self.room_cost)[:300])


def invitations_of(session: Session, session_id: uuid.UUID) -> tuple[Invitation, ...]:
    """Return every invitation of a session, in the order in which they went out."""
    rows = session.scalars(sa.select(SessionHost).where(SessionHost.session_id == session_id).order_by(SessionHost.id))
    return tuple(_invitation(row) for row in rows)


def find_invitation(session: Session, host_id: uuid.UUID) -> Invitation:
    """Return one invitation. Raises `NotFound`, where it was thrown away with its draft too."""
    row = session.get(SessionHost, host_id)
    if row is None:
        raise NotFound("This invitation was taken back.")
    return _invitation(row)


def load_host(session: Session, host_id: uuid.UUID) -> SessionHost:
    """Return the row of an invitation. Raises `NotFound`.

    Its session is locked first, as by whoever writes that: two who lock in another order would wait for each other.
    """
    find_invitation(session, host_id)
    of_host = sa.select(SessionHost.session_id).where(SessionHost.id == host_id).scalar_subquery()
    session.execute(sa.select(SessionRow.id).where(SessionRow.id == of_host).with_for_update())
    return session.get_one(SessionHost, host_id, populate_existing=True)


def add_host(
    session: Session,
    session_id: uuid.UUID,
    terms: HostTerms,
    content: SessionContent,
    *,
    state: HostState = HostState.INVITED,
    invited_by: uuid.UUID | None = None,
    now: datetime,
) -> SessionHost:
    """Store who is asked to host a session at the time that `content` has."""
    terms = terms.cleaned()
    row = SessionHost(
        id=new_id(),
        session_id=session_id,
        name=terms.name,
        address=terms.address,
        role=terms.role.value,
        state=state.value,
        fee=terms.fee,
        room_cost=terms.room_cost,
        asked_starts_at=content.starts_at,
        asked_ends_at=content.ends_at,
        proposed_starts_at=None,
        proposed_ends_at=None,
        note="",
        invited_by=invited_by,
        invited_at=now,
        answered_at=now if state is HostState.CONFIRMED else None,
    )
    session.add(row)
    session.flush()
    return row


def note_answer(
    row: SessionHost, state: HostState, note: str, now: datetime, *, times: tuple[datetime, datetime] | None = None
) -> None:
    """Write down what a host answered. `times`: what they propose instead."""
    row.state, row.note, row.answered_at = state.value, clean_text(note)[:2000], now
    row.proposed_starts_at, row.proposed_ends_at = times or (None, None)


def agreed_names(invitations: tuple[Invitation, ...], content: SessionContent) -> tuple[str, tuple[str, ...]]:
    """Return the host (empty where none agrees to the session's time) and the co-hosts of a session, by name."""
    agreed = [invitation for invitation in invitations if invitation.agrees_to(content)]
    hosts = [invitation.name for invitation in agreed if invitation.role is HostRole.HOST]
    others = [invitation.name for invitation in agreed if invitation.role is HostRole.CO_HOST]
    return (hosts[0] if hosts else ""), tuple(dict.fromkeys([*hosts[1:], *others]))


def erase_old_addresses(session: Session, now: datetime) -> int:
    """Empty the address and the note of each invitation to a session a year ago. Returns how many."""
    past = sa.select(SessionRow.id).where(SessionRow.starts_at < now - KEPT)
    old = sa.update(SessionHost).where(SessionHost.session_id.in_(past), SessionHost.address != "")
    erased = session.execute(old.values(address="", note=""))
    return int(erased.rowcount)  # type: ignore[attr-defined]  # an update gives a CursorResult


def _invitation(row: SessionHost) -> Invitation:
    return Invitation(
        id=row.id,
        session_id=row.session_id,
        name=row.name,
        address=row.address,
        role=HostRole(row.role),
        state=HostState(row.state),
        fee=row.fee,
        room_cost=row.room_cost,
        asked_starts_at=row.asked_starts_at,
        asked_ends_at=row.asked_ends_at,
        proposed_starts_at=row.proposed_starts_at,
        proposed_ends_at=row.proposed_ends_at,
        note=row.note,
        invited_by=row.invited_by,
    )
