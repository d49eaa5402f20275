"""Requests of programs that were answered: the same Idempotency-Key gets the same answer, and nothing is done twice."""

import hashlib
import uuid
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base
from kil_pipeline.errors import DomainError
from kil_pipeline.organisations.organisations import Organisation

KEPT = timedelta(days=1)


class KeyUsedOtherwise(DomainError):
    """An Idempotency-Key that came with another request before."""


class AnsweredRequest(Base):
    """A request that was answered, under the hash of its key. Holds no field's value. Kept for a day."""

    __tablename__ = "answered_request"

    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), primary_key=True)
    key_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    request_hash: Mapped[str] = mapped_column(sa.String(64))
    answer: Mapped[dict[str, Any]]
    answered_at: Mapped[datetime] = mapped_column(index=True)


def find_answer(
    session: Session, organisation_id: uuid.UUID, key: str, request: bytes, now: datetime
) -> dict[str, Any] | None:
    """Return what the same request was answered. Raises `KeyUsedOtherwise` where the key came with another one."""
    row = session.get(AnsweredRequest, (organisation_id, _hash(key.encode())))
    if row is None or row.answered_at <= now - KEPT:
        return None
    if row.request_hash != _hash(request):
        raise KeyUsedOtherwise("This Idempotency-Key came with another request before. Use a new key for each request.")
    return row.answer


def keep_answer(
    session: Session, organisation_id: uuid.UUID, key: str, request: bytes, answer: dict[str, Any], now: datetime
) -> None:
    """Keep what a request was answered, in the transaction that does it."""
    row = AnsweredRequest(
        organisation_id=organisation_id,
        key_hash=_hash(key.encode()),
        request_hash=_hash(request),
        answer=answer,
        answered_at=now,
    )
    session.merge(row)
    session.flush()


def erase_old_answers(session: Session, now: datetime) -> int:
    """Delete the answers that are kept no longer. Returns how many."""
    gone = session.execute(sa.delete(AnsweredRequest).where(AnsweredRequest.answered_at <= now - KEPT))
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a delete gives a CursorResult


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
