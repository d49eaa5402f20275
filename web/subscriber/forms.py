"""Reading what a subscriber chooses. Nothing that was typed is lost when something has to be mended."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from kil_pipeline.alerts.letters import Frequency
from kil_pipeline.organisations.members import InvalidAddress, normalise_address
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.text import drop_unwritable
from web.queries import QueryNotUnderstood, read_plan_query

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
TRAP = "website"
"""A box that people do not see, and that programs fill in."""


@dataclass(frozen=True)
class AlertForm:
    """A request as it was sent. `problems`: pairs of a field's id and what to mend in it."""

    email: str
    criteria: Criteria
    frequency: Frequency
    weekday: int
    problems: tuple[tuple[str, str], ...]
    trapped: bool


def read_alert_form(form: MultiDict[str, str]) -> AlertForm:
    """Read the form for new alerts."""
    problems: list[tuple[str, str]] = []
    email = drop_unwritable(form.get("email", "")).strip()
    try:
        email = normalise_address(email)
    except InvalidAddress as error:
        problems.append(("email", str(error)))
    try:
        criteria = read_plan_query(form).criteria
    except QueryNotUnderstood as error:
        criteria = error.understood
        problems += [(parameter, line) for parameter, lines in error.problems.items() for line in lines]
    frequency, weekday = read_frequency(form, problems)
    return AlertForm(email, criteria, frequency, weekday, tuple(problems), bool(form.get(TRAP)))


def read_frequency(form: MultiDict[str, str], problems: list[tuple[str, str]]) -> tuple[Frequency, int]:
    """Read how often, and on which day; what is wrong is added to `problems`."""
    try:
        frequency = Frequency(form.get("frequency", ""))
    except ValueError:
        problems.append(("frequency", "Choose how often you want mail."))
        frequency = Frequency.WEEKLY
    day = form.get("weekday", "0")
    if day not in ("0", "1", "2", "3", "4"):
        problems.append(("weekday", "Choose a day from Monday to Friday."))
        day = "0"
    return frequency, int(day)


def read_kept(form: MultiDict[str, str], criteria: tuple[Criteria, ...]) -> tuple[Criteria, ...]:
    """Return those of a subscriber's choices that stay ticked."""
    kept = set(form.getlist("keep"))
    return tuple(choice for choice in criteria if choice.canonical() in kept)
