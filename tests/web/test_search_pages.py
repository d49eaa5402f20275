"""Searching the plan, as readers see it: the best match first, the words marked, numbers beside the choices."""

from collections.abc import Callable

from flask.testing import FlaskClient

from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.queries import Order
from tests.web.html import HtmlPage, text_of
from web.queries import PlanQuery

Publish = Callable[..., str]


def test_words_are_marked_in_the_headline_and_in_a_piece_of_the_summary(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Breaks for carers", summary="Time off for a carer."))
    page = HtmlPage(client.get("/plan?q=carers"))
    assert page.texts("mark") == ["carers", "carer"]
    assert page.texts("p", "row__snippet") == ["Time off for a carer."]
    assert HtmlPage(client.get("/plan")).elements("p", "row__snippet") == []


def test_a_search_is_sorted_by_the_best_match_unless_asked_otherwise(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Lunch clubs", summary="Lunch and company. " * 30 + "Carers are welcome."))
    publish(EntryContent("Carers"))
    page = HtmlPage(client.get("/plan?q=carers"))
    assert page.texts("h3", "row__headline") == ["Carers", "Lunch clubs"]
    assert page.texts("p", "sort") == ["Sorted by: Best match · Opening soonest · Newest · Last changed"]
    assert page.links()["Opening soonest"] == "/plan?q=carers&order=soonest"
    page = HtmlPage(client.get("/plan?q=carers&order=soonest"))
    assert page.texts("h3", "row__headline") == ["Lunch clubs", "Carers"]
    assert page.links()["Remove the filter Words: carers×"] == "/plan"


def test_there_is_no_best_match_without_words() -> None:
    asked = [None, Order.RELEVANCE, Order.NEWEST]
    assert [PlanQuery(Criteria(), asked=order).order for order in asked] == [
        Order.SOONEST,
        Order.SOONEST,
        Order.NEWEST,
    ]
    assert [PlanQuery(Criteria(words="carers"), asked=order).order for order in asked] == [
        Order.RELEVANCE,
        Order.RELEVANCE,
        Order.NEWEST,
    ]


def test_each_choice_says_how_many_it_leaves_under_the_other_filters(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Breaks", themes=("carers",), route="grant.open", areas=("X-EXA-N",)))
    publish(EntryContent("Cafés", themes=("food",), route="grant.open"))
    page = HtmlPage(client.get("/plan?theme=carers"))
    counted = {e.get("value"): text_of(e) for e in page.elements("option")}
    assert (counted["carers"], counted["food"], counted["X-EXA"]) == ("Carers (1)", "Food (1)", "Exampleshire (1)")
    labels = {e.get("for"): text_of(e) for e in page.elements("label")}
    assert (labels["chance-grant"], labels["chance-open"]) == (
        "Yes, a grant (1 planned)",
        "Yes, open to all (0 planned)",
    )


def test_the_numbers_follow_what_is_published(client: FlaskClient, publish: Publish) -> None:
    found = []
    for headline in ("Breaks", "More breaks"):
        publish(EntryContent(headline, themes=("carers",)))
        options = HtmlPage(client.get("/plan")).elements("option")
        found.append([text_of(e) for e in options if e.get("value") == "carers"])
    assert found == [["Carers (1)"], ["Carers (2)"]]
