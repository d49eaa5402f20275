"""Reading the site's mail in the browser, as one does in development."""

import time

from playwright.sync_api import Locator, Page

MOST_SECONDS = 30
"""The clock looks for queued mail every second; a busy machine takes longer."""


def count_mails(page: Page, subject: str, address: str) -> int:
    """Return how many mails with this subject have come to this address; leaves the list of mails open."""
    page.goto("/dev/mail")
    return _mails(page, subject, address).count()


def open_mail(page: Page, subject: str, address: str, *, after: int = 0) -> None:
    """Open the newest mail with this subject to this address, once more than `after` have come."""
    deadline = time.monotonic() + MOST_SECONDS
    while count_mails(page, subject, address) <= after:
        assert time.monotonic() < deadline, f"no email “{subject}” came to {address}"
        page.wait_for_timeout(200)
    _mails(page, subject, address).first.click()


def _mails(page: Page, subject: str, address: str) -> Locator:
    return page.get_by_role("listitem").filter(has_text=f"To {address} ").get_by_role("link", name=subject)


def follow_link(page: Page, path: str) -> None:
    """Follow the first link of the open mail whose address has `path` in it."""
    page.locator(f"pre a[href*='{path}']").first.click()
