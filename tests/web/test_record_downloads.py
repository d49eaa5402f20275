"""The records and releases as anybody downloads them."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient

from kil_pipeline.plan.contents import EntryContent
from tests.web.conftest import NOW

Publish = Callable[..., str]


def read(client: FlaskClient, path: str) -> dict[str, Any]:
    found = json.loads(client.get(path).text)
    assert isinstance(found, dict)
    return found


def test_each_release_is_where_its_record_says_and_the_last_is_in_the_package(
    client: FlaskClient, publish: Publish
) -> None:
    publish(EntryContent("Rides", summary="Old."))
    publish(EntryContent("Rides"), again="EXC-0001", at=NOW + timedelta(hours=1))
    (record,) = read(client, "/data/ocds-records.json")["records"]
    paths = [link["url"].removeprefix("http://localhost:8000").partition("#") for link in record["releases"]]
    releases = [read(client, path)["releases"] for path, _, _ in paths]
    assert [[release["id"] for release in found] for found in releases] == [[fragment] for _, _, fragment in paths]
    assert read(client, "/data/ocds.json")["releases"] == releases[-1]


def test_records_take_the_filters_of_the_plan(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Rides", themes=("transport",)))
    publish(EntryContent("Respite", themes=("carers",)))
    records = read(client, "/data/ocds-records.json?theme=carers")["records"]
    assert [record["compiledRelease"]["tender"]["title"] for record in records] == ["Respite"]


def test_a_publication_that_never_was_has_no_release(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Rides"))
    answers = [client.get(f"/data/releases/{path}.json").status_code for path in ("EXC-0001/2", "EXC-0001/0", "NO-1/1")]
    assert answers == [404, 404, 404]


def test_a_release_is_known_by_its_etag(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Rides"))
    etag = client.get("/data/releases/EXC-0001/1.json").headers["ETag"]
    again = client.get("/data/releases/EXC-0001/1.json", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
