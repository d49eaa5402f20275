"""Reading a calendar: line by line as RFC 5545 has it, and as programs do."""

from datetime import date
from typing import Any

import vobject
from icalendar import Calendar


def lines(calendar: bytes) -> list[str]:
    """Return the content lines, unfolded (RFC 5545, 3.1)."""
    return calendar.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def event(calendar: bytes) -> dict[str, str]:
    """Return the one event's lines, by name."""
    found = lines(calendar)
    start, end = found.index("BEGIN:VEVENT"), found.index("END:VEVENT")
    assert found.count("BEGIN:VEVENT") == 1
    return dict(line.split(":", 1) for line in found[start + 1 : end])


def events(calendar: bytes) -> list[Any]:
    """Return the events as the icalendar package reads them."""
    return list(Calendar.from_ical(calendar).walk("VEVENT"))


def days(calendar: bytes) -> list[date]:
    return [e["DTSTART"].dt for e in events(calendar)]


def read(calendar: bytes) -> Any:
    """Return what vobject reads; it raises where a line is not one."""
    return vobject.readOne(calendar.decode())
