"""Another site's page makes a browser that is signed in send something (CSRF).

That every form wants its token, and which few do not, is in `tests/web/test_access.py`.
"""

import pytest

from kil_pipeline.organisations.members import Role
from tests.attacks.conftest import Target
from tests.web.visitors import csrf_token

PUBLISH = "/workspace/entries/EXC-0002/publish"


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"])
def test_a_forged_form_publishes_nothing(target: Target, kind: str) -> None:
    victim, attacker = target.owner(Role.AUTHOR), target.nobody()
    theirs = csrf_token(attacker.get("/alerts/new").text)
    for token in ("", theirs):
        answer = victim.post(PUBLISH, data={"version": "1", "csrf_token": token}, content_type=kind)
        assert (answer.status_code, "Please send the form again" in answer.text) == (400, True)
    assert target.nobody().get("/entries/EXC-0002").status_code == 404


def test_a_look_publishes_nothing(target: Target) -> None:
    victim = target.owner(Role.AUTHOR)
    answers = {
        victim.open(PUBLISH, method=method, query_string={"version": "1"}).status_code for method in ("GET", "HEAD")
    }
    assert answers == {405}
    override = {"X-HTTP-Method-Override": "POST"}
    assert victim.get(PUBLISH, headers=override, query_string={"_method": "POST"}).status_code == 405
    assert target.nobody().get("/entries/EXC-0002").status_code == 404


def test_a_browsers_cookie_writes_nothing_by_the_api(target: Target) -> None:
    victim = target.owner(Role.ADMIN)
    answer = victim.post("/api/v1/drafts", json={"answers": {"headline": "Forged"}})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "Forged" not in victim.get("/workspace").text


def test_no_other_site_may_read_what_is_private(target: Target) -> None:
    victim, origin = target.owner(Role.ADMIN), {"Origin": "https://evil.example.com"}
    for path in ("/workspace", "/workspace/tokens", "/workspace/our-plan.xlsx"):
        headers = victim.get(path, headers=origin).headers
        assert "Access-Control-Allow-Credentials" not in headers
        assert headers.get("Access-Control-Allow-Origin") is None
