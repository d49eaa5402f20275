"""The boxes into which people type places: names as they know them, with those that we know offered while they type."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from kil_pipeline.reference.areas import areas, choosable_areas, find_area, similar_area
from kil_pipeline.text import clean_line, drop_unwritable, shorten
from web.context import settings

MORE = "more places"
"""What the button sends that shows more boxes."""
SPARE = 3
"""How many empty boxes there are at least."""


def typed_places(given: MultiDict[str, str]) -> list[str]:
    """Return what the boxes hold: a name for each code that we know, all else as it was typed; then empty ones."""
    typed = [line for text in given.getlist("area") if (line := clean_line(text))]
    names = [_name(text) for text in typed]
    more = SPARE * 2 if given.get("do") == MORE else max(1, SPARE - len(names))
    return [*names, *[""] * more]


@dataclass(frozen=True)
class ChosenAreas:
    """Areas that were ticked or typed, without repeats."""

    codes: tuple[str, ...]
    unknown: tuple[str, ...]
    """What was typed and is no place that we know."""

    @property
    def problem(self) -> str:
        """What to mend; empty where all is well."""
        if not self.unknown:
            return ""
        near = similar_area(self.unknown[0])
        return f"We know no area “{shorten(self.unknown[0], 60)}”.{f' Do you mean {near}?' if near else ''}"


def read_chosen_areas(form: MultiDict[str, str]) -> ChosenAreas:
    """Return the areas of a form: codes in `area`, names in `place`."""
    typed = [line for text in form.getlist("place") if (line := clean_line(drop_unwritable(text)))]
    found = {text: find_area(text) for text in typed}
    codes = [code for code in form.getlist("area") if code in areas()]
    codes += [area.code for area in found.values() if area is not None]
    unknown = tuple(text for text in typed if found[text] is None)
    return ChosenAreas(tuple(dict.fromkeys(codes)), unknown)


def _name(text: str) -> str:
    """Return the name of a code, where it leads back to the same area; all else as it stands."""
    known = areas().get(text)
    return known.name if known and find_area(known.name) == known else text


def offered_places() -> list[str]:
    """Return the names that the boxes offer."""
    return [area.name for area in choosable_areas(sample=settings().development)]
