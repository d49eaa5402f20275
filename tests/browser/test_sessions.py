"""A session from the empty form to the moved page, in a real browser: the author, the host and their mail."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.mailbox import follow_link, open_mail
from tests.browser.test_commissioners import sign_in

OpenPage = Callable[..., Page]
Check = Callable[[Page], None]
NewAuthor = Callable[[str], str]


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (375, False)])
def test_a_session_is_planned_hosted_published_and_moved(
    page_at: OpenPage, assert_accessible: Check, new_author: NewAuthor, width: int, javascript: bool
) -> None:
    page, title, host = page_at(width, javascript=javascript), f"What helps, at {width}?", f"host{width}@example.org"
    author = new_author("EXB")
    sign_in(page, author)
    page.get_by_role("navigation", name="Workspace").get_by_role("link", name="Sessions").click()
    assert_accessible(page)
    page.get_by_role("button", name="New session").click()
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_role("link", name="Write in a sentence what it is for.")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("What it is for", exact=True).fill("Come and say what helps.")
    page.get_by_label("Day", exact=True).fill("14 May 2030")
    page.get_by_label("From", exact=True).fill("5:30pm")
    page.get_by_label("To", exact=True).fill("7:30pm")
    page.get_by_label("Venue").fill("the-old-mill-community-centre")
    page.get_by_role("button", name="Save and preview").click()
    expect(page.get_by_text("It can be published once a host has confirmed.")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Ask a host").click()
    page.get_by_label("Organisation").fill("Old Mill Community Trust")
    page.get_by_label("Its email address").fill(host)
    page.get_by_role("button", name="Ask them").click()
    assert_accessible(page)
    workspace = page.url

    open_mail(page, f"Would you host this session? {title}", host)
    follow_link(page, "/hosting/")
    assert_accessible(page)
    page.get_by_role("button", name="Yes, we host it").click()
    expect(page.get_by_role("heading", name="Thank you: you are its host")).to_be_visible()
    assert_accessible(page)
    open_mail(page, f"Old Mill Community Trust has confirmed: {title}", author)

    page.goto(workspace)
    page.get_by_role("link", name="Preview and publish").click()
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("link", name=title).click()
    page.get_by_role("link", name="Move, cancel, copy").click()
    assert_accessible(page)
    page.get_by_text("Move it to another time").click()
    page.get_by_label("Day", exact=True).fill("21 May 2030")
    page.get_by_label("From", exact=True).fill("17:30")
    page.get_by_label("To", exact=True).fill("19:30")
    page.get_by_label("Why? Everybody can read it.").first.fill("The hall is taken.")
    page.get_by_role("button", name="Set the new time").click()
    page.goto("/sessions")
    page.get_by_role("link", name=title).click()
    expect(page.get_by_text("It was first planned for 14 May 2030.")).to_be_visible()
    assert_accessible(page)
