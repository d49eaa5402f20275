"""Why a field cannot be told yet: two families, never mixed. *Withheld* rests on law, *undecided* does not."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from kil_pipeline.reference.code_lists import look_up, read_code_list


@dataclass(frozen=True)
class Reason:
    """A reason. `hook` is the law it rests on, empty for undecided ones."""

    code: str
    state: str
    """undecided or withheld."""
    label: str
    hook: str = ""
    usual_length: str = ""
    hint: str = ""
    needs_expected_by: bool = False
    common: bool = False
    """One of the five that are offered first."""


@functools.cache
def _reasons() -> Mapping[str, Reason]:
    return read_code_list("reasons.toml", Reason)


def reasons(state: str | None = None) -> tuple[Reason, ...]:
    """Return the reasons in order, those of one state only if asked for."""
    return tuple(reason for reason in _reasons().values() if state in (None, reason.state))


def reason(code: str) -> Reason:
    """Return a reason. Raises `UnknownCode`."""
    return look_up(_reasons(), code, "reasons")
