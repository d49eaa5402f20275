"""What local support organisations can offer, in order (see `config/support.toml`)."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from kil_pipeline.reference.code_lists import look_up, read_code_list


@dataclass(frozen=True)
class SupportKind:
    """One kind of support."""

    code: str
    name: str
    explains: str = ""


@functools.cache
def _kinds() -> Mapping[str, SupportKind]:
    return read_code_list("support.toml", SupportKind)


def support_kinds() -> tuple[SupportKind, ...]:
    """Return all of them in order."""
    return tuple(_kinds().values())


def support_kind(code: str) -> SupportKind:
    """Return one. Raises `UnknownCode`."""
    return look_up(_kinds(), code, "kinds of support")


def known_support(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of `codes` that are in the list, in its order."""
    return tuple(code for code in _kinds() if code in codes)
