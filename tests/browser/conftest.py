"""A real site in a real browser: `kil serve` on a fresh sample plan, Chromium, and what every page must pass."""

import itertools
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
KIL = str(Path(sys.executable).with_name("kil"))
CHROMIUM_OPTIONS = ["--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""axe's tags for WCAG 2.2 AA, and what it advises besides."""
STARTUP_SECONDS = 30
expect.set_options(timeout=10_000)
NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Site:
    """A running site."""

    address: str
    """Without a trailing slash."""
    var: Path
    """The folder it writes to: the database, the mail that it sent."""

    def kil(self, *command: str) -> None:
        """Run a command of the site's own. Fails where it fails."""
        own = {"KIL_ENV": "development", "KIL_VAR": str(self.var), "KIL_BASE_URL": self.address}
        done = subprocess.run([KIL, *command], env=os.environ | own, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"kil {' '.join(command)} failed:\n{done.stdout}{done.stderr}"


@dataclass
class Seen:
    """What a page did while it was open that it should not."""

    console: list[str] = field(default_factory=list)
    off_site: list[str] = field(default_factory=list)
    javascript: bool = field(default=True, compare=False)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with the sample plan, on a port and in a folder of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    site = Site(f"http://127.0.0.1:{port}", tmp_path_factory.mktemp("site"))
    own = {"KIL_ENV": "development", "KIL_VAR": str(site.var), "KIL_BASE_URL": site.address, "PYTHONUNBUFFERED": "1"}
    environment = {**os.environ, **own}
    site.kil("migrate")
    site.kil("demo")
    log = site.var / "serve.log"
    with log.open("wb") as file:
        process = subprocess.Popen([KIL, "serve", "--port", str(port)], env=environment, stdout=file, stderr=file)
    try:
        _wait_until_ready(port, process, log)
        yield site
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def new_author(site: Site) -> Callable[[str], str]:
    """Makes an author of an organisation, given its prefix: one person gets only so many sign-in mails an hour."""

    def make(prefix: str) -> str:
        address = f"author{next(NUMBERS)}@{prefix.lower()}.example.org"
        site.kil("user", "add", address, "--organisation", prefix, "--role", "author")
        return address

    return make


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def seen() -> dict[Page, Seen]:
    """What each page of this test did that it should not."""
    return {}


@pytest.fixture
def page_at(browser: Browser, site: Site, seen: dict[Page, Seen]) -> Iterator[Callable[..., Page]]:
    """Opens pages: `page_at(width, javascript=True)`, `width` in CSS pixels. Paths are relative to the site."""
    contexts: list[BrowserContext] = []

    def open_page(width: int, javascript: bool = True) -> Page:
        context = browser.new_context(
            base_url=site.address,
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
            locale="en-GB",
            timezone_id="Europe/London",
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        seen[page] = _watch(page, site, javascript)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def assert_accessible(browser: Browser, seen: dict[Page, Seen]) -> Callable[[Page], None]:
    """Checks a page as it stands: WCAG 2.2 AA by axe, no sideways scrolling, no errors, no request leaving the site."""

    def check(page: Page) -> None:
        _wait_until_whole(page)
        assert (_find_violations(page) if seen[page].javascript else _find_violations_in_copy(page, browser)) == []
        size = page.viewport_size
        assert size is not None
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert seen[page] == Seen()

    return check


def _wait_until_whole(page: Page) -> None:
    """A click returns once the next page has begun to arrive: on a slow machine nothing of it may be there yet."""
    page.wait_for_load_state()
    expect(page.locator("h1").first).to_be_attached()


def _find_violations(page: Page) -> list[str]:
    options = {"runOnly": {"type": "tag", "values": STANDARDS}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{violation['id']}: {node['html']}" for violation in found for node in violation["nodes"]]


def _find_violations_in_copy(page: Page, browser: Browser) -> list[str]:
    """axe itself needs JavaScript (and waits for ever without): look at the same document, less its scripts."""
    shown = re.sub(r"<script\b.*?</script>|</?noscript>", "", page.content(), flags=re.DOTALL)
    with browser.new_context(viewport=page.viewport_size) as context:
        copy = context.new_page()
        copy.route(page.url, lambda route: route.fulfill(body=shown, content_type="text/html; charset=utf-8"))
        copy.goto(page.url)
        return _find_violations(copy)


def _watch(page: Page, site: Site, javascript: bool) -> Seen:
    seen = Seen(javascript=javascript)

    def note_console(message: ConsoleMessage) -> None:
        # A page of an error status makes Chromium complain about the document itself: that one is no fault.
        own_status = message.text.startswith("Failed to load resource") and message.location["url"] == page.url
        if message.type in ("error", "warning") and not own_status:
            seen.console.append(message.text)

    def note_request(request: Request) -> None:
        if not request.url.startswith((site.address + "/", "data:", "about:", "blob:")):
            seen.off_site.append(request.url)

    page.on("console", note_console)
    page.on("pageerror", lambda error: seen.console.append(str(error)))
    page.on("request", note_request)
    return seen


def _wait_until_ready(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTUP_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("kil serve did not start:\n" + log.read_text("utf-8", "replace"))
        time.sleep(0.05)


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
