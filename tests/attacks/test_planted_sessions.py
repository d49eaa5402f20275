"""A browser that was handed a cookie by an attacker (session fixation), and what becomes of keys when rights change.

Signing in by a link, signing out and idle ends are in `tests/web/test_links_and_sessions.py`.
"""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from kil_pipeline.organisations.invitations import invite, mint_invitation_token
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.people import change_role
from kil_pipeline.organisations.sign_in import mint_sign_in_token
from tests.attacks.conftest import Target
from tests.factories import NOW
from tests.web.visitors import send


def by_link(target: Target, browser: FlaskClient) -> None:
    """Sign in by a mailed link."""
    with target.database.write() as session:
        user = add_member(session, email="v@example.org", organisation_id=target.own, role=Role.AUTHOR, now=NOW).user_id
        mint_sign_in_token(session, user, NOW, 15, random_token=lambda: "link")
    assert send(browser, "/sign-in/link", page="/sign-in/link").status_code == 302


def by_invitation(target: Target, browser: FlaskClient) -> None:
    """Become a member by an invitation."""
    with target.database.write() as session:
        asked = invite(session, organisation_id=target.own, email="v@example.org", role=Role.AUTHOR, now=NOW)
        mint_invitation_token(session, asked.id, NOW, random_token=lambda: "invitation")
    assert send(browser, "/invitations/invitation", page="/invitations/invitation").status_code == 302


@pytest.mark.parametrize("enter", [by_link, by_invitation])
def test_who_planted_a_cookie_is_not_signed_in_by_its_victim(
    target: Target, enter: Callable[[Target, FlaskClient], None]
) -> None:
    attacker, victim = target.stranger(), target.nobody()
    planted = attacker.get_cookie("kil")
    assert planted is not None
    victim.set_cookie("kil", planted.value)
    enter(target, victim)
    assert "A draft" in victim.get("/workspace").text
    assert attacker.get("/workspace").status_code == 302  # the key that was planted is worth nothing any more
    thief = target.nobody()
    thief.set_cookie("kil", planted.value)
    assert thief.get("/workspace").status_code == 302


def test_acting_for_another_organisation_changes_the_key(target: Target) -> None:
    victim = target.nobody()
    with target.database.write() as session:
        user = add_member(session, email="v@example.org", organisation_id=target.own, role=Role.AUTHOR, now=NOW).user_id
        add_member(session, email="v@example.org", organisation_id=target.other, role=Role.AUTHOR, now=NOW)
        mint_sign_in_token(session, user, NOW, 15, random_token=lambda: "link")
    send(victim, "/sign-in/link", page="/sign-in/link")
    old, thief = victim.get_cookie("kil"), target.nobody()
    assert old is not None
    assert send(victim, "/workspace/organisation", {"organisation": str(target.other)}).status_code == 302
    thief.set_cookie("kil", old.value)
    assert [browser.get("/workspace").status_code for browser in (victim, thief)] == [200, 302]


def test_another_role_ends_what_was_open(target: Target) -> None:
    browser = target.nobody()
    by_link(target, browser)
    with target.database.write() as session:
        user = add_member(session, email="v@example.org", organisation_id=target.own, role=Role.AUTHOR, now=NOW).user_id
        change_role(session, target.own, user, Role.VIEWER, NOW)
    assert browser.get("/workspace").status_code == 302
