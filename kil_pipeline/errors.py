"""What can go wrong in the domain. Each error states the fact; `web/errors.py` turns it into a page."""


class DomainError(Exception):
    """Something the product's rules do not allow. The message is fit to be shown to the person concerned."""


class UnknownCode(DomainError):
    """A value that is in none of a code list's entries."""

    def __init__(self, list_name: str, value: str, hint: str = "") -> None:
        self.list_name = list_name
        self.value = value
        self.hint = hint
        super().__init__(f"“{value}” is not one of our {list_name}." + (f" {hint}" if hint else ""))


class InvalidTransition(DomainError):
    """A status change that the table of transitions does not allow."""


class InvalidContent(DomainError):
    """An entry whose parts contradict each other, such as a field with both a value and a reason for having none."""


class NotFound(DomainError):
    """There is no such thing, or not for you."""


class EditedMeanwhile(DomainError):
    """Somebody else saved the same thing after this person opened it."""


class LinkNotValid(DomainError):
    """A link that has expired, was used before, or was never ours."""


class ConfigurationError(DomainError):
    """The product cannot start as it is configured. The message says what to set."""
