"""Reading a page as a strict browser does: one mistake in the HTML fails the test."""

from xml.etree.ElementTree import Element

import html5lib
from werkzeug.test import TestResponse


class HtmlPage:
    """A parsed page. Elements are found by tag and class; texts have their white space collapsed."""

    def __init__(self, response: TestResponse, status: int = 200) -> None:
        """Raises `html5lib.html5parser.ParseError` where the HTML is not valid."""
        assert response.status_code == status
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        self.root: Element = parser.parse(response.text)

    def elements(self, tag: str = "*", class_: str = "") -> list[Element]:
        """Return the elements in the order of the page."""
        found = self.root.iter(None if tag == "*" else tag)
        return [e for e in found if not class_ or class_ in (e.get("class") or "").split()]

    def texts(self, tag: str = "*", class_: str = "") -> list[str]:
        """Return the visible text of each."""
        return [text_of(element) for element in self.elements(tag, class_)]

    def links(self) -> dict[str, str]:
        """Return the address of each link by its text."""
        return {text_of(e): e.get("href") or "" for e in self.elements("a")}


def text_of(element: Element) -> str:
    """Return an element's text with white space collapsed."""
    return " ".join("".join(element.itertext()).split())
