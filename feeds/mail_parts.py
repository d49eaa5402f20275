"""Parts of mails that are written and encoded once, with slots for what differs from reader to reader.

A part is whole lines, so that parts stand one after the other in any order. What goes into a slot is as long as what
stood for it and holds nothing that quoted-printable changes: lines break at the same places, whoever reads them.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from types import MappingProxyType
from typing import NamedTuple

from feeds.mail_messages import POLICY

_SECRET = secrets.token_hex(16)
"""So that no text from outside can look like a slot."""
_BREAK = "(?:=\r\n)?"
_SAFE = re.compile(rf"[A-Za-z0-9/._-]{{{len(_SECRET) + 2},}}")

_ALL_SAFE = re.compile(rf"{_SAFE.pattern}(?:\n{_SAFE.pattern})*")


def slot(number: int, value: str) -> str:
    """Return what stands for a value in a text that becomes a part. `number`: 0 to 9."""
    return f"{number}{_SECRET}x".ljust(len(value), "x")


def fits(value: str) -> bool:
    """Tell whether a value can go into a slot: long enough to be told apart, and the same in quoted-printable."""
    return _SAFE.fullmatch(value) is not None


def all_fit(values: Sequence[str]) -> bool:
    """Tell whether all values can go into slots, at the cost of asking for one."""
    return _ALL_SAFE.fullmatch("\n".join(values)) is not None


class _Run(NamedTuple):
    """Which characters of which value stand here."""

    slot: int
    start: int
    end: int


class _Template(NamedTuple):
    """A text to be filled by `%`, and what goes into its places, in their order."""

    text: str
    runs: tuple[_Run, ...]

    def fill(self, values: Sequence[str]) -> str:
        return self.text % tuple([values[slot][start:end] for slot, start, end in self.runs])


class Part:
    """Whole lines of a mail, as they read and quoted-printable."""

    def __init__(self, text: _Template, encoded: _Template) -> None:
        """See `make_part`."""
        self._text, self._encoded = text, encoded

    def text(self, values: Sequence[str]) -> str:
        """Return it as it reads."""
        return self._text.fill(values)

    def encoded(self, values: Sequence[str]) -> str:
        """Return it quoted-printable, with lines that end as those of mails do."""
        return self._encoded.fill(values)

    @classmethod
    def joined(cls, parts: Sequence["Part"]) -> "Part":
        """Return parts as one."""
        return cls(_join([part._text for part in parts]), _join([part._encoded for part in parts]))


def make_part(text: str, slots: Mapping[int, str] = MappingProxyType({})) -> Part:
    """Return a text as a part. `slots`: what stands in it for each value, as `slot` returned it, by its number."""
    return Part(_cut(text, slots, ""), _cut(_encode(text), slots, _BREAK))


def _join(templates: Sequence[_Template]) -> _Template:
    text = "".join([template.text for template in templates])
    return _Template(text, tuple(run for template in templates for run in template.runs))


def _cut(text: str, slots: Mapping[int, str], between: str) -> _Template:
    """Find the slots in a text, and in each slot where a line breaks within it."""
    wanted = {number: one for number, one in slots.items() if one}
    text = text.replace("%", "%%")
    if not wanted:
        return _Template(text, ())
    runs: list[_Run] = []

    def cut(found: re.Match[str]) -> str:
        which, start = list(wanted)[(found.lastindex or 1) - 1], 0
        for part in found[0].split("=\r\n"):
            runs.append(_Run(which, start, start + len(part)))
            start += len(part)
        return re.sub(r"[^=\r\n]+", "%s", found[0])

    pattern = "|".join(f"({between.join(map(re.escape, one))})" for one in wanted.values())
    return _Template(re.sub(pattern, cut, text), tuple(runs))


def _encode(text: str) -> str:
    mail = EmailMessage(policy=POLICY)
    mail.set_content(text, cte="quoted-printable")
    return str(mail.get_payload()).replace("\r\n", "\n").replace("\n", "\r\n")
