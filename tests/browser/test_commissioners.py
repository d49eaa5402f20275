"""A commissioner's work in a real browser: signing in, writing, previewing, publishing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.mailbox import count_mails, follow_link, open_mail

OpenPage = Callable[..., Page]
Check = Callable[[Page], None]
NewAuthor = Callable[[str], str]
LINK = "Your link to sign in"


def sign_in(page: Page, address: str) -> None:
    before = count_mails(page, LINK, address)
    page.goto("/sign-in")
    page.get_by_label("email").fill(address)
    page.get_by_role("button", name="Send me a link").click()
    open_mail(page, LINK, address, after=before)
    follow_link(page, "/sign-in/")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Your plan")).to_be_visible()


@pytest.mark.parametrize(("width", "javascript", "prefix"), [(1280, True, "EXI"), (375, False, "EXB")])
def test_from_a_headline_to_a_public_page_that_says_why_not(
    page_at: OpenPage, assert_accessible: Check, width: int, javascript: bool, prefix: str, new_author: NewAuthor
) -> None:
    page, headline = page_at(width, javascript=javascript), f"Telling stories together, at {width}"
    sign_in(page, new_author(prefix))
    assert_accessible(page)
    page.get_by_role("button", name="New planned opportunity").click()
    page.get_by_label("Headline").fill(headline)
    page.get_by_label("Carers").first.check()
    page.get_by_text("Not decided, or can’t say yet? Say why: How much", exact=True).click()
    why = page.locator("#value-why-not")
    why.select_option(label="Not decided: The money is not confirmed")
    page.locator("#value-expected-by").fill("March 2030")
    page.get_by_label("Applications or bids open", exact=True).fill("autumn 2029 (indicative)")
    assert_accessible(page)
    page.get_by_role("button", name="Save and preview").click()
    expect(page.get_by_role("heading", name="Preview: not public yet")).to_be_visible()
    expect(page.get_by_text("The money is not confirmed", exact=True)).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("is published: everybody can see it now.")).to_be_visible()
    page.goto(f"/plan?q={width}+stories")
    page.get_by_role("link", name=headline).click()
    expect(page.get_by_text("September to November 2029").first).to_be_visible()
    assert_accessible(page)
    feed = page.request.get("/feeds/entries.atom?order=updated").text()
    assert headline in feed


@pytest.mark.parametrize("width", [1280, 375])
def test_the_form_says_what_to_mend_and_keeps_what_was_typed(
    page_at: OpenPage, assert_accessible: Check, new_author: NewAuthor, width: int
) -> None:
    page = page_at(width)
    sign_in(page, new_author("EXI"))
    page.goto("/workspace/entries/new")
    page.get_by_label("How much", exact=True).fill("a lot")
    page.get_by_role("button", name="Save as a draft").click()
    assert_accessible(page)
    page.get_by_role("alert").get_by_role("link", name="Write a headline").click()
    expect(page.get_by_label("Headline")).to_be_focused()
    expect(page.get_by_label("How much", exact=True)).to_have_value("a lot")


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (375, False)])
def test_a_spreadsheet_is_looked_at_and_then_imported(
    page_at: OpenPage, assert_accessible: Check, new_author: NewAuthor, width: int, javascript: bool
) -> None:
    page, headline = page_at(width, javascript=javascript), f"From a sheet at {width}"
    sign_in(page, new_author("EXB"))
    page.get_by_role("button", name="Import a spreadsheet").click()
    assert_accessible(page)
    sheet = f"Title,Budget\r\n{headline},£40k in total\r\nWrong,lots\r\n".encode()
    page.get_by_label("Spreadsheet").set_input_files({"name": "plan.csv", "mimeType": "text/csv", "buffer": sheet})
    page.get_by_role("button", name="See what it would change").click()
    expect(page.get_by_role("heading", name=headline)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_accessible(page)
    page.get_by_role("button", name="Import exactly this").click()
    expect(page.get_by_role("link", name=headline)).to_be_visible()


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (375, False)])
def test_a_planned_opportunity_is_held_resumed_copied_and_linked(
    page_at: OpenPage, assert_accessible: Check, new_author: NewAuthor, width: int, javascript: bool
) -> None:
    page, headline = page_at(width, javascript=javascript), f"Walking together, at {width}"
    sign_in(page, new_author("EXI"))
    page.goto("/workspace/entries/new")
    page.get_by_label("Headline").fill(headline)
    page.get_by_role("button", name="Save and preview").click()
    page.get_by_text("What stays hidden, and why").click()
    assert_accessible(page)
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("link", name=headline, exact=True).first.click()
    assert_accessible(page)
    page.get_by_role("button", name="Put it on hold").click()
    assert_accessible(page)
    page.get_by_role("button", name="Put it on hold").click()
    expect(page.get_by_role("alert").get_by_role("link", name="Write a reason")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Why is it on hold?").fill("A review of the budget.")
    page.get_by_role("button", name="Put it on hold").click()
    expect(page.get_by_role("heading", name="Where it stands: On hold")).to_be_visible()
    page.get_by_role("link", name="Copy, split or link it").click()
    assert_accessible(page)
    page.get_by_role("button", name="Make next year’s").click()
    expect(page.get_by_text("This is next year’s")).to_be_visible()
    page.get_by_role("link", name="Timed release").click()
    assert_accessible(page)
    page.goto("/workspace/approvals")
    assert_accessible(page)


@pytest.mark.parametrize(("width", "javascript", "prefix"), [(1280, True, "EXI"), (375, False, "EXB")])
def test_a_sheet_of_ones_own_is_read_by_what_is_said_of_it_once(
    page_at: OpenPage, assert_accessible: Check, width: int, javascript: bool, prefix: str, new_author: NewAuthor
) -> None:
    page = page_at(width, javascript=javascript)
    sign_in(page, new_author(prefix))
    page.goto("/workspace/import")
    rows = f"Project / Service,Annual Value\r\nSheet one {width},see business case\r\nSheet two {width},\r\n"
    page.get_by_label("Spreadsheet").set_input_files(
        {"name": "plan.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    )
    page.get_by_role("button", name="See what it would change").click()
    expect(page.get_by_role("heading", name="To mend: 1")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("What to do with: How much: see business case").select_option(
        label="Not decided: The money is not confirmed"
    )
    page.get_by_label("Why is it blank: How much").select_option(label="Not decided: The money is not confirmed")
    page.get_by_role("button", name="Read it like this").click()
    expect(page.get_by_role("heading", name="New: 2")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Publish what is imported at once").check()
    page.get_by_role("button", name="Import exactly this").click()
    expect(page.get_by_text("2 published: everybody can see them now.")).to_be_visible()
