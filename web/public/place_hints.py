"""A place among the words that somebody searches for: the list for that place is one tap away.

Words find words: “Leeds” finds what says Leeds, and misses what is planned for all of England.
"""

from dataclasses import dataclass, replace

from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.reference.areas import Area, find_area

MOST_WORDS = 6
"""Words of the longest name of a place that is looked for."""
_BEFORE = frozenset({"in", "for", "near", "around", "across"})


@dataclass(frozen=True)
class PlaceHint:
    """A place that the words name, with the list for it."""

    name: str
    rest: str
    """What else is searched for."""
    criteria: Criteria


def hint_at_place(criteria: Criteria) -> PlaceHint | None:
    """Return the place that words end or begin with; None where an area is chosen already, or no place is named."""
    words = criteria.words.split()
    if criteria.areas or any(mark in criteria.words for mark in '"-'):
        return None
    for length in range(min(len(words), MOST_WORDS), 0, -1):
        for place, rest in ((words[-length:], words[:-length]), (words[:length], words[length:])):
            found = _place(" ".join(place))
            if found is not None:
                left = " ".join(rest[:-1] if rest and rest[-1].casefold() in _BEFORE else rest)
                return PlaceHint(found.name, left, replace(criteria, words=left, areas=(found.code,)))
    return None


def _place(text: str) -> Area | None:
    """Return the place of this name. A code is none: it may be anything."""
    return find_area(text) if text.replace(" ", "").replace("’", "").replace("'", "").isalpha() else None
