"""Writing by a program: a draft made, changed and published, once each, by whoever may, and by nobody else."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kil_pipeline.database import Database
from kil_pipeline.organisations.api_requests import AnsweredRequest, erase_old_answers
from kil_pipeline.organisations.api_tokens import ApiToken, Scope, make_api_token
from kil_pipeline.organisations.audit import AuditRow
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import create_entry, find_draft
from kil_pipeline.plan.publishing_rules import PublishingRules, choose_rules
from kil_pipeline.plan.withheld import withheld_values
from tests.factories import a_commissioner
from tests.factories import publish as publish_for
from tests.web.conftest import NOW, Clock

Publish = Callable[..., str]
DRAFTS = "/api/v1/drafts"


class Program:
    """A program with a token."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client, self.token = client, token

    def send(self, method: str, path: str, body: object = None, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(
            path,
            method=method,
            data=None if body is None else json.dumps(body),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **named},
        )

    def create(self, answers: dict[str, Any], **headers: str) -> TestResponse:
        return self.send("POST", DRAFTS, {"answers": answers}, **headers)


def a_token(database: Database, organisation_id: uuid.UUID, *scopes: str, role: Role = Role.APPROVER) -> str:
    with database.write() as session:
        email = f"program.{role}@example.org"
        member = add_member(session, email=email, organisation_id=organisation_id, role=role, now=NOW)
        wanted = [Scope(scope) for scope in scopes]
        token, _ = make_api_token(
            session,
            organisation_id=organisation_id,
            made_by=member.user_id,
            name="A program",
            scopes=wanted,
            lives=timedelta(days=90),
            now=NOW,
        )
        return token


@pytest.fixture
def program(client: FlaskClient, sqlite_database: Database, council: uuid.UUID) -> Program:
    return Program(client, a_token(sqlite_database, council, "write", "publish"))


def read(answer: TestResponse, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    found = json.loads(answer.text)
    assert isinstance(found, dict)
    return found


def test_a_draft_is_made_changed_and_published(program: Program, client: FlaskClient) -> None:
    made = program.create({"headline": "Rides", "value": "£400k a year"})
    assert read(made, 201) == {"reference": "EXC-0001", "version": 1, "published": False, "revision": None}
    assert (made.headers["Location"], made.headers["ETag"]) == (f"{DRAFTS}/EXC-0001", '"1"')
    assert client.get("/api/v1/entries/EXC-0001").status_code == 404
    path = f"{DRAFTS}/EXC-0001"
    changed = program.send("PATCH", path, {"answers": {"opens": "March 2027", "value": None}}, If_Match='"1"')
    assert read(changed, 200)["version"] == 2
    published = program.send("POST", f"{path}/publication", {"why": ""}, If_Match='"2"')
    assert read(published, 200) == {
        "reference": "EXC-0001",
        "version": 2,
        "published": True,
        "revision": 1,
        "outcome": "published",
    }
    entry = read(client.get("/api/v1/entries/EXC-0001"), 200)
    assert (entry["headline"], entry["value"], entry["milestones"][0]["kind"]) == ("Rides", None, "opens")


def test_where_a_second_pair_of_eyes_is_wanted_a_program_is_told_that_it_waits(
    program: Program, client: FlaskClient, sqlite_database: Database, council: uuid.UUID
) -> None:
    with sqlite_database.write() as session:
        choose_rules(session, council, PublishingRules(four_eyes=True))
    program.create({"headline": "Rides"})
    asked = read(program.send("POST", f"{DRAFTS}/EXC-0001/publication", {"why": ""}, If_Match='"1"'), 200)
    assert (asked["published"], asked["revision"], asked["outcome"]) == (False, None, "waiting")
    assert client.get("/api/v1/entries/EXC-0001").status_code == 404


def test_a_draft_is_read_back_as_it_was_written_and_never_kept(program: Program) -> None:
    program.create({"headline": "Rides", "value": "£400k a year"})
    answer = program.send("GET", f"{DRAFTS}/EXC-0001")
    found = read(answer, 200)
    assert (found["answers"]["headline"], found["answers"]["value"]) == ("Rides", "£400,000 a year")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_private_value_is_taken_in_stays_through_a_change_and_is_never_given_back(
    program: Program, council: uuid.UUID, sqlite_database: Database
) -> None:
    reason = "Publishing it now would harm someone’s commercial interests"
    program.create({"headline": "Rides", "value": "£777,777", "value: why not": reason})
    assert "777" not in program.send("GET", f"{DRAFTS}/EXC-0001").text
    read(program.send("PATCH", f"{DRAFTS}/EXC-0001", {"answers": {"summary": "More."}}, If_Match='"1"'), 200)
    with sqlite_database.read() as session:
        draft = find_draft(session, council, "EXC-0001")
        assert withheld_values(session, draft.entry_id) == {"value": "£777,777"}
        assert draft.content.summary == "More."


def test_the_same_key_does_nothing_twice(program: Program, sqlite_database: Database, council: uuid.UUID) -> None:
    first = read(program.create({"headline": "Rides"}, Idempotency_Key="a"), 201)
    assert read(program.create({"headline": "Rides"}, Idempotency_Key="a"), 201) == first
    assert read(program.create({"headline": "Rides"}, Idempotency_Key="b"), 201)["reference"] == "EXC-0002"
    other = read(program.create({"headline": "Other"}, Idempotency_Key="a"), 422)
    assert other["type"] == "http://localhost:8000/api/v1/docs#key-used-otherwise"


def test_a_key_is_forgotten_after_a_day(program: Program, clock: Clock, sqlite_database: Database) -> None:
    program.create({"headline": "Rides"}, Idempotency_Key="a")
    clock.moment = NOW + timedelta(days=1)
    assert read(program.create({"headline": "Rides"}, Idempotency_Key="a"), 201)["reference"] == "EXC-0002"
    with sqlite_database.write() as session:
        assert erase_old_answers(session, NOW + timedelta(days=1)) == 0
        assert erase_old_answers(session, NOW + timedelta(days=2)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(AnsweredRequest)) == 0


@pytest.mark.parametrize(("headers", "status"), [({}, 428), ({"If_Match": '"7"'}, 412), ({"If_Match": '"1"'}, 200)])
def test_a_change_says_of_which_version(program: Program, headers: dict[str, str], status: int) -> None:
    program.create({"headline": "Rides"})
    answer = program.send("PATCH", f"{DRAFTS}/EXC-0001", {"answers": {"summary": "More."}}, **headers)
    assert read(answer, status).get("status", 200) == status


def test_what_cannot_be_read_is_said_field_by_field(program: Program) -> None:
    answer = program.create({"value": "a lot", "colour": "blue"})
    assert read(answer, 422)["errors"] == {"colour": ["There is no such field."]}
    answer = program.create({"value": "a lot"})
    assert sorted(read(answer, 422)["errors"]) == ["headline", "value"]
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ([], {"body": ["Invalid input type."]}),
        ({}, {"answers": ["Missing data for required field."]}),
        ({"answers": {"headline": 1}}, {"answers.headline": ["Not a valid string."]}),
    ],
)
def test_a_body_of_another_shape_is_refused_in_words(program: Program, body: object, errors: object) -> None:
    assert read(program.send("POST", DRAFTS, body), 422)["errors"] == errors


def test_no_token_a_wrong_one_an_ended_one_and_one_without_the_scope_open_nothing(
    program: Program, sqlite_database: Database, council: uuid.UUID, client: FlaskClient
) -> None:
    program.create({"headline": "Rides"})
    writer = Program(client, a_token(sqlite_database, council, "write"))
    viewer = Program(client, a_token(sqlite_database, council, "write", role=Role.VIEWER))
    answers = [
        client.get(f"{DRAFTS}/EXC-0001"),
        Program(client, "nonsense").send("GET", f"{DRAFTS}/EXC-0001"),
        writer.send("POST", f"{DRAFTS}/EXC-0001/publication", {}, If_Match='"1"'),
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 403]
    assert viewer.send("GET", f"{DRAFTS}/EXC-0001").status_code == 403
    with sqlite_database.write() as session:
        session.execute(sa.update(ApiToken).values(revoked_at=NOW))
    assert program.send("GET", f"{DRAFTS}/EXC-0001").status_code == 401


def test_another_organisations_entries_are_not_there(program: Program, sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        publish_for(session, a_commissioner(session, "Another", prefix="OTH").id, EntryContent("Theirs"))
    path = f"{DRAFTS}/OTH-0001"
    answers = [
        program.send("GET", path),
        program.send("PATCH", path, {"answers": {}}, If_Match='"1"'),
        program.send("POST", f"{path}/publication", {}, If_Match='"1"'),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_a_status_that_cannot_follow_is_a_conflict(program: Program) -> None:
    program.create({"headline": "Rides", "status": "Concluded"})
    program.send("POST", f"{DRAFTS}/EXC-0001/publication", {}, If_Match='"1"')
    program.send("PATCH", f"{DRAFTS}/EXC-0001", {"answers": {"status": "Open now"}}, If_Match='"1"')
    assert program.send("POST", f"{DRAFTS}/EXC-0001/publication", {}, If_Match='"2"').status_code == 409


def test_the_trail_names_who_wrote(program: Program, sqlite_database: Database) -> None:
    program.create({"headline": "Rides"})
    program.send("POST", f"{DRAFTS}/EXC-0001/publication", {}, If_Match='"1"')
    with sqlite_database.read() as session:
        rows = session.execute(sa.select(AuditRow.deed, AuditRow.subject).order_by(AuditRow.id))
        assert [tuple(row) for row in rows] == [("create_entry", "EXC-0001"), ("publish_entry", "EXC-0001")]


def test_a_reason_given_before_stays_through_a_change(
    program: Program, sqlite_database: Database, council: uuid.UUID
) -> None:
    reason = Disclosure("value", DisclosureState.UNDECIDED, "undecided.budget", explanation="In spring.")
    with sqlite_database.write() as session:
        create_entry(session, council, EntryContent("Rides", disclosures=(reason,)), now=NOW)
    read(program.send("PATCH", f"{DRAFTS}/EXC-0001", {"answers": {"length": "Two years"}}, If_Match='"1"'), 200)
    with sqlite_database.read() as session:
        assert find_draft(session, council, "EXC-0001").content.disclosures == (reason,)
