"""Rendered pieces: made once for what they say, given back as they were, and no more than there is room for."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.fragments import Fragments


def test_a_piece_is_made_once_and_what_was_not_asked_for_again_goes_first() -> None:
    kept, made = Fragments(most_bytes=20), []

    def ask(key: str) -> bytes:
        def make() -> bytes:
            made.append(key)
            return key.encode() * 10

        return kept.get(key, None, make)

    answers = [ask(key) for key in "abaacab"]
    assert answers == [key.encode() * 10 for key in "abaacab"]
    assert made == ["a", "b", "c", "b"]


def test_a_piece_larger_than_the_store_is_given_and_not_kept() -> None:
    kept, made = Fragments(most_bytes=5), []

    def make() -> bytes:
        made.append(1)
        return b"too large"

    assert [kept.get("key", None, make) for _ in range(3)] == [b"too large"] * 3
    assert made == [1, 1, 1]


def test_what_making_raises_leaves_nothing_behind() -> None:
    kept = Fragments()
    with pytest.raises(ZeroDivisionError):
        kept.get("key", None, lambda: bytes(1 // 0))
    assert kept.get("key", None, lambda: b"made") == b"made"


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), max_size=60))
@settings(max_examples=60)
def test_whatever_is_asked_the_answer_is_right_and_the_store_stays_within_its_bound(
    asked: list[tuple[int, int]],
) -> None:
    kept = Fragments(most_bytes=64)
    for name, size in asked:
        value = bytes([name]) * size
        assert kept.get(name, size, lambda value=value: value) == value  # type: ignore[misc]  # bound at once
        assert kept._size == sum(len(piece.made) for piece in kept._kept.values()) <= 64


def test_many_threads_get_what_they_asked_for() -> None:
    kept, wrong = Fragments(most_bytes=200), []

    def ask(start: int) -> None:
        for number in range(start, start + 300):
            key = str(number % 40)
            if kept.get(key, None, lambda key=key: key.encode() * 5) != key.encode() * 5:  # type: ignore[misc]  # bound at once
                wrong.append(key)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (wrong, kept._size) == ([], sum(len(piece.made) for piece in kept._kept.values()))


def test_what_is_made_of_something_else_takes_the_place_of_what_was() -> None:
    kept = Fragments(most_bytes=100)
    assert kept.get("key", "old", lambda: b"old" * 9) == b"old" * 9
    assert kept.get("key", "new", lambda: b"new") == b"new"
    assert kept.get("key", "new", lambda: b"not made") == b"new"
    assert (kept._size, len(kept._kept)) == (3, 1)
