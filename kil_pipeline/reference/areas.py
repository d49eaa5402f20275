"""Areas: the country, its regions, integrated care boards and councils, and what contains what.

Areas are a graph and no tree: a board's area and a county's may lie partly in one another. The codes are those of the
Office for National Statistics, and the ITL codes (once NUTS) that Find a Tender uses. `config/README.md` names sources.
"""

import csv
import difflib
import functools
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from kil_pipeline.errors import UnknownCode
from kil_pipeline.settings import config_path

Relation = Literal["same", "within", "contains", "overlaps"]


@dataclass(frozen=True)
class Area:
    """A place. `valid_to` is the last day of one that was abolished."""

    code: str
    name: str
    kind: str
    """country, region, icb, upper_tier, district, or itl (a statistical area of Find a Tender's)."""
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def sample(self) -> bool:
        """Whether it is one of the invented places of the sample plan."""
        return self.code.startswith("X-")


@dataclass(frozen=True)
class _Graph:
    inside: Mapping[str, frozenset[str]]
    around: Mapping[str, frozenset[str]]
    overlapping: Mapping[str, frozenset[str]]
    same: Mapping[str, frozenset[str]]


@functools.cache
def areas() -> Mapping[str, Area]:
    """Return every area by code, abolished ones and the sample's invented ones among them."""
    return MappingProxyType(
        {
            row["code"]: Area(row["code"], row["name"], row["kind"], _day(row["valid_from"]), _day(row["valid_to"]))
            for file in (("areas.csv",), ("sample", "areas.csv"))
            for row in _rows(*file)
        }
    )


def area(code: str) -> Area:
    """Return the area with a code. Raises `UnknownCode`."""
    try:
        return areas()[code]
    except KeyError:
        raise UnknownCode("areas", code) from None


def areas_within(code: str) -> frozenset[str]:
    """Return an area's code, and those of all that lie wholly in it."""
    return _graph().inside[area(code).code]


def areas_around(code: str) -> frozenset[str]:
    """Return an area's code, and those of all that contain it wholly."""
    return _graph().around[area(code).code]


@functools.lru_cache(maxsize=4096)
def related_areas(code: str) -> frozenset[str]:
    """Return the codes of all areas that an area has a place in common with, as far as our lists tell.

    Two that share a council have one, though neither may lie in the other: a county and a board, say.
    """
    graph = _graph()
    sharing = frozenset(other for part in graph.inside[area(code).code] for other in graph.around[part])
    return sharing | graph.overlapping.get(code, frozenset())


def same_areas(code: str) -> frozenset[str]:
    """Return an area's code, and those of areas that are the same place: a council and its statistical area."""
    return _graph().same.get(area(code).code, frozenset()) | {code}


def relation(of: str, to: str) -> Relation | None:
    """Return how one area lies to another: Leeds is *within* West Yorkshire; None where they have nothing in common."""
    graph = _graph()
    if of == to or to in graph.same.get(of, frozenset()):
        return "same"
    if to in graph.around[area(of).code]:
        return "within"
    if to in graph.inside[of]:
        return "contains"
    return "overlaps" if to in related_areas(of) else None


def wider_areas(code: str) -> tuple[Area, ...]:
    """Return the areas in force that contain an area wholly, narrowest first; statistical and twin areas left out."""
    order = ["district", "upper_tier", "icb", "region", "country"]
    graph = _graph()
    beyond = graph.around[area(code).code] - {code} - graph.same.get(code, frozenset())
    found = [known for known in map(area, beyond) if known.kind in order and not known.valid_to]
    return tuple(sorted(found, key=lambda known: (order.index(known.kind), known.name)))


@functools.cache
def choosable_areas(*, sample: bool = False) -> tuple[Area, ...]:
    """Return the areas that people choose from: those in force, largest kinds first, then by name."""
    order = ["country", "region", "icb", "upper_tier", "district"]
    chosen = [a for a in areas().values() if a.kind in order and not a.valid_to and (sample or not a.sample)]
    return tuple(sorted(chosen, key=lambda a: (order.index(a.kind), a.name)))


def find_area(text: str) -> Area | None:
    """Return the area that a text names: by code (abolished ones too), by name, or by a usual short form of it.

    A statistical (ITL) area that is the same as a council is given as the council.
    """
    code = text.strip().upper()
    if re.fullmatch(r"UK[LMN]\w{1,2}", code):  # parts of Wales, Scotland, Northern Ireland: we know the whole only
        return areas()[code[:3]]
    found = areas().get(code) or _names().get(_plain(text)) or _names().get(_normalise(text))
    if found is None or found.kind != "itl":
        return found
    twins = [areas()[twin] for twin in _graph().same.get(found.code, frozenset()) if areas()[twin].kind != "itl"]
    return min(twins, key=lambda twin: twin.code, default=found)


def similar_area(text: str) -> str:
    """Return the name of the area that a text may be a misspelling of; empty where nothing comes near."""
    known = {_normalise(area.name): area.name for area in choosable_areas(sample=True)}
    near = difflib.get_close_matches(_normalise(text[:100]), known, n=1, cutoff=0.8)
    return known[near[0]] if near else ""


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9 ]", " ", name.casefold().replace("&", " and ")).split())


def _normalise(name: str) -> str:
    words = _plain(name).split()
    dropped = {
        "the",
        "nhs",
        "of",
        "county",
        "city",
        "council",
        "borough",
        "metropolitan",
        "district",
        "unitary",
        "royal",
    }
    text = " ".join(word for word in words if word not in dropped) or " ".join(words)
    return text.replace("integrated care system", "integrated care board").replace(" icb", " integrated care board")


_ALIASES = {"all england": "E92000001", "national": "E92000001", "great britain": "UK", "hull": "E06000010"}


@functools.cache
def _names() -> Mapping[str, Area]:
    """Where a name is that of several places, the council wins, then the region, then the board."""
    order = ["upper_tier", "district", "country", "region", "icb", "itl"]
    names: dict[str, Area] = {}
    for found in sorted(areas().values(), key=lambda a: (bool(a.valid_to), order.index(a.kind), a.code)):
        names.setdefault(_plain(found.name), found)
    for found in areas().values():
        names.setdefault(_normalise(found.name), found)
    for found in choosable_areas(sample=True):
        short = _normalise(found.name).removesuffix(" integrated care board").strip()
        names.setdefault(short, found)
    for short, code in _ALIASES.items():
        names[short] = areas()[code]
    return names


@functools.cache
def _graph() -> _Graph:
    links = [*_rows("area_links.csv"), *_rows("sample", "area_links.csv")]
    down: dict[str, set[str]] = defaultdict(set)
    up: dict[str, set[str]] = defaultdict(set)
    overlapping: dict[str, set[str]] = defaultdict(set)
    same: dict[str, set[str]] = defaultdict(set)
    for link in links:
        parent, child, extent = link["parent"], link["child"], link["extent"]
        if extent == "part":
            overlapping[parent].add(child)
            overlapping[child].add(parent)
            continue
        down[parent].add(child)
        up[child].add(parent)
        if extent == "same":
            down[child].add(parent)
            up[parent].add(child)
            same[parent].add(child)
            same[child].add(parent)
    inside = {code: _reach(code, down) for code in areas()}
    around = {code: _reach(code, up) for code in areas()}
    frozen = {code: frozenset(others) for code, others in overlapping.items()}
    return _Graph(inside, around, frozen, {code: frozenset(others) for code, others in same.items()})


def _reach(start: str, links: Mapping[str, set[str]]) -> frozenset[str]:
    found, waiting = {start}, [start]
    while waiting:
        for following in links.get(waiting.pop(), set()) - found:
            found.add(following)
            waiting.append(following)
    return frozenset(found)


def _rows(*parts: str) -> list[dict[str, str]]:
    with config_path(*parts).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
