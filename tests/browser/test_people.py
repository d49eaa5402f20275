"""An admin's people, tokens and record of deeds in a real browser: from the invitation to the newcomer's workspace."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.mailbox import count_mails, follow_link, open_mail

OpenPage = Callable[..., Page]
Check = Callable[[Page], None]
LINK = "Your link to sign in"


@pytest.fixture(scope="module")
def admin(site: Site) -> str:
    """The address of an admin of the sample's council."""
    own = {"KIL_ENV": "development", "KIL_VAR": str(site.var), "KIL_BASE_URL": site.address}
    kil = str(Path(sys.executable).with_name("kil"))
    arguments = ("admin@council.example.org", "--organisation", "Exampleborough Council", "--role", "admin")
    subprocess.run([kil, "user", "add", *arguments], env={**os.environ, **own}, check=True, capture_output=True)
    return arguments[0]


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (375, False)])
def test_an_admin_signs_in_by_code_and_invites_somebody_who_comes(
    page_at: OpenPage, assert_accessible: Check, admin: str, width: int, javascript: bool
) -> None:
    page, mails = page_at(width, javascript=javascript), page_at(width, javascript=javascript)
    before = count_mails(mails, LINK, admin)
    page.goto("/sign-in")
    page.get_by_label("email").fill(admin)
    page.get_by_role("button", name="Send me a link").click()
    assert_accessible(page)
    open_mail(mails, LINK, admin, after=before)
    code = re.search(r"\d{4} \d{4}", mails.locator("pre").inner_text())
    assert code is not None
    page.get_by_label("Code from the email").fill(code[0])
    page.get_by_role("button", name="Sign in").click()
    for path in (
        "organisation",
        "account",
        "account/second-factor",
        "account/leave",
        "tokens",
        "audit",
        "prove",
        "people",
    ):
        page.goto(f"/workspace/{path}")
        assert_accessible(page)
    newcomer = f"newcomer{width}@example.org"
    page.get_by_label("Their work email address").fill(newcomer)
    page.get_by_label("Author", exact=True).check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("An invitation is on its way")).to_be_visible()
    assert_accessible(page)
    open_mail(mails, "invites you to work on its plan", newcomer)
    follow_link(mails, "/invitations/")
    assert_accessible(mails)
    mails.get_by_role("button", name="Accept and sign in").click()
    expect(mails.get_by_role("heading", name="Your plan")).to_be_visible()
    page.reload()
    page.get_by_role("link", name=newcomer).click()
    assert_accessible(page)
