"""The printed plan, as readers get it."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.statuses import Status
from tests.web.html import HtmlPage
from web.public import plan_views

Publish = Callable[..., str]
BUDGET = Disclosure(
    "value",
    DisclosureState.UNDECIDED,
    "undecided.budget",
    explanation="The cabinet meets in January.",
    who_decides="Cabinet",
    expected_by=date(2027, 2, 1),
)


def test_the_sheet_of_a_commissioner_says_whose_and_of_what_day_it_is(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Breaks for carers", themes=("carers",)))
    publish(EntryContent("Family hubs"))
    page = HtmlPage(client.get("/plan?commissioner=exampleshire-council&theme=carers&view=print"))
    assert page.texts("h1") == ["Exampleshire Council: what it plans to fund or buy"]
    assert page.texts("h2", "sheet__headline") == ["Breaks for carers"]
    assert page.texts("p", "govuk-body")[0] == (
        "As of 23 November 2026: 1 planned opportunity, for Carers. Contact: plan@council.example.org."
    )


def test_every_entry_is_there_with_each_reason(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Family hubs", disclosures=(BUDGET,), summary="One door.", lots="Two"))
    for number in range(21):
        publish(EntryContent(f"Other {number}", Status.CONCLUDED))
    page = HtmlPage(client.get("/plan?view=print"))
    assert len(page.elements("li", "sheet__entry")) == 22
    assert page.texts("div", "facts__row")[1:3] == [
        (
            "How much Not decided yet. The money is not confirmed. The cabinet meets in January. "
            "Who decides: Cabinet. Expected by 1 February 2027."
        ),
        "Lots Two",
    ]


def test_a_sheet_has_a_bound_and_says_what_it_leaves_out(
    client: FlaskClient, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_views, "MOST_PER_PAGE", 1)
    monkeypatch.setattr(plan_views, "PRINTED", 2)
    for number in range(3):
        publish(EntryContent(f"Breaks {number}"))
    page = HtmlPage(client.get("/plan?view=print"))
    assert page.texts("h2", "sheet__headline") == ["Breaks 0", "Breaks 1"]
    assert "Only the first 2 are on this sheet: choose fewer with filters." in page.texts("p", "govuk-body")[0]


def test_the_list_leads_to_its_sheet_and_back(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Breaks", themes=("carers",)))
    links = HtmlPage(client.get("/plan?theme=carers&view=table&order=updated")).links()
    sheet = links["A sheet to print, or to save as a PDF"]
    assert sheet == "/plan?theme=carers&view=print&order=updated"
    assert HtmlPage(client.get(sheet)).links()["Back to the list"] == "/plan?theme=carers&order=updated"


def test_nothing_found_is_said_on_the_sheet_too(client: FlaskClient) -> None:
    page = HtmlPage(client.get("/plan?commissioner=nobody&q=submarines&view=print"))
    assert "Nothing in the plan matches these filters today." in page.texts("p", "govuk-body")
