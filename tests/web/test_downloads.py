"""The plan as files: what `kil export` writes, made while it is sent, under the Open Government Licence."""

import csv
import io
import json
from collections.abc import Callable

import openpyxl
import pytest
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.events.log import public_version
from kil_pipeline.exchange.exports import export_csv, export_headings, export_ocds
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.criteria import Criteria
from web.public import download_views

Publish = Callable[..., str]
FILES = {
    "/data/plan.csv": "text/csv; charset=utf-8",
    "/data/plan.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "/data/ocds.json": "application/json",
}
each_file = pytest.mark.parametrize("path", FILES)


@pytest.fixture
def three(publish: Publish) -> tuple[str, ...]:
    """The references of three planned opportunities."""
    return tuple(
        publish(EntryContent(headline, themes=(theme,)))
        for headline, theme in (("Breaks for carers", "carers"), ("=Rides", "transport"), ("Falls classes", "falls"))
    )


def test_the_csv_file_is_what_the_command_writes_with_the_mark_that_excel_needs(
    client: FlaskClient, three: tuple[str, ...], sqlite_database: Database
) -> None:
    written = io.StringIO(newline="")
    with sqlite_database.read() as session:
        assert export_csv(session, Criteria(), written) == 3
    assert client.get("/data/plan.csv").data == b"\xef\xbb\xbf" + written.getvalue().encode()


def test_the_ocds_file_is_what_the_command_writes_as_of_the_last_publication(
    client: FlaskClient, three: tuple[str, ...], sqlite_database: Database
) -> None:
    written = io.StringIO()
    with sqlite_database.read() as session:
        moved_at = public_version(session).moved_at
        assert export_ocds(session, Criteria(), written, base_url="http://localhost:8000", now=moved_at) == 3
    assert client.get("/data/ocds.json").text == written.getvalue()


def test_the_workbook_has_the_rows_of_the_csv_file(client: FlaskClient, three: tuple[str, ...]) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/data/plan.xlsx").data)).worksheets[0]
    rows = [[cell or "" for cell in row] for row in sheet.values]
    assert rows == list(csv.reader(io.StringIO(client.get("/data/plan.csv").data.decode("utf-8-sig"))))


def test_every_entry_comes_once_however_small_the_batches(
    client: FlaskClient, three: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_views, "BATCH", 1)
    package = json.loads(client.get("/data/ocds.json").text)
    assert tuple(release["tender"]["id"] for release in package["releases"]) == three


def test_an_empty_plan_gives_empty_files(client: FlaskClient) -> None:
    assert client.get("/data/plan.csv").data.decode("utf-8-sig").splitlines() == [",".join(export_headings())]
    assert json.loads(client.get("/data/ocds.json").text)["releases"] == []


def test_a_file_takes_the_filters_of_the_plan(client: FlaskClient, three: tuple[str, ...]) -> None:
    package = json.loads(client.get("/data/ocds.json?theme=falls").text)
    assert [release["tender"]["title"] for release in package["releases"]] == ["Falls classes"]


@each_file
def test_a_filter_that_makes_no_sense_is_refused_in_plain_text(client: FlaskClient, path: str) -> None:
    answer = client.get(f"{path}?theme=nonsense")
    assert (answer.status_code, answer.content_type) == (400, "text/plain; charset=utf-8")


@each_file
def test_a_file_names_its_licence_and_may_be_read_from_any_page_without_a_cookie(
    client: FlaskClient, path: str
) -> None:
    headers = client.get(path).headers
    wanted = ("Content-Type", "Content-Disposition", "Link", "Access-Control-Allow-Origin", "Cache-Control")
    assert [headers[name] for name in wanted] == [
        FILES[path],
        f"attachment; filename={path.rsplit('/', 1)[1]}",
        '<http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/>; rel="license"',
        "*",
        "public, max-age=60",
    ]
    assert "Set-Cookie" not in headers


@each_file
def test_a_file_is_sent_again_only_after_a_publication(client: FlaskClient, publish: Publish, path: str) -> None:
    etag = {"If-None-Match": client.get(path).headers["ETag"]}
    assert (client.get(path, headers=etag).status_code, client.get(path, headers=etag).data) == (304, b"")
    publish(EntryContent("Something new"))
    assert client.get(path, headers=etag).status_code == 200


@each_file
def test_who_asks_for_the_head_gets_it_without_a_body(client: FlaskClient, path: str) -> None:
    head, whole = client.head(path), client.get(path)
    assert (head.status_code, head.data) == (200, b"")
    assert list(head.headers) == list(whole.headers)


@each_file
def test_a_file_is_made_while_it_is_sent_and_not_at_all_for_who_has_it(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    whole = client.get(path)
    assert "Content-Length" not in whole.headers  # nobody knew it beforehand

    monkeypatch.setattr(download_views, "public_entries_after", None)  # asking it would fail
    assert client.get(path, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    assert client.head(path).status_code == 200
