"""What a profile says, as text for a form that has room for it. Its owner sees it there, and can take it out."""

from collections.abc import Iterator

from kil_pipeline.reference.areas import area
from kil_pipeline.reference.themes import theme
from kil_pipeline.support.profiles import INCOMES, STAFF, ProfileAnswers
from kil_pipeline.text import shorten

MOST_ABOUT = 600
"""Characters of one's own words, so that the facts have room beside them."""


def describe_profile(answers: ProfileAnswers) -> str:
    """Return what an organisation says of itself, a fact a line; empty where its profile says nothing but a name."""
    return "\n".join(_lines(answers))


def _lines(answers: ProfileAnswers) -> Iterator[str]:
    if answers.about:
        yield shorten(answers.about, MOST_ABOUT)
    if answers.themes:
        yield f"What we work on: {', '.join(theme(code).name for code in answers.themes)}."
    if answers.areas:
        yield f"Where: {', '.join(area(code).name for code in answers.areas)}."
    sizes = ((INCOMES.get(answers.income), "a year"), (STAFF.get(answers.staff), "staff"))
    size = [f"{words} {what}" if words != STAFF["none"] else words.lower() for words, what in sizes if words]
    if size:
        yield f"Our size: {', '.join(size)}."
    numbers = (("charity number", answers.charity_number), ("company number", answers.company_number))
    known = [f"{what} {number}" for what, number in numbers if number]
    if known:
        yield f"Registered: {', '.join(known)}."
    if answers.accreditations:
        yield f"We hold: {shorten(answers.accreditations, 200)}"
