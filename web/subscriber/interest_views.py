"""Being interested in an entry: saying so, seeing who else is, being put in touch, withdrawing."""

import uuid

from flask import render_template, request
from sqlalchemy.orm import Session

from kil_pipeline.errors import InvalidContent, NotFound
from kil_pipeline.organisations.members import InvalidAddress
from kil_pipeline.plan.queries import public_entry
from kil_pipeline.support.interests import (
    MOST_SAID,
    InterestAnswers,
    Visibility,
    change_interest,
    confirm_interest,
    erase_interests,
    other_interests,
    own_interest,
    show_interest,
)
from kil_pipeline.support.introductions import (
    answer_introduction,
    ask_introduction,
    asked_introductions,
    introduction_view,
)
from kil_pipeline.support.profile_words import describe_profile
from kil_pipeline.text import drop_unwritable
from web.context import database, now
from web.rate_limits import count_mail
from web.subscriber import blueprint
from web.subscriber.forms import TRAP
from web.subscriber.manage_views import signer
from web.subscriber.profile_prefill import profile_in_use

Problems = tuple[tuple[str, str], ...]


@blueprint.get("/entries/<reference>/interested")
def new_interest(reference: str) -> str:
    """Show the form."""
    profile = profile_in_use()
    if profile is None:
        return _form(reference, InterestAnswers("", ""))
    return _form(
        reference, InterestAnswers(profile.answers.name, profile.email, describe_profile(profile.answers)[:MOST_SAID])
    )


@blueprint.post("/entries/<reference>/interested")
def ask_interest(reference: str) -> str | tuple[str, int]:
    """Queue the mail that asks for confirmation."""
    answers = _read()
    count_mail("interest")
    try:
        with database().write() as session:
            entry = public_entry(session, reference)
            if not request.form.get(TRAP):
                show_interest(session, entry, answers, now())
    except InvalidAddress as error:
        return _form(reference, answers, (("email", str(error)),)), 400
    except InvalidContent as error:
        return _form(reference, answers, ((_field(error), str(error)),)), 400
    return render_template("subscriber/check_mail.html", next="Press it, and your interest counts.")


@blueprint.get("/interested/<token>")
def show_own_interest(token: str) -> str:
    """Show one's own interest, and who else is interested. Opening the link confirms nothing."""
    return _own(signer().read("interest", token))


@blueprint.post("/interested/<token>")
def change_own_interest(token: str) -> str | tuple[str, int]:
    """Confirm, change or withdraw an interest, or ask to be put in touch with somebody else's."""
    interest_id = signer().read("interest", token)
    do = request.form.get("do", "")
    if do == "withdraw":
        with database().write() as session:
            erase_interests(session, (interest_id,))
        return render_template("subscriber/gone.html", what="Your interest is withdrawn and erased", way_on="/plan")
    try:
        with database().write() as session:
            message = _do(session, interest_id, do)
    except InvalidContent as error:
        answers = _read() if do == "change" else None
        return _own(interest_id, answers=answers, problems=((_field(error), str(error)),)), 400
    return _own(interest_id, message)


def _do(session: Session, interest_id: uuid.UUID, do: str) -> str:
    """Do what a button says. Returns what to say of it."""
    if do == "change":
        change_interest(session, interest_id, _read(), now())
        return "Saved."
    if do == "introduce":
        ask_introduction(session, interest_id, _other(), request.form.get("message", ""), now())
        return "We have asked them. You hear by email what they say."
    confirm_interest(session, interest_id, now())
    return "Your interest counts now."


@blueprint.get("/introductions/<token>")
def show_introduction(token: str) -> str:
    """Show who wants to get in touch, with two buttons."""
    return _introduction(token)


@blueprint.post("/introductions/<token>")
def change_introduction(token: str) -> str:
    """Agree or decline."""
    introduction_id = signer().read("introduction", token)
    if request.form.get("do") in ("agree", "decline"):
        with database().write() as session:
            answer_introduction(session, introduction_id, agreed=request.form["do"] == "agree", now=now())
    return _introduction(token)


def _introduction(token: str) -> str:
    with database().read() as session:
        view = introduction_view(session, signer().read("introduction", token))
    return render_template("subscriber/introduction.html", view=view, token=token)


def _other() -> uuid.UUID:
    try:
        return uuid.UUID(request.form.get("other", ""))
    except ValueError:
        raise NotFound("There is no such organisation here.") from None


def _read() -> InterestAnswers:
    chosen = request.form.get("visibility", "")
    return InterestAnswers(
        name=_typed("name"),
        email=_typed("email").strip(),
        brings=_typed("brings"),
        seeks=_typed("seeks"),
        wants_partners=request.form.get("partners") == "yes",
        visibility=Visibility(chosen) if chosen in set(Visibility) else Visibility.COMMISSIONER,
    )


def _typed(name: str) -> str:
    return drop_unwritable(request.form.get(name, ""))


def _field(error: InvalidContent) -> str:
    """Return the id of the field that a message is about."""
    words = {"name": "name", "bring": "brings", "seek": "seeks"}
    return next((field for word, field in words.items() if word in str(error)), "message")


def _form(reference: str, answers: InterestAnswers, problems: Problems = ()) -> str:
    with database().read() as session:
        entry = public_entry(session, reference)
    return render_template(
        "subscriber/new_interest.html",
        entry=entry,
        answers=answers,
        choices=list(Visibility),
        profile=profile_in_use(),
        problems=problems,
        problem_of=dict(problems),
    )


def _own(
    interest_id: uuid.UUID, message: str = "", *, answers: InterestAnswers | None = None, problems: Problems = ()
) -> str:
    with database().read() as session:
        own = own_interest(session, interest_id, now())
        others = other_interests(session, own) if own.confirmed else ()
        asked = asked_introductions(session, own.id)
    return render_template(
        "subscriber/own_interest.html",
        own=own,
        answers=answers or own.answers,
        others=others,
        asked=asked,
        choices=list(Visibility),
        action=f"/interested/{signer().sign('interest', own.id)}",
        message=message,
        problems=problems,
        problem_of=dict(problems),
    )
