"""Text from outside: what comes in may be anything, what comes out is safe for every format we write."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kil_pipeline.text import Query, clean_line, clean_text, parse_query, safe_cell, shorten, slugify, stems, tokens

PIECES = [
    "&amp;",
    "&lt;",
    "&gt;",
    "&#60;",
    "&#x3c",
    ";",
    "&",
    "<",
    ">",
    "<b>",
    "</p>",
    "<br/>",
    "<!--",
    "-->",
    "\u037e",
]
STRANGE = ["\0", "\x0b", "\x1b", "\x85", "\u2028", "\u202e", "\u200b", "\ufffe", "\U0001ffff", "\ud800", "\u0338", "\t"]
hostile = st.lists(st.sampled_from(PIECES + STRANGE) | st.text(st.characters(), max_size=5), max_size=25).map("".join)
"""Entities, tags, control, bidirectional and zero-width characters, lone surrogates: mixed so that they meet."""

XML_CHARACTERS = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
"""XML 1.0, production 2 (Char)."""


@given(hostile)
@example("&amp;amp;amp;amp;amp;amp;amp;amp;amp;amp;lt;b&gt;")
@example("&\0lt;b>")
@example("&lt\u037e")
def test_cleaning_what_is_clean_changes_nothing(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)


@given(hostile)
def test_clean_text_fits_xml_and_hides_nothing(text: str) -> None:
    clean = clean_text(text)
    assert XML_CHARACTERS.fullmatch(clean)
    assert [c for c in clean if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co")] == []
    assert unicodedata.is_normalized("NFC", clean)


@given(hostile)
def test_a_clean_line_is_one_line_without_outer_or_double_spaces(text: str) -> None:
    line = clean_line(text)
    assert line == " ".join(line.split())


@pytest.mark.parametrize(
    ("given_text", "wanted"),
    [
        ("  Falls   prevention\t", "Falls prevention"),
        ("<p>One</p><p>Two<br>Three</p>", "One\nTwo\nThree"),
        ("One\r\n\r\n\r\n\r\nTwo\rThree\u2028Four", "One\n\nTwo\nThree\nFour"),
        ("Age UK&amp;#39;s &lt;b&gt;offer&lt;/b&gt;", "Age UK's offer"),
        ("<!-- <b>draft</b> -->Kept", "Kept"),
        ("cafe\u0301", "caf\u00e9"),
        ("in\u00advisible\u200b hy\u00adphens", "invisible hyphens"),
        ("evil\u202etxt.exe", "eviltxt.exe"),
        ("half \ud83d a pair", "half a pair"),
    ],
)
def test_text_is_cleaned(given_text: str, wanted: str) -> None:
    assert clean_text(given_text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "fewer than 5 < 10 people, and 7 > 3",
        "write to <alliance@example.org>",
        "R&D; health & care",
        "https://example.org/apply?id=1&notice=2&copy=3&region=north",
        "👩🚒 fire safety",
        "Llanrhaeadr-ym-Mochnant, Ynys Môn, Zürich",
    ],
)
def test_what_only_looks_like_markup_is_kept(text: str) -> None:
    assert clean_text(text) == text


@pytest.mark.parametrize(
    "bomb",
    ["&" + "amp;" * 40_000 + "lt;", "<!--" * 30_000, "<a " * 40_000, "<a" * 30_000 + ">" * 30_000],
    ids=["nested entities", "open comments", "open tags", "nested tags"],
)
def test_markup_nested_without_end_is_taken_apart(bomb: str) -> None:
    clean = clean_text(bomb)
    assert clean_text(clean) == clean


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("carers", "Carer"),
        ("children's services", "Childrens Services"),
        ("Mental health for the young", "mental HEALTH, young"),
        ("Ynys Môn", "ynys mon"),
        ("dying", "dies"),
        ("commissioning", "commissioned"),
    ],
)
def test_words_that_mean_the_same_have_the_same_stems(left: str, right: str) -> None:
    assert stems(left) == stems(right)


@given(hostile)
def test_tokens_are_lower_case_words_without_quotes(text: str) -> None:
    assert [token for token in tokens(text) if token != token.lower() or re.search(r"[\s\"'’&|!():*<>-]", token)] == []


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("falls prevention", Query(must=("fall", "prevent"))),
        ('"link worker" -estates mental', Query(("mental",), (("link", "worker"),), (("estat",),))),
        ('"carers"', Query(must=("carer",))),
        ("falls fall FALLS", Query(must=("fall",))),
        ("co-production", Query(must=("co", "product"))),
        ('"never closed', Query(phrases=(("never", "close"),))),
        ("the of and", Query()),
        ('"" - -- "', Query()),
        ('-"link worker"', Query(must_not=(("link", "worker"),))),
    ],
)
def test_a_search_is_read_as_it_is_typed(typed: str, query: Query) -> None:
    assert parse_query(typed) == query


@given(hostile)
def test_any_search_can_be_read(text: str) -> None:
    query = parse_query(text)
    assert [phrase for phrase in query.phrases if len(phrase) < 2] == []


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_a_spreadsheet_would_run_starts_with_an_apostrophe(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "Falls = harm", "£400k", "'quoted'"])
def test_any_other_cell_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


def test_a_name_becomes_a_part_of_an_address() -> None:
    assert slugify("St. Mary’s & Zürich Council (North)") == "st-mary-zurich-council-north"


@given(hostile, st.integers(min_value=1, max_value=40))
def test_shortening_never_exceeds_what_was_asked_for(text: str, most: int) -> None:
    assert len(shorten(text, most)) <= most


def test_text_is_cut_at_a_word() -> None:
    assert shorten("Community transport, for everybody", 22) == "Community transport…"
