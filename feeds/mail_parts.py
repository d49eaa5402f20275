"""Parts of mails that are written and encoded once, with slots for what differs from reader to reader.

A part is whole lines, so that parts stand one after the other in any order. What goes into a slot is as long as what
stood for it and holds nothing that quoted-printable changes: lines break at the same places, whoever reads them.
"""

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from email.message import EmailMessage
from itertools import groupby

from feeds.mail_messages import POLICY

_SECRET = secrets.token_hex(16)
"""So that no text from outside can look like a slot."""
_BREAK = "(?:=\r\n)?"
_SAFE = re.compile(rf"[A-Za-z0-9/._-]{{{len(_SECRET) + 2},}}")


def slot(number: int, value: str) -> str:
    """Return what stands for a value in a text that becomes a part. `number`: 0 to 9."""
    return f"{number}{_SECRET}x".ljust(len(value), "x")


def fits(value: str) -> bool:
    """Tell whether a value can go into a slot: long enough to be told apart, and the same in quoted-printable."""
    return _SAFE.fullmatch(value) is not None


@dataclass(frozen=True)
class _Run:
    """Which characters of which value stand here."""

    slot: int
    start: int
    end: int


_Piece = str | _Run


class Part:
    """Whole lines of a mail, as they read and quoted-printable."""

    def __init__(self, text: Sequence[_Piece], encoded: Sequence[_Piece]) -> None:
        """See `make_part`."""
        self._text, self._encoded = text, encoded

    def text(self, values: Sequence[str] = ()) -> str:
        """Return it as it reads."""
        return _fill(self._text, values)

    def encoded(self, values: Sequence[str] = ()) -> str:
        """Return it quoted-printable, with lines that end as those of mails do."""
        return _fill(self._encoded, values)

    @classmethod
    def joined(cls, parts: Sequence[tuple["Part", int]]) -> "Part":
        """Return parts as one; the slots of each are counted from the number beside it."""
        return cls(
            _merge((piece, first) for part, first in parts for piece in part._text),
            _merge((piece, first) for part, first in parts for piece in part._encoded),
        )


def make_part(text: str, slots: Sequence[str] = ()) -> Part:
    """Return a text as a part. `slots`: what stands for each value in it, as `slot` returned it."""
    return Part(_cut(text, slots, ""), _cut(_encode(text), slots, _BREAK))


def _merge(pieces: Iterable[tuple[_Piece, int]]) -> list[_Piece]:
    merged: list[_Piece] = []
    for fixed, group in groupby(pieces, lambda one: isinstance(one[0], str)):
        if fixed:
            merged.append("".join(str(piece) for piece, _ in group))
        else:
            merged += [replace(piece, slot=piece.slot + first) for piece, first in group if isinstance(piece, _Run)]
    return merged


def _cut(text: str, slots: Sequence[str], between: str) -> list[_Piece]:
    """Cut a text at its slots, and each slot where a line breaks within it."""
    patterns = [f"({between.join(map(re.escape, one))})" for one in slots if one]
    if not patterns:
        return [text]
    pattern = "|".join(patterns)
    pieces: list[_Piece] = []
    end = 0
    for found in re.finditer(pattern, text):
        pieces.append(text[end : found.start()])
        end, start = found.end(), 0
        for number, run in enumerate(found[0].split("=\r\n")):
            if number:
                pieces.append("=\r\n")
            which = (found.lastindex or 1) - 1
            pieces.append(_Run(which, start, start + len(run)))
            start += len(run)
    return [*pieces, text[end:]]


def _fill(pieces: Sequence[_Piece], values: Sequence[str]) -> str:
    return "".join(
        [piece if isinstance(piece, str) else values[piece.slot][piece.start : piece.end] for piece in pieces]
    )


def _encode(text: str) -> str:
    mail = EmailMessage(policy=POLICY)
    mail.set_content(text, cte="quoted-printable")
    return str(mail.get_payload()).replace("\r\n", "\n").replace("\n", "\r\n")
