"""Programs that others have written, to read what ours writes."""

from collections.abc import Callable, Iterator

import pytest

from tests.parsers.calendars import ReadCalendar
from tests.parsers.ical_js import IcalJs
from tests.parsers.libical import read_libical
from tests.parsers.vobject_calendars import read_vobject

Read = Callable[[bytes], ReadCalendar]
PROGRAMS = ("libical", "ical.js", "vobject")


@pytest.fixture(scope="session")
def programs() -> Iterator[dict[str, Read]]:
    """Each program's way of reading a calendar, by its name."""
    with IcalJs() as ical_js:
        yield dict(zip(PROGRAMS, (read_libical, ical_js.read, read_vobject), strict=True))


@pytest.fixture(scope="session")
def read(programs: dict[str, Read]) -> Read:
    """Reads a calendar with every program; they must agree on each value in it."""

    def by_all(calendar: bytes) -> ReadCalendar:
        found = {name: read_one(calendar) for name, read_one in programs.items()}
        assert found == dict.fromkeys(PROGRAMS, found["libical"])
        return found["libical"]

    return by_all
