"""The log of webhook calls: what was called and answered, for 30 days; one call or a span of them made again."""

import json
import uuid
from datetime import date, timedelta
from itertools import count

import pytest

from kil_pipeline.alerts.webhook_calls import DueCall
from kil_pipeline.alerts.webhook_log import (
    KEPT,
    CallMade,
    ReplayNotPossible,
    calls_of,
    count_replays,
    erase_old_calls,
    note_calls,
    replay_call,
    replay_span,
)
from kil_pipeline.alerts.webhooks import Webhook, WebhookAnswer, WebhookCall, delete_webhook
from kil_pipeline.database import Database
from kil_pipeline.errors import NotFound
from tests.alerts.test_webhooks import Receiver, a_webhook, publish_carers, tick
from tests.factories import NOW

HOUR = timedelta(hours=1)
TODAY = NOW.date()


def shown(database: Database, webhook_id: uuid.UUID) -> list[tuple[str, int, bool, bool, str]]:
    with database.read() as session:
        return [
            (call.kind, call.status, call.taken, call.again, call.answer)
            for call in calls_of(session, webhook_id).calls
        ]


def ids(receiver: Receiver) -> list[str]:
    return [dict(call.headers)["webhook-id"] for call in receiver.calls]


def waiting(database: Database, webhook_id: uuid.UUID) -> int:
    with database.read() as session:
        return count_replays(session, session.get_one(Webhook, webhook_id))


def test_each_call_is_kept_with_its_answer_the_last_first(database: Database) -> None:
    receiver = Receiver()
    webhook_id = a_webhook(database, receiver)
    publish_carers(database, "Breaks", NOW)
    receiver.answers = [
        WebhookAnswer(503, b"<p>Down &amp; out</p>\x00 " + b"x" * 900),
        WebhookAnswer(0, detail="No answer."),
    ]
    for hours in (1, 2, 3):
        tick(database, receiver, NOW + hours * HOUR)
    calls = shown(database, webhook_id)
    assert [call[:4] for call in calls] == [
        ("entry.EntryPublished", 200, True, False),
        ("entry.EntryPublished", 0, False, False),
        ("entry.EntryPublished", 503, False, False),
        ("webhook.challenge", 200, True, False),
    ]
    assert [len(calls[2][4]) <= 200, calls[2][4][:10], calls[1][4]] == [True, "Down & out", "No answer."]


def test_one_call_is_made_again_with_its_id_and_nothing_else_is(database: Database) -> None:
    receiver = Receiver()
    webhook_id = a_webhook(database, receiver)
    for title in ("Breaks", "Cafe"):
        publish_carers(database, title, NOW)
    tick(database, receiver, NOW + HOUR)
    with database.write() as session:
        first = calls_of(session, webhook_id).calls[1]
        for _ in range(2):  # asked twice, it is made once
            replay_call(session, webhook_id, first.id, NOW + HOUR)
    assert waiting(database, webhook_id) == 1
    for minutes in (1, 2):
        tick(database, receiver, NOW + HOUR + timedelta(minutes=minutes))
    assert receiver.told() == ["challenge", "Breaks", "Cafe", "Breaks"]
    assert ids(receiver)[3] == ids(receiver)[1]
    assert (waiting(database, webhook_id), shown(database, webhook_id)[0][3]) == (0, True)


def test_a_span_is_told_again_in_its_order_and_goes_on_where_it_failed(database: Database) -> None:
    receiver = Receiver()
    webhook_id = a_webhook(database, receiver)
    for days, title in enumerate(("Breaks", "Cafe", "Walks", "Later")):
        publish_carers(database, title, NOW + timedelta(days=days))
    tick(database, receiver, NOW + timedelta(days=5))
    told = len(receiver.calls)
    at = NOW + timedelta(days=5, minutes=1)
    with database.write() as session:
        assert replay_span(session, webhook_id, TODAY, TODAY + timedelta(days=2), at) == 3
    receiver.answers = [WebhookAnswer(200), WebhookAnswer(500)]
    for hours in (0, 1, 2):
        tick(database, receiver, at + hours * HOUR)
    assert receiver.told()[told:] == ["Breaks", "Cafe", "Cafe", "Walks"]
    assert waiting(database, webhook_id) == 0


def test_what_is_new_comes_before_what_is_asked_for_again(database: Database) -> None:
    receiver = Receiver()
    webhook_id = a_webhook(database, receiver)
    publish_carers(database, "Breaks", NOW)
    tick(database, receiver, NOW + HOUR)
    publish_carers(database, "Cafe", NOW + HOUR)
    with database.write() as session:
        replay_span(session, webhook_id, TODAY, TODAY, NOW + HOUR)
    tick(database, receiver, NOW + 2 * HOUR)
    assert receiver.told() == ["challenge", "Breaks", "Cafe", "Breaks"]


def test_what_cannot_be_called_again_is_said(database: Database) -> None:
    receiver = Receiver()
    webhook_id = a_webhook(database, receiver)
    with database.write() as session:
        challenge = calls_of(session, webhook_id).calls[0].id
        for call in (lambda: replay_call(session, webhook_id, challenge, NOW),
                     lambda: replay_span(session, webhook_id, TODAY, TODAY, NOW),
                     lambda: replay_span(session, webhook_id, TODAY, date(2020, 1, 1), NOW)):  # fmt: skip
            with pytest.raises(ReplayNotPossible):
                call()
        with pytest.raises(NotFound):
            replay_call(session, uuid.uuid4(), challenge, NOW)
        assert count_replays(session, session.get_one(Webhook, webhook_id)) == 0


def test_how_long_a_call_took_is_kept_as_a_class(sqlite_database: Database) -> None:
    webhook_id = a_webhook(sqlite_database, Receiver())
    due = DueCall(WebhookCall("https://example.org", (), b""), 1, kind="entry.EntryPublished")
    made = [CallMade(due, WebhookAnswer(200), seconds, "") for seconds in (0.2, 1.0, 5.0)]
    with sqlite_database.write() as session:
        note_calls(session, webhook_id, made, NOW)
        took = [call.took for call in calls_of(session, webhook_id).calls]
    assert took[:3] == ["5 seconds or more", "1 to 5 seconds", "under a second"]


def test_calls_are_kept_for_thirty_days_and_go_with_their_webhook(database: Database) -> None:
    receiver = Receiver()
    webhook_id = a_webhook(database, receiver)
    publish_carers(database, "Breaks", NOW)
    tick(database, receiver, NOW + HOUR)
    with database.write() as session:
        assert [erase_old_calls(session, NOW + KEPT + wait) for wait in (timedelta(0), timedelta(minutes=1))] == [0, 1]
        delete_webhook(session, webhook_id)
    assert shown(database, webhook_id) == []


def test_older_calls_are_on_further_pages(sqlite_database: Database) -> None:
    webhook_id = a_webhook(sqlite_database, Receiver())
    due = DueCall(WebhookCall("https://example.org", (), b""), 1, kind="entry.EntryPublished")
    with sqlite_database.write() as session:
        note_calls(session, webhook_id, [CallMade(due, WebhookAnswer(200), 0.0, "")] * 110, NOW)
        pages, before = [], None
        for _ in count():
            page = calls_of(session, webhook_id, before=before)
            pages.append(len(page.calls))
            before = page.older
            if before is None:
                break
    assert pages == [50, 50, 11]


def test_the_body_of_a_call_made_again_is_the_same(database: Database) -> None:
    receiver = Receiver()
    webhook_id = a_webhook(database, receiver)
    publish_carers(database, "Breaks", NOW)
    tick(database, receiver, NOW + HOUR)
    with database.write() as session:
        replay_span(session, webhook_id, TODAY, TODAY, NOW + HOUR)
    tick(database, receiver, NOW + 2 * HOUR)
    assert json.loads(receiver.calls[1].body) == json.loads(receiver.calls[2].body)
