"""Criteria are stored once, however many people ask for the same, and found by the keys that an event looks up.

Matching an event therefore costs what matches, and not what is subscribed.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.alerts.matching import meets
from kil_pipeline.codec import from_json, to_json
from kil_pipeline.database import Base, new_id
from kil_pipeline.events.types import Facets, PublicEvent
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.reference.areas import related_areas
from kil_pipeline.text import parse_query

WIDEST = 64
"""The most keys of one criteria: a longer list of areas is checked area by area instead."""


class CriteriaRow(Base):
    """What one or many people ask for. Kept while anybody asks for it (see `erasure`)."""

    __tablename__ = "criteria"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    body: Mapped[dict[str, Any]]


class CriteriaKey(Base):
    """A key under which an event finds criteria."""

    __tablename__ = "criteria_key"

    key: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    criteria_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("criteria.id", ondelete="CASCADE"), primary_key=True, index=True
    )


def keep_criteria(session: Session, criteria: Criteria) -> uuid.UUID:
    """Return the id of `criteria`, stored and indexed where they are new."""
    digest = hashlib.sha256(criteria.canonical().encode()).hexdigest()
    # Locked, lest they are erased as unused before the caller uses them.
    known = sa.select(CriteriaRow.id).where(CriteriaRow.hash == digest).with_for_update(read=True, key_share=True)
    found = session.scalar(known)
    if found is not None:
        return found
    row = CriteriaRow(id=new_id(), hash=digest, body=to_json(criteria))
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
            keys = {key_number(key) for key in criteria_keys(criteria)}
            session.add_all(CriteriaKey(key=key, criteria_id=row.id) for key in keys)
    except IntegrityError:  # somebody else was asking for the same at this very moment
        return session.scalars(known).one()
    return row.id


def matching_criteria(session: Session, event: PublicEvent) -> list[uuid.UUID]:
    """Return the ids of all stored criteria that an event meets."""
    keys = sorted({key_number(key) for key in event_keys(event.facets)})
    found: dict[uuid.UUID, str] = {}
    for start in range(0, len(keys), 500):
        rows = session.execute(
            sa.select(CriteriaRow.id, sa.cast(CriteriaRow.body, sa.Text).label("body"))
            .join(CriteriaKey, CriteriaKey.criteria_id == CriteriaRow.id)
            .where(CriteriaKey.key.in_(keys[start : start + 500]))
        )
        found |= {row.id: row.body for row in rows}
    return [key for key, body in found.items() if meets(event, _read_criteria(body))]


@lru_cache(maxsize=20_000)
def _read_criteria(body: str) -> Criteria:
    """Return criteria from their JSON: most events meet what others met before."""
    return from_json(Criteria, json.loads(body))


def criteria_keys(criteria: Criteria) -> Iterable[str]:
    """Return the keys to store criteria under: of their most telling part, so that every event they mean has one."""
    if criteria.references:
        return [f"r|{reference}" for reference in criteria.references]
    if criteria.commissioners:
        return [f"b|{slug}" for slug in criteria.commissioners]
    areas, themes = list(criteria.areas) or ["*"], list(criteria.themes) or ["*"]
    if areas == themes == ["*"]:
        query = parse_query(criteria.words)
        first = next(iter(query.must), None) or next((phrase[0] for phrase in query.phrases), None)
        return [f"w|{first}"] if first else ["*|*"]
    if len(areas) * len(themes) > WIDEST:
        areas = ["*"]
    return [f"{area}|{theme}" for area in areas for theme in themes]


def event_keys(facets: Facets) -> Iterable[str]:
    """Return the keys that an event looks up."""
    for reference in (facets.reference, *facets.about):
        yield f"r|{reference}"
    for slug in (facets.commissioner, *facets.formerly):
        yield f"b|{slug}"
    for stem in set(facets.stems):
        yield f"w|{stem}"
    areas = {related for code in facets.areas for related in related_areas(code)} | {"*"}
    for area in areas:
        for theme in (*facets.themes, "*"):
            yield f"{area}|{theme}"


def key_number(key: str) -> int:
    """Return a key as it is stored: the first eight bytes of its hash."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)
