"""What was told in one breath, and an index to find it by: feeds of changes do not read the whole log for a page.

A change is the events of one publication of one subject: they stand side by side in the log, say the same facets and
were recorded at the same moment. It is found by the position of its last event.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base

EVERY = "*"
"""The key of every change."""
FACETS = {
    "reference": "reference",
    "about": "reference",
    "commissioner": "commissioner",
    "formerly": "commissioner",
    "areas": "area",
    "themes": "theme",
}
"""The facets that a change is found by, each with the beginning of its keys."""


class ChangeKey(Base):
    """A key under which a change is found. Written once, with its events, and permanent like them."""

    __tablename__ = "change_key"

    key: Mapped[str] = mapped_column(sa.String(150), primary_key=True)
    position: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    """Of its last event."""
    first_position: Mapped[int] = mapped_column(sa.BigInteger)


@dataclass(frozen=True)
class Recorded:
    """What of an event in the log decides which change it is part of."""

    position: int
    recorded_at: datetime
    body: dict[str, Any]


def facet_key(facet: str, value: str) -> str:
    """Return the key of all changes that have `value` in a facet."""
    return f"{FACETS[facet]}|{value}"


def index_changes(session: Session, events: Iterable[Recorded]) -> None:
    """Index the events of one transaction, given in their order. What has no facets is no change."""
    rows = [
        {"key": key, "position": group[-1].position, "first_position": group[0].position}
        for group in _changes(events)
        for key in _keys(group[0].body["facets"])
    ]
    if rows:
        session.execute(sa.insert(ChangeKey), rows)


def _changes(events: Iterable[Recorded]) -> Iterator[list[Recorded]]:
    for (_, facets), group in groupby(events, key=lambda event: (event.recorded_at, event.body.get("facets"))):
        if facets:
            yield list(group)


def _keys(facets: dict[str, Any]) -> set[str]:
    keys = {EVERY}
    for facet in FACETS:
        value = facets.get(facet, ())
        keys |= {facet_key(facet, each) for each in ([value] if isinstance(value, str) else value)}
    return keys
