"""How people write that they do not know, or that there is none."""

import re

_UNKNOWN = re.compile(
    r"(?:tb[cdan]|t\.b\.[cda]\.?|n/?[ak]|nk|to be (?:confirmed|decided|determined|advised|agreed)|"
    r"(?:not )?(?:yet )?(?:un)?known(?: yet)?|not (?:yet )?(?:known|decided|confirmed|agreed|set)(?: yet)?|undecided|"
    r"awaiting \w+|pending|none|-+|–|—|\?+|\.+)[.!]?",
    re.IGNORECASE,
)


_NONE = re.compile(r"(?:none|nil|no|n/?a|not applicable)\.?", re.IGNORECASE)
_THERE_IS_NONE = {"lots": "One lot: it is not divided.", "current": "Nothing is there now."}
"""Fields of which “none” is known: no board has yet to decide it."""


def is_unknown(text: str) -> bool:
    """Tell whether a cell says "we do not know": TBC, TBD, "not yet known", a dash or a question mark."""
    return bool(_UNKNOWN.fullmatch(" ".join(text.split())))


def say_none(field: str, text: str) -> str:
    """Return what is meant where somebody writes “none” or “n/a” of a field that can have none; else the text."""
    meant = _THERE_IS_NONE.get(field)
    return meant if meant and _NONE.fullmatch(" ".join(text.split())) else text
