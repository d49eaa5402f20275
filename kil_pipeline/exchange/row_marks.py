"""What a row carries along, or leaves behind, by which it is seen whether somebody touched it."""

import hashlib
import json
import re
from collections.abc import Mapping


def row_digest(raw: Mapping[str, str]) -> str:
    """Return a hash of what a row says."""
    return hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()


def write_seen(version: int, raw: Mapping[str, str]) -> str:
    """Return what a downloaded row carries along: the entry's version, and a hash of what the row says."""
    return f"{version}.{row_digest(raw)}"


def read_seen(text: str) -> tuple[int, str]:
    """Return the version and the hash that a row carries; 0 and nothing where it carries none that is ours."""
    found = re.fullmatch(r"(\d{1,9})\.([0-9a-f]{64})", text)
    return (int(found[1]), found[2]) if found else (0, "")
