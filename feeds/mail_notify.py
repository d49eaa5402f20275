"""Mail by GOV.UK Notify. It takes no MIME: the plain text of each mail goes into a template of two fields.

The template's subject is `((subject))` and its message `((body))`; its id stands in `KIL_MAIL`.
"""

import re
import threading

import requests
from notifications_python_client.errors import APIError, HTTPError
from notifications_python_client.notifications import NotificationsAPIClient

from kil_pipeline.alerts.letters import Message, Outcome, Outgoing, Receipt
from kil_pipeline.text import clean_line, shorten

SERVER = "https://api.notifications.service.gov.uk"
PATIENCE = 30
"""Seconds for one mail."""
_ONE_CLICK = re.compile(r"<(https://[^>]+)>")


class NotifySender:
    """Sends mail by Notify. Safe to be called from several threads: each has a client of its own."""

    def __init__(self, key: str, template: str, *, server: str = SERVER, patience: int = PATIENCE) -> None:
        self._key, self._template, self._server, self._patience = key, template, server, patience
        self._local = threading.local()

    def __call__(self, outgoing: Outgoing) -> Receipt:
        """Send one mail. The delivery's id goes along as the reference, to be found in Notify by."""
        message = outgoing.message
        try:
            self._client().send_email_notification(  # type: ignore[no-untyped-call]  # published without types
                email_address=outgoing.to,
                template_id=self._template,
                personalisation={"subject": clean_line(message.subject), "body": message.text},
                reference=str(outgoing.id),
                one_click_unsubscribe_url=one_click(message),
            )
        except HTTPError as error:
            return _receipt(error, outgoing.to)
        except APIError as error:  # it answered 2xx, and what it said cannot be read: it was taken
            return Receipt(Outcome.SENT, f"taken, with an answer that cannot be read ({error.status_code})")
        return Receipt(Outcome.SENT)

    def _client(self) -> NotificationsAPIClient:
        if not hasattr(self._local, "client"):
            made = NotificationsAPIClient(  # type: ignore[no-untyped-call]  # published without types
                self._key, base_url=self._server, timeout=self._patience
            )
            self._local.client = made
        client: NotificationsAPIClient = self._local.client
        return client


def one_click(message: Message) -> str | None:
    """Return the address that stops mail at one press (RFC 8058), where the mail has one."""
    found = _ONE_CLICK.search(dict(message.headers).get("List-Unsubscribe", ""))
    return found[1] if found else None


def _receipt(error: HTTPError, address: str) -> Receipt:
    status = error.status_code
    said = error.message if isinstance(error.message, str) else "; ".join(_line(one) for one in error.message or [])
    detail = shorten(clean_line(f"{status} {said}".replace(address, "…")), 200)
    cause = error.__cause__
    if error.response is None:
        return Receipt(Outcome.UNKNOWN if _may_have_arrived(cause) else Outcome.DEFERRED, type(cause).__name__)
    if status == 400:  # the mail or its address; all else mends itself or is for an operator to mend
        return Receipt(Outcome.REFUSED, detail, address_is_bad="email_address" in said)
    return Receipt(Outcome.DEFERRED, detail)


def _line(problem: object) -> str:
    return str(problem.get("message", "")) if isinstance(problem, dict) else str(problem)


def _may_have_arrived(cause: BaseException | None) -> bool:
    """Tell whether the mail was handed over before the connection went."""
    if isinstance(cause, requests.ReadTimeout):
        return True
    no_connection = isinstance(cause, requests.ConnectTimeout) or "NewConnectionError" in repr(cause)
    return isinstance(cause, requests.ConnectionError) and not no_connection
