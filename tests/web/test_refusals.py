"""What is refused is in the log: what, on which route, whom it concerns; and no token, address or typed text."""

import uuid
from collections.abc import Callable

import pytest
import structlog
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.sign_in import mint_sign_in_token
from tests.web.conftest import NOW
from tests.web.visitors import csrf_token, enrol, send

SignIn = Callable[..., FlaskClient]
Line = tuple[str, str, str]
ADDRESS = "author@council.example.org"


def refused(act: Callable[[], object]) -> list[Line]:
    """Return what was refused during an act: what, the route, and whether it says whom it concerns."""
    with structlog.testing.capture_logs() as lines:
        act()
    assert {frozenset(line) for line in lines} <= {
        frozenset({"event", "log_level", "what", "route", "user", "network"})
    }
    return [(line["what"], line["route"], "somebody" if line["user"] else "") for line in lines]


@pytest.mark.parametrize(
    ("path", "form", "line"),
    [
        ("/sign-in/code", {"code": "12345678"}, ("sign-in code", "commissioner.use_mailed_code", "")),
        ("/sign-in/secret-token", {}, ("link-not-valid", "commissioner.use_mailed_link", "")),
        ("/invitations/secret-token", {}, ("link-not-valid", "commissioner.accept", "")),
    ],
)
def test_a_wrong_code_and_a_dead_link_are_noted(
    client: FlaskClient, path: str, form: dict[str, str], line: Line
) -> None:
    assert refused(lambda: send(client, path, form)) == [line]


def test_a_forged_form_and_what_a_role_may_not_do_are_noted(sign_in: SignIn) -> None:
    viewer = sign_in("viewer@council.example.org", Role.VIEWER)
    assert refused(lambda: viewer.get("/workspace/people")) == [("403", "commissioner.people", "somebody")]
    assert refused(lambda: viewer.post("/workspace/account/leave")) == [("form token", "commissioner.leave", "")]


def test_a_wrong_second_factor_is_noted_with_whom_it_concerns(
    client: FlaskClient, sqlite_database: Database, council: uuid.UUID
) -> None:
    with sqlite_database.write() as session:
        user = add_member(session, email=ADDRESS, organisation_id=council, role=Role.AUTHOR, now=NOW).user_id
        enrol(session, user)
        token = mint_sign_in_token(session, user, NOW, 15)
    send(client, f"/sign-in/{token}", page=f"/sign-in/{token}")
    assert refused(lambda: send(client, "/sign-in/second", {"code": "1"})) == [
        ("second factor", "commissioner.use_second", "somebody")
    ]


def test_a_wrong_proof_is_noted(author: FlaskClient) -> None:
    assert refused(lambda: send(author, "/workspace/prove", {"code": "1"})) == [
        ("proof", "commissioner.use_proof", "somebody")
    ]


def test_a_token_that_is_not_ours_and_too_many_requests_are_noted(client: FlaskClient) -> None:
    call = {"Authorization": "Bearer kil_secret"}
    assert refused(lambda: client.post("/api/v1/drafts", json={}, headers=call)) == [
        ("token-not-valid", "write_api.create_draft", "")
    ]
    form = {"email": "a@example.org", "csrf_token": csrf_token(client.get("/sign-in").text)}
    lines = refused(lambda: [client.post("/sign-in", data=form) for _ in range(31)])
    assert lines == [("429", "commissioner.send_link", "")]


def test_the_network_is_noted_and_not_the_address(client: FlaskClient) -> None:
    with structlog.testing.capture_logs() as lines:
        client.get("/sign-in/secret-token", environ_base={"REMOTE_ADDR": "203.0.113.7"})
    assert [line["network"] for line in lines] == ["203.0.113.0/24"]
    assert "secret-token" not in str(lines)
