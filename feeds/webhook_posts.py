"""Making webhook calls: to the public internet alone, by TLS, without redirects, within bounds of time and size.

The address is resolved and looked at where the connection is made, so that a name which answers differently the second
time leads nowhere either (OWASP, Server-Side Request Forgery).
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from kil_pipeline.alerts.webhooks import PostCall, WebhookAnswer, WebhookCall

PATIENCE = 10.0
"""Seconds for one step."""
LONGEST = 20.0
"""Seconds for the whole call, however slowly an answer trickles."""
MOST_READ = 4096
"""Bytes of an answer that are looked at."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses that a network's translator takes to the IPv4 address at their end (RFC 6052, 2.1)."""

Resolve = Callable[[str, int], Sequence[str]]
Allow = Callable[[str], bool]


class AddressRefused(OSError):
    """A name that leads to where we do not go."""


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet: no private, loopback, link-local or metadata one."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    if found in _NAT64:
        inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.is_global and not found.is_multicast and (inner is None or is_public(str(inner)))


def resolve(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def make_poster(
    *,
    resolve: Resolve = resolve,
    allow: Allow = is_public,
    tls: ssl.SSLContext | None = None,
    patience: float = PATIENCE,
    longest: float = LONGEST,
) -> PostCall:
    """Return what makes the calls. Tests hand in their own resolver, check and certificates."""
    context = tls or ssl.create_default_context()

    def post(call: WebhookCall) -> WebhookAnswer:
        parts = urlsplit(call.address)
        if parts.scheme != "https" or not parts.hostname:
            return WebhookAnswer(0, detail="Not an https address.")
        connection = _Connection(parts.hostname, parts.port or 443, context, patience, resolve, allow)
        clock = threading.Timer(longest, connection.abort)
        clock.daemon = True
        clock.start()
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body=call.body, headers=dict(call.headers))
            answer = connection.getresponse()
            body = answer.read(MOST_READ)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return WebhookAnswer(0, detail=_words(error))
        finally:
            clock.cancel()
            connection.close()
        return WebhookAnswer(answer.status, body, f"Answered {answer.status}.")

    return post


class _Connection(http.client.HTTPSConnection):
    """Connects only to addresses that were looked at; speaks TLS to the name that was asked for."""

    def __init__(
        self, host: str, port: int, tls: ssl.SSLContext, patience: float, resolve: Resolve, allow: Allow
    ) -> None:
        super().__init__(host, port, timeout=patience, context=tls)
        self._tls, self._resolve, self._allow = tls, resolve, allow

    def connect(self) -> None:
        """Resolve, look, connect: every address must be allowed, not only the one that is taken."""
        found = self._resolve(self.host, self.port)
        if not found or not all(self._allow(address) for address in found):
            raise AddressRefused("The address is not one of the public internet.")
        plain = socket.create_connection((found[0], self.port), self.timeout)
        self.sock = plain  # so that `abort` reaches it while TLS is agreed upon
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)

    def abort(self) -> None:
        """End the call from another thread."""
        try:
            if self.sock is not None:
                self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def _words(error: Exception) -> str:
    if isinstance(error, AddressRefused):
        return str(error)
    if isinstance(error, TimeoutError):
        return "It took too long."
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason}."
    return f"No answer: {type(error).__name__}."
