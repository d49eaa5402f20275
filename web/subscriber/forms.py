"""Reading what a subscriber chooses. Nothing that was typed is lost when something has to be mended."""

from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import MultiDict

from kil_pipeline.alerts.letters import Frequency
from kil_pipeline.alerts.subscribers import MOST_CRITERIA, SubscriberView
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
    outlook: bool = False


def read_alert_form(form: MultiDict[str, str]) -> AlertForm:
    """Read the form for new alerts."""
    problems: list[tuple[str, str]] = []
    email = drop_unwritable(form.get("email", "")).strip()
    try:
        email = normalise_address(email)
    except InvalidAddress as error:
        problems.append(("email", str(error)))
    criteria = _read_criteria(form, problems)
    frequency, weekday = read_frequency(form, problems)
    return AlertForm(
        email, criteria, frequency, weekday, tuple(problems), bool(form.get(TRAP)), form.get("outlook") == "yes"
    )


def read_choice_form(form: MultiDict[str, str], view: SubscriberView) -> AlertForm:
    """Read a further choice of a subscriber's; their address and how often they hear are known."""
    problems: list[tuple[str, str]] = []
    criteria = _read_criteria(form, problems)
    if len(view.criteria) >= MOST_CRITERIA and not view.stopped and criteria not in view.criteria:
        problems.append(("area", f"You follow {MOST_CRITERIA} things already. Take one out first, then add this."))
    return AlertForm(view.email, criteria, view.frequency, view.weekday, tuple(problems), False)


def _read_criteria(form: MultiDict[str, str], problems: list[tuple[str, str]]) -> Criteria:
    try:
        return read_plan_query(form).criteria
    except QueryNotUnderstood as error:
        problems += [(parameter, line) for parameter, lines in error.problems.items() for line in lines]
        return error.understood


def read_frequency(form: MultiDict[str, str], problems: list[tuple[str, str]]) -> tuple[Frequency, int]:
    """Read how often, and on which day; what is wrong is added to `problems`."""
    try:
        frequency = Frequency(form.get("frequency", ""))
    except ValueError:
        problems.append(("frequency", "Choose how often you want email."))
        frequency = Frequency.WEEKLY
    day = form.get("weekday", "0")
    if day not in ("0", "1", "2", "3", "4"):
        problems.append(("weekday", "Choose a day from Monday to Friday."))
        day = "0"
    return frequency, int(day)


def read_day(form: MultiDict[str, str]) -> date | None:
    """Read a day as a browser's date box sends it (2027-01-04), or None where it is none."""
    try:
        return date.fromisoformat(form.get("until", "").strip())
    except ValueError:
        return None


def read_kept(form: MultiDict[str, str], criteria: tuple[Criteria, ...]) -> tuple[Criteria, ...]:
    """Return those of a subscriber's choices that stay ticked."""
    kept = set(form.getlist("keep"))
    return tuple(choice for choice in criteria if choice.canonical() in kept)
