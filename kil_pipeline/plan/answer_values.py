"""How one cell or one box of a form becomes a value: lists, codes and names, each with a message that helps."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from kil_pipeline.errors import InvalidContent
from kil_pipeline.plan.money_parsing import parse_money
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.unknowns import is_unknown
from kil_pipeline.reference.areas import find_area, similar_area
from kil_pipeline.reference.benefits import benefits
from kil_pipeline.reference.cpv import normalise_cpv
from kil_pipeline.reference.reasons import Reason, reasons
from kil_pipeline.reference.routes import find_route, routes
from kil_pipeline.reference.stages import stages
from kil_pipeline.reference.themes import find_theme
from kil_pipeline.text import clean_line

DEFAULT_REASON = "undecided.decision"
"""The reason where somebody writes no more than "TBC"."""


def find_reason(text: str) -> Reason | None:
    """Return the reason with this code, label or short name; the default one for "TBC"; None for others."""
    wanted = _plain(text)
    for known in reasons():
        if wanted in (_plain(known.code), _plain(known.label), _plain(known.code.split(".", 1)[1])):
            return known
    if is_unknown(text):
        return next(known for known in reasons() if known.code == DEFAULT_REASON)
    return None


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.casefold()).split())


def reason_names() -> str:
    """Return the short names of all reasons, for messages."""
    return ", ".join(known.code.split(".", 1)[1] for known in reasons())


def split_list(text: str) -> list[str]:
    """Return the parts of a cell that holds several values, parted by semicolons, bars or lines; else by commas."""
    parts = re.split(r"[;|\n]", text) if re.search(r"[;|\n]", text) else [text]
    return [part.strip() for part in parts if part.strip()]


_AND = re.compile(r"[,/&]|\band\b", re.IGNORECASE)
"""What parts values where the whole is none that we know: “Leeds/Bradford”, “Leeds and Bradford”."""


def _read_all(
    text: str, find: Callable[[str], str | None], what: str, similar: Callable[[str], str] = lambda text: ""
) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for part in split_list(text):
        code = find(part)
        codes = [code] if code else [find(piece.strip()) for piece in _AND.split(part) if piece.strip()]
        if not codes or None in codes:
            missing = (
                part
                if code is None and "," not in part
                else next((p.strip() for p in _AND.split(part) if p.strip() and find(p.strip()) is None), part)
            )
            near = similar(missing)
            hint = f"Did you mean {near}?" if near else "Part several with semicolons."
            raise InvalidContent(f"“{missing[:60]}” is not {what}. {hint}")
        found |= {known: None for known in codes if known}
    return tuple(found)


def _read_areas(text: str) -> tuple[str, ...]:
    return _read_all(
        text,
        lambda part: getattr(find_area(part), "code", None),
        "an area that we know: use a council, a board, a region, or an ONS code",
        similar_area,
    )


def _read_themes(text: str) -> tuple[str, ...]:
    return _read_all(text, lambda part: getattr(find_theme(part), "code", None), "one of our topics")


def _read_cpv(text: str) -> tuple[str, ...]:
    return _read_all(text, normalise_cpv, "a CPV code of 8 digits, such as 85000000")


def _read_benefits(text: str) -> tuple[str, ...]:
    names = {_plain(name): known.code for known in benefits() for name in (known.code, known.name)}
    return _read_all(text, lambda part: names.get(_plain(part)), "one of the benefits in our list")


def _read_stage(text: str) -> str:
    names = {_plain(name): known.code for known in stages() for name in (known.code, known.name)}
    if _plain(text) not in names:
        raise InvalidContent(
            f"“{text[:60]}” is not a stage. Use one of: {', '.join(known.name for known in stages())}."
        )
    return names[_plain(text)]


def _read_route(text: str) -> str:
    found = find_route(text)
    if found is None:
        names = ", ".join(known.code for known in routes())
        raise InvalidContent(f"“{text[:60]}” is not a way of choosing a provider that we know. Use one of: {names}.")
    return found.code


def _read_status(text: str) -> Status:
    names = {_plain(name): status for status in Status for name in (status.value, status.label)}
    status = names.get(_plain(text))
    if status is None:
        raise InvalidContent(f"“{text[:60]}” is not a status. Use one of: {', '.join(s.label for s in Status)}.")
    return Status.PUBLISHED if status is Status.DRAFT else status  # whether it is public is decided by publishing it


VALUE_READERS: Mapping[str, Callable[[str], Any]] = {
    "themes": _read_themes,
    "areas": _read_areas,
    "cpv": _read_cpv,
    "benefits": _read_benefits,
    "stage": _read_stage,
    "route": _read_route,
    "value": parse_money,
    "status": _read_status,
    "status_reason": clean_line,
}
"""How the text of each plain field is read. Each raises a `DomainError` that says how to mend it."""
