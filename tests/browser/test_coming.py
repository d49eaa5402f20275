"""Coming to a session in a real browser: asking, confirming, the organiser's lists, checking in, leaving."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.mailbox import follow_link, open_mail
from tests.browser.test_commissioners import sign_in

OpenPage = Callable[..., Page]
Check = Callable[[Page], None]
NewAuthor = Callable[[str], str]
TITLE = "Carers decide: grant or contract?"
"""In the sample plan: in person and online."""


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (320, False)])
def test_from_the_page_of_a_session_to_the_door(
    page_at: OpenPage, assert_accessible: Check, new_author: NewAuthor, width: int, javascript: bool
) -> None:
    page, address, name = page_at(width, javascript=javascript), f"comer{width}@example.org", f"Ann {width}"
    page.goto("/sessions")
    page.get_by_role("link", name=TITLE).click()
    assert_accessible(page)
    page.get_by_role("link", name="Come to this session").click()
    assert_accessible(page)
    page.get_by_role("button", name="Ask for a place").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("In person").check()
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Your email address").fill(address)
    page.get_by_label("The host of the session").check()
    page.get_by_label("What do you need to take part?").fill("A hearing loop")
    page.get_by_role("button", name="Ask for a place").click()
    assert_accessible(page)
    open_mail(page, "Please confirm that you are coming", address)
    follow_link(page, "/coming/")
    assert_accessible(page)
    own = page.url
    page.get_by_role("button", name="Yes, I am coming").click()
    expect(page.get_by_role("heading", name="You have a place")).to_be_visible()
    assert_accessible(page)
    sign_in(page, new_author("EXB"))
    page.get_by_role("navigation", name="Workspace").get_by_role("link", name="Who is coming").click()
    assert_accessible(page)
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_text("A hearing loop").first).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Sign-in sheet to print").click()
    assert_accessible(page)
    page.get_by_role("link", name="Back to the list").click()
    host = page.locator("a[href*='/coming/host/']").get_attribute("href") or ""
    page.get_by_role("link", name="Check people in").click()
    person = page.get_by_role("listitem").filter(has_text=name)
    person.get_by_role("button", name="Here").click()
    page.get_by_role("button", name="One more").click()
    assert_accessible(page)
    person.get_by_role("button", name="Undo").click()
    page.goto(host)
    expect(page.get_by_role("listitem").filter(has_text=name)).to_be_visible()
    assert_accessible(page)
    page.goto(own)
    page.get_by_role("button", name="I am not coming").click()
    expect(page.get_by_role("heading", name="You are not coming")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Erase my data").click()
    expect(page.get_by_role("heading", name="Your data is erased")).to_be_visible()
    assert_accessible(page)
