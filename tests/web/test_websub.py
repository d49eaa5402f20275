"""WebSub: the feeds of the whole plan name the hub, and the hub is told when they change, until it hears."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl

import feedparser
import pytest
from flask import Flask
from flask.testing import FlaskClient

from kil_pipeline.alerts.hub_pings import TOPICS
from kil_pipeline.alerts.webhooks import WebhookAnswer, WebhookCall
from kil_pipeline.database import Database
from kil_pipeline.scheduler.jobs import run_tick
from tests.alerts.sinks import Post
from tests.factories import NOW, a_commissioner, publish, some_content
from web.app import create_app
from web.context import Context

HUB = "https://hub.example.org/"


def tick(database: Database, hub: str, calls: list[WebhookCall], answer: WebhookAnswer, minutes: int) -> None:
    jobs = Post(database).jobs()

    def ping(call: WebhookCall) -> WebhookAnswer:
        calls.append(call)
        return answer

    settings = replace(jobs.settings, websub_hub=hub)
    report = run_tick(replace(jobs, settings=settings, ping=ping), NOW + timedelta(minutes=minutes))
    assert report.failures == ()


def test_the_hub_is_told_once_for_all_that_changed_and_again_until_it_hears(database: Database) -> None:
    with database.write() as session:
        publish(session, a_commissioner(session, prefix="EXC").id, some_content())
    calls: list[WebhookCall] = []
    tick(database, HUB, calls, WebhookAnswer(500), 0)
    tick(database, HUB, calls, WebhookAnswer(204), 0)
    assert len(calls) == 1
    tick(database, HUB, calls, WebhookAnswer(204), 2)
    tick(database, HUB, calls, WebhookAnswer(204), 60)
    assert len(calls) == 2
    told = parse_qsl(calls[1].body.decode())
    assert told == [("hub.mode", "publish"), *(("hub.url", f"http://localhost:8000{topic}") for topic in TOPICS)]


def test_without_a_hub_nobody_is_told(database: Database) -> None:
    with database.write() as session:
        publish(session, a_commissioner(session, prefix="EXC").id, some_content())
    calls: list[WebhookCall] = []
    tick(database, "", calls, WebhookAnswer(204), 0)
    assert calls == []


def test_what_the_hub_is_told_of_is_what_each_feed_calls_itself(client: FlaskClient) -> None:
    base, called = "http://localhost:8000", []
    for topic in TOPICS:
        answer = client.get(topic)
        links = [] if topic.endswith("json") else feedparser.parse(answer.data).feed.links
        called += [link.href for link in links if link.rel == "self"] or [answer.get_json(force=True)["feed_url"]]
    assert called == [base + topic for topic in TOPICS]


@pytest.mark.parametrize("hub", [HUB, ""])
def test_only_what_the_hub_is_told_of_names_it(app: Flask, sqlite_database: Database, hub: str) -> None:
    settings = replace(app.extensions["kil"].settings, websub_hub=hub)
    client = create_app(Context(settings, sqlite_database)).test_client()
    found = {}
    for topic in TOPICS:
        for query in ("", "?theme=carers"):
            answer = client.get(topic + query)
            if topic.endswith("json"):
                found[topic + query] = [entry["url"] for entry in answer.get_json(force=True).get("hubs", [])]
            else:
                links = feedparser.parse(answer.data).feed.links
                found[topic + query] = [link.href for link in links if link.rel == "hub"]
    assert found == {
        topic + query: [hub] if hub and not query else [] for topic in TOPICS for query in ("", "?theme=carers")
    }
