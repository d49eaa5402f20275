"""A place among the words that are searched for leads to the list for that place."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.criteria import Criteria
from tests.web.html import HtmlPage
from web.public.place_hints import hint_at_place

LEEDS, WEST_YORKSHIRE, ENGLAND = "E08000035", "UKE4", "E92000001"


@pytest.mark.parametrize(
    ("words", "hinted"),
    [
        ("Leeds", ("Leeds", "", LEEDS)),
        ("carers in leeds", ("Leeds", "carers", LEEDS)),
        ("West Yorkshire mental health", ("West Yorkshire", "mental health", WEST_YORKSHIRE)),
        ("mental health", None),
        ("E08000035", None),
        ("-leeds", None),
        ("“”", None),
        ("", None),
    ],
)
def test_a_place_is_found_at_either_end_of_the_words(words: str, hinted: tuple[str, str, str] | None) -> None:
    hint = hint_at_place(Criteria(words=words))
    assert (hint and (hint.name, hint.rest, *hint.criteria.areas)) == hinted


def test_where_an_area_is_chosen_nothing_is_hinted() -> None:
    assert hint_at_place(Criteria(words="Leeds", areas=(ENGLAND,))) is None


def test_one_tap_finds_what_is_planned_for_the_place_and_for_all_of_england(
    client: FlaskClient, publish: Callable[..., str]
) -> None:
    publish(EntryContent("Rides to clinics", areas=(LEEDS,)))
    publish(EntryContent("A line to ring", areas=(ENGLAND,)))
    page = HtmlPage(client.get("/plan?q=Leeds"))
    assert page.texts("h3") == ["Rides to clinics"]
    there = page.links()["See what is planned for Leeds"]
    assert there == f"/plan?area={LEEDS}"
    found = HtmlPage(client.get(there))
    assert sorted(found.texts("h3")) == ["A line to ring", "Rides to clinics"]
    assert "See what is planned for Leeds" not in found.links()
