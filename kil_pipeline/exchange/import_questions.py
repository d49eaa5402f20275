"""What is asked once for a whole sheet: its columns, the words that cannot be read, and why blanks are blank."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kil_pipeline.errors import DomainError
from kil_pipeline.exchange.columns import EXTENSION, PROVIDER, REFERENCE, VERSION, headings_of_fields, plain_heading
from kil_pipeline.exchange.heading_guesses import guess_columns, guess_headline_place
from kil_pipeline.exchange.import_choices import ANYTHING, NOTHING_CHOSEN, BlankReason, ImportChoices, plain_word
from kil_pipeline.exchange.import_uploads import WaitingSheet
from kil_pipeline.exchange.plan_sheets import PlanSheet, SheetReader
from kil_pipeline.exchange.word_guesses import suggested_deed
from kil_pipeline.plan.answer_values import find_reason
from kil_pipeline.plan.answers import answer_fields, path_of
from kil_pipeline.plan.expected_date_parsing import parse_expected_date
from kil_pipeline.reference.benefits import benefits
from kil_pipeline.reference.routes import routes
from kil_pipeline.reference.stages import stages
from kil_pipeline.reference.themes import themes

MOST_WORDS = 60
"""Words that are asked for one by one, the most frequent first."""
MOST_COLUMNS = 100
_ALWAYS = ("value", "route", "opens")
"""Fields whose blanks are asked for though the sheet has no column for them: what readers look for first."""
_LONGEST_WORD = 200


@dataclass(frozen=True)
class ColumnQuestion:
    """One column: what stands in it and what it is taken for; `key` is empty where it is left out."""

    place: int
    heading: str
    key: str
    example: str
    default: str
    """What it is taken for where nobody says otherwise."""


@dataclass(frozen=True)
class WordQuestion:
    """A word that cannot be read, or was chosen to be read otherwise; `ANYTHING` stands for all others."""

    field: str
    word: str
    rows: int
    deed: str
    choices: tuple[tuple[str, str], ...] = ()
    """What it can be read as, where a closed list tells: value and name."""
    rest: str = ""
    """What is done with every other word of the column, and with this one where nothing is said of it."""

    @property
    def disclosable(self) -> bool:
        """Whether there may be a reason instead."""
        return path_of(self.field) is not None


@dataclass(frozen=True)
class BlankQuestion:
    """A field of which so many rows say nothing."""

    field: str
    rows: int
    chosen: BlankReason


@dataclass(frozen=True)
class SheetQuestions:
    """All that is asked of a sheet."""

    columns: tuple[ColumnQuestion, ...]
    words: tuple[WordQuestion, ...]
    more_words: int
    blanks: tuple[BlankQuestion, ...]
    said_before: int
    """Rows with the headline or the reference of an earlier row."""
    bare: int
    """Rows that hold a headline and nothing else."""


def ask_about(sheet: WaitingSheet, reader: SheetReader, *, said_before: int, bare: int) -> SheetQuestions:
    """Return what is to be asked of a sheet whose rows a reader has read."""
    words = _words(reader)
    fields = reader.sheet.columns.fields
    blanks = tuple(
        BlankQuestion(field, reader.blanks[field], sheet.choices.blanks.get(field, BlankReason("")))
        for field in answer_fields()
        if reader.blanks[field] and (field in fields or field in _ALWAYS or field in sheet.choices.blanks)
    )
    return SheetQuestions(
        _columns(sheet),
        words[:MOST_WORDS],
        len(words[MOST_WORDS:]),
        () if reader.register else blanks,
        said_before,
        bare,
    )


def column_choices() -> tuple[tuple[str, str], ...]:
    """Return what a column can be: key and name."""
    own = {REFERENCE: "Reference", PROVIDER: "Who provides it now", EXTENSION: "Extension of the contract of today"}
    return tuple((own | dict(headings_of_fields())).items())


def starting_choices(sheet: WaitingSheet, last: ImportChoices, today: date, *, whole_area: str = "") -> ImportChoices:
    """Return how a new sheet is read at first: as the last one, with what its own columns and words suggest.

    `whole_area`: the name of the commissioner's own area, for “citywide” and its like.
    """
    if guess_columns(sheet.headings, {}).has(VERSION):  # our own workbook comes back: it says what it means
        return NOTHING_CHOSEN
    plain = {plain_heading(heading) for heading in sheet.headings}
    columns = {heading: key for heading, key in last.columns.items() if heading in plain}
    if not guess_columns(sheet.headings, columns).has("headline"):
        place = guess_headline_place(sheet.headings, [row.cells for row in sheet.rows])
        columns |= {plain_heading(sheet.headings[place]): "headline"} if place is not None else {}
    choices = replace(last, columns=columns)
    choices = replace(choices, topics=True)
    unread = _words(_read_through(sheet, choices, today))
    words: dict[str, dict[str, str]] = {}
    for asked in unread[:MOST_WORDS]:
        word = asked.word if asked.word == ANYTHING else plain_word(asked.word)
        deed = last.words.get(asked.field, {}).get(word) or suggested_deed(asked.field, asked.word, whole_area)
        if deed:
            words.setdefault(asked.field, {})[word] = deed
    return replace(choices, words=words)


def wrong_choices(choices: ImportChoices, today: date) -> list[tuple[str, str]]:
    """Return what is wrong with the reasons for blanks: the field of each, and how to mend it."""
    problems = []
    for field, blank in choices.blanks.items():
        name, reason = headings_of_fields().get(field, field), find_reason(blank.reason)
        try:
            if blank.expected_by:
                parse_expected_date(blank.expected_by, today=today)
            elif reason is not None and reason.needs_expected_by:
                problems.append((field, f"{name}: this reason needs the date by which it will be published."))
        except DomainError as error:
            problems.append((field, f"{name}: {error}"))
    return problems


def _read_through(sheet: WaitingSheet, choices: ImportChoices, today: date) -> SheetReader:
    columns = guess_columns(sheet.headings, choices.columns)
    reader = SheetReader(
        PlanSheet(columns, None, iter(()), sheet.others, sheet.exact_width), today=today, choices=choices
    )
    for row in sheet.rows:
        reader.read(row)
    return reader


def _columns(sheet: WaitingSheet) -> tuple[ColumnQuestion, ...]:
    chosen = guess_columns(sheet.headings, sheet.choices.columns)
    default = guess_columns(sheet.headings, {})
    return tuple(
        ColumnQuestion(place, heading, chosen.keys[place] or "", _example(sheet, place), default.keys[place] or "")
        for place, heading in enumerate(chosen.headings[:MOST_COLUMNS])
        if heading and ":" not in (chosen.keys[place] or "") and chosen.keys[place] != VERSION
    )


def _example(sheet: WaitingSheet, place: int) -> str:
    return next((row.cells[place] for row in sheet.rows if place < len(row.cells) and row.cells[place]), "")


def _words(reader: SheetReader) -> tuple[WordQuestion, ...]:
    """Return the words to ask about: those of one column together, the most frequent first."""
    counted: dict[tuple[str, str], tuple[str, int]] = {}
    for (field, cell), rows in reader.words.items():
        if field in answer_fields() and field != "headline" and len(cell) <= _LONGEST_WORD:
            shown, before = counted.get((field, plain_word(cell)), (cell, 0))
            counted[field, plain_word(cell)] = shown, before + rows
    chosen = reader.choices.words
    found = []
    for field in answer_fields():
        deeds, choices = chosen.get(field, {}), read_as(field)
        rest = deeds.get(ANYTHING, "")
        mine = sorted((-rows, shown, plain) for (f, plain), (shown, rows) in counted.items() if f == field)
        asked = [WordQuestion(field, shown, -rows, deeds.get(plain, ""), choices, rest) for rows, shown, plain in mine]
        if len(mine) > 1 or (mine and rest):
            asked.append(WordQuestion(field, ANYTHING, 0, rest, choices))
        found += sorted(asked, key=lambda word: bool(word.deed))  # what waits for an answer comes first
    return tuple(found)


def read_as(field: str) -> tuple[tuple[str, str], ...]:
    """Return what a word of a field can be read as, where a closed list tells: value and name."""
    lists: Mapping[str, Sequence[tuple[str, str]]] = {
        "themes": [(known.name, known.name) for known in themes()],
        "route": [(known.code, known.name) for known in routes()],
        "stage": [(known.name, known.name) for known in stages()],
        "benefits": [(known.name, known.name) for known in benefits()],
    }
    return tuple(lists.get(field, ()))
