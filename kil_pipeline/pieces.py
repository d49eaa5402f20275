"""What was made of frozen or plain values, kept beside what it was made of: made again when that is no longer equal.

To compare values is cheap; to write them out for a key, or only to hash them, is not.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class _Piece(Generic[T]):
    """What was made, of what, and whether it was asked for since it was last looked at for room."""

    __slots__ = ("made", "source", "used")

    def __init__(self, source: object, made: T) -> None:
        self.source, self.made, self.used = source, made, False


class Pieces(Generic[T]):
    """A bounded store: out goes what was not asked for since the last round. Safe for threads."""

    def __init__(self, most: int, size: Callable[[T], int] = lambda made: 1) -> None:
        """`most`: of what `size` counts."""
        self._kept: OrderedDict[Hashable, _Piece[T]] = OrderedDict()
        self._size, self._most, self._size_of = 0, most, size
        self._lock = threading.Lock()

    def get(self, key: Hashable, source: object, make: Callable[[], T]) -> T:
        """Return what is kept under `key` if it was made of an equal `source`; else make it now, in its place."""
        kept = self._kept.get(key)
        if kept is not None and (kept.source is source or kept.source == source):
            kept.used = True
            return kept.made
        made = make()
        with self._lock:
            old = self._kept.pop(key, None)
            self._size += self._size_of(made) - (self._size_of(old.made) if old else 0)
            self._kept[key] = _Piece(source, made)
            while self._size > self._most and self._kept:
                self._drop_one()
        return made

    def _drop_one(self) -> None:
        """Drop the oldest; one that was asked for begins anew."""
        key, piece = self._kept.popitem(last=False)
        if piece.used:
            piece.used = False
            self._kept[key] = piece
        else:
            self._size -= self._size_of(piece.made)
