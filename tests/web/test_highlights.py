"""Matched words in results: marked in their own form, escaped, cut out of a long summary at words."""

import html
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from web.public.highlights import SNIPPET, make_snippet, mark_words

TAGS = re.compile(r"</?mark>")
texts = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    ["Carers’ breaks & <b>rest</b>", "caring for carers", "½ a café", '"quoted" <mark>']
)
words = st.sampled_from(["carers", '"carers breaks"', "-carers", "rest b", "½", "mark", "", "the", '"'])


def test_each_form_of_a_word_is_marked_as_it_is_written() -> None:
    assert mark_words("Carers’ breaks: who cares for a CARER?", "carer") == (
        "<mark>Carers’</mark> breaks: who cares for a <mark>CARER</mark>?"
    ).replace("<mark>Carers’</mark>", "<mark>Carers</mark>’")


def test_words_of_a_phrase_are_marked_and_those_to_leave_out_are_not() -> None:
    assert mark_words("A link worker, not a clinic", '"link worker" -clinic') == (
        "A <mark>link</mark> <mark>worker</mark>, not a clinic"
    )


def test_a_snippet_shows_what_is_around_the_first_word_found() -> None:
    text = "Before. " * 30 + "Then come the minibuses, at last. " + "After. " * 60
    snippet = make_snippet(text, "minibus")
    assert snippet.startswith("…Before. ")
    assert "Then come the <mark>minibuses</mark>, at last." in snippet
    assert snippet.endswith("After.…")


def test_there_is_no_snippet_where_no_word_is_found() -> None:
    assert make_snippet("Lunch clubs", "minibus") == ""


@settings(max_examples=100)
@given(texts, words)
def test_marking_adds_marks_and_nothing_else(text: str, asked: str) -> None:
    assert html.unescape(TAGS.sub("", str(mark_words(text, asked)))) == html.unescape(html.escape(text))


@settings(max_examples=100)
@given(texts, texts, words)
def test_a_snippet_is_a_piece_of_its_text_and_short(before: str, after: str, asked: str) -> None:
    text = f"{before} carers {after * 9}"
    snippet = html.unescape(TAGS.sub("", str(make_snippet(text, asked))))
    assert snippet.removeprefix("…").removesuffix("…") in " ".join(text.split())
    assert len(snippet) <= SNIPPET + 62
