"""The open API: the plan as JSON with its filters, pages that miss nothing, problems that say how to mend them."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kil_pipeline.database import Database
from kil_pipeline.organisations.particulars import Particulars, save_particulars
from kil_pipeline.organisations.successions import succeed
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import create_entry
from tests.factories import NOW, a_commissioner, publish
from tests.web.html import HtmlPage
from web.api.document_views import PROBLEMS
from web.api.parameters import DESCRIBED, ENTRY_LIST, OF_NEWS
from web.errors import problem_name
from web.queries import PARAMETERS

Publish = Callable[..., str]
SEVEN = [f"EXC-000{number}" for number in range(1, 8)]
LISTS = ("reasons", "areas", "themes", "routes", "commissioners", "entries", "sessions", "openapi.json")
CARERS = EntryContent(
    "Breaks for carers",
    themes=("carers",),
    disclosures=(Disclosure("value", DisclosureState.UNDECIDED, "undecided.budget", expected_by=date(2027, 2, 1)),),
)


def references(answer: Any) -> list[str]:
    return [entry["reference"] for entry in answer.get_json()["entries"]]


def walk(client: FlaskClient, address: str) -> list[str]:
    """Return the references of all pages from an address on."""
    found: list[str] = []
    following: str | None = address
    while following:
        answer = client.get(following)
        found += references(answer)
        following = answer.get_json()["next"]
    return found


def test_an_entry_is_the_same_in_the_list_by_itself_and_beside_its_page(client: FlaskClient, publish: Publish) -> None:
    reference = publish(CARERS)
    alone = client.get(f"/api/v1/entries/{reference}").get_json()
    assert client.get("/api/v1/entries").get_json() == {"entries": [alone], "next": None}
    assert client.get(f"/entries/{reference}.json").get_json() == alone


def test_a_draft_is_in_no_answer(client: FlaskClient, sqlite_database: Database, council: uuid.UUID) -> None:
    with sqlite_database.write() as session:
        reference = create_entry(session, council, CARERS, now=NOW).reference
    assert references(client.get("/api/v1/entries")) == []
    assert client.get(f"/api/v1/entries/{reference}").status_code == 404
    assert client.get(f"/api/v1/entries/{reference}/revisions").status_code == 404


@pytest.mark.parametrize("query", ["theme=carers", "theme=Carers", "q=breaks", "entry=EXC-0001", "chance=not_stated"])
def test_a_list_takes_the_filters_of_the_plan(client: FlaskClient, publish: Publish, query: str) -> None:
    publish(CARERS)
    publish(EntryContent("Roads", route="pa.open"))
    assert references(client.get(f"/api/v1/entries?{query}")) == ["EXC-0001"]


def test_every_filter_of_the_plan_is_described(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").get_json()
    listed = [parameter["name"] for parameter in document["paths"]["/api/v1/entries"]["get"]["parameters"]]
    filters = [name for name in PARAMETERS if name not in OF_NEWS]
    assert listed == [*filters, "updated_since", "limit", "cursor"] == list(ENTRY_LIST) == list(DESCRIBED)


def test_updated_since_gives_what_changed_at_that_moment_or_later(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Old"))
    changed = publish(EntryContent("Changed"))
    later = NOW + timedelta(hours=1)
    publish(EntryContent("Changed again"), again=changed, at=later)
    assert references(client.get("/api/v1/entries", query_string={"updated_since": later.isoformat()})) == [changed]
    assert references(client.get("/api/v1/entries?updated_since=2026-11-23T11:00:00.000001Z")) == []
    assert len(references(client.get("/api/v1/entries?updated_since=0001-01-01T00:00:00%2B14:00"))) == 2
    assert references(client.get("/api/v1/entries?updated_since=9999-12-31T23:59:59-14:00")) == []


@given(limit=st.integers(1, 4), changed=st.lists(st.sampled_from(SEVEN), min_size=7, max_size=7))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_published_meanwhile_who_walks_through_the_pages_gets_each_entry_once(
    client: FlaskClient, publish: Publish, limit: int, changed: list[str]
) -> None:
    for number in range(7 - len(walk(client, "/api/v1/entries"))):
        publish(EntryContent(f"Something {number}"))
    found: list[str] = []
    following: str | None = f"/api/v1/entries?limit={limit}"
    while following:
        answer = client.get(following)
        found += references(answer)
        following = answer.get_json()["next"]
        publish(EntryContent(f"Something {uuid.uuid4()}"), again=changed.pop(), at=NOW + timedelta(hours=1))
    assert found == SEVEN


def test_the_next_page_keeps_what_was_asked(client: FlaskClient, publish: Publish) -> None:
    for number in range(3):
        publish(EntryContent(f"Carers {number}", themes=("carers",)))
        publish(EntryContent(f"Roads {number}"))
    assert walk(client, "/api/v1/entries?theme=carers&limit=1") == ["EXC-0001", "EXC-0003", "EXC-0005"]


def test_every_publication_is_there_with_what_changed_why_and_what_it_said(
    client: FlaskClient, publish: Publish
) -> None:
    reference = publish(EntryContent("Breaks"))
    publish(CARERS, again=reference, why="The board met.", at=NOW + timedelta(days=1))
    first = client.get(f"/api/v1/entries/{reference}/revisions?limit=1").get_json()
    (newest,) = first["revisions"]
    assert (newest["number"], newest["headline"], newest["why"]) == (2, "Breaks for carers", "The board met.")
    assert [field["state"] for field in newest["fields"] if field["path"] == "value"] == ["undecided"]
    second = client.get(first["next"]).get_json()
    assert [(r["number"], r["headline"]) for r in second["revisions"]] == [(1, "Breaks")]
    assert second["next"] is None


def test_a_problem_says_everything_that_is_wrong_and_how_to_mend_it(client: FlaskClient) -> None:
    answer = client.get("/api/v1/entries?comissioner=x&theme=nonsense&limit=0&cursor=!&updated_since=yesterday&page=2")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    body = answer.get_json()
    assert (body["type"], body["status"]) == ("http://localhost:8000/api/v1/docs#query-not-understood", 400)
    assert body["errors"] == {
        "comissioner": ["There is no parameter “comissioner” here."],
        "page": ["There is no parameter “page” here."],
        "theme": ["We know no topic “nonsense”. Choose one from the list."],
        "updated_since": ["Write a moment as 2026-11-23T10:00:00Z (a + as %2B)."],
        "limit": ["A page has 1 to 100."],
        "cursor": ["Take a cursor from `next` as it stands, and ask the same list."],
    }


@pytest.mark.parametrize("cursor", ["%00", "AA", "_w", "é", "RVhDLTAwMDE=", "JyBPUiAxPTE", "A" * 9999])
def test_a_cursor_that_is_none_of_ours_is_refused(client: FlaskClient, cursor: str) -> None:
    expected = 200 if cursor == "RVhDLTAwMDE=" else 400  # with its padding it means the same
    assert client.get(f"/api/v1/entries?cursor={cursor}").status_code == expected


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nowhere", 404),
        ("GET", "/api/v1/entries/EXC-9999", 404),
        ("GET", "/api/v1/sessions/EXC-S9", 404),
        ("POST", "/api/v1/entries", 405),
        ("DELETE", "/api/v1/entries/EXC-0001", 405),
    ],
)
def test_every_error_is_a_problem_that_any_page_may_read(app: Flask, method: str, path: str, status: int) -> None:
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    answer = app.test_client().open(path, method=method)
    assert (answer.status_code, answer.get_json()["status"]) == (status, status)
    assert (answer.content_type, answer.headers["Cache-Control"]) == ("application/problem+json", "no-store")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_every_domain_error_that_a_problem_names_is_explained_at_its_address(client: FlaskClient) -> None:
    page = HtmlPage(client.get("/api/v1/docs"))
    for path in ("/api/v1/entries/EXC-9999", "/api/v1/entries?limit=0"):
        anchor = client.get(path).get_json()["type"].rsplit("#", 1)[1]
        assert [element.get("id") for element in page.elements()].count(anchor) == 1


@pytest.mark.parametrize("name", LISTS)
def test_an_answer_is_open_kept_for_a_minute_and_not_sent_twice(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/api/v1/{name}")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    wanted = ("Access-Control-Allow-Origin", "Cache-Control", "Content-Security-Policy", "Link")
    assert [answer.headers[header] for header in wanted] == [
        "*",
        "public, max-age=60",
        "default-src 'none'; frame-ancestors 'none'",
        '<https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/>; rel="license"',
    ]
    assert "Set-Cookie" not in answer.headers
    again = client.get(f"/api/v1/{name}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    head = client.head(f"/api/v1/{name}")
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", answer.headers["ETag"])


def test_a_publication_changes_the_etag(client: FlaskClient, publish: Publish) -> None:
    before = client.get("/api/v1/entries").headers["ETag"]
    publish(CARERS)
    assert client.get("/api/v1/entries", headers={"If-None-Match": before}).status_code == 200


def test_a_browser_that_asks_beforehand_may_send_an_etag(client: FlaskClient) -> None:
    headers = client.options("/api/v1/entries").headers
    wanted = ("Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers")
    assert [headers[name] for name in wanted] == ["*", "GET, HEAD, OPTIONS", "If-None-Match"]


def test_commissioners_are_listed_by_name(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        a_commissioner(session, "Exampleshire Council")
        a_commissioner(session, "Another Council")
    found = client.get("/api/v1/commissioners").get_json()["commissioners"]
    assert [commissioner["slug"] for commissioner in found] == ["another-council", "exampleshire-council"]


def test_a_commissioner_is_listed_with_its_numbers_and_the_bodies_that_became_it(
    client: FlaskClient, sqlite_database: Database
) -> None:
    with sqlite_database.write() as session:
        old, new = (a_commissioner(session, name) for name in ("Old Board", "New Board"))
        said = Particulars(identifiers=(("GB-NHS", "QWO"), ("GB-COH", "01234567")))
        save_particulars(session, new.id, said, NOW)
        succeed(session, old.id, new.id, date(2026, 4, 1), NOW)
    (found,) = client.get("/api/v1/commissioners").get_json()["commissioners"]
    assert found == {
        "name": "New Board",
        "slug": "new-board",
        "website": None,
        "contact": None,
        "predecessors": ["old-board"],
        "promise": "",
        "identifiers": [{"scheme": "GB-COH", "id": "01234567"}, {"scheme": "GB-NHS", "id": "QWO"}],
        "former_bodies": [{"name": "Old Board", "slug": "old-board", "ended_on": "2026-04-01"}],
    }


def test_an_area_says_what_contains_it(client: FlaskClient) -> None:
    areas = {area["code"]: area for area in client.get("/api/v1/areas").get_json()["areas"]}
    assert {"E92000001", "E12000003"} <= set(areas["E08000035"]["within"])


def test_the_page_shows_every_operation_and_every_field_of_the_document(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").get_json()
    page = HtmlPage(client.get("/api/v1/docs"))
    operations = [
        operation for item in document["paths"].values() for method, operation in item.items() if method != "parameters"
    ]
    assert document["openapi"] == "3.1.0"
    assert page.texts("h3") == [found["summary"].rstrip(".") for found in operations] + list(
        document["components"]["schemas"]
    )
    described = [
        field
        for operation in operations
        for field in (parameter["name"] for parameter in operation.get("parameters", ()))
    ] + [field for schema in document["components"]["schemas"].values() for field in schema["properties"]]
    problems = {problem_name(kind) for kind in PROBLEMS}
    terms = [term for term in page.texts("dt") if term not in problems]
    assert terms == described


def test_every_field_and_every_schema_is_described(client: FlaskClient) -> None:
    schemas = client.get("/api/v1/openapi.json").get_json()["components"]["schemas"]
    silent = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, part in schema["properties"].items()
        if not part.get("description")
    ]
    assert (silent, [name for name, schema in schemas.items() if not schema.get("description")]) == ([], [])


def test_another_commissioners_plan_is_told_apart(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        publish(session, a_commissioner(session, prefix="EXC").id, EntryContent("Ours"))
        publish(session, a_commissioner(session, "Another Council", prefix="OTH").id, EntryContent("Theirs"))
    assert references(client.get("/api/v1/entries?commissioner=another-council")) == ["OTH-0001"]
