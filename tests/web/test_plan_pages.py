"""The list of the plan and its view by quarter, as readers get them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.expected_dates import Confidence, ExpectedDate, Precision, expected_span
from kil_pipeline.plan.money import Money, Period
from kil_pipeline.plan.statuses import Status
from tests.web.html import HtmlPage

Publish = Callable[..., str]


def opens(day: date, precision: Precision, confidence: Confidence = Confidence.EXPECTED) -> Milestone:
    return Milestone("opens", expected_span(day, precision, confidence))


CARERS = EntryContent(
    "Breaks for carers",
    summary="Time off for people who care for someone.",
    themes=("carers",),
    areas=("X-EXA-N",),
    value=Money(35_000_000, 42_000_000, Period.YEAR),
    route="grant.open",
    milestones=(opens(date(2027, 5, 1), Precision.QUARTER),),
)
BUDGET = Disclosure("value", DisclosureState.UNDECIDED, "undecided.budget", expected_by=date(2027, 2, 1))


def test_every_row_opens_with_the_two_answers(client: FlaskClient, publish: Publish) -> None:
    publish(CARERS)
    page = HtmlPage(client.get("/plan"))
    assert page.texts("h3", "row__headline") == ["Breaks for carers"]
    assert page.texts("dl", "lead-lines") == [
        "Can we go for it? Yes, a grant What to do now Find partners and get ready: it opens about April to June 2027."
    ]
    assert page.texts("ul", "row__facts") == [
        (
            "Exampleshire Council Where: Northvale How much: £350,000 to £420,000 a year Opens: about April to "
            "June 2027 "
            "EXC-0001"
        )
    ]


def test_a_row_says_what_is_not_known_in_plain_words(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Family hubs", disclosures=(BUDGET,)))
    page = HtmlPage(client.get("/plan"))
    assert page.texts("li", "row__fact") == [
        "Where: Not filled in",
        "How much: Not decided yet",
        "Opens: Not filled in",
    ]


def test_a_status_is_shown_where_it_is_not_simply_planned(client: FlaskClient, publish: Publish) -> None:
    publish(CARERS)
    publish(replace(CARERS, headline="Day centres", status=Status.ON_HOLD, status_reason="A review."))
    page = HtmlPage(client.get("/plan"))
    assert page.texts("h3", "row__headline") == ["Breaks for carers", "Day centres On hold"]


def test_filters_choose_rows_and_can_be_taken_off_one_by_one(client: FlaskClient, publish: Publish) -> None:
    publish(CARERS)
    publish(EntryContent("Road salt", areas=("X-EXA-S",), route="pa.open"))
    page = HtmlPage(client.get("/plan?q=carers&area=X-EXA&chance=grant&chance=open"))
    assert page.texts("h2", "results-head__count") == ["1 planned opportunity matches"]
    assert {link.get("href"): "".join(link.itertext()) for link in page.elements("a", "chip")} == {
        "/plan?area=X-EXA&chance=grant&chance=open": "Remove the filter Words: carers×",
        "/plan?q=carers&chance=grant&chance=open": "Remove the filter Exampleshire×",
        "/plan?q=carers&area=X-EXA&chance=open": "Remove the filter Yes, a grant×",
        "/plan?q=carers&area=X-EXA&chance=grant": "Remove the filter Yes, open to all×",
    }


def test_the_form_shows_what_is_chosen_and_carries_what_it_cannot_show(client: FlaskClient, publish: Publish) -> None:
    publish(CARERS)
    page = HtmlPage(client.get("/plan?area=X-EXA-N&area=X-EXA-S&theme=carers&chance=grant&cpv=85000000&order=newest"))
    assert [e.get("value") for e in page.elements("option") if "selected" in e.attrib] == ["X-EXA-N", "carers"]
    assert [e.get("value") for e in page.elements("input") if "checked" in e.attrib] == ["grant"]
    assert [(e.get("name"), e.get("value")) for e in page.elements("input") if e.get("type") == "hidden"] == [
        ("order", "newest"),
        ("area", "X-EXA-S"),
        ("cpv", "85000000"),
    ]


def test_the_alerts_link_and_the_feeds_hold_the_same_filters(client: FlaskClient) -> None:
    page = HtmlPage(client.get("/plan?area=X-EXA&theme=carers"))
    assert page.links()["Get alerts for this list"] == "/alerts/new?area=X-EXA&theme=carers"
    announced = [e.get("href") for e in page.elements("link") if e.get("rel") == "alternate"]
    assert announced != []
    assert [href for href in announced if not (href or "").endswith("?area=X-EXA&theme=carers")] == []


def test_a_filter_that_makes_no_sense_is_answered_with_how_to_mend_it(client: FlaskClient) -> None:
    page = HtmlPage(client.get("/plan?area=Atlantis"), 400)
    assert page.texts("main") == [
        (
            "We did not understand that address We know no area “Atlantis”. Choose one from the list, or try a "
            "council’s "
            "name. See all planned opportunities"
        )
    ]


def test_nothing_found_offers_the_whole_plan_and_an_alert(client: FlaskClient, publish: Publish) -> None:
    publish(CARERS)
    page = HtmlPage(client.get("/plan?q=submarines"))
    assert page.texts("h2", "results-head__count") == ["0 planned opportunities match"]
    assert page.links()["Get an email when something comes up that matches"] == "/alerts/new?q=submarines"


def test_pages_of_twenty_follow_one_another(client: FlaskClient, publish: Publish) -> None:
    for number in range(21):
        publish(replace(CARERS, headline=f"Breaks {number:02}"))
    first = HtmlPage(client.get("/plan?theme=carers&order=newest"))
    assert len(first.elements("li", "row")) == 20
    assert first.links()["Next page"] == "/plan?theme=carers&order=newest&page=2"
    second = HtmlPage(client.get("/plan?theme=carers&order=newest&page=2"))
    assert second.texts("h3", "row__headline") == ["Breaks 00"]
    HtmlPage(client.get("/plan?theme=carers&page=3"), 404)


def test_a_list_costs_the_same_number_of_queries_however_long(
    client: FlaskClient, publish: Publish, sqlite_database: Database
) -> None:
    counts = []
    for rows in (1, 19):
        for number in range(rows):
            publish(replace(CARERS, headline=f"Breaks {rows} {number}"))
        client.get("/plan?theme=falls")  # whoever comes first after a publication has it read into the index
        asked: list[str] = []
        sa.event.listen(sqlite_database.engine, "before_cursor_execute", lambda *a, asked=asked: asked.append(a[2]))
        client.get("/plan")
        counts.append(len([statement for statement in asked if statement.startswith("SELECT")]))
    assert counts == [5, 5]  # the choices of the filters are counted without any; one asks whether they must


def test_a_half_year_covers_two_quarters_and_is_never_drawn_as_exact(client: FlaskClient, publish: Publish) -> None:
    publish(replace(CARERS, milestones=(opens(date(2027, 5, 1), Precision.HALF_YEAR, Confidence.INDICATIVE),)))
    page = HtmlPage(client.get("/plan?view=timeline"))
    cells = [(td.get("colspan"), "".join(td.itertext()).split()) for td in page.elements("td")]
    assert cells == [
        ("2", ["No", "key", "date"]),
        ("2", ["Opens", "Apr", "to", "Sep", "2027,", "not", "certain"]),
        ("5", ["No", "key", "date"]),
    ]
    assert page.texts("li", "narrow-bar") == [
        "Opens: Breaks for carers some time in Apr to Sep 2027, not certain",
    ]


@pytest.mark.parametrize(
    ("precision", "first", "span"),
    [
        (Precision.DAY, 2, 1),
        (Precision.MONTH, 2, 1),
        (Precision.QUARTER, 2, 1),
        (Precision.HALF_YEAR, 2, 2),
        (Precision.FINANCIAL_YEAR, 2, 4),
        (Precision.YEAR, 1, 4),
    ],
)
def test_a_date_covers_every_quarter_it_may_fall_in(
    client: FlaskClient, publish: Publish, precision: Precision, first: int, span: int
) -> None:
    publish(replace(CARERS, milestones=(opens(date(2027, 5, 3), precision),)))
    page = HtmlPage(client.get("/plan?view=timeline"))
    assert [int(td.get("colspan") or 1) for td in page.elements("td")] == [first, span, 9 - first - span]


def test_dates_that_overlap_stand_in_lanes_of_their_own(client: FlaskClient, publish: Publish) -> None:
    year = Milestone("service_starts", expected_span(date(2027, 5, 1), Precision.FINANCIAL_YEAR))
    publish(replace(CARERS, milestones=(*CARERS.milestones, year)))
    page = HtmlPage(client.get("/plan?view=timeline"))
    assert [th.get("rowspan") for th in page.elements("th") if th.get("scope") == "rowgroup"] == ["2"]
    assert page.texts("div", "bar") == ["Opens Apr to Jun 2027, expected", "Starts Apr 2027 to Mar 2028, expected"]


def test_an_opening_that_nobody_knows_is_said_in_words(client: FlaskClient, publish: Publish) -> None:
    why = Disclosure("milestones.opens", DisclosureState.UNDECIDED, "undecided.budget", expected_by=date(2027, 2, 1))
    publish(EntryContent("Family hubs", disclosures=(why,)))
    publish(EntryContent("Late answers", disclosures=(replace(why, expected_by=date(2026, 11, 22)),)))
    publish(EntryContent("Nothing said"))
    publish(EntryContent("Step-down beds", route="psr.urgent"))
    page = HtmlPage(client.get("/plan?view=timeline"))
    assert page.texts("td", "bar--missing") == [
        "Applications or bids open: not decided yet; an answer is expected by 1 February 2027",
        "Applications or bids open: not decided yet; an answer was due by 22 November 2026",
        "Applications or bids open: not filled in",
        "No call for bids. Given at once, because it is urgent",
    ]


def test_engagement_is_one_bar_from_its_opening_to_its_close(client: FlaskClient, publish: Publish) -> None:
    start = Milestone("engagement_opens", ExpectedDate(date(2026, 12, 1), date(2026, 12, 1), Precision.DAY))
    close = Milestone("engagement_closes", expected_span(date(2027, 2, 1), Precision.MONTH, Confidence.INDICATIVE))
    publish(replace(CARERS, milestones=(start, close)))
    page = HtmlPage(client.get("/plan?view=timeline"))
    assert page.texts("div", "bar") == ["Have your say 1 Dec 2026 until Feb 2027, not certain"]


def test_a_view_that_does_not_exist_is_not_found(client: FlaskClient) -> None:
    HtmlPage(client.get("/plan?view=pie"), 404)


def test_the_start_page_shows_what_changed_last(client: FlaskClient, publish: Publish) -> None:
    reference = publish(CARERS, at=datetime(2026, 11, 2, 9, tzinfo=UTC))
    later = replace(CARERS, milestones=(opens(date(2027, 8, 1), Precision.QUARTER),))
    publish(later, again=reference, at=datetime(2026, 11, 20, 9, tzinfo=UTC))
    publish(EntryContent("Family hubs"), at=datetime(2026, 11, 21, 9, tzinfo=UTC))
    page = HtmlPage(client.get("/"))
    assert page.texts("li", "changes__item") == [
        "21 November 2026 Family hubs First published. Exampleshire Council",
        (
            "20 November 2026 Breaks for carers Applications or bids open: moved from about April–June 2027 "
            "to about July–"
            "September 2027, one quarter later. Exampleshire Council"
        ),
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/plan",
        "/plan?view=timeline",
        "/plan?view=table",
        "/plan?view=month",
        "/sessions",
        "/about",
        "/data",
        "/accessibility",
        "/privacy",
    ],
)
def test_every_page_says_that_nothing_here_is_an_invitation_to_bid(client: FlaskClient, path: str) -> None:
    page = HtmlPage(client.get(path))
    line = "An early intention, not an invitation to bid nor a commitment to buy; it may change or stop."
    assert "".join(page.texts("footer")).endswith(line)
    assert len(page.elements("h1")) == 1


@pytest.mark.parametrize("path", ["/", "/plan", "/sessions", "/privacy"])
def test_reading_sets_no_cookie(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers.getlist("Set-Cookie") == []


def test_static_files_are_kept_and_pages_asked_for_anew(client: FlaskClient) -> None:
    response = client.get("/plan")
    assert response.headers["Cache-Control"] == "no-cache"
    sheet = next(
        e.get("href") or "" for e in HtmlPage(response).elements("link") if "site.css" in (e.get("href") or "")
    )
    with client.get(sheet) as style:
        assert style.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("words", ["EXC-0001", "exc-0001", "competitive grant"])
def test_an_entry_is_found_by_its_reference_and_by_its_route(client: FlaskClient, publish: Publish, words: str) -> None:
    publish(CARERS)
    publish(EntryContent("Road salt", route="pa.open"))
    page = HtmlPage(client.get("/plan", query_string={"q": words}))
    assert page.texts("h3", "row__headline") == ["Breaks for carers"]


def test_a_misspelt_place_gets_a_suggestion(client: FlaskClient) -> None:
    assert "Did you mean Wakefield?" in client.get("/plan?area=Wakefeild").text


def test_a_place_that_was_chosen_says_what_else_it_finds(client: FlaskClient) -> None:
    texts = HtmlPage(client.get("/plan?area=Leeds")).texts("p", "govuk-body-s")
    assert [text for text in texts if "also finds" in text] == [
        (
            "Leeds also finds what is for all of NHS West Yorkshire Integrated Care Board, Yorkshire and The Humber, "
            "England and United Kingdom."
        )
    ]


def test_the_narrow_list_says_where_a_date_may_still_fall(client: FlaskClient, publish: Publish) -> None:
    publish(replace(CARERS, milestones=(opens(date(2027, 5, 1), Precision.HALF_YEAR, Confidence.INDICATIVE),)))
    said = ["No key date"] * 2 + ["Only what stands above may fall here too"] + ["No key date"] * 5
    assert HtmlPage(client.get("/plan?view=timeline")).texts("li", "narrow-none") == [
        *said,
        "Every one has an opening date",
    ]


def test_the_narrow_list_speaks_of_its_page_alone_where_there_are_several(
    client: FlaskClient, publish: Publish
) -> None:
    for number in range(21):
        publish(replace(CARERS, headline=f"Breaks {number}"))
    page = HtmlPage(client.get("/plan?view=timeline&page=2"))
    assert page.texts("p", "timeline-narrow__part") == [
        "The quarters below hold what is on this page alone: 1 of 21. The rest is on the other pages."
    ]
    assert page.texts("li", "narrow-none") == ["No key date, on this page"] * 8 + [
        "Every one on this page has an opening date"
    ]
    assert page.texts("title") == ["Planned opportunities, by quarter (page 2 of 2) – Keep it Local forward plan"]
