"""Headings and words that are not ours are guessed, and guessed alone: what is known comes first."""

import pytest

from kil_pipeline.exchange.heading_guesses import (
    guess_columns,
    guess_heading_row,
    guess_headline_place,
    guess_key,
)
from kil_pipeline.exchange.import_choices import ANYTHING
from kil_pipeline.exchange.word_guesses import suggested_deed


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("Project / Service", "headline"),
        ("Description of need", "summary"),
        ("Ward / Locality", "areas"),
        ("Procurement Rte", "route"),
        ("Proposed procurement route", "route"),
        ("Expected advert", "opens"),
        ("Contract Start Dt", "service_starts"),
        ("Est. value", "value"),
        ("Value of contract", "value"),
        ("Procurment route", "route"),
        ("Service area", None),
        ("Lead officer", None),
        ("Comments", None),
        ("RAG", None),
        ("Please note", None),
    ],
)
def test_a_heading_is_guessed_by_its_parts_and_its_spelling(heading: str, key: str | None) -> None:
    assert guess_key(heading) == key


def test_what_a_person_chose_comes_before_what_is_known_and_that_before_what_is_guessed() -> None:
    headings = ("Project / Service", "Title", "Dept", "Comments")
    assert guess_columns(headings, {}).keys == (None, "headline", None, None)
    chosen = {"project service": "headline", "comments": "summary", "title": ""}
    assert guess_columns(headings, chosen).keys == ("headline", None, None, "summary")


def test_the_headings_are_the_first_of_the_widest_rows() -> None:
    assert (
        guess_heading_row([("Workplan",), ("a", "", "b"), ("One", "Two", "Three", "Four"), ("1", "2", "3", "4")]) == 2
    )
    assert guess_heading_row([("Workplan",), ("Draft",)]) is None


def test_the_headlines_are_the_column_with_the_most_different_texts() -> None:
    rows = [("1", "Befriending for older people", "Adults team"), ("2", "Rides to clinics", "Adults team")]
    assert guess_headline_place(("No", "What we buy", "Team"), rows) == 1
    assert guess_headline_place(("No", "Amount"), [("1", "12,000"), ("2", "9,000")]) is None


@pytest.mark.parametrize(
    ("field", "word", "deed"),
    [
        ("value", "Commercial in confidence", "reason:withheld.commercial"),
        ("value", "awaiting budget setting", "reason:undecided.budget"),
        ("opens", "Subject to Cabinet", "reason:undecided.decision"),
        ("opens", "ASAP", ""),
        ("route", "PSR - MSP", "read:psr.most-suitable-provider"),
        ("route", "Open tender", "read:pa.open"),
        ("route", "Provider Selection Regime", "reason:undecided.route"),
        ("route", "Quotes x3", "read:pa.below-threshold"),
        ("areas", "All wards", "read:Leeds"),
        ("areas", "West Yorks", "read:West Yorkshire"),
        ("areas", "Narnia", ""),
        ("areas", ANYTHING, ""),
        ("themes", "Children & Families", "read:Children and young people"),
        ("themes", "Corporate", "blank"),
        ("cpv", "subject to Cabinet", ""),
    ],
)
def test_a_word_suggests_what_it_may_mean(field: str, word: str, deed: str) -> None:
    assert suggested_deed(field, word, "Leeds") == deed
