"""The boxes of a session's materials: rows of a title, a kind, an address and the day from which it is there."""

from collections.abc import Callable, Mapping
from datetime import date

from kil_pipeline.engagement.session_parts import Material, MaterialKind, check_web_address
from kil_pipeline.errors import DomainError, InvalidContent
from kil_pipeline.plan.answers import Problem
from kil_pipeline.text import MAX_HEADLINE, clean_line

MOST_MATERIALS = 20
PARTS = ("title", "kind", "address", "from")


def box(number: int, part: str) -> str:
    """Return the name of one box of a row; rows count from 1."""
    return f"material {number}: {part}"


def read_materials(
    raw: Mapping[str, str], read_day: Callable[[str], date]
) -> tuple[tuple[Material, ...], tuple[Problem, ...]]:
    """Read the rows; one without a title and an address is none."""
    found: list[Material] = []
    problems: list[Problem] = []
    for number in range(1, MOST_MATERIALS + 1):
        typed = {part: raw.get(box(number, part), "").strip() for part in PARTS}
        if not typed["title"] and not typed["address"]:
            continue
        part = "title"
        try:
            title = clean_line(typed["title"])
            if not title or len(title) > MAX_HEADLINE:
                raise InvalidContent(f"Write a title of at most {MAX_HEADLINE} characters.")
            part = "address"
            address = check_web_address(typed["address"])
            part = "from"
            day = read_day(typed["from"]) if typed["from"] else None
            found.append(Material(title, _kind(typed["kind"]), address, day))
        except DomainError as error:
            problems.append(Problem(box(number, part), typed[part], str(error)))
    return tuple(found), tuple(problems)


def _kind(text: str) -> MaterialKind:
    return next((kind for kind in MaterialKind if kind.value == text), MaterialKind.PRE_READ)


def write_materials(materials: tuple[Material, ...]) -> dict[str, str]:
    """Return what to show in the boxes."""
    written: dict[str, str] = {}
    for number, material in enumerate(materials, 1):
        day = material.from_on
        values = (
            material.title,
            material.kind.value,
            material.address,
            f"{day.day} {day:%B %Y}" if day else "",
        )
        written |= {box(number, part): value for part, value in zip(PARTS, values, strict=True)}
    return written


def rows_shown(raw: Mapping[str, str]) -> int:
    """Return how many rows the form shows: those that are filled in, and two more."""
    filled = [
        n for n in range(1, MOST_MATERIALS + 1) if any(raw.get(box(n, part), "") for part in ("title", "address"))
    ]
    return min(MOST_MATERIALS, max(filled, default=0) + 2)
