"""How the code lists in `config/*.toml` are read: once, in order, into frozen values."""

import tomllib
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from kil_pipeline.codec import from_json
from kil_pipeline.errors import UnknownCode
from kil_pipeline.settings import config_path

T = TypeVar("T")


def read_code_list(file: str, kind: type[T]) -> Mapping[str, T]:
    """Return the tables of `config/FILE` as values of `kind`, by code, in the order of the file."""
    tables = tomllib.loads(config_path(file).read_text("utf-8"))
    return MappingProxyType({code: from_json(kind, {"code": code, **table}) for code, table in tables.items()})


def look_up(codes: Mapping[str, T], code: str, list_name: str) -> T:
    """Return the value of a code. Raises `UnknownCode`."""
    try:
        return codes[code]
    except KeyError:
        raise UnknownCode(list_name, code) from None
