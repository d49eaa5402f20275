"""Two publications of a planned opportunity side by side, as readers get them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from kil_pipeline.plan.contents import EntryContent
from tests.web.html import HtmlPage

Publish = Callable[..., str]
CARERS = EntryContent("Breaks for carers", summary="Time off.", lots="One lot")


@pytest.fixture
def reference(publish: Publish) -> str:
    """An entry that was published three times."""
    reference = publish(CARERS, at=datetime(2026, 6, 1, 9, tzinfo=UTC))
    publish(
        replace(CARERS, lots="Two lots"), again=reference, why="We were asked.", at=datetime(2026, 7, 1, 9, tzinfo=UTC)
    )
    return publish(
        replace(CARERS, lots="Two lots", summary="A break & rest."),
        again=reference,
        at=datetime(2026, 8, 1, 9, tzinfo=UTC),
    )


def test_what_differs_stands_side_by_side_and_the_rest_is_folded_away(client: FlaskClient, reference: str) -> None:
    page = HtmlPage(client.get(f"/entries/{reference}/compare/1/3"))
    differing, same = page.elements("table", "compare")
    assert [" ".join("".join(row.itertext()).split()) for row in differing.iter("tr")] == [
        "Field Then: 1 June 2026 Now: 1 August 2026",
        "What it is Time off. A break & rest.",
        "Lots One lot Two lots",
    ]
    assert page.texts("summary") == ["28 fields are the same"]
    assert len(list(same.iter("tr"))) == 29  # and the headings
    assert [text for text in page.texts("li") if "asked" in text] == ["1 July 2026: We were asked."]


def test_each_pair_has_one_address_with_the_earlier_first(client: FlaskClient, reference: str) -> None:
    answer = client.get(f"/entries/{reference}/compare/3/1")
    assert (answer.status_code, answer.location) == (301, f"/entries/{reference}/compare/1/3")


def test_the_form_leads_to_the_address_of_the_pair(client: FlaskClient, reference: str) -> None:
    answer = client.get(f"/entries/{reference}/compare?one=3&other=2")
    assert (answer.status_code, answer.location) == (302, f"/entries/{reference}/compare/2/3")


@pytest.mark.parametrize(
    "path", ["/compare/1/4", "/compare/0/1", "/compare/1/99999999999999999999", "/compare", "/compare?one=x&other=2"]
)
def test_a_publication_that_is_not_there_is_not_found(client: FlaskClient, reference: str, path: str) -> None:
    HtmlPage(client.get(f"/entries/{reference}{path}"), 404)


def test_a_publication_compared_with_itself_differs_in_nothing(client: FlaskClient, reference: str) -> None:
    page = HtmlPage(client.get(f"/entries/{reference}/compare/2/2"))
    assert page.texts("h2")[0] == "No fields differ"


def test_the_history_and_each_publication_lead_to_the_comparison(client: FlaskClient, reference: str) -> None:
    page = HtmlPage(client.get(f"/entries/{reference}"))
    assert [a.get("href") for p in page.elements("p", "changes__compare") for a in p.iter("a")] == [
        f"/entries/{reference}/compare/2/3",
        f"/entries/{reference}/compare/1/2",
    ]
    links = HtmlPage(client.get(f"/entries/{reference}/changes/2")).links()
    assert links["Compare with the publication before"] == f"/entries/{reference}/compare/1/2"
    assert links["Compare with what the plan says now"] == f"/entries/{reference}/compare/2/3"
