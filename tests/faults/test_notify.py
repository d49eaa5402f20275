"""GOV.UK Notify, against a server that answers as its API does: what is sent, refused, put off, and not known."""

import http.server
import json
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from feeds.mail_notify import NotifySender
from feeds.mail_transports import HOW_NOTIFY, make_sender
from kil_pipeline.alerts.letters import Message, Outcome, Outgoing, Receipt
from kil_pipeline.errors import ConfigurationError
from kil_pipeline.settings import load_settings

TEMPLATE = "11111111-1111-1111-1111-111111111111"
KEY = "tests-22222222-2222-2222-2222-222222222222-33333333-3333-3333-3333-333333333333"
STOP = "https://plan.example.org/alerts/x/unsubscribe"
MAIL = Outgoing(
    uuid.UUID(int=7),
    "ann@example.org",
    Message("Hello", "Text", "<p>html</p>", (("List-Unsubscribe", f"<{STOP}>, <mailto:a@example.org>"),)),
)


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers with the next answer of the server; None: the connection goes."""

    def do_POST(self) -> None:
        """Answer."""
        server: Any = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.seen.append((self.path, self.headers["Authorization"][:7], body))
        answer = server.answers.pop(0)
        if answer is None:
            self.connection.close()
            return
        status, said = answer
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class Notify(http.server.ThreadingHTTPServer):
    """A server that remembers what it was sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[Any] = []
        self.answers: list[tuple[int, Any] | None] = []

    def handle_error(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def notify() -> Iterator[Notify]:
    """A server on a port of its own."""
    server = Notify()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def send(notify: Notify, answer: tuple[int, Any] | None) -> Receipt:
    notify.answers = [answer]
    return NotifySender(KEY, TEMPLATE, server=f"http://127.0.0.1:{notify.server_port}", patience=5)(MAIL)


def test_a_mail_is_sent_as_text_with_its_one_click_address(notify: Notify) -> None:
    assert send(notify, (201, {"id": "1"})) == Receipt(Outcome.SENT)
    assert notify.seen == [
        (
            "/v2/notifications/email",
            "Bearer ",
            {
                "email_address": "ann@example.org",
                "template_id": TEMPLATE,
                "personalisation": {"subject": "Hello", "body": "Text"},
                "reference": str(MAIL.id),
                "one_click_unsubscribe_url": STOP,
            },
        )
    ]


def errors(status: int, message: str) -> tuple[int, Any]:
    return status, {"status_code": status, "errors": [{"error": "Some", "message": message}]}


@pytest.mark.parametrize(
    ("answer", "outcome", "bad"),
    [
        (errors(400, "email_address Not a valid email address"), Outcome.REFUSED, True),
        (errors(400, "Can't send to this recipient using a team-only API key"), Outcome.REFUSED, False),
        (errors(403, "Error: Your system clock must be accurate"), Outcome.DEFERRED, False),
        (errors(429, "Exceeded send limits"), Outcome.DEFERRED, False),
        (errors(500, "Internal server error"), Outcome.DEFERRED, False),
        ((503, "nonsense"), Outcome.DEFERRED, False),
        (None, Outcome.UNKNOWN, False),
    ],
)
def test_what_becomes_of_a_mail(notify: Notify, answer: tuple[int, Any] | None, outcome: Outcome, bad: bool) -> None:
    receipt = send(notify, answer)
    assert (receipt.outcome, receipt.address_is_bad) == (outcome, bad)
    assert "ann@example.org" not in receipt.detail


def test_without_a_server_mail_is_put_off() -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as free:
        port = free.server_port
    receipt = NotifySender(KEY, TEMPLATE, server=f"http://127.0.0.1:{port}")(MAIL)
    assert receipt == Receipt(Outcome.DEFERRED, "ConnectionError")


def test_settings_choose_it_and_what_is_missing_is_said(tmp_path: Path) -> None:
    environ = {"KIL_ENV": "development", "KIL_VAR": str(tmp_path), "KIL_MAIL": f"notify:{TEMPLATE}"}
    settings = load_settings(environ | {"KIL_NOTIFY_KEY": KEY})
    assert type(make_sender(settings)) is NotifySender
    for wrong in (replace(settings, notify_key=""), replace(settings, mail="notify:x")):
        with pytest.raises(ConfigurationError, match=HOW_NOTIFY):
            make_sender(wrong)
