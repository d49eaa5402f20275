"""Readers' answers in the open data: what was published, with consent, and nothing else of them."""

import csv
import io
import uuid
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.support.answer_replies import hide, respond
from kil_pipeline.support.reader_answers import withdraw_answer
from tests.support.test_reader_answers import answered
from tests.web.conftest import NOW
from tests.web.test_answer_pages import ASKING

Publish = Callable[..., str]
OPEN = (
    "/entries/EXC-0001.json", "/api/v1/entries/EXC-0001", "/api/v1/entries", "/data/plan.csv", "/data/ocds.json",
    "/data/ocds-records.json", "/data/releases/EXC-0001/1.json", "/data/releases/EXC-0001/answers.json",
)  # fmt: skip
SAID = {
    "number": 1, "path": "lots", "question": "How large a lot?", "name": "Ann", "text": "One ward.",
    "response": "Two lots.", "published_at": NOW.isoformat(), "withdrawn": False, "hidden_why": "",
}  # fmt: skip


@pytest.fixture
def answer(publish: Publish, council: uuid.UUID, sqlite_database: Database) -> uuid.UUID:
    """The id of an answer that was published with a response."""
    publish(ASKING)
    with sqlite_database.write() as session:
        found = answered(session)
        respond(session, council, found, "Two lots.", publish=True, approver=False, now=NOW)
        return found


def read(client: FlaskClient) -> dict[str, tuple[int, str | None, bytes]]:
    """Return what every open address answers, with its ETag."""
    found = {}
    for path in OPEN:
        got = client.get(path)
        body = got.data  # a download is read before the next one is asked for: it is made while it is sent
        found[path] = (got.status_code, got.headers.get("ETag"), body)
    return found


def enquiries(client: FlaskClient) -> list[dict[str, Any]]:
    (record,) = client.get("/data/ocds-records.json").get_json()["records"]
    found: list[dict[str, Any]] = record["compiledRelease"]["tender"]["enquiries"]
    return found


def test_a_published_answer_is_in_the_json_of_its_entry(client: FlaskClient, answer: uuid.UUID) -> None:
    assert client.get("/entries/EXC-0001.json").get_json()["answers"] == [SAID]
    assert client.get("/api/v1/entries/EXC-0001").get_json()["answers"] == [SAID]
    assert client.get("/api/v1/entries").get_json()["entries"][0]["answers"] == [SAID]


def test_it_is_a_cell_of_the_table(client: FlaskClient, answer: uuid.UUID) -> None:
    said = "Lots: How large a lot?\nAnn: One ward.\nResponse: Two lots."
    (row,) = csv.DictReader(io.StringIO(client.get("/data/plan.csv").data.decode("utf-8-sig")))
    book = openpyxl.load_workbook(io.BytesIO(client.get("/data/plan.xlsx").data)).worksheets[0]
    headings, cells = book.iter_rows(values_only=True)
    assert row["Readers’ answers"] == said
    assert cells[headings.index("Readers’ answers")] == said


def test_it_is_an_enquiry_in_a_release_of_its_own(client: FlaskClient, answer: uuid.UUID) -> None:
    plan, said = client.get("/data/ocds.json").get_json()["releases"]
    assert said == client.get("/data/releases/EXC-0001/answers.json").get_json()["releases"][0]
    assert "enquiries" not in plan["tender"]
    assert (said["ocid"], said["tag"]) == (plan["ocid"], ["planningUpdate"])
    assert enquiries(client) == said["tender"]["enquiries"]
    assert said["tender"]["enquiries"] == [
        {
            "id": "EXC-0001-answer-1", "date": NOW.isoformat(), "author": {"name": "Ann"},
            "title": "Lots: How large a lot?", "description": "One ward.", "answer": "Two lots.",
            "dateAnswered": NOW.isoformat(), "kil_field": "lots",
        }
    ]  # fmt: skip
    (record,) = client.get("/data/ocds-records.json").get_json()["records"]
    assert [link["url"].split("#")[0] for link in record["releases"]] == [
        f"http://localhost:8000/data/releases/EXC-0001/{name}.json" for name in ("1", "answers")
    ]


def test_what_is_not_published_changes_nothing_that_is_open(
    client: FlaskClient, publish: Publish, council: uuid.UUID, sqlite_database: Database
) -> None:
    publish(ASKING)
    before = read(client)
    assert before["/data/releases/EXC-0001/answers.json"][0] == 404
    with sqlite_database.write() as session:
        answered(session, "Waits.")
        answered(session, "Not confirmed.", confirmed=False)
        private = answered(session, "Not for the public.", may=False)
        respond(session, council, private, "Thank you.", publish=False, approver=False, now=NOW)
    assert read(client) == before


@pytest.mark.parametrize("way", ["withdrawn", "hidden"])
def test_what_is_taken_back_is_gone_from_all_that_is_open_and_no_etag_keeps_it(
    client: FlaskClient, answer: uuid.UUID, council: uuid.UUID, sqlite_database: Database, way: str
) -> None:
    before = read(client)
    with sqlite_database.write() as session:
        if way == "withdrawn":
            withdraw_answer(session, answer, NOW)
        else:
            hide(session, council, answer, "It names a person.", NOW)
    after = read(client)
    assert [path for path in OPEN if b"One ward." in after[path][2] or b"Ann" in after[path][2]] == []
    assert [path for path in OPEN if after[path][1] == before[path][1]] == []
    (left,) = enquiries(client)
    gone = {"kil_withdrawn": True} if way == "withdrawn" else {"kil_hiddenWhy": "It names a person."}
    assert {key: left[key] for key in left if key.startswith("kil_")} == {"kil_field": "lots"} | gone


def test_a_writer_who_gives_no_name_has_none(
    client: FlaskClient, publish: Publish, council: uuid.UUID, sqlite_database: Database
) -> None:
    publish(ASKING)
    with sqlite_database.write() as session:
        found = answered(session, name="")
        respond(session, council, found, "Two lots.", publish=True, approver=False, now=NOW)
    assert client.get("/entries/EXC-0001.json").get_json()["answers"][0]["name"] is None
    assert "author" not in enquiries(client)[0]
