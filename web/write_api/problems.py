"""What can go wrong when a program writes; `web/errors.py` answers each with its status."""

from collections.abc import Mapping

from kil_pipeline.errors import DomainError


class VersionMissing(DomainError):
    """A change that does not say of which version."""


class VersionOutdated(DomainError):
    """A change of a version that is not the stored one."""


class BodyNotUnderstood(DomainError):
    """A body with something in it that cannot be read."""

    def __init__(self, problems: Mapping[str, list[str]]) -> None:
        """`problems`: what is wrong, by field."""
        self.problems = problems
        lines = [f"{field}: {line}" for field, found in problems.items() for line in found]
        super().__init__(" ".join(lines)[:2000])
