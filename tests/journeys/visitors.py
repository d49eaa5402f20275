"""Somebody at a browser: opens pages, follows links, fills in forms as they stand on the page, keeps cookies."""

import itertools
from xml.etree.ElementTree import Element

from werkzeug.test import Client, TestResponse

from tests.web.html import HtmlPage
from web.warm import WSGIApp

SITE = "https://plan.example.org"
_numbers = itertools.count(1)


class Visitor:
    """One person with one browser, at an address of their own (so that no limit is shared)."""

    def __init__(self, app: WSGIApp) -> None:
        self._client = Client(app)
        self._place = {"REMOTE_ADDR": f"192.0.2.{next(_numbers) % 250 + 1}"}
        self.page: HtmlPage
        """The page that is open."""

    def get(self, path: str) -> TestResponse:
        """Fetch a document, as a feed reader or a calendar does."""
        return self._client.get(_local(path), base_url=SITE, environ_overrides=self._place)

    def post(self, path: str, data: dict[str, str]) -> TestResponse:
        """Send data without having seen a form, as a mail program does."""
        return self._client.post(_local(path), base_url=SITE, data=data, environ_overrides=self._place)

    def open(self, path: str, status: int = 200) -> HtmlPage:
        """Open a page. Fails where its HTML is not valid."""
        response = self._client.get(_local(path), base_url=SITE, follow_redirects=True, environ_overrides=self._place)
        self.page = HtmlPage(response, status)
        return self.page

    def follow(self, link: str) -> HtmlPage:
        """Follow the link with this text."""
        return self.open(self.page.links()[link])

    def press(self, button: str, status: int = 200, /, **answers: str | list[str]) -> HtmlPage:
        """Fill in the form that has this button, press it, and end on the page that comes.

        What is not answered is sent as the page has it. Underscores in a name stand for spaces after a colon, as in
        `value__why_not` for "value: why not".
        """
        form, pressed = self._find(button)
        data = _standing(form)
        for name, answer in answers.items():
            field, _, part = name.partition("__")
            key = f"{field}: {part.replace('_', ' ')}" if part else field
            assert any(e.get("name") == key for e in form.iter()), f"the form has no {key}"
            data[key] = [answer] if isinstance(answer, str) else answer
        if pressed.get("name"):
            data[pressed.get("name") or ""] = [pressed.get("value") or ""]
        response = self._client.post(
            form.get("action"), base_url=SITE, data=data, follow_redirects=True, environ_overrides=self._place
        )
        self.page = HtmlPage(response, status)
        return self.page

    def _find(self, button: str) -> tuple[Element, Element]:
        for form in self.page.elements("form"):
            for element in form.iter("button"):
                if " ".join("".join(element.itertext()).split()) == button:
                    return form, element
        raise AssertionError(f"no form has the button “{button}”")


def _local(path: str) -> str:
    assert path.startswith(("/", SITE)), f"{path} leads away"
    return path.removeprefix(SITE)


def _standing(form: Element) -> dict[str, list[str]]:
    """Return what a browser sends of a form that nobody touched."""
    data: dict[str, list[str]] = {}
    for element in form.iter():
        name, kind = element.get("name") or "", element.get("type")
        if not name or element.tag == "button" or (kind in ("checkbox", "radio") and element.get("checked") is None):
            continue
        if element.tag == "input":
            data.setdefault(name, []).append(element.get("value") or "")
        elif element.tag == "textarea":
            data.setdefault(name, []).append((element.text or "").removeprefix("\n"))
        elif element.tag == "select":
            options = list(element.iter("option"))
            chosen = [o for o in options if o.get("selected") is not None]
            if not chosen and element.get("multiple") is None:
                chosen = options[:1]
            data.setdefault(name, []).extend(o.get("value") or "" for o in chosen)
    return data
