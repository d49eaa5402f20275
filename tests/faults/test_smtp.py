"""What becomes of a mail when its server misbehaves. Every server here is a real one, on a socket."""

import smtplib
import socket
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP as SMTP_POLICY
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from feeds.mail_smtp import Server, SmtpSender
from feeds.mail_transports import make_sender, read_server
from feeds.smtp_pools import IDLE, SmtpPool
from kil_pipeline.alerts.letters import Message, Outcome, Outgoing, Receipt
from kil_pipeline.errors import ConfigurationError
from kil_pipeline.settings import load_settings
from tests.faults.smtp_servers import DROP, ScriptedServer

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
SETTINGS = load_settings({"KIL_ENV": "development", "KIL_BASE_URL": "https://plan.example.org"})
MakeSender = Callable[..., SmtpSender]


def mail(number: int = 1, text: str = "Text\n") -> Outgoing:
    return Outgoing(uuid.UUID(int=number), "reader@example.org", Message("News", text, "<p>Text</p>"))


@pytest.fixture
def make() -> Iterator[MakeSender]:
    """Makes senders, and closes their connections afterwards."""
    made: list[SmtpSender] = []

    def make_one(port: int, *, tls: str = "none", return_path: str = "", **more: Any) -> SmtpSender:
        server = Server("127.0.0.1", port, more.pop("user", ""), more.pop("password", ""), tls)
        made.append(SmtpSender(server, SETTINGS, return_path, lambda: NOW, **more))
        return made[-1]

    yield make_one
    for sender in made:
        sender.close()


def test_a_batch_uses_one_connection(make: MakeSender) -> None:
    with ScriptedServer() as server:
        send = make(server.port)
        receipts = [send(mail(number)) for number in range(5)]
        assert receipts == [Receipt(Outcome.SENT, "250 2.0.0 queued")] * 5
        assert (server.connections, len(server.mails)) == (1, 5)
        send.close()


def test_a_mail_arrives_as_it_was_written(make: MakeSender) -> None:
    with ScriptedServer() as server:
        text = ".\n..\n.hidden\nFrom here\n“é” " + "x" * 2000 + "\n"
        make(server.port)(mail(text=text))
        read = message_from_bytes(server.mails[0], policy=SMTP_POLICY)
        part = read.get_body(("plain",))
        assert part is not None
        assert part.get_content().replace("\r\n", "\n") == text
        assert read["Message-ID"] == f"<{uuid.UUID(int=1)}@plan.example.org>"


ANSWERS = [
    ("MAIL", "451 4.3.0 later", Receipt(Outcome.DEFERRED, "451 4.3.0 later")),
    # Not this mail's fault: whoever runs the server must let us in.
    ("MAIL", "530 5.7.0 sign in first", Receipt(Outcome.DEFERRED, "530 5.7.0 sign in first")),
    ("RCPT", "450 4.2.0 greylisted", Receipt(Outcome.DEFERRED, "450 4.2.0 greylisted", domain_is_slow=True)),
    ("RCPT", "421 4.7.0 too fast", Receipt(Outcome.DEFERRED, "421 4.7.0 too fast", domain_is_slow=True)),
    ("RCPT", "452 4.2.2 mailbox full", Receipt(Outcome.DEFERRED, "452 4.2.2 mailbox full")),
    (
        "RCPT",
        "550 5.1.1 <reader@example.org>: unknown",
        Receipt(Outcome.REFUSED, "550 5.1.1 (address): unknown", address_is_bad=True),
    ),
    ("RCPT", "550 no such user", Receipt(Outcome.REFUSED, "550 no such user", address_is_bad=True)),
    ("RCPT", "553 no such user", Receipt(Outcome.REFUSED, "553 no such user", address_is_bad=True)),
    ("RCPT", "550 5.7.1 relaying denied", Receipt(Outcome.REFUSED, "550 5.7.1 relaying denied")),
    ("RCPT", "552 5.2.2 mailbox full", Receipt(Outcome.REFUSED, "552 5.2.2 mailbox full")),
    ("RCPT", "550 5.1.8 bad sender", Receipt(Outcome.REFUSED, "550 5.1.8 bad sender")),
    ("RCPT", "421 4.3.2 closing", Receipt(Outcome.DEFERRED, "421 4.3.2 closing")),
    ("DATA", "451 no space", Receipt(Outcome.DEFERRED, "451 no space", domain_is_slow=True)),
    ("DATA", "554 no valid recipients", Receipt(Outcome.REFUSED, "554 no valid recipients")),
    (".", "452 4.3.1 disk full", Receipt(Outcome.DEFERRED, "452 4.3.1 disk full")),
    (".", "421 4.3.2 closing", Receipt(Outcome.DEFERRED, "421 4.3.2 closing")),
    (".", "554 5.7.1 looks like spam", Receipt(Outcome.REFUSED, "554 5.7.1 looks like spam")),
    (".", "550 5.1.1 unknown after all", Receipt(Outcome.REFUSED, "550 5.1.1 unknown after all", address_is_bad=True)),
    (".", "550 not here", Receipt(Outcome.REFUSED, "550 not here")),
    (".", DROP, Receipt(Outcome.UNKNOWN, "The connection went after the mail was handed over.")),
]


@pytest.mark.parametrize(("command", "reply", "receipt"), ANSWERS)
def test_each_answer_has_its_outcome_and_the_next_mail_leaves(
    command: str, reply: str, receipt: Receipt, make: MakeSender
) -> None:
    with ScriptedServer({command: [reply]}) as server:
        send = make(server.port)
        assert [send(mail(1)), send(mail(2)).outcome] == [receipt, Outcome.SENT]
        assert len(server.mails) == 1


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_connection_that_goes_before_the_mail_is_handed_over_puts_it_off(command: str, make: MakeSender) -> None:
    with ScriptedServer({command: [DROP]}) as server:
        send = make(server.port, pause=0)
        assert [send(mail(1)).outcome, send(mail(2)).outcome] == [Outcome.DEFERRED, Outcome.SENT]
        assert server.handed_over == 1


def test_a_connection_that_the_server_closed_in_between_is_opened_again(make: MakeSender) -> None:
    with ScriptedServer() as server:
        send = make(server.port)
        first = send(mail(1)).outcome
        server.drop_connections()
        assert [first, send(mail(2)).outcome] == [Outcome.SENT, Outcome.SENT]
        assert server.connections == 2


def test_a_server_that_has_had_enough_of_a_connection_gets_a_new_one(make: MakeSender) -> None:
    with ScriptedServer({"MAIL": ["250 ok", "421 4.7.0 too many mails on this connection"]}) as server:
        send = make(server.port)
        assert [send(mail(n)).outcome for n in range(2)] == [Outcome.SENT, Outcome.SENT]


def test_nobody_listening_puts_mail_off_and_is_not_asked_for_every_mail(make: MakeSender) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    send = make(port)
    assert [send(mail(n)) for n in range(2)] == [
        Receipt(Outcome.DEFERRED, "No connection to the mail server: [Errno 111] Connection refused")
    ] * 2
    with ScriptedServer() as server:
        send._server = Server("127.0.0.1", server.port)
        assert send(mail()).outcome is Outcome.DEFERRED  # the pause holds
        assert server.connections == 0


def test_a_server_that_turns_everyone_away_puts_mail_off(make: MakeSender) -> None:
    with ScriptedServer(greeting="554 no service here") as server:
        assert make(server.port)(mail()).outcome is Outcome.DEFERRED


def test_bounces_come_back_to_an_address_of_the_delivery(make: MakeSender) -> None:
    with ScriptedServer() as server:
        make(server.port)(mail())
        make(server.port, return_path="bounces+{id}@example.org")(mail(255))
        assert server.senders == ["alerts@example.org", f"bounces+{255:032x}@example.org"]


def test_threads_that_send_at_the_same_moment_have_a_connection_each_and_the_next_one_takes_either(
    make: MakeSender,
) -> None:
    with ScriptedServer(halt_at=("DATA", 1)) as server:
        send = make(server.port)
        outcomes: list[Outcome] = []
        first = threading.Thread(target=lambda: outcomes.append(send(mail(1)).outcome))
        first.start()
        server.halted.wait()
        outcomes.append(send(mail(2)).outcome)
        server.go_on.set()
        first.join()
        after = threading.Thread(target=lambda: outcomes.append(send(mail(3)).outcome))
        after.start()
        after.join()
        assert outcomes == [Outcome.SENT] * 3
        assert (server.connections, len(server.mails)) == (2, 3)


def test_mail_of_many_threads_arrives_once_each(make: MakeSender) -> None:
    with ScriptedServer() as server:
        send = make(server.port)
        outcomes: list[Outcome] = []
        threads = [
            threading.Thread(target=lambda: outcomes.extend(send(mail(n)).outcome for n in range(10))) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (outcomes, len(server.mails)) == ([Outcome.SENT] * 40, 40)


def test_a_connection_that_was_idle_for_long_is_not_trusted() -> None:
    seconds = 0.0
    with ScriptedServer() as server:
        pool = SmtpPool(lambda: smtplib.SMTP("127.0.0.1", server.port), clock=lambda: seconds)
        found = []
        for wait in (0.0, IDLE - 1, IDLE):
            seconds += wait
            smtp, used = pool.take()
            found.append(used)
            pool.give_back(smtp)
        pool.close()
    assert found == [False, True, False]


class Inbox:
    """What a real server took."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(envelope.content)
        return "250 2.0.0 queued"


@pytest.fixture
def real(certificate: Path) -> Iterator[tuple[int, Inbox]]:
    """A real server that takes mail only with STARTTLS and a password."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "crt", certificate / "key")
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    controller = Controller(
        inbox,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=lambda *given: AuthResult(success=given[-1].password == b"right", handled=False),
    )
    controller.start()
    yield port, inbox
    controller.stop()


def test_mail_leaves_encrypted_and_signed_in(real: tuple[int, Inbox], certificate: Path, make: MakeSender) -> None:
    port, inbox = real
    trusting = ssl.create_default_context(cafile=str(certificate / "crt"))
    send = make(port, tls="starttls", user="kil", password="right", tls_context=trusting)
    assert [send(mail(n)).outcome for n in range(3)] == [Outcome.SENT] * 3
    assert len(inbox.mails) == 3


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(real: tuple[int, Inbox], make: MakeSender) -> None:
    port, inbox = real
    receipt = make(port, tls="starttls", user="kil", password="right")(mail())
    assert (receipt.outcome, "CERTIFICATE_VERIFY_FAILED" in receipt.detail) == (Outcome.DEFERRED, True)
    assert inbox.mails == []


def test_a_wrong_password_puts_mail_off(real: tuple[int, Inbox], certificate: Path, make: MakeSender) -> None:
    port, inbox = real
    trusting = ssl.create_default_context(cafile=str(certificate / "crt"))
    receipt = make(port, tls="starttls", user="kil", password="wrong", tls_context=trusting)(mail())
    assert (receipt.outcome, "wrong" in receipt.detail) == (Outcome.DEFERRED, False)
    assert inbox.mails == []


def test_a_server_without_encryption_gets_nothing_where_encryption_was_asked_for(make: MakeSender) -> None:
    with ScriptedServer() as server:
        assert make(server.port, tls="starttls")(mail()).outcome is Outcome.DEFERRED
        assert server.handed_over == 0


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("smtp://localhost", Server("localhost", 25)),
        ("smtp://mail.example.org?tls=1", Server("mail.example.org", 587, tls="starttls")),
        ("smtp://mail.example.org:465?tls=1", Server("mail.example.org", 465, tls="implicit")),
        ("smtp://mail.example.org:25?tls=starttls", Server("mail.example.org", 25, tls="starttls")),
        (
            "smtp://me%40example.org:p%2Fw@mail.example.org:587?tls=1",
            Server("mail.example.org", 587, "me@example.org", "p/w", "starttls"),
        ),
    ],
)
def test_a_server_is_read_from_its_address(address: str, expected: Server) -> None:
    assert read_server(address) == expected


@pytest.mark.parametrize(
    "address",
    ["smtp://", "smtp://host:port", "smtp://host?tls=yes", "imap://host", "nonsense", "smtp://me:secret@host:25"],
)
def test_an_address_that_makes_no_sense_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        make_sender(load_settings({"KIL_ENV": "development", "KIL_MAIL": address}))
    assert "secret" not in str(caught.value)
