"""The outbox in the browser: in development, and nowhere else, since sign-in links stand in it."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from feeds.mail import make_renderer
from feeds.mail_transports import make_sender
from kil_pipeline.alerts.letters import Frequency
from kil_pipeline.alerts.requests import ask_for_alerts
from kil_pipeline.database import Database
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.scheduler.job_parts import Jobs
from kil_pipeline.scheduler.jobs import run_tick
from kil_pipeline.settings import load_settings
from tests.web.conftest import NOW, Clock, make_app
from tests.web.html import HtmlPage

PRODUCTION = {"KIL_ENV": "production", "KIL_SECRET_KEY": "k" * 40}


@pytest.fixture
def sent(sqlite_database: Database, tmp_path: Path) -> None:
    """One confirmation mail in the outbox that the application looks into."""
    settings = load_settings({"KIL_ENV": "development", "KIL_VAR": str(tmp_path)})
    with sqlite_database.write() as session:
        ask_for_alerts(session, "reader@example.org", (Criteria(),), Frequency.WEEKLY, now=NOW)
    jobs = Jobs(sqlite_database, settings, make_renderer(settings), make_sender(settings), random=lambda: 0.0)
    assert run_tick(jobs, NOW).failures == ()


def mail_path(client: FlaskClient) -> str:
    (path,) = [
        e.get("href") or ""
        for e in HtmlPage(client.get("/dev/mail")).elements("a")
        if "/dev/mail/" in (e.get("href") or "")
    ]
    return path


def test_an_empty_outbox_says_when_mail_leaves(client: FlaskClient) -> None:
    assert HtmlPage(client.get("/dev/mail")).texts("li", "govuk-body") == [
        "Nothing yet. Email leaves with the scheduler’s next tick."
    ]


@pytest.mark.usefixtures("sent")
def test_a_mail_is_read_as_text_and_its_link_is_followed(client: FlaskClient) -> None:
    page = HtmlPage(client.get(mail_path(client)))
    (text,) = page.elements("pre")
    (link,) = [e.get("href") or "" for e in text.iter("a") if "/alerts/confirm/" in (e.get("href") or "")]
    assert HtmlPage(client.get(link.removeprefix("http://localhost:8000"))).texts("h1") == ["Start your alerts"]
    assert page.texts("li", "mail-header")[:2] != []


@pytest.mark.usefixtures("sent")
def test_the_html_of_a_mail_runs_nothing_and_loads_nothing(client: FlaskClient) -> None:
    answer = client.get(f"{mail_path(client)}/html")
    assert HtmlPage(answer).links() != {}
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; sandbox")
    assert "allow-scripts" not in policy


@pytest.mark.parametrize("name", ["nothing", "..%2f..%2fkil", "%00", "x" * 300])
def test_a_mail_that_is_not_there_is_not_found(client: FlaskClient, name: str) -> None:
    HtmlPage(client.get(f"/dev/mail/{name}"), 404)
    HtmlPage(client.get(f"/dev/mail/{name}/html"), 404)


@pytest.mark.usefixtures("sent")
def test_in_production_there_is_no_outbox_to_read(
    client: FlaskClient, sqlite_database: Database, clock: Clock, tmp_path: Path
) -> None:
    path = mail_path(client)
    production = make_app(sqlite_database, clock, PRODUCTION | {"KIL_VAR": str(tmp_path)}).test_client()
    for address in ("/dev/mail", path, f"{path}/html"):
        HtmlPage(production.get(address), 404)


def test_where_mail_is_really_sent_there_is_no_outbox_either(sqlite_database: Database, clock: Clock) -> None:
    environ = {"KIL_ENV": "development", "KIL_MAIL": "smtp://localhost:25"}
    HtmlPage(make_app(sqlite_database, clock, environ).test_client().get("/dev/mail"), 404)
