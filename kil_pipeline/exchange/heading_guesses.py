"""What a heading that is not ours may mean, and which row holds the headings. A person looks at each guess."""

import difflib
import re
from collections.abc import Mapping, Sequence
from statistics import median

from kil_pipeline.exchange.columns import (
    OWN_COLUMNS,
    VERSION,
    Columns,
    known_headings,
    plain_heading,
    recognise_columns,
)
from kil_pipeline.text import clean_line

_SHORT = {"dt": "date", "rte": "route", "desc": "description", "proc": "procurement", "org": "organisation",
          "svc": "service", "loc": "location", "val": "value", "cat": "category", "dur": "duration"}  # fmt: skip
_FILLING = frozenset({
    "expected", "anticipated", "estimated", "est", "planned", "proposed", "target", "indicative", "likely", "current",
    "new", "approx", "approximate", "of", "the",
})  # fmt: skip
_TOO_PLAIN = frozenset({
    "name", "id", "ref", "end", "start", "email", "term", "place", "contract", "service", "scheme", "area", "project",
    "category",
})  # fmt: skip
"""Names that mean something where they stand alone, and anything within another heading."""
_CLOSE = 0.86
_LEAST_TEXT, _MOST_TEXT = 8, 200
"""How long the text of a column that may hold headlines is, as its median."""


def guess_key(heading: str) -> str | None:
    """Return what a heading may mean: by its parts, without filling words, by its spelling; None where nothing fits."""
    if plain_heading(heading) in map(plain_heading, OWN_COLUMNS):
        return None
    known = {name: key for name, (key, _) in known_headings().items() if ":" not in name and key != VERSION}
    for part in (heading, *re.split(r"[/&|]|\bor\b|\band\b", heading)):
        words = [_SHORT.get(word, word) for word in plain_heading(part).replace(":", " ").split()]
        for name in (" ".join(words), " ".join(word for word in words if word not in _FILLING)):
            if name in known:
                return known[name]
            near = difflib.get_close_matches(name, known, n=1, cutoff=_CLOSE) if len(name) > 5 else []
            if near:
                return known[near[0]]
    return _within(plain_heading(heading), known)


def _within(plain: str, known: Mapping[str, str]) -> str | None:
    """Return what the longest name means that stands within a heading."""
    names = [name for name in known if name not in _TOO_PLAIN and f" {name} " in f" {plain} "]
    return known[max(names, key=len)] if names else None


def guess_columns(headings: Sequence[str], chosen: Mapping[str, str]) -> Columns:
    """Return which column is which: what a person chose (plain heading → key, empty: nothing), else what is known, else
    what is guessed. Of two for the same thing the first is read, in this order.
    """
    sure = recognise_columns(headings)
    keys: list[str | None] = [chosen.get(plain_heading(heading), "") or None for heading in sure.headings]
    for offered in (sure.keys, tuple(map(guess_key, sure.headings))):
        for place, key in enumerate(offered):
            free = plain_heading(sure.headings[place]) not in chosen
            if free and keys[place] is None and key is not None and key not in keys:
                keys[place] = key
    firsts = (key if key is not None and keys.index(key) == place else None for place, key in enumerate(keys))
    return Columns(sure.headings, tuple(firsts))


def guess_heading_row(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the place of the row that holds the headings, going by its shape; None where no row can be one.

    It is the first of the widest rows: below it are rows of the plan, above it a title and who keeps the sheet.
    """
    widths = [sum(map(bool, cells)) for cells in rows]
    return next((place for place, width in enumerate(widths) if width > 1 and width >= max(widths) * 0.8), None)


def guess_headline_place(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> int | None:
    """Return the place of the column that may hold the headlines: that with the most different texts."""
    found = []
    for place, heading in enumerate(headings):
        cells = [clean_line(row[place]) for row in rows if place < len(row) and row[place]]
        words = [cell for cell in cells if " " in cell and not re.fullmatch(r"[\d\W]*", cell)]
        if heading and words and _LEAST_TEXT <= median(map(len, words)) <= _MOST_TEXT:
            found.append((len(set(words)), -place))
    return -max(found)[1] if found else None
