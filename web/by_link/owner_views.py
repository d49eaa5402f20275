"""A venue's owner corrects what is said of its access: by the link that was mailed to the address held for it."""

from flask import flash, redirect, render_template

from kil_pipeline.alerts.links import Signer
from kil_pipeline.engagement.record_contents import MOST_CHARACTERS, Problems
from kil_pipeline.engagement.venue_corrections import AccessAnswers, correct_venue, owners_venue
from kil_pipeline.engagement.venues import ACCESS_QUESTIONS, AccessFact, Known, PublicVenue
from kil_pipeline.errors import EditedMeanwhile, InvalidContent
from kil_pipeline.text import clean_line, clean_text
from web.by_link import blueprint
from web.context import database, now, settings, today
from web.record_forms import Answer, Raw, one, read_day, typed

MOST_NOTE = 300


@blueprint.get("/venues/owner/<token>")
def venue_facts(token: str) -> str:
    """Show the form with what is said now."""
    venue, seen = _venue(token)
    return _form(token, venue, _written(venue) | {"seen": [seen]})


@blueprint.post("/venues/owner/<token>")
def correct_facts(token: str) -> Answer:
    """Store what the owner says, and what it changes."""
    venue, seen = _venue(token)
    raw, problems = typed(), Problems()
    answers = _read(raw, problems)
    if answers is None or problems:
        return _form(token, venue, raw, problems), 400
    try:
        with database().write() as session:
            told = correct_venue(session, venue.id, answers, seen=one(raw, "seen"), now=now())
    except EditedMeanwhile as error:
        again = f"{error} Look at its page in another tab; saving again replaces what is there with yours."
        return _form(token, venue, raw | {"seen": [seen]}, [("", again)]), 409
    except InvalidContent as error:
        return _form(token, venue, raw, [("checked_on", str(error))]), 400
    flash("Thank you. It is public now." if told else "Thank you. Nothing had changed.")
    return redirect(f"/venues/owner/{token}")


def _venue(token: str) -> tuple[PublicVenue, str]:
    venue_id, round_ = Signer(settings().secret_keys).read_about("venue-owner", token)
    with database().read() as session:
        venue, seen = owners_venue(session, venue_id, round_)
    return venue, seen.isoformat()


def _read(raw: Raw, problems: Problems) -> AccessAnswers | None:
    facts = []
    for question in ACCESS_QUESTIONS:
        given, note = one(raw, question), clean_line(one(raw, f"{question}_note"))
        answer = Known(given) if given in list(Known) else Known.NOT_KNOWN
        facts.append(AccessFact(question, answer, note))
        if len(note) > MOST_NOTE:
            problems.append((f"{question}_note", f"{ACCESS_QUESTIONS[question]}: use at most {MOST_NOTE} characters."))
    texts = {name: clean_text(one(raw, name)) for name in ("access_note", "travel")}
    problems += [
        (name, f"Use at most {MOST_CHARACTERS:,} characters.") for name in texts if len(texts[name]) > MOST_CHARACTERS
    ]
    checked_on = read_day(one(raw, "checked_on"))
    if checked_on is None:
        problems.append(("checked_on", "Give the day on which you looked."))
        return None
    return AccessAnswers(tuple(facts), texts["access_note"], texts["travel"], checked_on)


def _written(venue: PublicVenue) -> Raw:
    raw = {fact.question: [fact.answer.value] for fact in venue.access()}
    raw |= {f"{fact.question}_note": [fact.note] for fact in venue.access()}
    return raw | {
        "access_note": [venue.facts.access_note],
        "travel": [venue.facts.travel],
        "checked_on": [str(today())],
    }


def _form(token: str, venue: PublicVenue, raw: Raw, problems: Problems | None = None) -> str:
    return render_template(
        "records/venue_facts.html",
        action=f"/venues/owner/{token}",
        venue=venue,
        raw=raw,
        questions=ACCESS_QUESTIONS,
        answers=((Known.YES, "Yes"), (Known.NO, "No"), (Known.NOT_KNOWN, "Not known")),
        problems=problems or [],
        problem_of=dict(problems or []),
        today=today(),
    )
