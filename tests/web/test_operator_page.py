"""The operator's page and the metrics: who gets in, what they say, and sending again what failed."""

import uuid
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from kil_pipeline.alerts.deliveries import Delivery, queue_delivery
from kil_pipeline.alerts.letters import Outcome, Receipt
from kil_pipeline.alerts.mail_domains import note_outcome
from kil_pipeline.database import Database
from kil_pipeline.scheduler.figures import SlowDomainFigure, read_figures
from kil_pipeline.scheduler.heartbeats import beat, note_tick
from tests.web.conftest import NOW
from tests.web.forms import Form
from tests.web.html import HtmlPage
from web.app import create_app
from web.context import Context
from web.findings import examine_database

TOKEN = "an-operator-token-for-tests"  # of tests alone
PATHS = ("/operator", "/metrics")


def production(app: Flask, database: Database, token: str) -> FlaskClient:
    settings = replace(app.extensions["kil"].settings, environment="production", operator_token=token)
    return create_app(Context(settings, database, clock=lambda: NOW)).test_client()


def a_failed_mail(database: Database) -> uuid.UUID:
    with database.write() as session:
        mail = queue_delivery(session, "notice", "ann@mail.example.org", {}, due_at=NOW, now=NOW)
        row = session.get_one(Delivery, mail)
        row.state, row.detail, row.ended_at, row.attempts = "failed", "550 full", NOW, 18
    return mail


@pytest.mark.parametrize("path", PATHS)
def test_without_a_token_nothing_tells_that_it_exists(app: Flask, sqlite_database: Database, path: str) -> None:
    client = production(app, sqlite_database, "")
    assert client.get(path, headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("said", "status"),
    [
        (None, 401),
        ("Bearer wrong", 401),
        (f"Bearer {TOKEN}", 200),
        ("Basic " + b64encode(f"me:{TOKEN}".encode()).decode(), 200),
        ("Basic " + b64encode(b"me:no").decode(), 401),
        ("Basic !", 401),
    ],
)
def test_the_token_lets_in_and_nothing_else(
    app: Flask, sqlite_database: Database, path: str, said: str | None, status: int
) -> None:
    answer = production(app, sqlite_database, TOKEN).get(path, headers={"Authorization": said} if said else {})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (status, "no-store")


def test_the_page_names_what_is_broken_and_shows_no_address(client: FlaskClient, sqlite_database: Database) -> None:
    a_failed_mail(sqlite_database)
    with sqlite_database.write() as session:
        beat(session, "worker", NOW)
        note_tick(session, "worker", "mails sent: 2; FAILED: events matched: KeyError", failed=True)
    answer = client.get("/operator")
    page = HtmlPage(answer)
    said = "The last tick of worker failed in part: mails sent: 2; FAILED: events matched: KeyError"
    assert [text.startswith(said) for text in page.texts("li", "")].count(True) == 1
    assert "ann@" not in answer.text
    assert "mail.example.org" in answer.text


def test_a_mail_that_failed_is_sent_again_from_the_start(client: FlaskClient, sqlite_database: Database) -> None:
    mail = a_failed_mail(sqlite_database)
    action = f"/operator/deliveries/{mail}"
    form = Form(HtmlPage(client.get("/operator")), action)
    assert form.send(client).status_code == 302
    with sqlite_database.read() as session:
        row = session.get_one(Delivery, mail)
        assert (row.state, row.attempts, row.ended_at, row.due_at) == ("pending", 0, None, NOW)
    assert client.post(f"/operator/deliveries/{uuid.uuid4()}", data=form.fields).status_code == 404


def test_figures(database: Database) -> None:
    a_failed_mail(database)
    with database.write() as session:
        queue_delivery(session, "notice", "bob@mail.example.org", {}, due_at=NOW, now=NOW)
    with database.read() as session:
        figures = read_figures(session, NOW)
    assert {queue.name: queue.waiting for queue in figures.queues} == {
        "events to match": 0,
        "digests to make": 0,
        "outlooks to make": 0,
        "mails to send": 1,
        "webhooks to call": 0,
    }
    assert figures.domains == (("mail.example.org", "failed", 1), ("mail.example.org", "pending", 1))
    assert figures.slow == ()
    assert [(mail.kind, mail.domain, mail.detail) for mail in figures.failed] == [
        ("notice", "mail.example.org", "550 full")
    ]


def test_a_domain_that_puts_mail_off_is_shown(client: FlaskClient, sqlite_database: Database) -> None:
    receipt = Receipt(Outcome.DEFERRED, "450 4.7.1 too fast", domain_is_slow=True)
    with sqlite_database.write() as session:
        note_outcome(session, "slow.example.org", receipt, NOW, 0.0)
    with sqlite_database.read() as session:
        assert read_figures(session, NOW).slow == (
            SlowDomainFigure("slow.example.org", 1, NOW, NOW + timedelta(minutes=1), "450 4.7.1 too fast"),
        )
    assert "slow.example.org" in HtmlPage(client.get("/operator")).texts("td", "")
    families = {family.name: family for family in text_string_to_metric_families(client.get("/metrics").text)}
    samples = families["kil_slow_domain_times"].samples
    assert [(sample.labels, sample.value) for sample in samples] == [({"domain": "slow.example.org"}, 1)]


def test_metrics_are_what_prometheus_reads(client: FlaskClient, sqlite_database: Database) -> None:
    a_failed_mail(sqlite_database)
    families = {family.name: family for family in text_string_to_metric_families(client.get("/metrics").text)}
    assert {sample.labels["state"]: sample.value for sample in families["kil_deliveries"].samples} == {"failed": 1}
    assert [(sample.labels, sample.value) for sample in families["kil_deliveries_by_domain"].samples] == [
        ({"domain": "mail.example.org", "state": "failed"}, 1)
    ]
    assert [sample.value for sample in families["kil_worker_alive"].samples] == [0]


@pytest.mark.parametrize("version", ["0001", "now"])
def test_where_readyz_says_no_the_doctor_says_broken(
    client: FlaskClient, sqlite_database: Database, version: str
) -> None:
    with sqlite_database.write() as session:
        beat(session, "worker", NOW)
        if version != "now":
            session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    broken = any(finding.broken for finding in examine_database(sqlite_database, NOW))
    assert broken == (client.get("/readyz").status_code == 503) == (version != "now")
