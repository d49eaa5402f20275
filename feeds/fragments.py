"""Rendered pieces, kept beside what they were made of: an item is rendered once for each state of it, then joined."""

from kil_pipeline.pieces import Pieces

MOST_BYTES = 16 * 1024 * 1024
"""What a piece was made of is kept beside it, and takes as much again or twice."""


class Fragments(Pieces[bytes]):
    """Rendered pieces, bounded in bytes."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        super().__init__(most_bytes, len)


FRAGMENTS = Fragments()
"""The store of this process."""
