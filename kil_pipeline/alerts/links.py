"""Long-lived links in mail: signed when the mail is sent, stored nowhere. One-use tokens are another matter."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Sequence

import itsdangerous
from itsdangerous import BadData, URLSafeSerializer
from itsdangerous.encoding import base64_encode

from kil_pipeline.errors import LinkNotValid


class Signer:
    """Makes and reads the links of one installation. The newest key signs, all verify."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys`: newest first, as settings have them."""
        self._keys = list(reversed(keys))
        self._signers: dict[str, _Signer] = {}

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
        said = f"{whom.hex} {about}".rstrip()
        # As URLSafeSerializer writes it, but never packed: so that tokens are as long for everybody.
        return self._signer(purpose).sign(base64_encode(json.dumps(said))).decode("ascii")

    def _signer(self, purpose: str) -> "_Signer":
        kept = self._signers.get(purpose)
        if kept is None:
            kept = self._signers[purpose] = _Signer(self._keys, salt=_salt(purpose))
        return kept

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        return URLSafeSerializer(
            self._keys,
            salt=_salt(purpose),
            signer_kwargs={"digest_method": hashlib.sha256},
            fallback_signers=[{"digest_method": hashlib.sha1}],  # links in mails of before go on working
        )


def _salt(purpose: str) -> str:
    return f"kil-alerts-{purpose}"


class _Sha256(itsdangerous.HMACAlgorithm):
    """The library's HMAC in one call: a digest has a link for each of its items."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hmac.digest(key, value, "sha256")


class _Signer(itsdangerous.Signer):
    """Derives its key once."""

    def __init__(self, keys: list[str], *, salt: str) -> None:
        super().__init__(keys, salt=salt, digest_method=hashlib.sha256, algorithm=_Sha256())
        self._derived = super().derive_key(self.secret_keys[-1])

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        """Return the newest key, as it was derived for this purpose, or another."""
        return self._derived if secret_key is None else super().derive_key(secret_key)
