"""How mail leaves: to a folder, to a mail server, or by GOV.UK Notify. All return what became of it."""

import re
from collections.abc import Callable
from datetime import datetime
from urllib.parse import parse_qs, unquote, urlsplit

from feeds.mail_notify import SERVER, NotifySender
from feeds.mail_outbox import FileSender, outbox_folder
from feeds.mail_smtp import Server, SmtpSender
from kil_pipeline.alerts.letters import Send
from kil_pipeline.errors import ConfigurationError
from kil_pipeline.settings import Settings
from kil_pipeline.times import utc_now

HOW = "KIL_MAIL must be file:FOLDER or smtp://user:password@host:port?tls=1 (or ?tls=starttls)."
HOW_NOTIFY = (
    "For GOV.UK Notify, KIL_MAIL must be notify:TEMPLATE-ID, and KIL_NOTIFY_KEY an API key as Notify shows it: "
    "name, service and secret."
)
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def make_sender(settings: Settings, *, return_path: str = "", clock: Callable[[], datetime] = utc_now) -> Send:
    """Return what sends mail as `settings.mail` says. Raises `ConfigurationError`.

    `return_path`: where bounces go, such as `bounces+{id}@example.org` (VERP; `{id}` becomes the delivery's id).
    Without it they go to the sender's address.
    """
    folder = outbox_folder(settings)
    if folder is not None:
        return FileSender(folder, settings, clock)
    if settings.mail.startswith("notify:"):
        return _make_notify(settings)
    return SmtpSender(read_server(settings.mail), settings, return_path, clock)


def _make_notify(settings: Settings) -> Send:
    """Read `notify:TEMPLATE-ID`, or `notify:TEMPLATE-ID?server=…` for another server than Notify's own."""
    template, _, query = settings.mail.removeprefix("notify:").partition("?")
    server = parse_qs(query).get("server", [SERVER])[-1]
    if not re.fullmatch(_UUID, template) or not re.fullmatch(rf".*{_UUID}-{_UUID}", settings.notify_key):
        raise ConfigurationError(HOW_NOTIFY)
    return NotifySender(settings.notify_key, template, server=server)


def read_server(address: str) -> Server:
    """Read `smtp://user:password@host:port?tls=1`. Raises `ConfigurationError`, which never shows the password.

    `tls=1`: TLS from the first byte on port 465, STARTTLS on any other; `tls=starttls`: STARTTLS on any port.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ConfigurationError(HOW) from None
    tls = parse_qs(parts.query).get("tls", ["0"])[-1]
    if parts.scheme != "smtp" or not parts.hostname or tls not in ("0", "1", "starttls"):
        raise ConfigurationError(HOW)
    if port is None:
        port = 25 if tls == "0" else 587
    server = Server(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls={"0": "none", "starttls": "starttls"}.get(tls, "implicit" if port == 465 else "starttls"),
    )
    if server.user and server.tls == "none" and server.host not in ("localhost", "127.0.0.1", "::1"):
        raise ConfigurationError("KIL_MAIL would send its password in the clear. Add ?tls=1.")
    return server
