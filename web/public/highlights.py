"""Where the words of a search stand in a text: marked, and cut out with what is around them."""

from collections.abc import Iterator

from markupsafe import Markup

from kil_pipeline.text import find_words, parse_query

SNIPPET = 240
"""About how many characters of a summary a row of results shows."""
BEFORE = 80
"""How many of them may stand before the first word found."""


def mark_words(text: str, words: str) -> Markup:
    """Return a text as HTML with the words that a search asks for in `<mark>`. Everything is escaped."""
    return Markup().join(_marked(text, find_words(text, parse_query(words))))


def make_snippet(text: str, words: str) -> Markup:
    """Return the part of a text around the first word found, marked; empty where none is found."""
    line = " ".join(text.split())
    found = find_words(line, parse_query(words))
    if not found:
        return Markup()
    start = 0 if found[0][0] <= BEFORE else line.find(" ", found[0][0] - BEFORE) + 1
    start = min(start, found[0][0])
    end = max(start + SNIPPET, found[0][1])
    if end < len(line):
        end = max(line.rfind(" ", start, end), found[0][1])
    inside = [(first - start, last - start) for first, last in found if last <= end]
    shown = Markup().join(_marked(line[start:end], inside))
    return Markup("{}{}{}").format("…" if start else "", shown, "…" if end < len(line) else "")


def _marked(text: str, found: list[tuple[int, int]]) -> Iterator[Markup]:
    at = 0
    for first, last in found:
        yield Markup("{}<mark>{}</mark>").format(text[at:first], text[first:last])
        at = last
    yield Markup("{}").format(text[at:])
