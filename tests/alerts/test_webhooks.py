"""Webhooks: confirmed by an echo, signed, in the order of the log, after the quiet period, each event once."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from kil_pipeline.alerts.erasure import erase_unused_criteria
from kil_pipeline.alerts.webhooks import (
    GIVE_UP,
    InvalidWebhook,
    Webhook,
    WebhookAnswer,
    WebhookCall,
    add_webhook,
    delete_webhook,
    erase_old_webhooks,
    read_address,
    signing_secrets,
    switch_on,
)
from kil_pipeline.database import Database
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.scheduler.jobs import run_tick
from tests.alerts.sinks import Post
from tests.factories import NOW, a_commissioner, publish, some_content

ADDRESS = "https://example.org/hook?for=us"
NOT_ADDRESSES = "example.org http://example.org https:// https://u:p@example.org https://[::1 https://ex\u00e4mple.org"
CARERS = Criteria(themes=("carers",))
Answer = Callable[[WebhookCall], WebhookAnswer]


@dataclass
class Receiver:
    """An address that echoes challenges. `answers`: what it says to the next calls instead."""

    answers: list[WebhookAnswer] = field(default_factory=list)
    calls: list[WebhookCall] = field(default_factory=list)

    def __call__(self, call: WebhookCall) -> WebhookAnswer:
        self.calls.append(call)
        if self.answers:
            return self.answers.pop(0)
        return WebhookAnswer(200, str(json.loads(call.body)["data"].get("challenge", "")).encode())

    def told(self) -> list[str]:
        return [json.loads(call.body)["data"].get("title", "challenge") for call in self.calls]


def tick(database: Database, receiver: Answer, now: datetime) -> None:
    report = run_tick(replace(Post(database).jobs(), post=receiver), now)
    assert report.failures == ()


def a_webhook(database: Database, receiver: Answer) -> uuid.UUID:
    """Add a webhook and let it be confirmed."""
    with database.write() as session:
        a_commissioner(session, prefix="EXC")
        webhook_id = add_webhook(session, ADDRESS, CARERS, NOW)
    tick(database, receiver, NOW)
    return webhook_id


def publish_carers(database: Database, title: str, at: datetime, theme: str = "carers") -> None:
    with database.write() as session:
        council = a_commissioner(session, f"Council {title}").id
        publish(session, council, some_content(title, themes=(theme,)), at=at)


def state(database: Database, webhook_id: uuid.UUID) -> tuple[str, str]:
    with database.read() as session:
        row = session.get_one(Webhook, webhook_id)
        return row.state, row.detail


def test_each_event_comes_once_in_order_after_the_quiet_period(database: Database) -> None:
    receiver = Receiver()
    a_webhook(database, receiver)
    publish_carers(database, "Breaks", NOW)
    publish_carers(database, "Falls", NOW, theme="falls")
    publish_carers(database, "Cafe", NOW)
    tick(database, receiver, NOW + timedelta(minutes=14))
    assert receiver.told() == ["challenge"]
    for minutes in (16, 17, 60):
        tick(database, receiver, NOW + timedelta(minutes=minutes))
    assert receiver.told() == ["challenge", "Breaks", "Cafe"]
    told = json.loads(receiver.calls[1].body)
    assert (told["type"], told["data"]["because"]) == ("entry.EntryPublished", "you follow Carers")
    assert told["data"]["url"] == f"http://localhost:8000/entries/{told['data']['reference']}"


def test_calls_are_signed_as_standard_webhooks_says_with_every_key(sqlite_database: Database) -> None:
    receiver = Receiver()
    webhook_id = a_webhook(sqlite_database, receiver)
    (call,) = receiver.calls
    headers = dict(call.headers)
    (secret,) = signing_secrets(Post(sqlite_database).jobs().settings.secret_keys, webhook_id)
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + call.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert len(signing_secrets(("new" * 11, "old" * 11), webhook_id)) == 2


@pytest.mark.parametrize("body", [b"", b"no", b'{"challenge": "no"}', b"[]", b"\xff"])
def test_nothing_is_told_before_the_challenge_comes_back(database: Database, body: bytes) -> None:
    receiver = Receiver([WebhookAnswer(200, body)])
    webhook_id = a_webhook(database, receiver)
    publish_carers(database, "Breaks", NOW)
    assert state(database, webhook_id) == ("new", "The answer did not repeat the challenge.")
    tick(database, receiver, NOW + timedelta(hours=1))
    assert receiver.told() == ["challenge", "challenge"]
    assert state(database, webhook_id)[0] == "on"
    tick(database, receiver, NOW + timedelta(hours=2))
    assert receiver.told() == ["challenge", "challenge", "Breaks"]


def test_what_failed_is_tried_again_with_the_same_id_and_nothing_overtakes_it(database: Database) -> None:
    receiver = Receiver()
    a_webhook(database, receiver)
    publish_carers(database, "Breaks", NOW)
    publish_carers(database, "Cafe", NOW)
    receiver.answers = [WebhookAnswer(200), WebhookAnswer(503, detail="Answered 503.")]
    later = NOW + timedelta(hours=1)
    tick(database, receiver, later)
    tick(database, receiver, later)
    assert receiver.told() == ["challenge", "Breaks", "Cafe"]
    tick(database, receiver, later + timedelta(minutes=1))
    assert receiver.told() == ["challenge", "Breaks", "Cafe", "Cafe"]
    first, second = (dict(call.headers)["webhook-id"] for call in receiver.calls[2:])
    assert first == second


def test_after_five_days_of_failures_it_is_off_until_its_owner_switches_it_on(database: Database) -> None:
    receiver = Receiver()
    webhook_id = a_webhook(database, receiver)
    publish_carers(database, "Breaks", NOW)
    for hours in range(1, int(GIVE_UP / timedelta(hours=1)) + 12):
        receiver.answers = [WebhookAnswer(0, detail="No answer.")]
        tick(database, receiver, NOW + timedelta(hours=hours))
    calls = len(receiver.calls)
    assert state(database, webhook_id) == ("off", "No answer.")
    receiver.answers = []
    tick(database, receiver, NOW + timedelta(days=7))
    assert len(receiver.calls) == calls
    with database.write() as session:
        switch_on(session, webhook_id, NOW + timedelta(days=7))
    tick(database, receiver, NOW + timedelta(days=7))
    tick(database, receiver, NOW + timedelta(days=7, minutes=1))
    assert receiver.told()[calls:] == ["challenge", "Breaks"]


def test_what_is_deleted_or_given_up_leaves_nothing(database: Database) -> None:
    receiver = Receiver([WebhookAnswer(500)])
    webhook_id = a_webhook(database, receiver)
    with database.write() as session:
        assert erase_unused_criteria(session) == 0
        assert erase_old_webhooks(session, NOW + timedelta(days=6)) == 0
        assert erase_old_webhooks(session, NOW + timedelta(days=8)) == 1
        delete_webhook(session, webhook_id)
        assert erase_unused_criteria(session) == 1


@pytest.mark.parametrize(
    "text", ["", "https://exa mple.org", "https://example.org/" + "x" * 500, *NOT_ADDRESSES.split()]
)
def test_an_address_that_cannot_be_called_is_refused(text: str) -> None:
    with pytest.raises(InvalidWebhook):
        read_address(text)


def test_an_address_is_kept_as_it_is_called() -> None:
    assert read_address(" https://example.org:8443/a?b=c#d ") == "https://example.org:8443/a?b=c"
