"""Reading what somebody says who wants to come. Nothing that was typed is lost when something has to be mended."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from kil_pipeline.engagement.coming import Person
from kil_pipeline.engagement.registrations import LONGEST_NAME, LONGEST_NEEDS, Way
from kil_pipeline.organisations.members import InvalidAddress, normalise_address
from kil_pipeline.text import clean_line, clean_text, drop_unwritable
from web.subscriber.forms import TRAP


@dataclass(frozen=True)
class ComingForm:
    """A request as it was sent. `problems`: pairs of a field's id and what to mend in it."""

    name: str = ""
    email: str = ""
    organisation_name: str = ""
    way: Way | None = None
    host_sees: bool = False
    others_see: bool = False
    needs: str = ""
    problems: tuple[tuple[str, str], ...] = ()
    trapped: bool = False

    def person(self) -> Person:
        """Return who wants to come. Only where there are no problems."""
        return Person(
            name=clean_line(self.name),
            email=self.email,
            organisation_name=clean_line(self.organisation_name),
            way=self.way or Way.IN_PERSON,
            host_sees=self.host_sees,
            others_see=self.others_see,
            needs=clean_text(self.needs),
        )


def read_coming_form(form: MultiDict[str, str], ways: tuple[Way, ...]) -> ComingForm:
    """Read the form. `ways`: how one can come; where there is one alone, it is not asked for."""
    name, organisation = _typed(form, "name"), _typed(form, "organisation")
    email, needs = _typed(form, "email"), _typed(form, "needs")
    problems: list[tuple[str, str]] = []
    if not clean_line(name):
        problems.append(("name", "Enter your name, as you would like to be called."))
    for field, text in (("name", name), ("organisation", organisation)):
        if len(clean_line(text)) > LONGEST_NAME:
            problems.append((field, f"This is too long: write at most {LONGEST_NAME} characters."))
    try:
        normalise_address(email)
    except InvalidAddress as error:
        problems.append(("email", str(error)))
    way = _read_way(form, ways)
    if way is None:
        problems.append(("way", "Choose whether you come in person or online."))
    problems += needs_problems(needs)
    return ComingForm(
        name=name,
        email=email,
        organisation_name=organisation,
        way=way,
        host_sees="host_sees" in form,
        others_see="others_see" in form,
        needs=needs,
        problems=tuple(problems),
        trapped=bool(form.get(TRAP)),
    )


def needs_problems(needs: str) -> list[tuple[str, str]]:
    """Return what to mend in a text about access needs."""
    if len(clean_text(needs)) <= LONGEST_NEEDS:
        return []
    return [("needs", f"This is too long: write at most {LONGEST_NEEDS:,} characters. The organiser can ring you.")]


def _typed(form: MultiDict[str, str], name: str) -> str:
    return drop_unwritable(form.get(name, "")).strip()


def _read_way(form: MultiDict[str, str], ways: tuple[Way, ...]) -> Way | None:
    if len(ways) == 1:
        return ways[0]
    return next((way for way in ways if way.value == form.get("way")), None)
