"""The plan as a table and as a month, as readers get them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from flask.testing import FlaskClient

from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.expected_dates import Confidence, Precision
from kil_pipeline.plan.money import Money
from kil_pipeline.plan.statuses import Status
from tests.factories import a_milestone
from tests.web.html import HtmlPage

Publish = Callable[..., str]
APRIL = date(2027, 4, 14)


def test_a_heading_sorts_by_its_column_and_a_second_time_the_other_way(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Breaks", value=Money(100, 300), areas=("X-EXA-N",)))
    publish(EntryContent("Cafés", value=Money(200, 200)))
    page = HtmlPage(client.get("/plan?status=published&view=table&order=value-down"))
    assert [row.get("aria-sort") for row in page.elements("th") if row.get("scope") == "col"] == [
        None, None, None, "descending", None, None, None,
    ]  # fmt: skip
    assert [a.get("href") for a in page.elements("a", "plan-table__sort")] == [
        "/plan?status=published&view=table&order=headline",
        "/plan?status=published&view=table&order=commissioner",
        "/plan?status=published&view=table&order=value",
        "/plan?status=published&view=table",
        "/plan?status=published&view=table&order=updated",
    ]


def test_a_row_of_the_table_says_what_the_list_says(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Breaks", value=Money(100, 300), areas=("X-EXA-N",), status=Status.OPEN))
    publish(EntryContent("Cafés"))
    page = HtmlPage(client.get("/plan?view=table&order=value"))
    assert page.texts("tr")[1:] == [
        (
            "Breaks Open now EXC-0001 Exampleshire Council Northvale £1 to £3 "
            "Not filled in Not filled in yet 23 November 2026"
        ),
        (
            "Cafés EXC-0002 Exampleshire Council "
            "Not filled in Not filled in Not filled in Not filled in yet 23 November 2026"
        ),
    ]


def test_the_table_has_the_pages_and_filters_of_the_list(client: FlaskClient, publish: Publish) -> None:
    for number in range(21):
        publish(EntryContent(f"Breaks {number:02}", themes=("carers",)))
    page = HtmlPage(client.get("/plan?theme=carers&view=table&order=headline-down&page=2"))
    assert page.texts("tr")[1].startswith("Breaks 00")
    assert page.links()["Previous page"] == "/plan?theme=carers&view=table&order=headline-down"
    assert page.links()["Clear all"] == "/plan?view=table"


def test_only_what_is_known_to_the_day_stands_on_a_day(client: FlaskClient, publish: Publish) -> None:
    for precision in Precision:
        publish(EntryContent(f"By {precision.value}", milestones=(a_milestone("opens", APRIL, precision),)))
    page = HtmlPage(client.get("/plan?view=month&month=2027-04"))
    days = [text for text in page.texts("td", "month__day") if len(text) > len("Wednesday 14")]
    assert days == ["Wednesday 14 Opens: By day expected"]
    assert page.texts("h3") == [
        "Known to the day",
        "Some time in April 2027",
        "Some time in April to June 2027",
        "Some time in April to September 2027",
        "Some time in 2027",
        "Some time in April 2027 to March 2028",
    ]
    assert page.texts("h2", "results-head__count") == ["6 planned opportunities with a key date in April 2027"]


def test_a_month_holds_each_of_its_days_once_in_weeks_from_monday(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Day", milestones=(a_milestone("opens", APRIL),)))
    page = HtmlPage(client.get("/plan?view=month&month=2027-04"))
    weeks = [list(row.iter("td")) for row in page.elements("tr")[1:]]
    assert {len(week) for week in weeks} == {7}
    numbers = [text.split()[1] for text in page.texts("td", "month__day") if text]
    assert numbers == [str(day) for day in range(1, 31)]
    assert page.texts("td", "month__day")[:4] == ["", "", "", "Thursday 1"]


def test_how_sure_a_date_is_and_where_the_entry_stands_are_said_in_words(client: FlaskClient, publish: Publish) -> None:
    when = a_milestone("decision", APRIL, Precision.MONTH, Confidence.INDICATIVE)
    publish(EntryContent("Hubs", Status.ON_HOLD, "A review.", milestones=(when,)))
    page = HtmlPage(client.get("/plan?view=month&month=2027-04"))
    assert page.texts("li", "month__item") == ["Decision: Hubs On hold not certain"]


def test_a_month_leads_to_its_neighbours_with_the_same_filters(client: FlaskClient, publish: Publish) -> None:
    content = EntryContent("Day", themes=("carers",), milestones=(a_milestone("opens", APRIL),))
    publish(content)
    publish(replace(content, headline="Other", themes=("food",)))
    page = HtmlPage(client.get("/plan?theme=carers&view=month&month=2027-12"))
    assert page.links()["Earlier: November 2027"] == "/plan?theme=carers&view=month&month=2027-11"
    assert page.links()["Later: January 2028"] == "/plan?theme=carers&view=month&month=2028-01"
    assert page.links()["This month"] == "/plan?theme=carers&view=month&month=2026-11"
    page = HtmlPage(client.get("/plan?theme=carers&view=month&month=2027-04"))
    assert page.texts("li", "month__item") == ["Opens: Day expected"]


def test_without_a_month_the_present_one_is_shown(client: FlaskClient) -> None:
    page = HtmlPage(client.get("/plan?view=month"))
    assert page.texts("h2", "results-head__count") == ["0 planned opportunities with a key date in November 2026"]


@pytest.mark.parametrize("month", ["2027-13", "2027-4", "next", "1999-01", "2027-04-01", "２０２７-04"])
def test_a_month_that_is_none_is_answered_with_how_to_mend_it(client: FlaskClient, month: str) -> None:
    page = HtmlPage(client.get(f"/plan?view=month&month={month}"), 400)
    assert "The month must be a year and a month, such as 2027-04." in page.texts("main")[0]


@pytest.mark.parametrize(("month", "missing"), [("2000-01", "Earlier"), ("2099-12", "Later")])
def test_months_end_where_they_cannot_be_asked_for(client: FlaskClient, month: str, missing: str) -> None:
    links = HtmlPage(client.get(f"/plan?view=month&month={month}")).links()
    assert [text for text in links if text.startswith(missing)] == []


def test_feeds_and_calendars_take_no_notice_of_a_view(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Day", milestones=(a_milestone("opens", APRIL),)))
    for path in ("/feeds/entries.atom", "/calendars/milestones.ics"):
        assert client.get(f"{path}?view=month&month=x&order=value").data == client.get(path).data
