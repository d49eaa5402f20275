"""The directory of venues on pages and as data."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from kil_pipeline.database import Database
from kil_pipeline.engagement.programme import announce_session
from kil_pipeline.engagement.sessions import SessionContent
from kil_pipeline.engagement.venue_directory import VenueCriteria
from kil_pipeline.engagement.venues import AccessFact, Known, PublicVenue, Space, VenueFacts, add_venue
from kil_pipeline.exchange.place_data import place_data
from tests.factories import a_commissioner
from tests.web.conftest import NOW
from tests.web.html import HtmlPage
from web.venue_queries import VenueQuery, read_venue_query, write_venue_query

HALL = VenueFacts(
    "Village Hall",
    owner="Village Hall Charity",
    community_owned=True,
    address="Church Lane",
    town="Saltmarsh",
    areas=("X-EXA-S",),
    travel="Bus 4.",
    spaces=(Space("Main hall", 1200), Space("Garden")),
    access=(AccessFact("lift", Known.YES, "Door of 90 cm"), AccessFact("hearing_loop", Known.NO)),
    checked_on=date(2026, 3, 3),
)
OLD = replace(HALL, checked_on=date(2024, 3, 3))
LIBRARY = VenueFacts("Central Library", community_owned=False)


def add(database: Database, *venues: VenueFacts) -> list[PublicVenue]:
    with database.write() as session:
        return [add_venue(session, facts, now=NOW) for facts in venues]


def test_a_row_says_where_it_is_whose_it_is_and_what_it_has(client: FlaskClient, sqlite_database: Database) -> None:
    add(sqlite_database, HALL, LIBRARY, replace(OLD, name="Old Hall", owner=""))
    page = HtmlPage(client.get("/venues"))
    assert page.texts("li", "row") == [
        "Central Library Not community-owned Access not known",
        "Old Hall Church Lane, Saltmarsh Community-owned Has: Lift (checked more than two years ago)",
        "Village Hall Church Lane, Saltmarsh Community-owned: Village Hall Charity Has: Lift",
    ]
    assert page.links()["Village Hall"] == "/venues/village-hall"


def test_filters_in_use_are_named_and_can_be_removed_one_by_one(client: FlaskClient, sqlite_database: Database) -> None:
    add(sqlite_database, HALL, LIBRARY)
    page = HtmlPage(client.get("/venues?q=hall&area=Exampleshire&access=wifi&access=lift&community=yes"))
    assert page.texts("h2", "results-head__count") == ["0 venues match"]
    removal = {text: href for text, href in page.links().items() if text.startswith("Remove the filter")}
    assert removal == {
        "Remove the filter Words: hall×": "/venues?access=lift&access=wifi&community=yes&area=X-EXA",
        "Remove the filter Exampleshire×": "/venues?q=hall&access=lift&access=wifi&community=yes",
        "Remove the filter Lift×": "/venues?q=hall&access=wifi&community=yes&area=X-EXA",
        "Remove the filter Wifi×": "/venues?q=hall&access=lift&community=yes&area=X-EXA",
        "Remove the filter Community-owned×": "/venues?q=hall&access=lift&access=wifi&area=X-EXA",
    }
    assert page.texts("div", "nothing") == ["No venue is known to match all of this. See all venues"]
    without_wifi = HtmlPage(client.get(removal["Remove the filter Wifi×"]))
    assert without_wifi.texts("h3", "row__headline") == ["Village Hall"]


def test_the_form_shows_what_was_chosen(client: FlaskClient) -> None:
    page = HtmlPage(client.get("/venues?q=hall&area=X-EXA&access=lift&community=yes"))
    chosen = [e.get("value") for e in page.elements("input") if "checked" in e.attrib]
    assert chosen == ["lift", "yes"]
    assert [e.get("value") for e in page.elements("option") if "selected" in e.attrib] == ["X-EXA"]
    assert [e.get("value") for e in page.elements("input") if e.get("name") == "q"] == ["hall"]


def test_a_long_list_has_pages_that_keep_the_filters(client: FlaskClient, sqlite_database: Database) -> None:
    add(sqlite_database, *(replace(HALL, name=f"Hall {number:02}") for number in range(21)))
    first, second = (HtmlPage(client.get(f"/venues?access=lift&page={number}")) for number in (1, 2))
    assert len(first.elements("li", "row")) == 20
    assert first.links()["Next page"] == "/venues?access=lift&page=2"
    assert second.texts("h3", "row__headline") == ["Hall 20"]
    HtmlPage(client.get("/venues?access=lift&page=3"), 404)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("area=nowhere", "We know no area “nowhere”. Choose one from the list, or try a council’s name."),
        ("access=roof", "We know no access need “roof”. Choose from the list."),
        ("page=0", "The page must be a number, such as 2."),
        ("page=²", "The page must be a number, such as 2."),
        ("page=99999999", "The page must be a number, such as 2."),
        (f"q={'x' * 201}", "Search for at most 200 characters."),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(client: FlaskClient, query: str, message: str) -> None:
    assert message in HtmlPage(client.get(f"/venues?{query}"), 400).texts("main")[0]
    assert client.get(f"/venues.json?{query}").text == f"We did not understand that address\n{message}\n"


@pytest.mark.parametrize(
    "query",
    [
        VenueQuery(VenueCriteria()),
        VenueQuery(VenueCriteria('a "b c" -d', ("lift", "wifi"), True, "X-EXA"), 7),
    ],
)
def test_a_query_is_read_back_as_it_was_written(client: FlaskClient, query: VenueQuery) -> None:
    address = write_venue_query(query.criteria, query.page)
    with client.application.test_request_context(f"/venues{address}") as context:
        assert read_venue_query(MultiDict(context.request.args)) == query


def test_a_page_says_all_that_is_known_and_what_is_not(client: FlaskClient, sqlite_database: Database) -> None:
    add(sqlite_database, HALL)
    page = HtmlPage(client.get("/venues/village-hall"))
    assert page.texts("div", "facts__row") == [
        "Address Church Lane, Saltmarsh",
        "Owner Community-owned: Village Hall Charity",
        "Getting there Bus 4.",
        "Spaces Main hall, for 1,200 peopleGarden",
        "Area Saltmarsh",
    ]
    assert page.texts("div", "access__row")[:7] == [
        "Step-free entrance Not known",
        "Lift Yes, Door of 90 cm",
        "Accessible toilet Not known",
        "Changing Places toilet Not known",
        "Wide doorways Not known",
        "Hoist Not known",
        "Hearing loop No",
    ]
    assert "Checked on 3 March 2026." in page.texts("section", "side")[0]


@pytest.mark.parametrize(
    ("checked_on", "flag"),
    [
        (date(2024, 3, 3), "Ask before you rely on this: last checked 3 March 2024, may be out of date."),
        (None, "Ask before you rely on this: nobody has said when it was checked."),
    ],
)
def test_old_facts_are_flagged(
    client: FlaskClient, sqlite_database: Database, checked_on: date | None, flag: str
) -> None:
    add(sqlite_database, replace(HALL, checked_on=checked_on))
    assert HtmlPage(client.get("/venues/village-hall")).texts("p", "access__old") == [flag]


def test_the_id_leads_to_the_page(client: FlaskClient, sqlite_database: Database) -> None:
    (hall,) = add(sqlite_database, HALL)
    answer = client.get(f"/venues/{hall.id}")
    assert (answer.status_code, answer.location) == (301, "/venues/village-hall")


def test_a_venue_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert HtmlPage(client.get("/venues/no-such-hall"), 404).links()["See all venues"] == "/venues"


def test_a_venue_and_its_session_point_to_each_other(client: FlaskClient, sqlite_database: Database) -> None:
    (hall,) = add(sqlite_database, HALL)
    starts = datetime(2026, 12, 17, 17, 30, tzinfo=UTC)
    content = SessionContent("What helps?", "To hear.", starts, starts.replace(hour=19), host="A host")
    with sqlite_database.write() as session:
        council = a_commissioner(session)
        path = announce_session(session, council.id, content, venue_id=hall.id, now=NOW).path
    assert HtmlPage(client.get("/venues/village-hall")).texts("li", "row") == [
        "What helps? Thursday 17 December 2026, 5:30pm to 7:30pm Exampleshire Council"
    ]
    assert HtmlPage(client.get("/venues/village-hall")).links()["What helps?"] == path
    assert HtmlPage(client.get(path)).links()["Village Hall"] == "/venues/village-hall"


def test_search_engines_read_the_place_in_a_script_that_may_stand_there(
    client: FlaskClient, sqlite_database: Database
) -> None:
    (hall,) = add(sqlite_database, replace(HALL, about="</script><script>alert(1)</script>"))
    answer = client.get("/venues/village-hall")
    scripts = HtmlPage(answer).elements("script")
    (data,) = [script for script in scripts if script.get("type") == "application/ld+json"]
    assert json.loads(data.text or "") == place_data(hall, "http://localhost:8000/venues/village-hall")
    assert f"'nonce-{data.get('nonce')}'" in answer.headers["Content-Security-Policy"]
    assert len(re.findall("alert", "".join(script.text or "" for script in scripts))) == 1


def test_the_list_is_given_as_hsds_with_the_same_filters(client: FlaskClient, sqlite_database: Database) -> None:
    add(sqlite_database, HALL, LIBRARY)
    answer = client.get("/venues.json?access=lift")
    body: dict[str, Any] = json.loads(answer.text)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert [location["name"] for location in body.pop("contents")] == ["Village Hall"]
    assert body == {
        "total_items": 1,
        "total_pages": 1,
        "page_number": 1,
        "size": 1,
        "first_page": True,
        "last_page": True,
        "empty": False,
    }
    again = client.get("/venues.json?access=lift", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert client.get("/venues.json?page=2").status_code == 404


def test_the_page_offers_the_data_of_what_it_shows(client: FlaskClient) -> None:
    links = HtmlPage(client.get("/venues?q=hall&page=1")).links()
    assert links["This list as data (HSDS)"] == "/venues.json?q=hall"
