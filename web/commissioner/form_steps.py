"""The entry form in short steps: one section at a time, each saved before the next. Without a step it is whole."""

from collections.abc import Mapping, Sequence

from flask import request

from kil_pipeline.plan.answers import PARTS
from web.commissioner.entry_form import Section


def chosen_step(sections: Sequence[Section]) -> int | None:
    """Return the step that is asked for, counted from 1; None for the whole form."""
    text = request.values.get("step", "")
    step = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0
    return step if 1 <= step <= len(sections) else None


def with_step(saved: Mapping[str, str], typed: Mapping[str, str], section: Section) -> dict[str, str]:
    """Return what was saved with what was typed in one section: what is empty or unticked there is taken out."""
    names = {field.name for field in section.fields}
    names |= {f"{name}: {part}" for name in names for part in PARTS}
    kept = {name: text for name, text in saved.items() if name not in names}
    return kept | {name: text for name, text in typed.items() if name not in saved or name in names}
