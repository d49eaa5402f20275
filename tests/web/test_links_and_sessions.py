"""Links that mails carry, and who is signed in: forged, looked at, used twice, used up, signed with an older key."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from kil_pipeline.alerts.letters import Frequency
from kil_pipeline.alerts.links import Signer
from kil_pipeline.alerts.requests import AlertRequest, ask_for_alerts, mint_confirmation_token
from kil_pipeline.alerts.subscribers import Subscriber, subscriber_view
from kil_pipeline.database import Database
from kil_pipeline.errors import LinkNotValid
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.sign_in import mint_sign_in_token
from kil_pipeline.plan.criteria import Criteria
from tests.factories import NOW, a_commissioner, a_subscriber
from tests.web.visitors import csrf_token, send, sign_in
from web.app import create_app
from web.context import Context

OLD, NEW, OTHER = "an older key, long enough to be one", "the newest key, long enough to be one", "not ours"
SOMEBODY = uuid.UUID(int=7)
PATHS: dict[str, Callable[[Signer, uuid.UUID], str]] = {
    "manage": Signer.manage_path,
    "unsubscribe": Signer.unsubscribe_path,
}


def token_of(purpose: str, *keys: str) -> str:
    """Return the signed part of somebody's link."""
    return PATHS[purpose](Signer(keys), SOMEBODY).split("/")[2]


@pytest.mark.parametrize("purpose", PATHS)
def test_a_link_is_read_with_the_newest_key_and_with_older_ones(purpose: str) -> None:
    read = [Signer((NEW, OLD)).read(purpose, token_of(purpose, *keys)) for keys in ((NEW, OLD), (OLD,))]
    assert read == [SOMEBODY, SOMEBODY]


def test_the_newest_key_signs() -> None:
    assert token_of("manage", NEW, OLD) == token_of("manage", NEW)


def test_a_link_is_signed_with_sha_256_and_one_of_before_is_still_read() -> None:
    now, before = (
        URLSafeSerializer([NEW], salt="kil-alerts-manage", signer_kwargs={"digest_method": digest})
        for digest in (hashlib.sha256, hashlib.sha1)
    )
    assert now.loads(token_of("manage", NEW)) == SOMEBODY.hex
    assert Signer((NEW,)).read("manage", str(before.dumps(SOMEBODY.hex))) == SOMEBODY


def test_links_for_the_same_are_as_long_for_everybody() -> None:
    readers = [uuid.UUID(int=number) for number in (0, 1, 2**127 + 12345)]
    assert len({len(Signer((NEW,)).mute_path(reader, str(SOMEBODY))) for reader in readers}) == 1


def test_a_link_of_another_purpose_or_another_key_is_refused() -> None:
    with pytest.raises(LinkNotValid):
        Signer((NEW,)).read("unsubscribe", token_of("manage", NEW))
    with pytest.raises(LinkNotValid):
        Signer((NEW,)).read("manage", token_of("manage", OTHER))


@given(st.data())
def test_a_link_with_a_changed_character_is_refused(data: st.DataObject) -> None:
    token = token_of("manage", NEW)
    place = data.draw(st.integers(0, len(token) - 2))  # the last character has bits that nothing is made of
    other = data.draw(st.sampled_from("AZaz09-_.").filter(lambda character: character != token[place]))
    with pytest.raises(LinkNotValid):
        Signer((NEW,)).read("manage", token[:place] + other + token[place + 1 :])


@given(st.text(max_size=80))
def test_any_text_is_refused_as_a_link(text: str) -> None:
    with pytest.raises(LinkNotValid):
        Signer((NEW,)).read("manage", text)


def test_looking_at_a_link_uses_nothing_up(app: Flask, sqlite_database: Database) -> None:
    paths = links(app, sqlite_database)
    for path in paths.values():
        for method in ("GET", "HEAD", "GET"):
            assert app.test_client().open(path, method=method).status_code == 200
    with sqlite_database.read() as session:
        assert [row.confirmed_at for row in session.query(AlertRequest)] == [None]
        assert [row.stopped_at for row in session.query(Subscriber)] == [None]
    answers = {name: send(app.test_client(), path, {"frequency": "daily"}).status_code for name, path in paths.items()}
    assert answers == {"confirm": 200, "manage": 200, "unsubscribe": 200, "sign in": 302}


def test_a_sign_in_link_works_once(app: Flask, sqlite_database: Database) -> None:
    path = links(app, sqlite_database)["sign in"]
    assert [send(app.test_client(), path).status_code for _ in range(2)] == [302, 410]


def test_a_confirmation_link_may_be_pressed_twice_and_does_its_work_once(app: Flask, sqlite_database: Database) -> None:
    path = links(app, sqlite_database)["confirm"]
    assert [send(app.test_client(), path).status_code for _ in range(2)] == [200, 200]
    with sqlite_database.read() as session:
        assert session.query(Subscriber).filter_by(email="new@example.org").count() == 1


def test_unsubscribing_again_changes_nothing(app: Flask, sqlite_database: Database) -> None:
    path = links(app, sqlite_database)["unsubscribe"]
    assert [app.test_client().post(path).status_code for _ in range(3)] == [200, 200, 200]


def test_the_cookie_holds_a_random_key_and_the_forms_token_and_no_more(app: Flask, sqlite_database: Database) -> None:
    client = a_signed_in_client(app, sqlite_database)
    client.get("/workspace")
    with client.session_transaction() as session:
        assert set(session) == {"signed_in", "csrf_token"}
        assert all(value.startswith("token-") for value in session.values())


def test_signing_out_ends_the_session_on_the_server(app: Flask, sqlite_database: Database) -> None:
    client = a_signed_in_client(app, sqlite_database)
    stolen = client.get_cookie("kil")
    assert stolen is not None
    thief = app.test_client()
    thief.set_cookie("kil", stolen.value)
    assert thief.get("/workspace").status_code == 200
    assert send(client, "/sign-out", page="/workspace").location == "/"
    assert [browser.get("/workspace").status_code for browser in (client, thief)] == [302, 302]


def test_signing_in_takes_no_key_that_somebody_planted(app: Flask, sqlite_database: Database) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session["signed_in"] = "planted"
    with sqlite_database.write() as db:
        council = a_commissioner(db).id
    sign_in(client, sqlite_database, council, Role.AUTHOR)
    with client.session_transaction() as session:
        assert session["signed_in"] != "planted"


@pytest.mark.parametrize(("idle", "status"), [(timedelta(hours=2), 200), (timedelta(hours=2, seconds=1), 302)])
def test_a_session_ends_after_two_hours_without_a_request(
    app: Flask, sqlite_database: Database, idle: timedelta, status: int
) -> None:
    cookie = a_signed_in_client(app, sqlite_database).get_cookie("kil")
    later = again(app, sqlite_database, (app.secret_key,), after=idle)  # type: ignore[arg-type]  # ours is a text
    assert cookie is not None
    later.set_cookie("kil", cookie.value)
    assert later.get("/workspace").status_code == status


def test_a_new_key_signs_nobody_out_and_loses_no_form(app: Flask, sqlite_database: Database) -> None:
    client = a_signed_in_client(app, sqlite_database)
    token, cookie = csrf_token(client.get("/workspace/entries/new").text), client.get_cookie("kil")
    assert cookie is not None
    rotated = again(app, sqlite_database, (NEW, str(app.secret_key)))
    rotated.set_cookie("kil", cookie.value)
    answer = rotated.post("/workspace/entries/new", data={"headline": "Written before", "csrf_token": token})
    assert answer.status_code == 302


def test_a_cookie_signed_by_anybody_else_signs_nobody_in(app: Flask, sqlite_database: Database) -> None:
    cookie = a_signed_in_client(app, sqlite_database).get_cookie("kil")
    assert cookie is not None
    stranger = again(app, sqlite_database, (NEW,))
    stranger.set_cookie("kil", cookie.value)
    assert stranger.get("/workspace").status_code == 302


def test_no_token_is_stored_as_it_is(app: Flask, sqlite_database: Database) -> None:
    links(app, sqlite_database)
    a_signed_in_client(app, sqlite_database)
    with sqlite_database.engine.connect() as connection:
        stored = [
            str(row)
            for table in ("sign_in_token", "signed_in", "confirmation_token")
            for row in connection.exec_driver_sql(f"SELECT token_hash FROM {table}")  # noqa: S608  # names of our own tables
        ]
    assert [text for text in stored if "token-" in text or "-token" in text] == []


def links(app: Flask, database: Database) -> dict[str, str]:
    """Return one link of each kind."""
    with database.write() as session:
        council = a_commissioner(session, "Another Council").id
        user = add_member(session, email="a@example.org", organisation_id=council, role=Role.AUTHOR, now=NOW).user_id
        mint_sign_in_token(session, user, NOW, 15, random_token=lambda: "sign-in-token")
        ask_for_alerts(session, "new@example.org", (Criteria(),), Frequency.DAILY, now=NOW)
        mint_confirmation_token(session, session.query(AlertRequest).one().id, "confirm-token", NOW)
        subscriber = subscriber_view(session, a_subscriber(session)).id
    signer = Signer((str(app.secret_key),))
    return {
        "confirm": "/alerts/confirm/confirm-token",
        "manage": signer.manage_path(subscriber),
        "unsubscribe": signer.unsubscribe_path(subscriber),
        "sign in": "/sign-in/sign-in-token",
    }


def a_signed_in_client(app: Flask, database: Database) -> FlaskClient:
    """Return the browser of an author."""
    with database.write() as session:
        council = a_commissioner(session).id
    return sign_in(app.test_client(), database, council, Role.AUTHOR)


def again(app: Flask, database: Database, keys: tuple[str, ...], *, after: timedelta = timedelta()) -> FlaskClient:
    """Return a new browser of the application as it runs later, or with other keys."""
    settings = replace(app.extensions["kil"].settings, secret_keys=keys)
    return create_app(Context(settings, database, clock=lambda: NOW + after)).test_client()
