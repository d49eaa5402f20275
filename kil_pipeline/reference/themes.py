"""Themes: plain topics, found by the words that people use for them and by CPV codes."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kil_pipeline.reference.code_lists import look_up, read_code_list
from kil_pipeline.text import clean_line, stems


@dataclass(frozen=True)
class Theme:
    """A topic. `cpv`: beginnings of codes; `words`: what people call it; `related`: codes of topics close to it."""

    code: str
    name: str
    cpv: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    related: tuple[str, ...] = ()


@functools.cache
def _themes() -> Mapping[str, Theme]:
    return read_code_list("themes.toml", Theme)


def themes() -> tuple[Theme, ...]:
    """Return all topics, by name."""
    return tuple(sorted(_themes().values(), key=lambda theme: theme.name))


def theme(code: str) -> Theme:
    """Return a topic. Raises `UnknownCode`."""
    return look_up(_themes(), code, "topics")


def search_words(code: str) -> tuple[str, ...]:
    """Return the words by which search finds what has a topic: its own, and those of the topics close to it.

    Raises `UnknownCode`.
    """
    close = (theme(code), *map(theme, theme(code).related))
    return tuple(word for known in close for word in (known.name, *known.words))


def find_theme(text: str) -> Theme | None:
    """Return the topic with this code, name, or one of these words; None where there is none."""
    wanted = clean_line(text).casefold()
    by_code = _themes().get(wanted)
    return by_code or _by_name().get(" ".join(stems(wanted)))


@functools.cache
def _by_name() -> Mapping[str, Theme]:
    names: dict[str, Theme] = {}
    for known in _themes().values():
        names.setdefault(" ".join(stems(known.name)), known)
    for known in _themes().values():
        for words in known.words:
            names.setdefault(" ".join(stems(words)), known)
    return names


def themes_of_cpv(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the topics that CPV codes (8 digits) stand for: for each, those with the longest beginning."""
    found: dict[str, None] = {}
    for code in codes:
        matching = [(len(p), t.code) for t in _themes().values() for p in t.cpv if code.startswith(p)]
        longest = max((length for length, _ in matching), default=0)
        found |= {theme_code: None for length, theme_code in matching if length == longest}
    return tuple(found)


def themes_of_text(text: str) -> tuple[str, ...]:
    """Return the topics whose words stand in a text, as search would find them."""
    haystack = f" {' '.join(stems(text))} "
    phrases = _phrases()
    return tuple(dict.fromkeys(code for phrase, code in phrases if f" {phrase} " in haystack))


@functools.cache
def _phrases() -> tuple[tuple[str, str], ...]:
    return tuple(
        (phrase, known.code)
        for known in _themes().values()
        for phrase in dict.fromkeys(" ".join(stems(words)) for words in known.words)
        if phrase
    )
