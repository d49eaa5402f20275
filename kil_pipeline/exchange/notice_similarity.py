"""How much a notice is like a planned opportunity of the same commissioner: by the words of its title, and by CPV."""

from collections.abc import Sequence
from dataclasses import dataclass

from kil_pipeline.text import stems

LEAST_SCORE = 35
"""Of 100: below it, nothing is suggested."""
_SAID_OF_EVERYTHING = frozenset(
    stems("provision service services contract tender procurement supply supplier delivery council nhs trust board")
)


@dataclass(frozen=True)
class Similarity:
    """A score from 0 to 100, with what it rests on, in words."""

    score: int
    why: str


def compare_texts(title: str, cpv: Sequence[str], headline: str, its_cpv: Sequence[str]) -> Similarity:
    """Compare a notice with an entry. Titles count for three quarters, CPV codes for one."""
    notice, entry = _words(title), _words(headline)
    shared = notice & entry
    words = 2 * len(shared) / (len(notice) + len(entry)) if notice and entry else 0.0
    codes = max((_common(one, other) for one in cpv for other in its_cpv), default=0.0)
    reasons = [f"the same words: {', '.join(_spelled(title, shared))}"] if shared else []
    reasons += ["the same kind of service (CPV)"] if codes else []
    return Similarity(round(75 * words + 25 * codes), "; ".join(reasons)[:300])


def _words(text: str) -> frozenset[str]:
    return frozenset(stems(text)) - _SAID_OF_EVERYTHING


def _spelled(text: str, shared: frozenset[str]) -> list[str]:
    """Return the shared words as the title has them."""
    return list(dict.fromkeys(word.strip(".,;:()'’-").lower() for word in text.split() if shared & set(stems(word))))[
        :8
    ]


def _common(one: str, other: str) -> float:
    """Return how much two CPV codes share: a class (4 digits and more) all, a group half, a division nothing much."""
    if one[:4] == other[:4]:
        return 1.0
    return 0.5 if one[:3] == other[:3] else 0.0
