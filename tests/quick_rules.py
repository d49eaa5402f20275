"""Routes that are compiled once for all applications of a test run: each test has one of its own, with 280 routes.

Werkzeug writes, for each route, the function that builds its addresses. That function depends on nothing but the route,
and writing it is nine tenths of the time that making an application takes.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

_BUILDERS: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}


class QuickRule(Rule):
    """A route that takes over the builders of an equal one."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        defaults: dict[str, Any] = dict(self.defaults or {})
        key = (self.rule, self.host, self.subdomain, append_unknown, *sorted(defaults.items()))
        if key not in _BUILDERS:
            _BUILDERS[key] = super()._compile_builder(append_unknown)
        return _BUILDERS[key]


def use_quick_rules() -> None:
    """Let every application of this process have them."""
    Flask.url_rule_class = QuickRule
