"""Organisations in a real browser: one that became another, and what an admin says and shows of its own."""

from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.mailbox import count_mails, follow_link, open_mail

OpenPage = Callable[..., Page]
Check = Callable[[Page], None]
LINK = "Your link to sign in"
BOARD = "NHS Exampleshire Integrated Care Board"
PATHS = (
    "/commissioners/nhs-north-exampleshire-integrated-care-board",
    "/commissioners/nhs-exampleshire-integrated-care-board",
    "/entries/EXN-0001",
    "/vcse-organisations",
    "/vcse-organisations/00000000-0000-0000-0000-000000000000",
)


@pytest.mark.parametrize("width", [1280, 375])
def test_a_body_that_became_another_is_accessible(page_at: OpenPage, assert_accessible: Check, width: int) -> None:
    page = page_at(width)
    for path in PATHS:
        page.goto(path)
        assert_accessible(page)
    page.goto(PATHS[0])
    page.get_by_role("link", name=BOARD).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(BOARD)


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (375, False)])
def test_an_admin_says_what_the_organisation_is_called_and_shows_its_logo(
    page_at: OpenPage, assert_accessible: Check, site: Site, width: int, javascript: bool
) -> None:
    email = f"admin{width}@trust.example.org"
    site.kil("user", "add", email, "--organisation", "EXT", "--role", "admin")
    page, mails = page_at(width, javascript=javascript), page_at(width, javascript=javascript)
    before = count_mails(mails, LINK, email)
    page.goto("/sign-in")
    page.get_by_label("email").fill(email)
    page.get_by_role("button", name="Send me a link").click()
    open_mail(mails, LINK, email, after=before)
    follow_link(mails, "/sign-in/")
    mails.get_by_role("button", name="Sign in").click()
    mails.goto("/workspace/organisation/details")
    assert_accessible(mails)
    mails.get_by_label("Numbers in registers").fill("GB-CHC-12")
    mails.get_by_role("button", name="Save").click()
    expect(mails.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert_accessible(mails)
    mails.get_by_label("Numbers in registers").fill("GB-CHC-1123456")
    mails.get_by_role("button", name="Save").click()
    expect(mails.get_by_text("Saved. Everyone can see it.")).to_be_visible()
    picture = site.var / f"logo{width}.png"
    Image.new("RGB", (200, 80), (0, 80, 70)).save(picture)
    mails.goto("/workspace/organisation/documents")
    mails.get_by_label("picture").set_input_files(picture)
    mails.get_by_label("What it shows").fill("The logo of the trust")
    mails.get_by_role("button", name="Use this logo").click()
    expect(mails.get_by_role("img", name="The logo of the trust")).to_be_visible()
    assert_accessible(mails)
    page.goto("/commissioners/exampleshire-community-health-nhs-trust")
    expect(page.get_by_role("img", name="The logo of the trust")).to_be_visible()
    assert_accessible(page)
