"""Routes: how a provider is chosen, in law and in plain words."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from kil_pipeline.reference.code_lists import look_up, read_code_list


@dataclass(frozen=True)
class Route:
    """A route. `chance` answers "Can we go for it?": open, grant, no_tender or current_provider."""

    code: str
    name: str
    """The legal name."""
    plain: str
    chance: str
    regime: str
    tenders: bool
    """Whether a call for bids or applications is ever opened."""
    explains: str
    rule: str = ""
    words: tuple[str, ...] = ()
    """Further names that people and notices use, in lower case."""


@functools.cache
def _routes() -> Mapping[str, Route]:
    return read_code_list("routes.toml", Route)


def routes() -> tuple[Route, ...]:
    """Return all routes in order."""
    return tuple(_routes().values())


def route(code: str) -> Route:
    """Return a route. Raises `UnknownCode`."""
    return look_up(_routes(), code, "ways of choosing a provider")


def find_route(text: str) -> Route | None:
    """Return the route that a text names: by code, legal name, as notices call it, or in plain words.

    None for others, and for plain words that several routes share: which law applies is not ours to guess.
    """
    wanted = " ".join(text.casefold().split())
    for known in routes():
        if wanted in (known.code, known.name.casefold(), *known.words):
            return known
    plainly = [known for known in routes() if wanted == known.plain.casefold()]
    return plainly[0] if len(plainly) == 1 else None
