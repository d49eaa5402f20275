"""How many entries each choice of a filter would leave, and how that is counted where few entries are found.

The bits of `PlanIndex` are those of all entries, and reading them costs the same for one hit as for all. So the codes
of each entry are kept by its place too, and those of a few hits are counted one by one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, repeat

from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.reference.areas import related_areas, same_areas

COUNTED = ("areas", "themes", "commissioners", "routes", "chances", "statuses")
"""The filters whose choices are counted, named as in `Criteria`."""

Codes = tuple[str, ...]
"""What one entry has of one filter. Entries that have the same share one value."""


@dataclass(frozen=True)
class Counts:
    """How many public entries meet some criteria, and how many each choice would leave."""

    total: int
    choices: Mapping[str, Mapping[str, int]]
    """For each filter that is counted, named as in `Criteria`: how many entries each code would leave; 0 for the rest.
    """


class CodeColumns:
    """For each filter the codes of each entry, by its place."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Codes]] = {part: [] for part in COUNTED}
        self._shared: dict[Codes, Codes] = {(): ()}

    def grow(self, number: int) -> None:
        """Make room for so many entries in all; new ones have no codes yet."""
        for column in self._columns.values():
            column += [()] * (number - len(column))

    def add(self, part: str, code: str, places: Iterable[int]) -> None:
        """Note that the entries at these places have a code."""
        column = self._columns[part]
        for place in places:
            codes = (*column[place], code)
            column[place] = self._shared.setdefault(codes, codes)

    def clear(self, places: Sequence[int]) -> None:
        """Forget all codes of the entries at these places."""
        for column in self._columns.values():
            for place in places:
                column[place] = ()

    def count(self, criteria: Criteria, places: Sequence[int]) -> Counts:
        """Count those of the entries at these places that meet the filters, as `PlanIndex.count` does."""
        columns = {part: [column[place] for place in places] for part, column in self._columns.items()}
        met = {
            part: [not wanted.isdisjoint(codes) for codes in columns[part]]
            for part in COUNTED
            if (wanted := wanted_codes(criteria, part))
        }
        choices = {
            part: _tally(compress(column, _met_but(met, part, len(places))), _meant_by(criteria, part))
            for part, column in columns.items()
        }
        return Counts(sum(_met_but(met, "", len(places))), choices)


def wanted_codes(criteria: Criteria, part: str) -> frozenset[str]:
    """Return the codes that a filter leaves; none where it is not used."""
    return criteria.area_codes() if part == "areas" else frozenset(getattr(criteria, part))


def meant_areas(criteria: Criteria) -> Callable[[str], frozenset[str]]:
    """Return what tells by which areas an entry of an area is found."""
    return same_areas if criteria.exactly else related_areas


def _meant_by(criteria: Criteria, part: str) -> Callable[[str], Iterable[str]]:
    return meant_areas(criteria) if part == "areas" else lambda code: (code,)


def _met_but(met: Mapping[str, Sequence[bool]], left_out: str, number: int) -> Iterator[bool]:
    """Tell of each entry whether it meets all filters but one."""
    others = [which for part, which in met.items() if part != left_out]
    return map(all, zip(*others, strict=True)) if others else repeat(True, number)


def _tally(column: Iterable[Codes], meant: Callable[[str], Iterable[str]]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for codes, number in Counter(column).items():
        for code in frozenset[str]().union(*map(meant, codes)):
            numbers[code] = numbers.get(code, 0) + number
    return numbers
