"""Plain checks of a text that anybody may send: few links, not the same words over and over. No service is asked."""

import re

from kil_pipeline.errors import InvalidContent
from kil_pipeline.text import tokens

MOST_LINKS = 2
MANY_WORDS = 30
"""A shorter text may well repeat itself."""
LEAST_DIFFERENT = 0.2
"""The least share of a long text's words that differ from one another."""

_LINK = re.compile(r"https?://|\bwww\.|\[url", re.IGNORECASE)


def check_for_spam(text: str) -> None:
    """Raise `InvalidContent`, in words for an honest writer, where a text looks like advertising."""
    links = len(_LINK.findall(text))
    if links > MOST_LINKS:
        raise InvalidContent(f"Use at most {MOST_LINKS} links in your answer; there are {links}.")
    words = tokens(text)
    if len(words) >= MANY_WORDS and len(set(words)) < LEAST_DIFFERENT * len(words):
        raise InvalidContent("Your answer says the same words over and over. Say each thing once.")
