"""Long-lived links in mail: signed when the mail is sent, stored nowhere. One-use tokens are another matter."""

import uuid
from collections.abc import Sequence
from typing import Literal

from itsdangerous import BadData, URLSafeSerializer

from kil_pipeline.errors import LinkNotValid

Purpose = Literal["unsubscribe", "manage"]


class Signer:
    """Makes and reads the links of one installation. The newest key signs, all verify."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys`: newest first, as settings have them."""
        self._keys = list(reversed(keys))

    def unsubscribe_path(self, subscriber_id: uuid.UUID) -> str:
        """Return the path that stops all mail to a subscriber."""
        return f"/alerts/{self._sign('unsubscribe', subscriber_id)}/unsubscribe"

    def manage_path(self, subscriber_id: uuid.UUID) -> str:
        """Return the path of "change what you get"."""
        return f"/alerts/{self._sign('manage', subscriber_id)}"

    def read(self, purpose: Purpose, token: str) -> uuid.UUID:
        """Return whom a link is for. Raises `LinkNotValid` where it was not made here, or for another purpose."""
        try:
            return uuid.UUID(self._serializer(purpose).loads(token))
        except (BadData, ValueError, TypeError, AttributeError):
            raise LinkNotValid("This link is not complete, or not ours. Copy the whole of it from the mail.") from None

    def _sign(self, purpose: Purpose, subscriber_id: uuid.UUID) -> str:
        return str(self._serializer(purpose).dumps(subscriber_id.hex))

    def _serializer(self, purpose: Purpose) -> URLSafeSerializer:
        return URLSafeSerializer(self._keys, salt=f"kil-alerts-{purpose}")
