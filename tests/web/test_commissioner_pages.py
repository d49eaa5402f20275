"""The pages of commissioners: all of them by name, each with its plan and its record; and the same as a table."""

import csv
import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.exchange.record_exports import HEADINGS
from kil_pipeline.organisations.organisations import OrganisationKind, add_organisation
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import create_entry
from kil_pipeline.plan.statuses import Status
from tests.factories import a_commissioner, a_milestone
from tests.web.conftest import NOW, Clock
from tests.web.html import HtmlPage
from web.public.commissioner_views import PER_PAGE, SOONEST_SHOWN, describe_distance, describe_share

Publish = Callable[..., str]
LATE = Disclosure("value", DisclosureState.UNDECIDED, "undecided.budget", expected_by=date(2026, 11, 22))
TENDER = EntryContent(
    "Breaks for carers",
    route="pa.open",
    milestones=(a_milestone("opens", date(2027, 2, 1)),),
    disclosures=(LATE,),
)
"""Ten weeks of notice from NOW, and an answer overdue since yesterday."""


def add_commissioners(database: Database, *names: str) -> None:
    with database.write() as session:
        for name in names:
            a_commissioner(session, name)


def test_all_are_listed_by_name_those_that_publish_nothing_among_them(
    client: FlaskClient, publish: Publish, sqlite_database: Database
) -> None:
    publish(TENDER)
    add_commissioners(sqlite_database, "east Exampleshire Trust", "Another Council", "Nextshire Council")
    with sqlite_database.write() as session:
        add_organisation(session, name="A CVS", kind=OrganisationKind.INFRASTRUCTURE_BODY, now=NOW)
    page = HtmlPage(client.get("/commissioners"))
    rows = page.texts("tr")[1:]
    assert [row.split(" Council")[0].split(" Trust")[0] for row in rows] == [
        "Another", "east Exampleshire", "Exampleshire", "Nextshire"
    ]  # fmt: skip
    assert rows[0] == "Another Council Has published nothing here yet"
    assert rows[2] == (
        "Exampleshire Council Planned now 1 Notice (median) 10 weeks What it says 11% stated, 6% not decided yet, "
        "0% can’t say yet, 83% not filled in Dates that slipped None Overdue answers 1 Sessions before the opening None"
    )


def test_a_long_list_has_pages(client: FlaskClient, sqlite_database: Database) -> None:
    add_commissioners(sqlite_database, *(f"Council {number:03}" for number in range(PER_PAGE + 1)))
    assert len(HtmlPage(client.get("/commissioners")).texts("tr")) == 1 + PER_PAGE
    assert HtmlPage(client.get("/commissioners?page=2")).texts("th")[-1] == f"Council {PER_PAGE:03}"
    for page in ("0", "-1", "3"):
        HtmlPage(client.get(f"/commissioners?page={page}"), 404)


def test_nobody_known_is_said(client: FlaskClient) -> None:
    assert "No commissioner is known here yet." in HtmlPage(client.get("/commissioners")).texts("p")


def test_a_page_says_whom_to_ask_what_is_planned_and_how_early_it_was_told(
    client: FlaskClient, publish: Publish
) -> None:
    publish(TENDER)
    page = HtmlPage(client.get("/commissioners/exampleshire-council"))
    assert page.texts("h1") == ["Exampleshire Council"]
    assert page.links()["plan@council.example.org"] == "mailto:plan@council.example.org"
    assert page.links()["See its whole plan"] == "/plan?commissioner=exampleshire-council"
    assert page.links()["Breaks for carers"] == "/entries/EXC-0001"
    facts = page.texts("div", "facts__row")
    assert (
        facts[0]
        == "Notice 10 weeks The median of 1 planned opportunity, from first publication to the earliest opening"
    )
    assert facts[-2:] == [
        "Overdue answers 1 Fields whose promised day has passed",
        "Sessions before the opening None",
    ]


def test_a_slip_shows_at_once_and_an_uncertain_one_is_counted_apart(client: FlaskClient, publish: Publish) -> None:
    reference = publish(TENDER)
    address = "/commissioners/exampleshire-council"
    assert HtmlPage(client.get(address)).texts("div", "facts__row")[2].startswith("Dates that slipped None")
    moved = EntryContent("Breaks for carers", route="pa.open", milestones=(a_milestone("opens", date(2027, 3, 1)),))
    publish(moved, again=reference)
    assert HtmlPage(client.get(address)).texts("div", "facts__row")[2:4] == [
        "Dates that slipped 1, by 4 weeks 1 key date was stated",
        "Slips of uncertain dates None They were published as not certain, and are counted apart",
    ]


def test_an_answer_becomes_overdue_by_itself(client: FlaskClient, publish: Publish, clock: Clock) -> None:
    publish(TENDER)
    address = "/commissioners/exampleshire-council"
    clock.moment = NOW - timedelta(days=1)
    assert "Overdue answers None Fields whose promised day has passed" in HtmlPage(client.get(address)).texts("div")
    clock.moment = NOW
    assert "Overdue answers 1 Fields whose promised day has passed" in HtmlPage(client.get(address)).texts("div")


def test_the_soonest_are_shown_and_none_that_ended(client: FlaskClient, publish: Publish) -> None:
    for month in range(1, SOONEST_SHOWN + 2):
        publish(EntryContent(f"Opens in month {month}", milestones=(a_milestone("opens", date(2027, month, 1)),)))
    publish(EntryContent("Over", status=Status.CONCLUDED))
    page = HtmlPage(client.get("/commissioners/exampleshire-council"))
    assert page.texts("h3", "row__headline") == [f"Opens in month {month}" for month in range(1, SOONEST_SHOWN + 1)]


def test_who_publishes_nothing_has_a_page_without_figures(client: FlaskClient, council: uuid.UUID) -> None:
    page = HtmlPage(client.get("/commissioners/exampleshire-council"))
    assert page.texts("section")[0].endswith("It has published nothing here yet. Get an email when it does.")
    assert page.elements("dl", "facts") == []


def test_a_draft_changes_no_page(client: FlaskClient, council: uuid.UUID, sqlite_database: Database) -> None:
    pages = ("/commissioners", "/commissioners/exampleshire-council", "/commissioners.csv")
    before = [HtmlPage(client.get(path)).texts("main") for path in pages[:2]], client.get(pages[2]).text
    with sqlite_database.write() as session:
        create_entry(session, council, TENDER, now=NOW)
    assert ([HtmlPage(client.get(path)).texts("main") for path in pages[:2]], client.get(pages[2]).text) == before


def test_others_than_commissioners_have_no_page(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        add_organisation(session, name="A CVS", kind=OrganisationKind.INFRASTRUCTURE_BODY, now=NOW)
    for slug in ("a-cvs", "nobody"):
        HtmlPage(client.get(f"/commissioners/{slug}"), 404)


def test_names_lead_to_the_commissioners_page(client: FlaskClient, publish: Publish) -> None:
    publish(TENDER)
    for path in ("/", "/plan", "/entries/EXC-0001", "/commissioners"):
        assert HtmlPage(client.get(path)).links()["Exampleshire Council"] == "/commissioners/exampleshire-council"


@pytest.mark.parametrize("path", ["/commissioners", "/commissioners/exampleshire-council"])
def test_every_link_of_these_pages_leads_somewhere_and_no_id_is_there_twice(
    client: FlaskClient, publish: Publish, path: str
) -> None:
    publish(TENDER)
    page = HtmlPage(client.get(path))
    inner = {href for href in page.links().values() if href.startswith("/")}
    answers = {href: client.get(href.partition("#")[0]).status_code for href in sorted(inner)}
    assert {href: status for href, status in answers.items() if status not in (200, 302)} == {}
    ids = [e.get("id") for e in page.elements() if e.get("id")]
    assert len(ids) == len(set(ids))


def test_the_table_has_a_row_for_each_and_an_empty_cell_where_there_is_no_figure(
    client: FlaskClient, publish: Publish, sqlite_database: Database
) -> None:
    publish(TENDER)
    add_commissioners(sqlite_database, "=cmd()")
    response = client.get("/commissioners.csv")
    first, second, third = csv.reader(response.text.splitlines())
    assert (response.mimetype, tuple(first)) == ("text/csv", HEADINGS)
    figures = ["0", "0", "0", "", "0", "0", "0", "0", "0", "0", "0", "", "", "0", "", "", "0", "0"]
    assert second == ["'=cmd()", "http://localhost:8000/commissioners/cmd", *figures]
    figures = ["1", "1", "0", "10", "1", "2", "1", "0", "15", "1", "0", "", "", "0", "", "", "1", "0"]
    assert third == ["Exampleshire Council", "http://localhost:8000/commissioners/exampleshire-council", *figures]


def test_a_table_that_one_has_is_not_sent_again(client: FlaskClient, publish: Publish) -> None:
    publish(TENDER)
    known = client.get("/commissioners.csv").headers["ETag"]
    assert client.get("/commissioners.csv", headers={"If-None-Match": known}).status_code == 304


@pytest.mark.parametrize(
    ("share", "words"),
    [(None, "–"), (0, "0%"), (1 / 400, "under 1%"), (0.125, "12%"), (399 / 400, "over 99%"), (1, "100%")],
)
def test_a_share_never_reads_as_nothing_or_all_where_it_is_not(share: float | None, words: str) -> None:
    assert describe_share(share) == words


@pytest.mark.parametrize(("days", "words"), [(1, "1 day"), (13, "13 days"), (14, "2 weeks"), (91, "13 weeks")])
def test_a_distance_is_told_in_weeks_from_two_weeks_on(days: int, words: str) -> None:
    assert describe_distance(days) == words
