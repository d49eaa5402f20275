"""Answering “how you could help us decide” in a real browser, with the mails between and the response."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.mailbox import follow_link, open_mail
from tests.browser.test_commissioners import sign_in

OpenPage = Callable[..., Page]
Check = Callable[[Page], None]
NewAuthor = Callable[[str], str]
CARERS = "Carers' support and breaks"


def open_entry(page: Page) -> None:
    page.goto("/plan?q=carers")
    page.get_by_role("link", name=CARERS).click()


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (375, False)])
def test_a_reader_answers_and_the_commissioner_publishes_it_with_a_response(
    page_at: OpenPage, assert_accessible: Check, new_author: NewAuthor, width: int, javascript: bool
) -> None:
    page, address, name = page_at(width, javascript=javascript), f"answer{width}@example.org", f"Carers {width}"
    open_entry(page)
    page.get_by_role("link", name="Answer about “How the provider will be chosen”").click()
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Your answer", exact=True).fill(f"A grant for each of our {width} carers.")
    page.get_by_label("Your organisation’s name, or yours").fill(name)
    page.get_by_label("My answer may be published").check()
    page.get_by_label("Your email address").fill(address)
    page.get_by_role("button", name="Answer", exact=True).click()
    open_mail(page, f"Confirm your answer: {CARERS}", address)
    follow_link(page, "/answers/")
    assert_accessible(page)
    page.get_by_role("button", name="Yes, send it").click()
    assert_accessible(page)
    sign_in(page, new_author("EXB"))
    page.get_by_role("navigation", name="Workspace").get_by_role("link", name="Answers").click()
    page.get_by_label(f"Your response to {name}").fill("We look at a grant first.")
    page.get_by_label("Publish the answer and my response").check()
    assert_accessible(page)
    page.get_by_role("button", name=f"Send response to {name}").click()
    expect(page.get_by_text("Published, with your response.")).to_be_visible()
    assert_accessible(page)
    open_entry(page)
    shown = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=name))
    expect(shown.get_by_text("We look at a grant first.")).to_be_visible()
    assert_accessible(page)
    open_mail(page, f"A response to your answer: {CARERS}", address)
    follow_link(page, "/answers/")
    page.get_by_role("button", name="Withdraw and erase it").click()
    open_entry(page)
    expect(page.get_by_text(f"A grant for each of our {width} carers.")).to_have_count(0)
    expect(page.get_by_text("Withdrawn by its writer.").first).to_be_visible()
