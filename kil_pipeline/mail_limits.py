"""How much mail one domain gets at a time: read from the table `mail_limits` of the settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kil_pipeline.errors import ConfigurationError

HOW = "write { connections = 5, mails_a_minute = 600 }, whole numbers from 0 up; 0 is no limit"
_NAMES = ("connections", "mails_a_minute")


@dataclass(frozen=True)
class MailLimit:
    """What one domain is sent at most, by all processes together. 0: no limit."""

    connections: int = 0
    mails_a_minute: int = 0


@dataclass(frozen=True)
class MailLimits:
    """The limit of each domain."""

    usual: MailLimit = MailLimit()
    domains: Mapping[str, MailLimit] = field(default_factory=dict)
    """By domain, in lower case."""

    def limit_of(self, domain: str) -> MailLimit:
        """Return what holds for a domain."""
        return self.domains.get(domain, self.usual)


def read_mail_limits(shipped: object, own: object) -> MailLimits:
    """Read the tables, the deployment's own over ours. Raises `ConfigurationError`."""
    tables = {**_table("mail_limits", shipped), **_table("mail_limits", own)}
    usual = _limit("default", tables.pop("default", {}), MailLimit())
    return MailLimits(usual, {name.lower(): _limit(name, table, usual) for name, table in tables.items()})


def _limit(name: str, given: object, usual: MailLimit) -> MailLimit:
    table = _table(f"mail_limits.{name}", given)
    values = {key: table.get(key, getattr(usual, key)) for key in _NAMES}
    if set(table) - set(_NAMES) or not all(type(value) is int and value >= 0 for value in values.values()):
        raise ConfigurationError(f"mail_limits.{name} is not one: {HOW}.")
    return MailLimit(**values)


def _table(name: str, given: object) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise ConfigurationError(f"{name} is “{given}”: {HOW}.")
    return given
