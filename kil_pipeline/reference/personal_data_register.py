"""What is held about people, why and for how long (see `config/personal_data.toml`): one source for page and tests."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kil_pipeline.codec import from_json
from kil_pipeline.settings import config_path

IMPERSONAL = "impersonal"
"""The table of the file that names the database's tables without personal data."""
_SPANS = {1: "a day", 365: "12 months", 730: "two years"}


@dataclass(frozen=True)
class Kept:
    """How long some of it is kept: for `days` after something, or `until` something."""

    what: str
    tables: tuple[str, ...]
    days: int | None = None
    after: str = ""
    until: str = ""
    constant: str = ""
    """Where the erase job has it, below kil_pipeline: a number of days or a timedelta."""

    @property
    def how_long(self) -> str:
        """The span in words."""
        return self.until if self.days is None else f"{_SPANS.get(self.days, f'{self.days} days')} after {self.after}"


@dataclass(frozen=True)
class HeldKind:
    """One kind of personal data: what it is, why it is held, on which lawful basis (UK GDPR, article 6)."""

    code: str
    title: str
    what: str
    why: str
    basis: str
    kept: tuple[Kept, ...]


@functools.cache
def _tables() -> Mapping[str, Any]:
    return tomllib.loads(config_path("personal_data.toml").read_text("utf-8"))


@functools.cache
def held_kinds() -> tuple[HeldKind, ...]:
    """Return every kind, in the order of the file."""
    found = {code: table for code, table in _tables().items() if code != IMPERSONAL}
    return tuple(from_json(HeldKind, {"code": code, **table}) for code, table in found.items())


def impersonal_tables() -> frozenset[str]:
    """Return the database's tables that hold nothing about people."""
    return frozenset(_tables()[IMPERSONAL]["tables"])
