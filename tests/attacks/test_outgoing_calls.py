"""An address that somebody types in makes us call our own network (server-side request forgery)."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from feeds.webhook_posts import make_poster
from kil_pipeline.alerts.webhooks import InvalidWebhook, WebhookCall, read_address
from kil_pipeline.errors import ConfigurationError
from kil_pipeline.settings import load_settings
from tests.attacks.conftest import Target
from tests.web.visitors import csrf_token

REFUSED = "The address is not one of the public internet."
OWN_NETWORK = (
    "127.0.0.1", "10.0.0.1", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200", "0.0.0.0",  # noqa: S104  # asked for, not listened on
    "::1", "fd00:ec2::254", "fe80::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "2002:a00:1::1",
    "255.255.255.255", "224.0.0.1",
)  # fmt: skip
SCHEMES = ("http", "file", "gopher", "ftp", "ldap", "dict")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port of this machine, where nobody must call."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.setblocking(False)
        yield server


def was_called(listener: socket.socket) -> bool:
    """Tell whether somebody connected."""
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f000001", "2130706433", "127.1", "[::ffff:127.0.0.1]"])
def test_a_webhook_never_reaches_this_machine(listener: socket.socket, host: str) -> None:
    call = WebhookCall(f"https://{host}:{listener.getsockname()[1]}/", (), b"")
    answer = make_poster(patience=2, longest=3)(call)
    assert (answer.status, was_called(listener)) == (0, False)


@pytest.mark.parametrize("address", OWN_NETWORK)
def test_a_name_that_leads_into_our_network_is_not_called(address: str) -> None:
    answer = make_poster(resolve=lambda host, port: [address])(WebhookCall("https://example.org/", (), b""))
    assert (answer.status, answer.detail) == (0, REFUSED)


def test_a_name_that_answers_differently_the_second_time_is_asked_once(listener: socket.socket) -> None:
    """DNS rebinding: what was looked at is what is connected to."""
    answers = iter([["203.0.113.1"], ["127.0.0.1"]])
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    make_poster(resolve=resolve, allow=lambda address: address != "127.0.0.1", patience=0.2, longest=0.5)(
        WebhookCall(f"https://example.org:{listener.getsockname()[1]}/", (), b"")
    )
    assert (asked, was_called(listener)) == (["example.org"], False)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_only_https_is_taken_and_called(target: Target, scheme: str) -> None:
    address = f"{scheme}://169.254.169.254/latest/meta-data"
    with pytest.raises(InvalidWebhook):
        read_address(address)
    assert make_poster(allow=lambda found: True)(WebhookCall(address, (), b"")).detail == "Not an https address."
    browser = target.nobody()
    sent = {"address": address, "csrf_token": csrf_token(browser.get("/webhooks/new").text)}
    assert browser.post("/webhooks/new", data=sent).status_code == 400


@pytest.mark.parametrize("scheme", SCHEMES)
def test_neither_a_hub_nor_a_provider_is_called_but_by_https(scheme: str) -> None:
    """Both are chosen by the operator alone, so that they may be of their own network."""
    base = {"KIL_ENV": "production", "KIL_SECRET_KEY": "k" * 40, "KIL_BASE_URL": "https://plan.example.org"}
    provider = {"KIL_OIDC_CLIENT_ID": "plan", "KIL_OIDC_CLIENT_SECRET": "s" * 20}
    address = f"{scheme}://10.0.0.1/"
    for given in ({"KIL_WEBSUB_HUB": address}, {"KIL_OIDC_ISSUER": address, **provider}):
        with pytest.raises(ConfigurationError, match="https://"):
            load_settings(base | given)


def test_no_page_takes_a_hub_or_a_provider_from_a_request(target: Target) -> None:
    given = {"issuer": "https://evil.example.com", "hub": "https://evil.example.com", "iss": "https://evil.example.com"}
    for path in ("/sign-in", "/sign-in/openid", "/sign-in/openid/back", "/feeds/entries.atom"):
        answer = target.nobody().get(path, query_string=given)
        assert "evil.example.com" not in answer.text + str(answer.headers)
