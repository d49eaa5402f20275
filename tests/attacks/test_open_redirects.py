"""A link of ours that leads to somebody else's site (open redirect)."""

import pytest
from flask.testing import FlaskClient

from tests.attacks.conftest import Target
from tests.attacks.routes import gets, posts
from tests.web.test_access import ENDS_SESSIONS, address_of
from tests.web.visitors import csrf_token

ELSEWHERE = ("https://evil.example.com/", "//evil.example.com", "/\\evil.example.com", "https:evil.example.com")
NAMES = ("next", "following", "url", "to", "return", "redirect", "redirect_uri", "back", "path", "continue")


@pytest.mark.slow
@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_no_address_leads_elsewhere(target: Target, elsewhere: str) -> None:
    given = dict.fromkeys(NAMES, elsewhere)
    for browser in (target.nobody(), target.owner()):
        found = {}
        for rule in gets(target.app):
            answer = browser.get(address_of(rule), query_string=given)
            found[rule.endpoint] = answer.location
            answer.close()
        assert {name: place for name, place in found.items() if not is_ours(place)} == {}


@pytest.mark.slow
@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_no_form_leads_elsewhere(target: Target, elsewhere: str) -> None:
    for browser in (target.nobody(), target.owner()):
        token = csrf_token(browser.get("/alerts/new").text)
        given = dict.fromkeys(NAMES, elsewhere) | {"csrf_token": token}
        rules = [rule for rule in posts(target.app) if rule.endpoint not in {*ENDS_SESSIONS, "commissioner.sign_out"}]
        found = {rule.endpoint: location(browser, address_of(rule), given) for rule in rules}
        assert {name: place for name, place in found.items() if not is_ours(place)} == {}


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_signing_in_leads_nowhere_else(target: Target, elsewhere: str) -> None:
    browser = target.nobody()
    page = browser.get("/sign-in", query_string={"next": elsewhere}).text
    assert "evil.example.com" not in page
    sent = {"email": "a@example.org", "next": elsewhere, "csrf_token": csrf_token(page)}
    assert "evil.example.com" not in browser.post("/sign-in", data=sent).text
    assert "evil.example.com" not in browser.get("/sign-in/code", query_string={"next": elsewhere}).text


def location(browser: FlaskClient, address: str, given: dict[str, str]) -> str | None:
    """Return where a form that is sent leads to."""
    return browser.post(address, data=given).location


def is_ours(place: str | None) -> bool:
    """Tell whether an address is one of this site: a browser takes a backslash for a slash."""
    if place is None:
        return True
    return place.startswith("/") and not place.replace("\\", "/").startswith("//")


def test_the_routes_that_are_walked_are_all_there_are(target: Target) -> None:
    walked = {rule.endpoint for rule in (*gets(target.app), *posts(target.app))}
    assert walked == {rule.endpoint for rule in target.app.url_map.iter_rules()} - {"write_api.change_draft"}
