"""Signing in with an OpenID Connect provider: a real one, on this machine, answers over HTTP."""

import json
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from oidc_provider_mock import User as Account
from oidc_provider_mock import run_server_in_thread

from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role, User, add_member
from tests.web.conftest import NOW, Clock, make_app
from tests.web.html import HtmlPage
from tests.web.visitors import enrol

ADA = "ada@council.example.org"
START = "/sign-in/openid?next=/workspace/entries/new"


def an_account(name: str, email: str, verified: bool | None) -> Account:
    claims: dict[str, object] = {"email": email}
    return Account(sub=name, claims=claims if verified is None else {**claims, "email_verified": verified})


ACCOUNTS = (
    an_account("ada", ADA.title(), True),
    an_account("not verified", ADA, False),
    an_account("says nothing", ADA, None),
    an_account("unknown", "eve@example.org", True),
    an_account("no address", "eve", True),
)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The address of a provider."""
    with run_server_in_thread(user_claims=ACCOUNTS, require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def app(sqlite_database: Database, clock: Clock, tmp_path: Path, issuer: str, council: uuid.UUID) -> Flask:
    """The application, which knows the provider; Ada is an author."""
    with sqlite_database.write() as session:
        add_member(session, email=ADA, organisation_id=council, role=Role.AUTHOR, now=NOW)
    openid = {"KIL_OIDC_ISSUER": issuer, "KIL_OIDC_CLIENT_ID": "kil", "KIL_OIDC_CLIENT_SECRET": "a secret"}
    return make_app(sqlite_database, clock, {"KIL_ENV": "development", "KIL_VAR": str(tmp_path), **openid})


def agree(client: FlaskClient, account: str) -> str:
    """Go to the provider and sign in there. Returns the address that it sends the browser back to."""
    there = client.get(START).location
    assert there is not None
    answer = requests.post(there, data={"sub": account}, allow_redirects=False, timeout=30)
    back = urlsplit(answer.headers["Location"])
    assert back.path == "/sign-in/openid/back"
    return f"{back.path}?{back.query}"


def test_the_button_leads_to_the_provider_with_state_nonce_and_pkce(client: FlaskClient, issuer: str) -> None:
    links = HtmlPage(client.get("/sign-in?next=/workspace/entries/new")).links()
    assert links["Sign in with your organisation’s account"] == START
    asked = parse_qs(urlsplit(client.get(START).location or "").query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {name: len(asked[name][0]) >= 20 for name in ("state", "nonce", "code_challenge")} == {
        "state": True,
        "nonce": True,
        "code_challenge": True,
    }


def test_a_member_is_signed_in_and_goes_on(client: FlaskClient) -> None:
    answer = client.get(agree(client, "ada"))
    assert (answer.status_code, answer.location) == (302, "/workspace/entries/new")
    HtmlPage(client.get("/workspace"))


def test_a_second_factor_is_asked_for_here_too(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        enrol(session, session.scalars(sa.select(User.id)).one())
    assert client.get(agree(client, "ada")).location == "/sign-in/second?next=/workspace/entries/new"
    assert client.get("/workspace").status_code == 302


@pytest.mark.parametrize(
    ("account", "said"),
    [
        ("not verified", "It did not confirm your mail address."),
        ("says nothing", "It did not confirm your mail address."),
        ("unknown", "It says that you are eve@example.org. Nobody is known here by that address."),
        ("no address", "It says that you are eve. Nobody is known here by that address."),
    ],
)
def test_anybody_else_is_told_why_not_and_gets_no_account(
    client: FlaskClient, sqlite_database: Database, account: str, said: str
) -> None:
    page = HtmlPage(client.get(agree(client, account)), 403)
    assert said in page.texts("p", "govuk-body")[0]
    assert client.get("/workspace").status_code == 302
    with sqlite_database.read() as session:
        assert session.scalars(sa.select(User.email)).all() == [ADA]


@pytest.mark.parametrize(("account", "signed_in"), [("says nothing", True), ("not verified", False)])
def test_a_provider_that_says_nothing_is_believed_only_where_one_chose_to(
    sqlite_database: Database, app: Flask, clock: Clock, tmp_path: Path, issuer: str, account: str, signed_in: bool
) -> None:
    trusting = make_app(
        sqlite_database,
        clock,
        {
            "KIL_ENV": "development",
            "KIL_VAR": str(tmp_path),
            "KIL_OIDC_ISSUER": issuer,
            "KIL_OIDC_CLIENT_ID": "kil",
            "KIL_OIDC_CLIENT_SECRET": "a secret",
            "KIL_OIDC_TRUST_EMAIL": "yes",
        },
    )
    client = trusting.test_client()
    assert (client.get(agree(client, account)).status_code == 302) == signed_in


def test_an_answer_works_once_and_in_the_browser_that_asked(app: Flask, client: FlaskClient) -> None:
    back = agree(client, "ada")
    HtmlPage(app.test_client().get(back), 403)  # planted in somebody else's browser
    assert client.get(back).status_code == 302
    HtmlPage(client.get(back), 403)


@pytest.mark.parametrize("query", ["", "?code=x&state=x", "?error=access_denied&state=x", "?state=%00&code=%ff"])
def test_what_no_provider_answered_signs_nobody_in(client: FlaskClient, query: str) -> None:
    client.get(START)
    HtmlPage(client.get(f"/sign-in/openid/back{query}"), 403)


def test_a_provider_that_does_not_answer_is_said_to(sqlite_database: Database, clock: Clock, tmp_path: Path) -> None:
    openid = {
        "KIL_OIDC_ISSUER": "http://127.0.0.1:9",
        "KIL_OIDC_CLIENT_ID": "kil",
        "KIL_OIDC_CLIENT_SECRET": "a secret",
    }
    app = make_app(sqlite_database, clock, {"KIL_ENV": "development", "KIL_VAR": str(tmp_path), **openid})
    page = HtmlPage(app.test_client().get("/sign-in/openid"), 403)
    assert "It did not answer." in page.texts("p", "govuk-body")[0]


class AnotherIssuer(BaseHTTPRequestHandler):
    """Answers as a provider does, but names itself otherwise."""

    def do_GET(self) -> None:
        """Answer the discovery document."""
        body = json.dumps({"issuer": "https://evil.example.com", "authorization_endpoint": "https://evil.example.com/"})
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


def test_a_provider_that_names_itself_otherwise_is_not_gone_to(
    sqlite_database: Database, clock: Clock, tmp_path: Path
) -> None:
    with HTTPServer(("127.0.0.1", 0), AnotherIssuer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        openid = {
            "KIL_OIDC_ISSUER": f"http://127.0.0.1:{server.server_port}",
            "KIL_OIDC_CLIENT_ID": "kil",
            "KIL_OIDC_CLIENT_SECRET": "a secret",
        }
        app = make_app(sqlite_database, clock, {"KIL_ENV": "development", "KIL_VAR": str(tmp_path), **openid})
        HtmlPage(app.test_client().get("/sign-in/openid"), 403)
        server.shutdown()


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_only_a_signature_by_the_providers_own_key_is_taken(app: Flask, client: FlaskClient, algorithm: str) -> None:
    back = agree(client, "ada")
    provider = app.extensions["authlib.integrations.flask_client"].create_client("openid")
    with app.test_request_context():
        metadata = provider.load_server_metadata()
        metadata["id_token_signing_alg_values_supported"] = [algorithm]
    assert client.get(back).status_code == 302  # read by RS256 alone, which it was signed with
    assert metadata["id_token_signing_alg_values_supported"] == ["RS256"]


def test_without_a_provider_there_is_no_button_and_no_way(
    sqlite_database: Database, clock: Clock, tmp_path: Path
) -> None:
    client = make_app(sqlite_database, clock, {"KIL_ENV": "development", "KIL_VAR": str(tmp_path)}).test_client()
    assert "Sign in with your organisation’s account" not in HtmlPage(client.get("/sign-in")).links()
    assert [client.get(path).status_code for path in ("/sign-in/openid", "/sign-in/openid/back")] == [404, 404]
