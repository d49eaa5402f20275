"""Criteria are stored once, however many people ask for the same, and found by the keys that an event looks up.

Matching an event therefore costs what matches, and not what is subscribed. Where a key says all that is asked for, or
all but one word, the database alone matches; only what asks for more is read and checked.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import replace
from functools import cache, lru_cache
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
    # The key leads to all that is to be known, and to nothing else: what is sure lies apart from what is to be checked.
    __table_args__ = (
        sa.PrimaryKeyConstraint("key", "rest", "criteria_id", postgresql_include=["word"]),
        {"sqlite_with_rowid": False},
    )

    key: Mapped[int] = mapped_column(sa.BigInteger, autoincrement=False)
    criteria_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("criteria.id", ondelete="CASCADE"), index=True)
    word: Mapped[int | None] = mapped_column(sa.BigInteger)
    """A word that the event must hold besides, as `key_number` of its stem."""
    rest: Mapped[bool] = mapped_column(server_default=sa.true())
    """Whether the criteria ask for yet more, so that they have to be read and checked."""


KEY, ROW = CriteriaKey.__table__.c, CriteriaRow.__table__.c
"""Their columns: what is read by the hundred needs no objects."""


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
            session.execute(sa.insert(CriteriaKey), key_rows(row.id, criteria))
    except IntegrityError:  # somebody else was asking for the same at this very moment
        return session.scalars(known).one()
    return row.id


def matching_criteria(session: Session, event: PublicEvent) -> list[uuid.UUID]:
    """Return the ids of all stored criteria that an event meets."""
    dialect = session.get_bind().dialect.name
    sure = session.scalars(sure_matches(dialect), event_numbers(dialect, event))
    return [*sure, *checked_matches(session, event)]


@cache
def sure_matches(dialect: str) -> sa.Select[uuid.UUID]:
    """Return the query of the criteria of which the index alone knows that an event meets them.

    Made once for a kind of database: making it takes as long as asking it. It takes `event_numbers`.
    """
    return sa.select(KEY.criteria_id).where(*_found_by(dialect), KEY.rest.is_(False)).distinct()


def checked_matches(session: Session, event: PublicEvent) -> list[uuid.UUID]:
    """Return the ids of the other criteria that an event meets: each is read and checked."""
    dialect = session.get_bind().dialect.name
    rows = session.execute(_to_check(dialect), event_numbers(dialect, event))
    found = {row.id: row.body for row in rows}
    return [key for key, body in found.items() if meets(event, _read_criteria(body))]


@cache
def _to_check(dialect: str) -> sa.Select[uuid.UUID, str]:
    return (
        sa.select(ROW.id, sa.cast(ROW.body, sa.Text).label("body"))
        .join_from(CriteriaKey.__table__, CriteriaRow.__table__, KEY.criteria_id == ROW.id)
        .where(*_found_by(dialect), KEY.rest.is_(True))
    )


def event_numbers(dialect: str, event: PublicEvent) -> dict[str, object]:
    """Return what an event is asked by, each list as one parameter: the numbers of its keys and of its words."""
    keys = {key_number(key) for key in event_keys(event.facets)}
    words = {word_number(stem) for stem in event.facets.stems}
    numbers = {"event_keys": sorted(keys), "event_words": sorted(words)}
    return {name: json.dumps(value) if dialect == "sqlite" else value for name, value in numbers.items()}


def _found_by(dialect: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _among(dialect, KEY.key, "event_keys"),
        sa.or_(KEY.word.is_(None), _among(dialect, KEY.word, "event_words")),
    )


def _among(dialect: str, column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """Return that a column holds one of the numbers of a parameter."""
    if dialect == "sqlite":
        listed = sa.func.json_each(sa.bindparam(name, type_=sa.Text)).table_valued("value")
        return column.in_(sa.select(listed.c.value))
    return column == sa.any_(sa.bindparam(name, type_=sa.ARRAY(sa.BigInteger)))


@lru_cache(maxsize=20_000)
def _read_criteria(body: str) -> Criteria:
    """Return criteria from their JSON: most events meet what others met before."""
    return from_json(Criteria, json.loads(body))


def key_rows(criteria_id: uuid.UUID, criteria: Criteria) -> list[dict[str, Any]]:
    """Return the rows of `CriteriaKey` that criteria are found by."""
    keys = {key_number(key) for key in criteria_keys(criteria)}
    query = parse_query(criteria.words)
    word = word_number(query.must[0]) if query.must else None
    said_by_word = not criteria.words or (len(query.must) == 1 and not query.phrases and not query.must_not)
    rest = not (said_by_word and replace(criteria, words="") == _said_by_keys(criteria))
    return [{"key": key, "criteria_id": criteria_id, "word": word, "rest": rest} for key in keys]


def _said_by_keys(criteria: Criteria) -> Criteria:
    """Return the part of criteria that an event meets for certain where it looks up one of their keys."""
    if criteria.references:
        return Criteria(references=criteria.references)
    if criteria.commissioners:
        return Criteria(commissioners=criteria.commissioners)
    if _is_wide(criteria):
        return Criteria(themes=criteria.themes)
    return Criteria(areas=criteria.areas, themes=criteria.themes)


def _is_wide(criteria: Criteria) -> bool:
    return max(1, len(criteria.areas)) * max(1, len(criteria.themes)) > WIDEST


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
    if _is_wide(criteria):
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


def word_number(stem: str) -> int:
    """Return the number of a word that an event must hold."""
    return key_number(f"w|{stem}")


@lru_cache(maxsize=20_000)
def key_number(key: str) -> int:
    """Return a key as it is stored: the first eight bytes of its hash."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)
