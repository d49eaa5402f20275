"""Signing in and changing roles at the same moment, in real threads, by the pages themselves, on both databases."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from kil_pipeline.organisations.audit import AuditRow
from kil_pipeline.organisations.browser_sessions import SignedIn
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.people import change_role, remove_member
from kil_pipeline.organisations.sign_in import ask_to_sign_in, mint_sign_in_code, mint_sign_in_token
from kil_pipeline.plan.entries import WorkingCopy
from tests.attacks.conftest import Target
from tests.factories import NOW
from tests.threads import all_at_once
from tests.web.visitors import csrf_token, send
from web.commissioner.sign_in_views import ASKED

AT_ONCE = 4
DRAFT = "/workspace/entries/EXC-0002"


def a_member(target: Target, role: Role = Role.AUTHOR) -> uuid.UUID:
    with target.database.write() as session:
        return add_member(session, email="v@example.org", organisation_id=target.own, role=role, now=NOW).user_id


def a_link(target: Target, user: uuid.UUID, minutes: int = 15) -> str:
    with target.database.write() as session:
        return f"/sign-in/{mint_sign_in_token(session, user, NOW, minutes)}"


def prepared(browser: FlaskClient, path: str, page: str, form: dict[str, str] | None = None) -> Callable[[], bool]:
    """Return what sends a form whose token was fetched before. It tells whether the form did its work."""
    data = {**(form or {}), "csrf_token": csrf_token(browser.get(page).text)}
    return lambda: browser.post(path, data=data).status_code == 302


def live(target: Target) -> int:
    with target.database.read() as session:
        return session.scalar(sa.select(sa.func.count()).where(SignedIn.ended_at.is_(None))) or 0


def test_a_link_that_is_pressed_in_many_browsers_at_once_signs_one_in(either: Target) -> None:
    path = a_link(either, a_member(either))
    browsers = [either.nobody() for _ in range(AT_ONCE)]
    pressed = all_at_once([prepared(browser, path, path) for browser in browsers])
    assert sorted(pressed) == [False] * (AT_ONCE - 1) + [True]
    assert [browser.get("/workspace").status_code == 200 for browser in browsers] == pressed
    assert live(either) == 1


def test_a_code_that_is_sent_many_times_at_once_signs_in_once(either: Target) -> None:
    a_member(either)
    with either.database.write() as session:
        asked = ask_to_sign_in(session, "v@example.org", NOW, browser_key="the browser that asked")
        code = mint_sign_in_code(session, asked.request_id, NOW, 15)
    browsers = [either.nobody() for _ in range(AT_ONCE)]
    for browser in browsers:
        with browser.session_transaction() as cookie:
            cookie[ASKED] = "the browser that asked"
    calls = [prepared(browser, "/sign-in/code", "/sign-in/code", {"code": code}) for browser in browsers]
    assert sorted(all_at_once(calls)) == [False] * (AT_ONCE - 1) + [True]
    assert live(either) == 1


def test_a_scanner_that_looks_while_it_is_pressed_takes_nothing_away(either: Target) -> None:
    path, browser = a_link(either, a_member(either)), either.nobody()
    press = prepared(browser, path, path)
    looks = [lambda: either.nobody().get(path).status_code in (200, 410) for _ in range(AT_ONCE - 1)]
    assert all_at_once([press, *looks]) == [True] * AT_ONCE
    assert browser.get("/workspace").status_code == 200


@pytest.mark.parametrize("how", ["used", "expired"])
def test_a_stolen_link_is_worth_nothing_afterwards(either: Target, how: str) -> None:
    path = a_link(either, a_member(either), 15 if how == "used" else -1)
    thief = either.nobody()
    if how == "used":
        assert send(either.nobody(), path, page=path).status_code == 302
    assert (thief.get(path).status_code, send(thief, path).status_code) == (410, 410)
    assert thief.get("/workspace").status_code == 302


@pytest.mark.parametrize("change", ["removed", "less"])
def test_a_role_that_goes_while_requests_are_under_way_lets_none_in_afterwards(either: Target, change: str) -> None:
    user, browser = a_member(either), either.nobody()
    path = a_link(either, user)
    send(browser, path, page=path)
    form = {"headline": "Changed", "version": "1"}
    save = prepared(browser, DRAFT, DRAFT, form)

    def take_away() -> None:
        with either.database.write() as session:
            if change == "removed":
                remove_member(session, either.own, user, NOW)
            else:
                change_role(session, either.own, user, Role.VIEWER, NOW)

    saved, _ = all_at_once([save, take_away])
    with either.database.read() as session:
        versions = sorted(session.scalars(sa.select(WorkingCopy.version)))
    assert (versions[-1] > 1) == saved  # what had begun was done as a whole, or not at all
    assert not save()
    assert browser.get(DRAFT).status_code == 302
    with either.database.read() as session:
        assert sorted(session.scalars(sa.select(WorkingCopy.version))) == versions


def test_who_is_removed_while_they_sign_in_is_in_nowhere(either: Target) -> None:
    user, browser = a_member(either), either.nobody()
    path = a_link(either, user)

    def remove() -> None:
        with either.database.write() as session:
            remove_member(session, either.own, user, NOW)

    assert all_at_once([prepared(browser, path, path), remove])[1]
    assert browser.get("/workspace").status_code == 302


def test_two_browsers_that_change_a_role_at_once_leave_one_role_and_no_session(either: Target) -> None:
    user, browser = a_member(either), either.nobody()
    path = a_link(either, user)
    send(browser, path, page=path)
    admin = either.owner()
    page = f"/workspace/people/{user}"
    calls = [prepared(admin, f"{page}/role", page, {"role": role}) for role in ("viewer", "approver")]
    assert all_at_once(calls) == [True, True]
    assert browser.get("/workspace").status_code == 302
    with either.database.read() as session:
        given = session.scalars(
            sa.select(AuditRow.subject).where(AuditRow.deed == "change_role").order_by(AuditRow.id)
        ).all()
    assert sorted(given) == ["approver", "viewer"]


def test_a_link_lives_no_longer_than_it_says(either: Target) -> None:
    with either.database.write() as session:
        user = add_member(session, email="w@example.org", organisation_id=either.own, role=Role.AUTHOR, now=NOW).user_id
        token = mint_sign_in_token(session, user, NOW - timedelta(minutes=15), 15)
    assert either.nobody().get(f"/sign-in/{token}").status_code == 410
