"""vobject, which Radicale reads calendars with."""

import re
from collections.abc import Iterator
from typing import Any

import vobject
from vobject.base import VObjectError

from tests.parsers.calendars import ReadCalendar, Refused

_CARETS = {"^^": "^", "^n": "\n", "^'": '"'}
"""How parameters are written since RFC 6868, which vobject does not know yet."""


def read_vobject(calendar: bytes) -> ReadCalendar:
    """Read a calendar. Raises `Refused` for what vobject refuses."""
    try:
        root = vobject.readOne(calendar.decode(), transform=False)
        root.validate(raiseException=True)
    except VObjectError as error:
        raise Refused(str(error)) from error
    parts = [root, *root.components()]
    return ReadCalendar.of([part.name for part in parts], [list(_pairs(part)) for part in parts])


def _pairs(component: Any) -> Iterator[tuple[str, str]]:
    for line in component.lines():
        for value in line.value if isinstance(line.value, list) else [line.value]:
            yield line.name, value
        for name, values in line.params.items():
            if name != "VALUE":
                yield from ((f"{line.name};{name}", re.sub(r"\^[n^']", _decode, value)) for value in values)


def _decode(found: re.Match[str]) -> str:
    return _CARETS[found[0]]
