"""Filling in a form of a page and sending it, as a browser does: only what stands in the page is sent."""

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.web.html import HtmlPage

Filled = Mapping[str, str | list[str]]


class Form:
    """A form of a page with what is typed, ticked and chosen in it."""

    def __init__(self, page: HtmlPage, action: str, *, number: int = 0) -> None:
        """`action`: the address that the form is sent to; `number`: which of those with the same one."""
        self.element = [e for e in page.elements("form") if e.get("action") == action][number]
        self.action = action
        self.fields = MultiDict(_sent(self.element))

    def send(self, client: FlaskClient, filled: Filled | None = None) -> TestResponse:
        """Send it with other answers in it: a text, or all ticked values of a field."""
        fields = self.fields.copy()
        for name, value in (filled or {}).items():
            fields.setlist(name, [value] if isinstance(value, str) else value)
        return client.post(self.action, data=fields)

    def answers(self) -> dict[str, list[str]]:
        """Return what is filled in, without the token and without what is empty."""
        lists = {name: [v for v in values if v] for name, values in self.fields.lists()}
        return {name: values for name, values in lists.items() if values and name != "csrf_token"}


def _sent(form: Element) -> Iterator[tuple[str, str]]:
    for element in form.iter():
        name, kind = element.get("name"), element.get("type", "text")
        if not name:
            continue
        if element.tag == "textarea":
            yield name, "".join(element.itertext())
        elif element.tag == "select":
            yield from ((name, value) for value in _chosen(element))
        elif element.tag == "input" and (kind not in ("checkbox", "radio") or "checked" in element.attrib):
            yield name, element.get("value", "")


def _chosen(select: Element) -> list[str]:
    options = list(select.iter("option"))
    chosen = [option.get("value", "") for option in options if "selected" in option.attrib]
    return chosen if chosen or "multiple" in select.attrib else [options[0].get("value", "")]
