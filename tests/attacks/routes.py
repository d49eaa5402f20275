"""Every address of the application, filled with whatever an attacker puts into it."""

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from flask import Flask
from werkzeug.routing import Rule

from tests.web.test_access import ACCESS, Access, address_of

TEXT_CONVERTERS = ("UnicodeConverter", "PathConverter")


def routes(app: Flask, *kinds: Access) -> Iterator[Rule]:
    """Yield the routes that are for one of these, or all."""
    for rule in app.url_map.iter_rules():
        if not kinds or ACCESS[rule.endpoint] in kinds:
            yield rule


def gets(app: Flask, *kinds: Access) -> list[Rule]:
    """Return those that can be looked at."""
    return [rule for rule in routes(app, *kinds) if "GET" in (rule.methods or ())]


def posts(app: Flask, *kinds: Access) -> list[Rule]:
    """Return those that are sent something."""
    return [rule for rule in routes(app, *kinds) if "POST" in (rule.methods or ())]


def address_with(rule: Rule, text: str) -> str:
    """Return an address with this text wherever it takes one; elsewhere as the access table has it."""
    names = [name for name in rule.arguments if type(rule._converters[name]).__name__ in TEXT_CONVERTERS]
    if not names:
        return address_of(rule)
    marks: Mapping[str, str] = {name: f"MARK{number}MARK" for number, name in enumerate(names)}
    path = rule.rule
    for name, mark in marks.items():
        for form in (f"<{name}>", f"<path:{name}>", f"<string:{name}>"):
            path = path.replace(form, mark)
    for mark in marks.values():
        path = path.replace(mark, quote(text, safe=""))
    return path if "<" not in path else address_of(rule)
