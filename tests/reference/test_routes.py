"""Routes: what the law calls them, what readers make of them, and how they are typed."""

import pytest

from kil_pipeline.plan.advice import CHANCES
from kil_pipeline.reference.milestones import milestone_kinds
from kil_pipeline.reference.routes import find_route, route, routes


def test_every_route_is_found_by_its_code_its_name_and_its_words() -> None:
    lost = [
        (known.code, words)
        for known in routes()
        for words in (known.code, known.name, known.name.upper(), *known.words)
        if find_route(words) != known
    ]
    assert lost == []


def test_every_route_answers_whether_one_can_go_for_it() -> None:
    assert {known.chance for known in routes()} <= CHANCES.keys()


def test_only_the_routes_that_invite_bids_or_applications_tender() -> None:
    assert {known.code for known in routes() if not known.tenders} == {
        "grant.direct",
        "psr.direct-award-a",
        "psr.direct-award-b",
        "psr.direct-award-c",
        "psr.most-suitable-provider",
        "psr.urgent",
        "pa.direct-award",
    }


@pytest.mark.parametrize("text", ["Open to all bidders", "the usual way", ""])
def test_words_that_fit_several_routes_or_none_name_none(text: str) -> None:
    assert find_route(text) is None


def test_plain_words_of_one_route_name_it() -> None:
    assert find_route("A grant that you can  apply for") == route("grant.open")


def test_every_route_of_the_law_on_grants_and_services_is_there() -> None:
    psr = ["direct-award-a", "direct-award-b", "direct-award-c", "most-suitable-provider", "competitive"]
    assert [r.code for r in routes() if r.regime == "psr"] == [f"psr.{r}" for r in [*psr, "framework", "urgent"]]


@pytest.mark.parametrize(
    ("kind", "days"),
    [
        ("engagement_opens", (30, 7)),
        ("intention_notice", (90, 30, 7)),
        ("representations_close", (7,)),
        ("opens", (180, 90, 30, 7)),
        ("bids_due", (30, 7)),
    ],
)
def test_how_many_days_ahead_readers_hear_of_a_key_date(kind: str, days: tuple[int, ...]) -> None:
    assert {known.code: known.alert_days for known in milestone_kinds(computed=True)}[kind] == days
