"""Rendered pieces, kept by what they say: an item is rendered once for each state of it, then joined into documents."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable

RENDERER = "1"
"""Counts up when the renderers change what they write for the same content."""
MOST_BYTES = 32 * 1024 * 1024


class Fragments:
    """A bounded store of bytes, least recently used out first. Safe for threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0
        self._most = most_bytes
        self._lock = threading.Lock()

    def get(self, key: str, make: Callable[[], bytes]) -> bytes:
        """Return the bytes kept under `key`, made now where there are none."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        made = make()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made
                self._size += len(made)
            while self._size > self._most and self._kept:
                _, dropped = self._kept.popitem(last=False)
                self._size -= len(dropped)
        return made


def fragment_key(kind: str, *parts: object) -> str:
    """Return the key of what `parts` say, rendered as `kind`."""
    text = "\x1f".join([RENDERER, kind, *map(str, parts)])
    return hashlib.sha256(text.encode()).hexdigest()


FRAGMENTS = Fragments()
"""The store of this process."""
