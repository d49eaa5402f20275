"""Themes and CPV codes: plain topics that readers and notices reach by their own words."""

import pytest

from kil_pipeline.errors import UnknownCode
from kil_pipeline.reference.cpv import cpv_label, normalise_cpv
from kil_pipeline.reference.themes import find_theme, theme, themes, themes_of_cpv, themes_of_text


def test_every_topic_is_found_by_its_code_and_its_name() -> None:
    assert [t for t in themes() if find_theme(t.code) != t or find_theme(t.name) != t] == []


def test_every_word_for_a_topic_finds_one() -> None:
    assert [word for known in themes() for word in known.words if find_theme(word) is None] == []


def test_every_beginning_of_a_cpv_code_begins_one() -> None:
    unknown = [
        (known.code, start)
        for known in themes()
        for start in known.cpv
        if cpv_label(start.ljust(8, "0")) == start.ljust(8, "0")
    ]
    assert unknown == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("befriending", "loneliness"),
        ("Link Workers", "social-prescribing"),
        ("dementia", "older-people"),
        ("CAMHS", "mental-health"),
        ("counselling", "mental-health"),
        ("care homes", "home-care"),
    ],
)
def test_a_topic_is_found_by_what_people_call_it(text: str, code: str) -> None:
    assert find_theme(text) == theme(code)


def test_what_is_no_topic_is_not_guessed() -> None:
    assert find_theme("astronomy") is None
    with pytest.raises(UnknownCode):
        theme("astronomy")


def test_the_topics_of_a_text_are_those_whose_words_stand_in_it() -> None:
    text = "A link worker for older people living with dementia; befriending."
    assert themes_of_text(text) == ("social-prescribing", "older-people", "loneliness")
    assert themes_of_text("The link between the worker and the office") == ()


def test_the_longest_beginning_of_a_cpv_code_names_its_topic() -> None:
    assert themes_of_cpv(["85312400", "85312320", "85312400"]) == ("social-prescribing", "mental-health")
    assert themes_of_cpv(["00000000"]) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("85000000", "85000000"),
        (" 85000000-9 ", "85000000"),
        ("3000000", "03000000"),
        ("8500000", "85000000"),
        ("99999999", None),
        ("85", None),
        ("health", None),
        ("", None),
    ],
)
def test_a_cpv_code_is_read_as_spreadsheets_leave_it(text: str, code: str | None) -> None:
    assert normalise_cpv(text) == code
