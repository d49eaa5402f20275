"""What a person answers beside the preview of a spreadsheet: read from the form, and put back into it."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import zip_longest

from werkzeug.datastructures import MultiDict

from kil_pipeline.exchange.columns import plain_heading
from kil_pipeline.exchange.import_choices import READ, BlankReason, ImportChoices, plain_word
from kil_pipeline.exchange.import_questions import SheetQuestions, column_choices
from kil_pipeline.plan.answers import path_of
from kil_pipeline.text import clean_line, drop_unwritable

MOST_ANSWERS = 500
"""Words or blanks that one form answers; the page asks for fewer."""
_LONGEST = 300


def read_choices(form: MultiDict[str, str], questions: SheetQuestions, last: ImportChoices) -> ImportChoices:
    """Return what was chosen. A form that asks nothing (`asked` is missing) leaves what was chosen before."""
    if "asked" not in form:
        return last
    return ImportChoices(
        columns=_columns(form, questions),
        words=_words(form),
        blanks=_blanks(form),
        same_headlines=form.get("same_headlines") == "yes",
        without_bare=form.get("without_bare") == "yes",
        topics=form.get("topics") == "yes",
    )


def _columns(form: Mapping[str, str], questions: SheetQuestions) -> dict[str, str]:
    known = {key for key, _ in column_choices()}
    chosen = {}
    for column in questions.columns:
        key = form.get(f"column-{column.place}", column.key)
        if key != column.default and (key in known or not key):
            chosen[plain_heading(column.heading)] = key
    return chosen


def _words(form: MultiDict[str, str]) -> dict[str, dict[str, str]]:
    names = ("word_field", "word", "word_deed", "word_read")
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for field, word, deed, read in zip(*(form.getlist(name)[:MOST_ANSWERS] for name in names), strict=False):
        typed = clean_line(drop_unwritable(read))[:_LONGEST]
        deed = READ + typed if typed else drop_unwritable(deed)[:_LONGEST]
        if deed and word:
            found[field][plain_word(drop_unwritable(word))] = deed
    return dict(found)


def _blanks(form: MultiDict[str, str]) -> dict[str, BlankReason]:
    names = ("blank_field", "blank_reason", "blank_who", "blank_by")
    rows = zip_longest(*(form.getlist(name)[:MOST_ANSWERS] for name in names), fillvalue="")
    cleaned = ([clean_line(drop_unwritable(text))[:_LONGEST] for text in row] for row in rows)
    return {field: BlankReason(*said) for field, *said in cleaned if said[0] and path_of(field)}
