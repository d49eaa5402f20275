"""Long-lived links in mail: signed when the mail is sent, stored nowhere. One-use tokens are another matter."""

import uuid
from collections.abc import Sequence
from typing import Literal

from itsdangerous import BadData, URLSafeSerializer

from kil_pipeline.errors import LinkNotValid

Purpose = Literal["unsubscribe", "manage", "address", "mute"]


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

    def mute_path(self, subscriber_id: uuid.UUID, subject_id: str) -> str:
        """Return the path of "stop telling me about this one"."""
        return f"/alerts/{self._sign('mute', subscriber_id, subject_id)}/mute"

    def address_path(self, change_id: uuid.UUID) -> str:
        """Return the path that confirms a change of address."""
        return f"/alerts/address/{self._sign('address', change_id)}"

    def read(self, purpose: Purpose, token: str) -> uuid.UUID:
        """Return whom a link is for. Raises `LinkNotValid` where it was not made here, or for another purpose."""
        return self._read(purpose, token)[0]

    def read_mute(self, token: str) -> tuple[uuid.UUID, str]:
        """Return who wants to hear no more, and of which entry or session. Raises `LinkNotValid`."""
        return self._read("mute", token)

    def _read(self, purpose: Purpose, token: str) -> tuple[uuid.UUID, str]:
        try:
            who, _, about = str(self._serializer(purpose).loads(token)).partition(" ")
            return uuid.UUID(who), about
        except (BadData, ValueError):
            raise LinkNotValid("This link is not complete, or not ours. Copy the whole of it from the mail.") from None

    def _sign(self, purpose: Purpose, whom: uuid.UUID, about: str = "") -> str:
        return str(self._serializer(purpose).dumps(f"{whom.hex} {about}".rstrip()))

    def _serializer(self, purpose: Purpose) -> URLSafeSerializer:
        return URLSafeSerializer(self._keys, salt=f"kil-alerts-{purpose}")
