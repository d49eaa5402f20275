"""The second factor: six digits that an app makes anew every 30 seconds (TOTP, RFC 6238), and ten recovery codes.

The app's secret has to be read again to check a code, so that it is encrypted at rest, under a key made from the
installation's. Recovery codes are long and random: SHA-256 is enough for them.
"""

import base64
import hmac
import secrets
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base
from kil_pipeline.errors import InvalidTransition
from kil_pipeline.organisations.browser_sessions import hash_token

RECOVERY_CODES = 10
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
"""What recovery codes are made of: no 0 or 1, which look like letters."""
MOST_TRIES = 5
TRIES_WITHIN = timedelta(minutes=15)
"""After so many wrong codes within this long, none is looked at until it is over."""
GCM = "gcm."
"""How what is encrypted with AES-256-GCM begins; anything else was written with Fernet, before."""
INFO_GCM, INFO_FERNET = b"kil second factor, AES-256-GCM", b"kil second factor"
"""What a key is derived for: one key, one use."""
DRIFT = (0, -1, 1)
"""Steps of 30 seconds by which an app's clock may be off (RFC 6238, section 5.2)."""


class SecondFactor(Base):
    """A person's app. Kept until they take it off, or lose their account."""

    __tablename__ = "second_factor"

    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("user.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(sa.String(300))
    """Encrypted: see `SecretBox`."""
    confirmed_at: Mapped[datetime | None]
    """When they first typed in a code. Until then nobody is asked for one."""
    last_step: Mapped[int] = mapped_column(sa.BigInteger)
    """Of the last code that was taken: it and older ones are refused."""
    tries: Mapped[int]
    tried_at: Mapped[datetime | None]
    """When the first of `tries` wrong codes was typed in."""


class RecoveryCode(Base):
    """A code for whoever has lost the app: hashed, and worth nothing once used. Kept as long as the app."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("user.id"), index=True)
    used_at: Mapped[datetime | None]


class SecretBox:
    """Encrypts what must be read again (AES-256-GCM). The newest key of the installation encrypts, all decrypt."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys`: newest first, as settings have them."""
        self._boxes = [AESGCM(_derive(key, INFO_GCM)) for key in keys]
        self._earlier = MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(key, INFO_FERNET))) for key in keys])

    def close(self, text: str) -> str:
        """Return a text encrypted and authenticated."""
        nonce = secrets.token_bytes(12)  # 96 random bits, as NIST SP 800-38D, 8.2.2 has them
        return GCM + base64.urlsafe_b64encode(nonce + self._boxes[0].encrypt(nonce, text.encode(), None)).decode()

    def open(self, closed: str) -> str | None:
        """Return the text again; None where it was changed, or its key is gone."""
        try:
            if not closed.startswith(GCM):
                return self._earlier.decrypt(closed.encode()).decode()
            packed = base64.urlsafe_b64decode(closed.removeprefix(GCM))
        except (InvalidToken, ValueError):
            return None
        for box in self._boxes:
            with suppress(InvalidTag, ValueError):
                return box.decrypt(packed[:12], packed[12:], None).decode()
        return None


@dataclass(frozen=True)
class Enrolment:
    """What an app is to be told: the secret, to be typed in or scanned."""

    secret: str
    uri: str

    @property
    def shown_secret(self) -> str:
        """The secret as people type it in: in fours."""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))


def has_second_factor(session: Session, user_id: uuid.UUID) -> bool:
    """Tell whether a person is asked for a second factor."""
    row = session.get(SecondFactor, user_id)
    return row is not None and row.confirmed_at is not None


def codes_left(session: Session, user_id: uuid.UUID) -> int:
    """Return how many recovery codes a person still has."""
    unused = sa.select(sa.func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalar(unused) or 0


def start_enrolment(session: Session, user_id: uuid.UUID, box: SecretBox) -> None:
    """Make a secret for an app; an earlier one that was not confirmed is replaced.

    Raises `InvalidTransition` where a second factor is set up already.
    """
    row = session.get(SecondFactor, user_id, with_for_update=True)
    if row is not None and row.confirmed_at is not None:
        raise InvalidTransition("You have a second factor already. Take it off first.")
    closed = box.close(pyotp.random_base32())
    if row is None:
        session.add(SecondFactor(user_id=user_id, secret=closed, last_step=0, tries=0))
    else:
        row.secret = closed
    session.flush()


def read_enrolment(
    session: Session, user_id: uuid.UUID, box: SecretBox, *, email: str, site_name: str
) -> Enrolment | None:
    """Return what the app is to be told; None where none waits to be confirmed."""
    row = session.get(SecondFactor, user_id)
    secret = box.open(row.secret) if row is not None and row.confirmed_at is None else None
    if secret is None:
        return None
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=site_name))


def confirm_enrolment(
    session: Session, user_id: uuid.UUID, code: str, box: SecretBox, now: datetime
) -> tuple[str, ...] | None:
    """Take the first code of an app. Returns the recovery codes, which are shown once; None where it is wrong.

    The try counts in either case: commit.
    """
    row = session.get(SecondFactor, user_id, with_for_update=True)
    if row is None or row.confirmed_at is not None or not _takes(row, code, box, now):
        return None
    row.confirmed_at = now
    codes = tuple(_new_code() for _ in range(RECOVERY_CODES))
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    session.add_all(RecoveryCode(code_hash=hash_token(_plain(code)), user_id=user_id) for code in codes)
    session.flush()
    return codes


def check_second_factor(session: Session, user_id: uuid.UUID, code: str, box: SecretBox, now: datetime) -> bool:
    """Tell whether a code of the app, or a recovery code, is right; it is used up. The try counts: commit."""
    row = session.get(SecondFactor, user_id, with_for_update=True)
    if row is None or row.confirmed_at is None:
        return False
    return _takes(row, code, box, now, lambda: _use_recovery_code(session, user_id, code, now))


def remove_second_factor(session: Session, user_id: uuid.UUID) -> None:
    """Take the second factor off, with its recovery codes."""
    for table in (RecoveryCode, SecondFactor):
        session.execute(sa.delete(table).where(table.user_id == user_id))


def _takes(
    row: SecondFactor, code: str, box: SecretBox, now: datetime, otherwise: Callable[[], bool] = lambda: False
) -> bool:
    """Tell whether a code is taken, and count it where it is not."""
    if row.tried_at is not None and now - row.tried_at >= TRIES_WITHIN:
        row.tries, row.tried_at = 0, None
    if row.tries >= MOST_TRIES:
        return False
    step = _step_of(row, _plain(code), box, now)
    if step is not None:
        row.last_step = step
    if step is not None or otherwise():
        row.tries, row.tried_at = 0, None
        return True
    row.tries, row.tried_at = row.tries + 1, row.tried_at or now
    return False


def _step_of(row: SecondFactor, code: str, box: SecretBox, now: datetime) -> int | None:
    """Return the step that a code belongs to, if it is of now and newer than the last that was taken."""
    secret = box.open(row.secret)
    if secret is None:
        return None
    totp = pyotp.TOTP(secret)
    for drift in DRIFT:
        step = totp.timecode(now) + drift
        if step > row.last_step and hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            return step
    return None


def _use_recovery_code(session: Session, user_id: uuid.UUID, code: str, now: datetime) -> bool:
    theirs = (RecoveryCode.code_hash == hash_token(_plain(code)), RecoveryCode.user_id == user_id)
    used = sa.update(RecoveryCode).where(*theirs, RecoveryCode.used_at.is_(None)).values(used_at=now)
    return session.scalar(used.returning(RecoveryCode.code_hash)) is not None


def _new_code() -> str:
    """Return a recovery code: 140 bits in seven groups, enough for a hash without stretching (ASVS 5.0, 6.5.2)."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(7))


def _plain(code: str) -> str:
    """Return a code as it is compared: however it was spaced."""
    return "".join(character for character in code.lower() if character.isascii() and character.isalnum())


def _derive(key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key.encode())
