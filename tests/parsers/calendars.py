"""What a calendar says, whichever program reads it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

TEXTS = frozenset({"NAME", "X-WR-CALNAME", "X-WR-CALDESC", "X-PUBLISHED-TTL"})
"""Texts that RFC 5545 does not know (RFC 7986, custom): some programs have to be told that they are texts."""
Properties = dict[str, list[str]]
"""Values by their names, in their order. Parameters other than VALUE stand under `NAME;PARAMETER`."""


class Refused(Exception):
    """What a program found wrong with a calendar."""


@dataclass(frozen=True)
class ReadCalendar:
    """A calendar's own properties and those of its events. Texts are decoded, dates stand as RFC 5545 writes them."""

    head: Properties
    events: tuple[Properties, ...]

    @classmethod
    def of(cls, kinds: Sequence[str], parts: Sequence[Iterable[tuple[str, str]]]) -> "ReadCalendar":
        """Put together a calendar and its parts. Raises `Refused` where a part is no event: nobody wrote any."""
        if list(kinds) != ["VCALENDAR", *["VEVENT"] * (len(parts) - 1)]:
            raise Refused(f"It is made of {kinds}")
        head, *events = map(_collect, parts)
        return cls(head, tuple(events))


def _collect(pairs: Iterable[tuple[str, str]]) -> Properties:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        found[name].append(_coordinates(value) if name == "GEO" else value)
    return dict(found)


def _coordinates(written: str) -> str:
    """Return both numbers with six places: as many as libical writes."""
    return ";".join(f"{float(number):.6f}" for number in written.split(";"))
