"""Reading a profile as it was typed. Nothing is lost when something has to be mended."""

from collections.abc import Callable
from dataclasses import replace

from werkzeug.datastructures import MultiDict

from kil_pipeline.errors import InvalidContent
from kil_pipeline.organisations.registered_numbers import read_charity_number, read_company_number
from kil_pipeline.reference.themes import themes
from kil_pipeline.support.profiles import INCOMES, STAFF, ProfileAnswers
from kil_pipeline.text import clean_line, clean_text, drop_unwritable
from web.places import read_chosen_areas

Problems = tuple[tuple[str, str], ...]
MOST = {"name": 300, "about": 2_000, "accreditations": 1_000}
"""Characters of each text."""
MOST_AREAS = 50
_NUMBERS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("charity_number", read_charity_number),
    ("company_number", read_company_number),
)


def read_profile_form(form: MultiDict[str, str]) -> tuple[ProfileAnswers, Problems]:
    """Return what was typed, cleaned where it can be stored, and what to mend: pairs of a field's id and a message."""
    problems: list[tuple[str, str]] = []
    typed = {name: drop_unwritable(form.get(name, "")) for name in (*MOST, *(name for name, _ in _NUMBERS))}
    cleaned = {"name": clean_line(typed["name"])}
    cleaned |= {name: clean_text(typed[name]) for name in ("about", "accreditations")}
    for name, most in MOST.items():
        if len(cleaned[name]) > most:
            problems.append((name, f"Write at most {most:,} characters here; there are {len(cleaned[name]):,}."))
            cleaned[name] = typed[name]
    for name, read in _NUMBERS:
        try:
            cleaned[name] = read(typed[name])
        except InvalidContent as error:
            problems.append((name, str(error)))
            cleaned[name] = typed[name]
    known = {theme.code for theme in themes()}
    where = read_chosen_areas(form)
    chosen = where.codes
    if where.problem:
        problems.append(("area", where.problem))
    if len(chosen) > MOST_AREAS:
        problems.append(("area", f"Choose at most {MOST_AREAS} areas, or a wider one."))
    public = form.get("public") == "yes"
    if public and not cleaned["name"]:
        problems.append(("name", "Write your organisation’s name: everyone is to see it."))
    answers = ProfileAnswers(
        **cleaned,
        themes=tuple(code for code in form.getlist("theme") if code in known),
        areas=chosen,
        income=form["income"] if form.get("income") in INCOMES else "",
        staff=form["staff"] if form.get("staff") in STAFF else "",
        public=public,
    )
    return answers, tuple(problems)


def fill_in(answers: ProfileAnswers, name: str, patch: tuple[str, ...]) -> ProfileAnswers:
    """Return answers with what is known of the organisation in the places that are empty."""
    return replace(answers, name=answers.name or name, areas=answers.areas or patch)
