"""The second factor: an app's code once and while it is fresh, recovery codes once each, five tries."""

import base64
import uuid
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from kil_pipeline.database import Database
from kil_pipeline.errors import InvalidTransition
from kil_pipeline.organisations.operators import add_operator
from kil_pipeline.organisations.second_factors import (
    MOST_TRIES,
    RECOVERY_CODES,
    TRIES_WITHIN,
    RecoveryCode,
    SecondFactor,
    SecretBox,
    check_second_factor,
    codes_left,
    confirm_enrolment,
    has_second_factor,
    read_enrolment,
    remove_second_factor,
    start_enrolment,
)
from tests.factories import NOW
from tests.threads import all_at_once

OLD, NEW = "an older key, long enough to be one", "the newest key, long enough to be one"
BOX = SecretBox((NEW,))
STEP = timedelta(seconds=30)
LATER = NOW + timedelta(hours=1)


class App:
    """An operator's authenticator app."""

    def __init__(self, database: Database, box: SecretBox = BOX) -> None:
        self.database, self.box = database, box
        with database.write() as session:
            self.user_id = add_operator(session, email="op@example.org", now=NOW)
            start_enrolment(session, self.user_id, box)
            waiting = read_enrolment(session, self.user_id, box, email="op@example.org", site_name="Site")
            assert waiting is not None
            self.totp = pyotp.parse_uri(waiting.uri)
            assert isinstance(self.totp, pyotp.TOTP)
            assert not has_second_factor(session, self.user_id)
            codes = confirm_enrolment(session, self.user_id, self.totp.at(NOW), box, NOW)
        assert codes is not None
        self.recovery = codes

    def code(self, offset: timedelta = timedelta()) -> str:
        """Return the code that the app shows at LATER, or a while after."""
        assert isinstance(self.totp, pyotp.TOTP)
        return str(self.totp.at(LATER + offset))

    def check(self, code: str, after: timedelta = timedelta(), box: SecretBox | None = None) -> bool:
        """Type a code in, at LATER or a while after."""
        with self.database.write() as session:
            return check_second_factor(session, self.user_id, code, box or self.box, LATER + after)


def test_a_code_of_the_app_is_taken_once(database: Database) -> None:
    app = App(database)
    assert [app.check(app.code()) for _ in range(2)] == [True, False]
    assert app.check(app.code(STEP), STEP)


def test_a_code_that_is_used_by_many_at_once_is_taken_once(database: Database) -> None:
    app = App(database)
    attempts: list[Callable[[], object]] = [lambda: app.check(app.code())] * 4
    assert sorted(all_at_once(attempts)) == [False, False, False, True]


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_an_apps_clock_may_be_off_by_one_step(database: Database, steps: int, taken: bool) -> None:
    app = App(database)
    assert app.check(app.code(STEP * steps)) is taken


def test_an_older_code_is_refused_after_a_newer_one(database: Database) -> None:
    app = App(database)
    assert [app.check(app.code(STEP)), app.check(app.code())] == [True, False]


def test_the_code_that_set_it_up_does_not_sign_in_too(database: Database) -> None:
    app = App(database)
    assert isinstance(app.totp, pyotp.TOTP)
    with database.write() as session:
        assert not check_second_factor(session, app.user_id, app.totp.at(NOW), BOX, NOW)


@pytest.mark.parametrize(("wrong", "taken"), [(MOST_TRIES - 1, True), (MOST_TRIES, False)])
def test_after_five_wrong_codes_none_is_looked_at_for_a_while(database: Database, wrong: int, taken: bool) -> None:
    app = App(database)
    assert [app.check("000 000x") for _ in range(wrong)] == [False] * wrong
    assert app.check(app.code()) is taken
    assert app.check(app.recovery[0]) is taken
    assert app.check(app.code(TRIES_WITHIN), TRIES_WITHIN)


def test_each_recovery_code_works_once_however_it_is_typed(database: Database) -> None:
    app = App(database)
    assert len(set(app.recovery)) == RECOVERY_CODES
    typed = app.recovery[3].upper().replace("-", " ")
    assert [app.check(typed), app.check(app.recovery[3]), app.check(app.recovery[4])] == [True, False, True]
    with database.read() as session:
        assert codes_left(session, app.user_id) == RECOVERY_CODES - 2


@pytest.mark.parametrize("text", ["", "x", "\0", "\ud800", "１２３４５６", "9" * 5_000])
def test_what_is_no_code_is_refused(database: Database, text: str) -> None:
    assert not App(database).check(text)


def test_nothing_that_is_stored_can_be_used(database: Database) -> None:
    app = App(database)
    with database.read() as session:
        secret = session.scalars(sa.select(SecondFactor.secret)).one()
        hashes = session.scalars(sa.select(RecoveryCode.code_hash)).all()
    assert app.totp.secret not in secret
    assert BOX.open(secret) == app.totp.secret
    assert set(hashes) & set(app.recovery) == set()


def test_a_new_key_of_the_installation_reads_what_the_older_one_wrote(database: Database) -> None:
    app = App(database, SecretBox((OLD,)))
    assert not app.check(app.code(), box=SecretBox((NEW,)))
    assert app.check(app.code(), box=SecretBox((NEW, OLD)))
    assert app.check(app.recovery[0], box=SecretBox((NEW,)))


def test_what_was_encrypted_before_is_still_read() -> None:
    key = "k" * 32
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"kil second factor").derive(key.encode())
    before = Fernet(base64.urlsafe_b64encode(derived)).encrypt(b"a secret").decode()
    box = SecretBox((key,))
    assert (box.open(before), box.close("a secret").startswith("gcm.")) == ("a secret", True)


@given(st.text(max_size=40), st.integers(0, 200), st.sampled_from("ABCabc019-_"))
def test_what_was_changed_in_one_place_is_not_read(text: str, place: int, character: str) -> None:
    box = SecretBox(("k" * 32,))
    closed = box.close(text)
    where = 4 + place % (len(closed) - 4)
    changed = closed[:where] + character + closed[where + 1 :]
    same = changed.rstrip("=") == closed.rstrip("=") or _bytes(changed) == _bytes(closed)
    assert box.open(changed) == (text if same else None)


def _bytes(closed: str) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(closed.removeprefix("gcm."))
    except ValueError:
        return None


def test_it_is_set_up_once_and_can_be_taken_off(database: Database) -> None:
    app = App(database)
    with database.write() as session:
        with pytest.raises(InvalidTransition):
            start_enrolment(session, app.user_id, BOX)
        assert read_enrolment(session, app.user_id, BOX, email="x", site_name="x") is None
        remove_second_factor(session, app.user_id)
        assert not has_second_factor(session, app.user_id)
        assert codes_left(session, app.user_id) == 0
    assert not app.check(app.recovery[0])


def test_nobody_is_asked_before_the_first_code_was_right(database: Database) -> None:
    with database.write() as session:
        user_id: uuid.UUID = add_operator(session, email="op@example.org", now=NOW)
        start_enrolment(session, user_id, BOX)
        assert confirm_enrolment(session, user_id, "000000x", BOX, NOW) is None
        assert not has_second_factor(session, user_id)
        assert not check_second_factor(session, user_id, "000000x", BOX, NOW)
