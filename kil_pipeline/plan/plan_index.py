"""Which public entries have which code of a filter, as bits in memory: to count them costs no query.

The database would group all hits anew for each filter. Here each code has one whole number, of which each entry has one
bit; how many entries have two codes is how many bits two numbers share. The codes of a few hits are counted one by one
(`choice_counts`). A publication costs one reading of what was published. 100,000 entries take 35 MB.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.events.log import EventRow, public_version
from kil_pipeline.organisations.organisations import Organisation, current_slugs
from kil_pipeline.plan.choice_counts import COUNTED, CodeColumns, Counts, meant_areas, wanted_codes
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.criteria_conditions import conditions_for
from kil_pipeline.plan.entries import PublicArea, PublicEntryRow, PublicTheme
from kil_pipeline.plan.search import found_entries

EVERY = "statuses"
"""Of these filters the one of which every entry has a code."""
MOST_READ = 500
"""How many changed entries are read by their keys: where there are more, the whole plan is read again."""
FEW = 32
"""Hits are counted one by one where they are no more than one in so many of all entries."""

Key = str
"""An entry's key as the database writes it: to make `UUID`s of 100,000 of them would take most of the time."""


class PlanIndex:
    """Counts entries. One for each process and database; what was published since is read when it is asked next."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._forget()

    def count(self, session: Session, criteria: Criteria) -> Counts:
        """Return how many public entries meet `criteria`; and for each choice, were it the only one of its filter.

        A choice is counted under all the other filters. An entry of two districts counts once for their county. A body
        that ended stands for what it became, as in `conditions_for`.
        """
        criteria = replace(criteria, commissioners=current_slugs(session, criteria.commissioners))
        with self._lock:
            self._refresh(session)
        found = _found_by_query(session, criteria)
        with self._lock:
            if found is not None and len(found) * FEW <= len(self._places):
                return self._columns.count(criteria, self._places_of(found))
            everything = (1 << len(self._places)) - 1
            hits = everything if found is None else self._bits(self._places_of(found))
            chosen = {part: self._chosen(criteria, part) for part in COUNTED}
            choices = {
                part: self._counts(criteria, part, hits & _all_but(chosen, part, everything)) for part in COUNTED
            }
            return Counts((hits & _all_but(chosen, "", everything)).bit_count(), choices)

    def _counts(self, criteria: Criteria, part: str, hits: int) -> Mapping[str, int]:
        having = self._met_areas(criteria) if part == "areas" else self._having[part]
        counts = ((code, (bits & hits).bit_count()) for code, bits in having.items())
        return {code: number for code, number in counts if number}

    def _chosen(self, criteria: Criteria, part: str) -> int | None:
        """Return the entries that a filter leaves, or None where it is not used."""
        wanted = wanted_codes(criteria, part)
        return reduce(or_, (self._having[part].get(code, 0) for code in wanted), 0) if wanted else None

    def _met_areas(self, criteria: Criteria) -> Mapping[str, int]:
        """Return the entries that are found by each area: those of other areas too, unless `criteria.exactly`."""
        if criteria.exactly not in self._met:
            meant, met = meant_areas(criteria), dict[str, int]()
            for code, bits in self._having["areas"].items():
                for wanted in meant(code):
                    met[wanted] = met.get(wanted, 0) | bits
            self._met[criteria.exactly] = met
        return self._met[criteria.exactly]

    def _places_of(self, entries: Iterable[Key]) -> list[int]:
        """Return the places of some entries. What was published a moment ago has none yet: it is counted next time."""
        return [place for entry in entries if (place := self._places.get(entry)) is not None]

    def _bits(self, places: Iterable[int]) -> int:
        bits = bytearray(len(self._places) // 8 + 1)
        for place in places:
            bits[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(bits, "little")

    def _forget(self) -> None:
        self._position = -1
        self._places: dict[Key, int] = {}
        self._having: dict[str, dict[str, int]] = {part: {} for part in COUNTED}
        self._columns = CodeColumns()
        self._met: dict[bool, dict[str, int]] = {}

    def _refresh(self, session: Session) -> None:
        """Read what was published since the last time: every publication is in the log."""
        position = public_version(session).n
        if position == self._position:
            return
        changed = _changed_since(session, self._position) if 0 <= self._position < position else None
        if changed is None:
            self._forget()
            self._take_in(_codes_of(session))
        else:
            codes = list(_codes_of(session, changed))
            self._drop([key for part, _, entries in codes if part == EVERY for key in entries])
            self._take_in(codes)
        self._position, self._met = position, {}

    def _drop(self, entries: Sequence[Key]) -> None:
        """Forget the codes of some entries, which keep their places."""
        places = self._places_of(entries)
        self._columns.clear(places)
        others = ~self._bits(places)
        for having in self._having.values():
            having.update({code: bits & others for code, bits in having.items()})

    def _take_in(self, codes: Iterable[tuple[str, str, Sequence[Key]]]) -> None:
        for part, code, entries in codes:
            if part == EVERY:
                for key in entries:
                    self._places.setdefault(key, len(self._places))
                self._columns.grow(len(self._places))
            places = self._places_of(entries)
            self._columns.add(part, code, places)
            self._having[part][code] = self._having[part].get(code, 0) | self._bits(places)


def _all_but(chosen: Mapping[str, int | None], left_out: str, everything: int) -> int:
    """Return the entries that all filters but one leave."""
    hits = everything
    for part, bits in chosen.items():
        if part != left_out and bits is not None:
            hits &= bits
    return hits


def _found_by_query(session: Session, criteria: Criteria) -> Sequence[Key] | None:
    """Return the entries that meet those parts of `criteria` that have no bits; None where there are no such parts."""
    no_codes: dict[str, Any] = dict.fromkeys(COUNTED, ())
    rest = replace(criteria, **no_codes, kinds=())
    if rest.everything():
        return None
    found = found_entries(session, rest.words) if rest.without_words().everything() else None
    if found is None:
        found = sa.select(PublicEntryRow.entry_id).where(*conditions_for(session, rest))
    keys = found.with_only_columns(sa.func.aggregate_strings(_as_text(*found.selected_columns), " "))
    return (session.scalar(keys) or "").split()  # one text: to fetch 25,000 rows takes longer than to find them


def _changed_since(session: Session, position: int) -> tuple[uuid.UUID, ...] | None:
    """Return what the log tells of after a position (of sessions too: they have no codes); None where it is much."""
    rows = session.scalars(
        sa.select(EventRow.subject_id)
        .where(EventRow.position > position, EventRow.subject_id.is_not(None))
        .limit(MOST_READ + 1)
    ).all()
    return None if len(rows) > MOST_READ else tuple({uuid.UUID(subject_id) for subject_id in rows if subject_id})


def _codes_of(session: Session, entries: Sequence[uuid.UUID] | None = None) -> Iterator[tuple[str, str, Sequence[Key]]]:
    """Yield each code of each filter, with those of some entries (or of all) that have it; of `EVERY` first."""
    row = PublicEntryRow
    for parts, key, codes in (
        ((EVERY, "routes", "chances"), row.entry_id, (row.status, row.route, row.chance)),
        (("commissioners",), row.entry_id, (Organisation.slug,)),
        (("themes",), PublicTheme.entry_id, (PublicTheme.code,)),
        (("areas",), PublicArea.entry_id, (PublicArea.code,)),
    ):
        query = sa.select(_as_text(key), *codes)
        if parts == ("commissioners",):
            query = query.join(row, row.organisation_id == Organisation.id)
        found: dict[tuple[str, str], list[Key]] = {}
        for entry, *values in session.execute(query if entries is None else query.where(key.in_(entries))):
            for part, code in zip(parts, values, strict=True):
                if code is not None:
                    found.setdefault((part, code), []).append(entry)
        for wanted in parts:
            yield from ((part, code, having) for (part, code), having in found.items() if part == wanted)


def _as_text(key: sa.SQLColumnExpression[Any]) -> sa.SQLColumnExpression[Key]:
    return sa.cast(key, sa.String)
