"""Help, interest, profile and one's own data in a real browser, with the mails between."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.mailbox import count_mails, follow_link, open_mail

OpenPage = Callable[..., Page]
Check = Callable[[Page], None]
DESK_AND_PHONE = pytest.mark.parametrize(("width", "javascript"), [(1280, True), (375, False)])
BODY = "Voluntary Action Exampleshire"


def sign_in(page: Page) -> None:
    address, subject = "adviser@vae.example.org", "Your link to sign in"
    before = count_mails(page, subject, address)
    page.goto("/sign-in")
    page.get_by_label("email").fill(address)
    page.get_by_role("button", name="Send me a link").click()
    open_mail(page, subject, address, after=before)
    follow_link(page, "/sign-in/")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Your patch", exact=True)).to_be_visible()


@DESK_AND_PHONE
def test_somebody_asks_for_help_and_gets_an_answer(
    page_at: OpenPage, assert_accessible: Check, width: int, javascript: bool
) -> None:
    page, name = page_at(width, javascript=javascript), f"Example Carers {width}"
    page.goto("/plan?q=carers")
    page.get_by_role("link", name="Carers' support and breaks").click()
    page.get_by_role("link", name="Who can help, and how to ask").click()
    assert_accessible(page)
    page.get_by_role("link", name=f"Ask for help from {BODY}").click()
    page.get_by_role("button", name="Ask for help").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("What do you need?").fill("Somebody to read our bid.")
    page.get_by_label("Who are you?").fill(name)
    page.get_by_label("Your email address").fill(f"asker{width}@example.org")
    page.get_by_role("button", name="Ask for help").click()
    open_mail(page, f"Confirm your request to {BODY}", f"asker{width}@example.org")
    follow_link(page, "/help/")
    page.get_by_role("button", name="Yes, send it").click()
    assert_accessible(page)
    sign_in(page)
    assert_accessible(page)
    page.get_by_role("link", name="See and answer all requests").click()
    page.get_by_label(f"Your answer to {name}").fill("Ring us on Monday.")
    assert_accessible(page)
    page.locator("form", has=page.get_by_label(f"Your answer to {name}")).get_by_role("button").click()
    row = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=name))
    expect(row.get_by_text("Ring us on Monday.")).to_be_visible()
    page.get_by_role("link", name="Change what you offer").click()
    assert_accessible(page)
    open_mail(page, f"{BODY} has answered you", f"asker{width}@example.org")


@DESK_AND_PHONE
def test_an_organisation_says_that_it_is_interested_and_sees_what_is_held(
    page_at: OpenPage, assert_accessible: Check, width: int, javascript: bool
) -> None:
    page, address = page_at(width, javascript=javascript), f"keen{width}@example.org"
    page.goto("/plan?q=carers")
    page.get_by_role("link", name="Carers' support and breaks").click()
    page.get_by_role("link", name="Say that you are interested").click()
    page.get_by_label("Your organisation’s name").fill(f"Keen {width}")
    page.get_by_label("We are looking for partners").check()
    page.get_by_label("Everyone, on the public page").check()
    page.get_by_label("Your email address").fill(address)
    assert_accessible(page)
    page.get_by_role("button", name="We are interested").click()
    open_mail(page, "Confirm your interest", address)
    follow_link(page, "/interested/")
    page.get_by_role("button", name="Yes, we are interested").click()
    assert_accessible(page)
    page.goto("/privacy")
    assert_accessible(page)
    page.get_by_role("link", name="What do you hold about my address?").click()
    page.get_by_label("Your email address").fill(address)
    page.get_by_role("button", name="Send me the link").click()
    open_mail(page, "What we hold about your address", address)
    follow_link(page, "/my-data/")
    expect(page.get_by_text(f"Keen {width}")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Erase my data").click()
    expect(page.get_by_text("We hold nothing about your address any more.")).to_be_visible()


@DESK_AND_PHONE
def test_a_profile_is_written_and_fills_in_a_form(
    page_at: OpenPage, assert_accessible: Check, width: int, javascript: bool
) -> None:
    page, address = page_at(width, javascript=javascript), f"profile{width}@example.org"
    page.goto("/profile")
    assert_accessible(page)
    page.get_by_label("Your email address").fill(address)
    page.get_by_role("button", name="Send me the link").click()
    open_mail(page, "Your organisation’s profile", address)
    follow_link(page, "/profile/")
    page.get_by_label("Your organisation’s name").fill("Example Carers")
    page.get_by_role("button", name="Save", exact=True).click()
    assert_accessible(page)
    page.get_by_role("button", name="Fill in forms in this browser").click()
    page.goto("/alerts/new")
    expect(page.get_by_label("Your email address")).to_have_value(address)
    assert_accessible(page)


def test_a_bulletin_is_drafted_edited_and_passed_on(page_at: OpenPage, assert_accessible: Check) -> None:
    page, desk = page_at(375, javascript=False), page_at(1280)
    for one in (page, desk):
        sign_in(one)
        one.goto("/workspace/bulletin")
        assert_accessible(one)
    page.get_by_role("button", name="Set it up").click()
    page.get_by_role("button", name="Make a draft now").click()
    desk.reload()
    for one in (page, desk):
        assert_accessible(one)
    page.get_by_label("Introduction").fill("Dear all,")
    page.get_by_label("Your note").first.fill("We go for this one.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("Your note").first).to_have_value("We go for this one.")
    page.get_by_role("button", name="I have passed it on").click()
    expect(page.get_by_text("Noted. The next one begins from here.")).to_be_visible()
    assert_accessible(page)


@DESK_AND_PHONE
def test_a_webhook_and_its_calls(page_at: OpenPage, assert_accessible: Check, width: int, javascript: bool) -> None:
    page = page_at(width, javascript=javascript)
    page.goto("/webhooks/new?theme=carers")
    page.get_by_label("Its address").fill("https://hooks.invalid/plan")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Calls of the last 30 days")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("From this day").fill("2026-01-01")
    page.get_by_role("button", name="Send them again").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert_accessible(page)
    for path in ("/operator", "/operator/webhooks"):
        page.goto(path)
        assert_accessible(page)
    page.get_by_role("link", name="hooks.invalid").first.click()
    assert_accessible(page)
