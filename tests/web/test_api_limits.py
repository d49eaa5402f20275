"""The API answers so many requests an hour: by address to read, by token to write, in all processes together."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.organisations.api_tokens import Scope, make_api_token
from kil_pipeline.organisations.members import Role, add_member
from tests.factories import a_commissioner
from tests.web.conftest import NOW, Clock, make_app
from web import api_limits
from web.api_limits import LOT, Lots

READ, WRITE = "/api/v1/entries", "/api/v1/drafts/EXC-0001"
MakeSite = Callable[[], Flask]


@pytest.fixture
def make_site(database: Database, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeSite:
    """Makes processes of one installation, whose API answers few requests."""
    for name, most in (("READS", 3 * LOT), ("WRITES", 3), ("WRONG_TOKENS", 3)):
        few = type(api_limits.READS)(most, namespace=name)
        monkeypatch.setattr(api_limits, name, few)
    return lambda: make_app(database, clock, {"KIL_ENV": "development", "KIL_VAR": str(tmp_path)})


def read(client: FlaskClient, number: int, address: str = "203.0.113.7") -> list[int]:
    """Read so often; return the first and the last answer."""
    answers = [client.get(READ, environ_base={"REMOTE_ADDR": address}).status_code for _ in range(number)]
    return [answers[0], answers[-1]]


def test_who_reads_too_often_is_told_when_to_come_back(make_site: MakeSite, clock: Clock) -> None:
    client = make_site().test_client()
    assert read(client, 4 * LOT - 1) == [200, 200]
    answer = client.get(READ, environ_base={"REMOTE_ADDR": "203.0.113.7"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert read(client, 1, "203.0.113.8") == [200, 200]
    clock.moment = NOW + timedelta(hours=1, seconds=1)
    assert read(client, 1) == [200, 200]


def test_processes_count_together(make_site: MakeSite) -> None:
    one, other = make_site().test_client(), make_site().test_client()
    assert read(one, 2 * LOT) == [200, 200]
    assert read(other, 2 * LOT) == [200, 429]


def test_a_program_writes_so_often_and_another_is_not_kept_back(
    make_site: MakeSite, database: Database, clock: Clock
) -> None:
    client, tokens = make_site().test_client(), []
    with database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        admin = add_member(session, email="a@example.org", organisation_id=council, role=Role.ADMIN, now=NOW).user_id
        tokens = [a_token(session, council, admin) for _ in range(2)]
    answers = [write(client, tokens[number]) for number in (0, 0, 0, 0, 1)]
    assert answers == [404, 404, 404, 429, 404]
    clock.moment = NOW + timedelta(hours=1, seconds=1)
    assert write(client, tokens[0]) == 404


def a_token(session: object, council: uuid.UUID, admin: uuid.UUID) -> str:
    return make_api_token(
        session,  # type: ignore[arg-type]  # a session of the database's
        organisation_id=council,
        made_by=admin,
        name="A program",
        scopes=[Scope.READ_PRIVATE],
        lives=timedelta(days=1),
        now=NOW,
    )[0]


def write(client: FlaskClient, token: str) -> int:
    return client.get(WRITE, headers={"Authorization": f"Bearer {token}"}).status_code


def test_tokens_cannot_be_tried_without_end(make_site: MakeSite) -> None:
    client = make_site().test_client()
    assert [write(client, f"kil_guess{number}") for number in range(5)] == [401, 401, 401, 429, 429]


def test_what_is_kept_of_clients_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_limits, "MOST_CLIENTS", 10)
    lots = Lots()
    for number in range(100):
        assert not lots.count(str(number))
        lots.close(str(number), NOW.timestamp() + 1)
    assert sum(lots.is_over(str(number), NOW) for number in range(100)) <= 11
    assert len(lots._waiting) <= 11
