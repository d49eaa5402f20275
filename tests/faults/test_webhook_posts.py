"""Calls to a real server over TLS: what is refused before it connects, and what a bad server cannot do."""

import http.server
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.webhook_posts import is_public, make_poster
from kil_pipeline.alerts.webhooks import WebhookCall

NOT_PUBLIC = (
    "127.0.0.1 10.1.2.3 192.168.0.1 172.16.0.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 "
    "::1 fe80::1%eth0 fc00::1 ::ffff:127.0.0.1 2002:7f00:1:: ::"
)
CALL_HEADERS = (("Content-Type", "application/json"), ("webhook-id", "1"))


class Handler(http.server.BaseHTTPRequestHandler):
    """Echoes; or answers as the path says."""

    def do_POST(self) -> None:
        """Answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, self.headers["webhook-id"]))  # type: ignore[attr-defined]  # the server of this test
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            return
        if self.path == "/slow":
            for _ in range(50):
                self.wfile.write(b"H")
                time.sleep(0.1)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"x" * 100_000 if self.path == "/long" else body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class Server(http.server.ThreadingHTTPServer):
    """A server that remembers what it was asked, and says nothing of connections that went."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, str]] = []

    def handle_error(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(certificate: Path) -> Iterator[Server]:
    """A server on a port of its own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "crt", certificate / "key")
    running = Server()
    running.socket = context.wrap_socket(running.socket, server_side=True)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


def call(server: Server, path: str, body: bytes = b"{}") -> WebhookCall:
    return WebhookCall(f"https://127.0.0.1:{server.server_port}{path}", CALL_HEADERS, body)


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate / "crt"))


def test_a_call_arrives_and_its_answer_comes_back(server: Server, certificate: Path) -> None:
    answer = make_poster(allow=lambda address: True, tls=trusting(certificate))(call(server, "/hook?a=1", b"hello"))
    assert (answer.status, answer.body, answer.taken) == (200, b"hello", True)
    assert server.seen == [("/hook?a=1", "1")]


def test_a_redirect_is_not_followed_and_a_long_answer_not_read(server: Server, certificate: Path) -> None:
    post = make_poster(allow=lambda address: True, tls=trusting(certificate))
    moved, long = post(call(server, "/moved")), post(call(server, "/long"))
    assert (moved.status, moved.taken, long.status, len(long.body)) == (302, False, 200, 4096)
    assert [path for path, _ in server.seen] == ["/moved", "/long"]


def test_a_server_that_trickles_is_given_up(server: Server, certificate: Path) -> None:
    post = make_poster(allow=lambda address: True, tls=trusting(certificate), longest=0.5)
    assert post(call(server, "/slow")).status == 0


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(server: Server) -> None:
    answer = make_poster(allow=lambda address: True)(call(server, "/hook"))
    assert (answer.status, answer.detail) == (0, "TLS failed: CERTIFICATE_VERIFY_FAILED.")
    assert server.seen == []


def test_an_address_of_our_own_network_is_not_called(server: Server, certificate: Path) -> None:
    post = make_poster(tls=trusting(certificate))
    assert post(call(server, "/hook")).detail == "The address is not one of the public internet."
    two = make_poster(resolve=lambda host, port: ["93.184.215.14", "127.0.0.1"], tls=trusting(certificate))
    assert two(call(server, "/hook")).detail == "The address is not one of the public internet."
    assert server.seen == []


@pytest.mark.parametrize("address", NOT_PUBLIC.split())
def test_what_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_what_is_public(address: str) -> None:
    assert is_public(address)


def test_a_name_that_does_not_exist_is_said_so() -> None:
    def nowhere(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    answer = make_poster(resolve=nowhere)(WebhookCall("https://nowhere.invalid/", (), b""))
    assert (answer.status, answer.detail) == (0, "No answer: OSError.")
    assert make_poster()(WebhookCall("http://example.org/", (), b"")).detail == "Not an https address."
