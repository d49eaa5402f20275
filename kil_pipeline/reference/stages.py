"""The stages of the commissioning cycle, in order (see `config/stages.toml`)."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from kil_pipeline.reference.code_lists import look_up, read_code_list


@dataclass(frozen=True)
class Stage:
    """One of the stages of the commissioning cycle."""

    code: str
    name: str
    explains: str = ""


@functools.cache
def _stages() -> Mapping[str, Stage]:
    return read_code_list("stages.toml", Stage)


def stages() -> tuple[Stage, ...]:
    """Return all of them in order."""
    return tuple(_stages().values())


def stage(code: str) -> Stage:
    """Return one. Raises `UnknownCode`."""
    return look_up(_stages(), code, "stages of the commissioning cycle")
