"""How frozen values become JSON and come back: one cattrs converter for the whole core."""

import functools
from datetime import date, datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import cattrs

T = TypeVar("T")


@functools.cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(omit_if_default=True, forbid_extra_keys=False)
    for kind in (date, datetime):
        converter.register_unstructure_hook(kind, lambda value: value.isoformat())
    converter.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
    converter.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
    converter.register_unstructure_hook(UUID, str)
    converter.register_structure_hook(UUID, lambda value, _: UUID(value))
    return converter


def to_json(value: object) -> dict[str, Any]:
    """Turn a frozen dataclass into plain JSON values, leaving out what has its default."""
    return cast(dict[str, Any], _converter().unstructure(value))


def from_json(kind: type[T], data: object) -> T:
    """Turn plain JSON values back into `kind`. Raises `cattrs.BaseValidationError` where they do not fit."""
    return _converter().structure(data, kind)
