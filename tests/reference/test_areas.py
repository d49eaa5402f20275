"""Areas: what contains what, what overlaps, and how people write their names."""

import pytest

from kil_pipeline.errors import UnknownCode
from kil_pipeline.reference.areas import (
    area,
    areas,
    areas_around,
    areas_within,
    choosable_areas,
    find_area,
    related_areas,
    relation,
    wider_areas,
)

ENGLAND, YORKSHIRE, LEEDS, BRADFORD = "E92000001", "E12000003", "E08000035", "E08000032"
WEST_YORKSHIRE_BOARD, WEST_YORKSHIRE_ITL, LEEDS_ITL = "E54000054", "UKE4", "UKE42"
OXFORDSHIRE, OXFORD = "E10000025", "E07000178"
BOURNEMOUTH, DORSET = "E06000058", "E10000009"


@pytest.mark.parametrize("around", [ENGLAND, YORKSHIRE, WEST_YORKSHIRE_BOARD, WEST_YORKSHIRE_ITL])
def test_leeds_is_found_by_all_that_contains_it_and_finds_it(around: str) -> None:
    assert LEEDS in areas_within(around)
    assert around in areas_around(LEEDS)
    assert {LEEDS, around} <= related_areas(LEEDS) & related_areas(around)


@pytest.mark.parametrize(
    ("of", "to", "how"),
    [
        (LEEDS, LEEDS, "same"),
        (LEEDS_ITL, LEEDS, "same"),
        (LEEDS, YORKSHIRE, "within"),
        (ENGLAND, LEEDS, "contains"),
        (OXFORD, OXFORDSHIRE, "within"),
        (BOURNEMOUTH, DORSET, "overlaps"),
        (DORSET, BOURNEMOUTH, "overlaps"),
        (WEST_YORKSHIRE_ITL, WEST_YORKSHIRE_BOARD, "overlaps"),
        (LEEDS, BRADFORD, None),
        (LEEDS, OXFORDSHIRE, None),
    ],
)
def test_how_one_area_lies_to_another(of: str, to: str, how: str | None) -> None:
    assert relation(of, to) == how


def test_all_of_england_lies_in_england() -> None:
    english = {code for code in areas() if code.startswith("E")}
    assert english <= areas_within(ENGLAND)


def test_neighbours_have_nothing_in_common() -> None:
    assert BRADFORD not in related_areas(LEEDS)


def test_a_partial_overlap_is_found_from_both_sides() -> None:
    assert DORSET in related_areas(BOURNEMOUTH)
    assert BOURNEMOUTH in related_areas(DORSET)


def test_areas_are_related_both_ways() -> None:
    one_way = [(a, b) for a in areas() for b in related_areas(a) if a not in related_areas(b)]
    assert one_way == []


@pytest.mark.parametrize("of", [ENGLAND, LEEDS, WEST_YORKSHIRE_BOARD, BOURNEMOUTH])
def test_the_two_questions_about_areas_agree(of: str) -> None:
    assert {to for to in areas() if relation(of, to) is not None} == set(related_areas(of))


def test_every_choosable_area_is_found_by_its_name_and_its_code() -> None:
    lost = [a for a in choosable_areas(sample=True) if find_area(a.name) != a or find_area(a.code) != a]
    assert lost == []


def test_there_are_thirty_six_boards_since_april_2026() -> None:
    assert len([a for a in choosable_areas() if a.kind == "icb"]) == 36


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("leeds", LEEDS),
        (" Leeds City Council ", LEEDS),
        ("e08000035", LEEDS),
        ("UKE42", LEEDS),
        ("The Royal Borough of Kensington & Chelsea", "E09000020"),
        ("NHS West Yorkshire ICB", WEST_YORKSHIRE_BOARD),
        ("Yorkshire & the Humber", YORKSHIRE),
        ("Hull", "E06000010"),
        ("national", ENGLAND),
        ("UKL11", "UKL"),
    ],
)
def test_an_area_is_found_as_people_and_notices_write_it(text: str, code: str) -> None:
    found = find_area(text)
    assert (found.code if found else None) == code


@pytest.mark.parametrize("text", ["", "Mars", "our patch", "E99999999", "UKX1"])
def test_what_is_no_area_is_not_guessed(text: str) -> None:
    assert find_area(text) is None


def test_an_unknown_code_is_refused_by_name() -> None:
    with pytest.raises(UnknownCode, match="“X9” is not one of our areas"):
        area("X9")


def test_an_abolished_area_is_known_and_cannot_be_chosen() -> None:
    abolished = [a for a in areas().values() if a.valid_to]
    assert abolished != []
    assert set(abolished) & set(choosable_areas()) == set()


def test_sample_areas_are_offered_to_the_sample_alone() -> None:
    assert [a for a in choosable_areas() if a.sample] == []
    assert [a for a in choosable_areas(sample=True) if a.sample] != []


def test_a_council_says_which_wider_areas_hold_it_the_narrowest_first() -> None:
    assert [known.name for known in wider_areas(LEEDS)] == [
        "NHS West Yorkshire Integrated Care Board",
        "Yorkshire and The Humber",
        "England",
        "United Kingdom",
    ]
    assert [known.name for known in wider_areas(ENGLAND)] == ["United Kingdom"]
