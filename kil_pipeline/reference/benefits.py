"""The benefits, in order (see `config/benefits.toml`)."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from kil_pipeline.reference.code_lists import look_up, read_code_list


@dataclass(frozen=True)
class Benefit:
    """One of the benefits."""

    code: str
    name: str
    explains: str = ""


@functools.cache
def _benefits() -> Mapping[str, Benefit]:
    return read_code_list("benefits.toml", Benefit)


def benefits() -> tuple[Benefit, ...]:
    """Return all of them in order."""
    return tuple(_benefits().values())


def benefit(code: str) -> Benefit:
    """Return one. Raises `UnknownCode`."""
    return look_up(_benefits(), code, "benefits")
