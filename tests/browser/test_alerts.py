"""Asking for alerts by mail in a real browser: on a desk, and on a phone without JavaScript."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.mailbox import follow_link, open_mail

OpenPage = Callable[..., Page]
Check = Callable[[Page], None]


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (375, False)])
def test_from_a_filtered_list_to_alerts_that_run_and_stop(
    page_at: OpenPage, assert_accessible: Check, width: int, javascript: bool
) -> None:
    page, address = page_at(width, javascript=javascript), f"reader{width}@example.org"
    page.goto("/plan?chance=grant")
    page.get_by_role("link", name="Get alerts for this list").click()
    assert_accessible(page)
    expect(page.get_by_label("Yes, a grant")).to_be_checked()
    page.get_by_role("button", name="Show what this would have sent").click()
    expect(page.get_by_role("heading", name="What this would have sent since")).to_be_visible()
    assert_accessible(page)
    expect(page.get_by_label("Yes, a grant")).to_be_checked()
    page.get_by_label("Your email address").fill(address)
    page.get_by_label("once a day").check()
    page.get_by_role("button", name="Ask for alerts").click()
    assert_accessible(page)
    open_mail(page, "Please confirm", address)
    assert_accessible(page)
    follow_link(page, "/alerts/confirm/")
    assert_accessible(page)
    page.get_by_role("button", name="Yes, start my alerts").click()
    expect(page.get_by_text("Your alerts have started.")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Send nothing before").fill(f"{date.today() + timedelta(days=30)}")
    page.get_by_role("button", name="Pause my emails").click()
    expect(page.get_by_text("Your email is paused.")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Start again now").click()
    page.get_by_label("Your new email address").fill("reader at example")
    page.get_by_role("button", name="Change my address").click()
    assert_accessible(page)
    page.get_by_role("link", name="Follow something else too").click()
    assert_accessible(page)
    page.get_by_label("With these words").fill("falls")
    page.get_by_role("button", name="Follow this too").click()
    page.get_by_label("With the words “falls”").uncheck()
    page.get_by_label("Can we go for it: Yes, a grant").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. You get no more emails.")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 375])
def test_what_has_to_be_mended_is_said_at_the_top_and_at_the_field(
    page_at: OpenPage, assert_accessible: Check, width: int
) -> None:
    page = page_at(width)
    page.goto("/alerts/new")
    page.get_by_label("Your email address").fill("reader at example")
    page.get_by_role("button", name="Ask for alerts").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    assert_accessible(page)
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("Your email address")).to_be_focused()
    expect(page.get_by_label("Your email address")).to_have_value("reader at example")
