"""What the headers of every answer hold a browser to, and what no request can put into one."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import Client

from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.contents import EntryContent
from tests.factories import NOW, a_commissioner, publish
from tests.web.visitors import csrf_token, send, sign_in
from web.app import NO_DEVICES, create_app
from web.context import Context
from web.warm import WarmDocuments

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "script-src 'self' 'nonce-token-1'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FEED_POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'"
PAGES = ("/", "/plan", "/plan?page=x", "/nowhere", "/sign-in", "/alerts/new", "/feeds", "/healthz")
FEEDS = ("/feeds/entries.atom", "/feeds/entries.rss", "/feeds/changes.json", "/calendars/milestones.ics")
NEEDS_COOKIE = ("/sign-in", "/alerts/new")
"""Pages with a form, which needs a cookie to be told from a forged one."""


@pytest.mark.parametrize(("path", "whose"), [(path, "same-origin") for path in PAGES] + [(FEEDS[0], "cross-origin")])
def test_an_answer_is_apart_from_other_sites_and_asks_for_no_device(client: FlaskClient, path: str, whose: str) -> None:
    headers = client.get(path).headers
    names = ("Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Permissions-Policy")
    assert tuple(headers[name] for name in names) == ("same-origin", whose, NO_DEVICES)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_our_scripts_alone_and_is_framed_by_nobody(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == (
        "nosniff",
        "strict-origin-when-cross-origin",
    )


def test_each_answer_has_a_nonce_of_its_own(client: FlaskClient) -> None:
    one, other = (client.get("/about") for _ in range(2))
    assert one.headers["Content-Security-Policy"] != other.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_runs_nothing_and_sets_no_cookie_even_for_who_is_signed_in(
    app: Flask, sqlite_database: Database, path: str
) -> None:
    with sqlite_database.write() as session:
        council = a_commissioner(session).id
    client = sign_in(app.test_client(), sqlite_database, council, Role.AUTHOR)
    served = Client(WarmDocuments(app, lambda: 0))
    cookie = client.get_cookie("kil")
    assert cookie is not None
    served.set_cookie("kil", cookie.value)
    headers = served.get(path).headers
    assert (headers["Content-Security-Policy"], headers["X-Content-Type-Options"]) == (FEED_POLICY, "nosniff")
    assert ("Set-Cookie" in headers, headers["Vary"]) == (False, "Accept-Encoding")


@pytest.mark.parametrize("path", [path for path in (*PAGES, *FEEDS) if path not in NEEDS_COOKIE])
def test_a_reader_gets_no_cookie(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers.getlist("Set-Cookie") == []


def test_where_the_site_is_https_browsers_stay_with_it(app: Flask, sqlite_database: Database) -> None:
    secure = at_address(app, sqlite_database, "https://plan.example.org").test_client()
    headers = secure.get("/alerts/new").headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert headers["Set-Cookie"].startswith("__Host-kil=")
    assert [part.strip() for part in headers["Set-Cookie"].split(";")[1:]] == [
        "Secure",
        "HttpOnly",
        "Path=/",
        "SameSite=Lax",
    ]


def test_where_it_is_not_they_are_not_told_to(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers


@pytest.mark.parametrize(
    "onwards",
    [
        "https://evil.example.com/",
        "//evil.example.com",
        "/\\evil.example.com",
        "/workspace//evil.example.com",
        "/workspace\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "\t/workspace",
        "/plan",
        "",
    ],
)
def test_signing_in_leads_to_the_workspace_and_nowhere_else(
    app: Flask, sqlite_database: Database, onwards: str
) -> None:
    with sqlite_database.write() as session:
        council = a_commissioner(session).id
    client = sign_in(app.test_client(), sqlite_database, council, Role.AUTHOR)
    assert client.get("/sign-in", query_string={"next": onwards}).location == "/workspace"


def test_who_had_to_sign_in_goes_on_to_where_they_were(client: FlaskClient) -> None:
    assert client.get("/workspace/entries/EXC-0001/preview").location == (
        "/sign-in?next=/workspace/entries/EXC-0001/preview"
    )


@pytest.mark.parametrize("path", ["/", "/plan", "/feeds/entries.atom", "/calendars/milestones.ics", "/workspace"])
def test_the_host_that_a_client_names_appears_nowhere(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Host": "evil.example.com", "X-Forwarded-Host": "evil.example.com"})
    assert "evil.example.com" not in answer.text + str(answer.headers)


def test_a_headline_or_a_name_cannot_add_a_header(app: Flask, sqlite_database: Database) -> None:
    line = "Carers\r\nSet-Cookie: a=b\r\n\r\n<p>"
    with sqlite_database.write() as session:
        council = a_commissioner(session, line, prefix="EXC").id
        publish(session, council, EntryContent(line))
    client = app.test_client()
    for path in ("/", "/entries/EXC-0001", "/entries/EXC-0001.json", *FEEDS):
        answer = client.get(path)
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)


@pytest.mark.parametrize("base_url", ["http://localhost:8000", "https://plan.example.org"])
def test_a_client_cannot_escape_its_limit_by_naming_another_address(
    app: Flask, sqlite_database: Database, base_url: str
) -> None:
    client = at_address(app, sqlite_database, base_url).test_client()
    base = {"base_url": base_url}
    statuses = [ask(client, number, **base) for number in range(31)]
    assert statuses == [200] * 30 + [429]


def ask(client: FlaskClient, number: int, base_url: str) -> int:
    """Ask for alerts to an address of its own, naming another sender each time. A proxy adds who really asked."""
    page = client.get("/alerts/new", base_url=base_url).text
    proxied = ", 203.0.113.7" if base_url.startswith("https") else ""
    answer = client.post(
        "/alerts/new",
        base_url=base_url,
        data={"email": f"reader{number}@example.org", "frequency": "daily", "csrf_token": csrf_token(page)},
        headers={"X-Forwarded-For": f"198.51.100.{number}{proxied}"},
    )
    return answer.status_code


def test_signing_in_is_limited_too(client: FlaskClient) -> None:
    statuses = [send(client, "/sign-in", {"email": "a@example.org"}).status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]


def at_address(app: Flask, database: Database, base_url: str) -> Flask:
    """Return the application as it is at another public address."""
    settings = replace(app.extensions["kil"].settings, base_url=base_url)
    return create_app(Context(settings, database, clock=lambda: NOW))
