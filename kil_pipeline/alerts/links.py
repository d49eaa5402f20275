"""Long-lived links in mail: signed when the mail is sent, stored nowhere. One-use tokens are another matter."""

import hashlib
import hmac
import uuid
from binascii import b2a_base64
from collections.abc import Sequence
from json.encoder import encode_basestring_ascii

import itsdangerous
from itsdangerous import BadData, URLSafeSerializer

from kil_pipeline.errors import LinkNotValid


class Signer:
    """Makes and reads the links of one installation. The newest key signs, all verify."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys`: newest first, as settings have them."""
        self._keys = list(reversed(keys))
        self._derived: dict[str, hmac.HMAC] = {}

    def unsubscribe_path(self, subscriber_id: uuid.UUID) -> str:
        """Return the path that stops all mail to a subscriber."""
        return f"/alerts/{self.sign('unsubscribe', subscriber_id)}/unsubscribe"

    def manage_path(self, subscriber_id: uuid.UUID) -> str:
        """Return the path of "change what you get"."""
        return f"/alerts/{self.sign('manage', subscriber_id)}"

    def mute_path(self, subscriber_id: uuid.UUID, subject_id: str) -> str:
        """Return the path of "stop telling me about this one"."""
        return f"/alerts/{self.sign('mute', subscriber_id, subject_id)}/mute"

    def address_path(self, change_id: uuid.UUID) -> str:
        """Return the path that confirms a change of address."""
        return f"/alerts/address/{self.sign('address', change_id)}"

    def read(self, purpose: str, token: str) -> uuid.UUID:
        """Return whom a link is for. Raises `LinkNotValid` where it was not made here, or for another purpose."""
        return self.read_about(purpose, token)[0]

    def read_mute(self, token: str) -> tuple[uuid.UUID, str]:
        """Return who wants to hear no more, and of which entry or session. Raises `LinkNotValid`."""
        return self.read_about("mute", token)

    def read_about(self, purpose: str, token: str) -> tuple[uuid.UUID, str]:
        """Return whom a link is for, and what it is about (a text that `sign` was given). Raises `LinkNotValid`."""
        try:
            who, _, about = str(self._serializer(purpose).loads(token)).partition(" ")
            return uuid.UUID(who), about
        except (BadData, ValueError):
            raise LinkNotValid("This link is not complete, or not ours. Copy the whole of it from the email.") from None

    def sign(self, purpose: str, whom: uuid.UUID, about: str = "") -> str:
        """Return the token of a link for one purpose: whom it is for and, where wanted, what it is about."""
        # As URLSafeSerializer writes it, but never packed, so that tokens are as long for everybody; and with the key
        # derived once: a digest has a link for each of its items.
        said = _encode(encode_basestring_ascii(f"{whom.hex} {about}".rstrip()).encode())
        mac = self._mac(purpose).copy()
        mac.update(said)
        return f"{said.decode()}.{_encode(mac.digest()).decode()}"

    def _mac(self, purpose: str) -> hmac.HMAC:
        """Return the HMAC of a purpose, to be copied: its key is taken in once."""
        kept = self._derived.get(purpose)
        if kept is None:
            kept = self._derived[purpose] = hmac.new(_signer(self._keys, purpose).derive_key(), None, "sha256")
        return kept

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        return URLSafeSerializer(
            self._keys,
            salt=_salt(purpose),
            signer_kwargs={"digest_method": hashlib.sha256},
            fallback_signers=[{"digest_method": hashlib.sha1}],  # links in mails of before go on working
        )


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def _encode(data: bytes) -> bytes:
    """Return base64 as `itsdangerous.encoding.base64_encode` does, at a third of the cost."""
    return b2a_base64(data, newline=False).translate(_URL_SAFE).rstrip(b"=")


def _signer(keys: list[str], purpose: str) -> itsdangerous.Signer:
    return itsdangerous.Signer(keys, salt=_salt(purpose), digest_method=hashlib.sha256)


def _salt(purpose: str) -> str:
    return f"kil-alerts-{purpose}"
