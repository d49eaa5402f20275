"""Reading JSON from outside: whatever it holds, the answer is data or one clear message."""

import json
import math
from pathlib import Path
from typing import Any

from kil_pipeline.exchange.reports import UnreadableFile

MOST_BYTES = 100 * 1024 * 1024


def read_json(path: Path) -> Any:
    """Return the content of a JSON file. NaN, Infinity and numbers too large for a computer become None.

    Raises `UnreadableFile`.
    """
    if not path.is_file():
        raise UnreadableFile(f"There is no file {path}.")
    if path.stat().st_size > MOST_BYTES:
        raise UnreadableFile(f"{path.name} is larger than {MOST_BYTES // 1024**2} MB. Fetch a shorter period.")
    try:
        text = path.read_text("utf-8-sig")
        return json.loads(text, parse_float=_finite, parse_int=_sensible, parse_constant=lambda name: None)
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{path.name} is not UTF-8 text (byte {error.start}).") from error
    except json.JSONDecodeError as error:
        message = (
            f"{path.name} is not whole JSON: {error.msg} at line {error.lineno}, column {error.colno}. Fetch it again."
        )
        raise UnreadableFile(message) from error
    except RecursionError as error:
        raise UnreadableFile(f"{path.name} is nested too deeply to be a release package.") from error


def _finite(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None


def _sensible(text: str) -> int | None:
    return int(text) if len(text) <= 30 else None


def get(value: object, *path: str | int) -> Any:
    """Return what lies at a path in JSON data, or None where anything on the way is missing or of another kind."""
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def get_text(value: object, *path: str | int) -> str:
    """Return the text at a path, or an empty one."""
    found = get(value, *path)
    return found if isinstance(found, str) else ""


def get_list(value: object, *path: str | int) -> list[Any]:
    """Return the list at a path, or an empty one."""
    found = get(value, *path)
    return found if isinstance(found, list) else []
