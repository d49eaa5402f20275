"""How people write that they do not know."""

import re

_UNKNOWN = re.compile(
    r"(?:tb[cdan]|t\.b\.[cda]\.?|n/?[ak]|nk|to be (?:confirmed|decided|determined|advised|agreed)|"
    r"(?:not )?(?:yet )?(?:un)?known(?: yet)?|not (?:yet )?(?:known|decided|confirmed|agreed|set)(?: yet)?|undecided|"
    r"awaiting \w+|pending|none|-+|–|—|\?+|\.+)[.!]?",
    re.IGNORECASE,
)


def is_unknown(text: str) -> bool:
    """Tell whether a cell says "we do not know": TBC, TBD, "not yet known", a dash or a question mark."""
    return bool(_UNKNOWN.fullmatch(" ".join(text.split())))
