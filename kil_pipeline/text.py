"""The one place that cleans text from outside, and the one tokeniser that search and alerts share."""

import functools
import html
import re
import unicodedata
from dataclasses import dataclass
from html.entities import html5

import snowballstemmer

MAX_HEADLINE = 300
MAX_TEXT = 10_000
"""Characters: what forms and spreadsheets accept. Cleaning itself never cuts."""

_BREAKS = re.compile(r"<\s*(?:br|/p|/li|/div|/tr|/h[1-6])\b[^<>]*>", re.IGNORECASE)
_TAGS = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>|<!--[^<]*?-->")
_ENTITIES = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|([A-Za-z][A-Za-z0-9]{1,31}));")
_MARKUP = str.maketrans("<>&", "   ")
_LINE_ENDS = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_TOO_MANY_LINES = re.compile(r"\n{3,}")


def clean_text(value: str) -> str:
    """Return text with its paragraphs, safe for every format we write. Never raises, and is idempotent.

    Entities are decoded, tags taken out (a break becomes a line), Unicode brought to NFC; control, bidirectional and
    zero-width characters, lone surrogates and noncharacters are dropped; spaces are folded.
    """
    for _ in range(8):  # "&amp;lt;br&amp;gt;" comes in real notices: clean until nothing changes
        cleaned = _clean_once(value)
        if cleaned == value:
            return value
        value = cleaned
    return _clean_once(value.translate(_MARKUP))  # nested deeper than anybody means: what is left of it goes


def _clean_once(value: str) -> str:
    value = _TAGS.sub("", _BREAKS.sub("\n", _ENTITIES.sub(_decode, value)))
    value = _LINE_ENDS.sub("\n", value)
    value = drop_unwritable(value)
    value = unicodedata.normalize("NFC", value)
    lines = [_SPACES.sub(" ", line).strip() for line in value.split("\n")]
    return _TOO_MANY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _decode(entity: re.Match[str]) -> str:
    """Decode an entity that ends as it should. `&notice=7` in an address is none: HTML would read "¬ice"."""
    return html.unescape(entity[0]) if entity[1] is None else html5.get(f"{entity[1]};", entity[0])


def drop_unwritable(value: str) -> str:
    """Return text without the characters that no format of ours can hold; nothing else of it changes.

    What a person typed is shown again like this: as it was typed, in HTML that is valid.
    """
    if value.isprintable():  # none of them is
        return value
    return "".join(character for character in value if _keeps(character))


def clean_line(value: str) -> str:
    """Return text on one line, cleaned as `clean_text` does."""
    return " ".join(clean_text(value).split())


def _keeps(character: str) -> bool:
    if character in "\r\n\t":
        return True
    code = ord(character)
    if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return False
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")


_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_STOP_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "but",
        "by",
        "for",
        "from",
        "has",
        "have",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "no",
        "not",
        "of",
        "on",
        "or",
        "our",
        "so",
        "such",
        "that",
        "the",
        "their",
        "then",
        "there",
        "these",
        "they",
        "this",
        "to",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "will",
        "with",
        "you",
        "your",
    ]
)


@functools.lru_cache(maxsize=50_000)
def _stem(token: str) -> str:
    return str(snowballstemmer.stemmer("english").stemWord(token))


def tokens(text: str) -> list[str]:
    """Return the words of a text: lower case, without accents and apostrophes, digits kept."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(character for character in folded if not unicodedata.combining(character))
    return [re.sub("['’]s?$|['’]", "", word) for word in _WORD.findall(plain)]


def stems(text: str) -> list[str]:
    """Return the stems of a text's words, in order, without stop words."""
    return [_stem(token) for token in tokens(text) if token and token not in _STOP_WORDS]


@dataclass(frozen=True)
class Query:
    """What a reader searches for. All parts are stems."""

    must: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    must_not: tuple[tuple[str, ...], ...] = ()
    """Single words are phrases of one."""


_QUERY_PART = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')


@functools.lru_cache(maxsize=5_000)
def parse_query(text: str) -> Query:
    """Read a search such as `"link worker" -estates mental`: all words must be there, quoted ones in a row."""
    must: list[str] = []
    phrases: list[tuple[str, ...]] = []
    must_not: list[tuple[str, ...]] = []
    for part in _QUERY_PART.finditer(text):
        found = stems(part["phrase"] if part["phrase"] is not None else part["word"])
        if part["minus"]:
            must_not += [tuple(found)] if found else []
        elif part["phrase"] is not None and len(found) > 1:
            phrases.append(tuple(found))
        else:
            must += found
    return Query(tuple(dict.fromkeys(must)), tuple(dict.fromkeys(phrases)), tuple(dict.fromkeys(must_not)))


def find_words(text: str, query: Query) -> list[tuple[int, int]]:
    """Return where the words that a query asks for stand in a text: each from its first character to past its last."""
    wanted = {*query.must, *(stem for phrase in query.phrases for stem in phrase)}
    return [word.span() for word in _WORD.finditer(text) if not wanted.isdisjoint(stems(word[0]))]


def slugify(name: str) -> str:
    """Return a name as part of an address: lower-case ASCII words joined by dashes."""
    return "-".join(token for token in tokens(name) if token.isascii())


def shorten(text: str, most: int) -> str:
    """Return `text`, cut at a word with an ellipsis where it has more than `most` characters."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe_cell(text: str) -> str:
    """Return `text` as a spreadsheet cell that no program takes for a formula (OWASP, CSV injection).

    A cell that starts with one of = + - @ (full-width ones too), a tab or a line end gets an apostrophe in front; so
    does one that starts with apostrophes before those, so that `plain_cell` always finds the way back.
    """
    return "'" + text if text.lstrip("'").startswith(_FORMULA_STARTS) else text


def plain_cell(text: str) -> str:
    """Return what `safe_cell` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA_STARTS) else text
