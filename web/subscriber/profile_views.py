"""An organisation's own profile: asked for with an address, opened by the link in a mail, without a password."""

import uuid

from flask import render_template, request
from werkzeug.wrappers import Response

from kil_pipeline.organisations.members import InvalidAddress
from kil_pipeline.organisations.registered_numbers import known_by_number
from kil_pipeline.reference.areas import choosable_areas
from kil_pipeline.reference.themes import themes
from kil_pipeline.support.patches import patch_of
from kil_pipeline.support.profiles import (
    INCOMES,
    STAFF,
    ProfileAnswers,
    ask_for_profile,
    erase_profile,
    profile_view,
    save_profile,
)
from kil_pipeline.text import drop_unwritable
from web.context import database, now, settings
from web.json_documents import own_copy
from web.places import read_chosen_areas
from web.rate_limits import count_mail
from web.subscriber import blueprint
from web.subscriber.forms import TRAP
from web.subscriber.manage_views import signer
from web.subscriber.profile_forms import Problems, fill_in, read_profile_form
from web.subscriber.profile_prefill import forget_profile, profile_in_use, use_profile

USED = "Forms here are filled in for you, until you close this browser."
SAVED_AND_USED = f"Saved. {USED}"
UNKNOWN = "We know no organisation by these numbers. Fill the rest in yourself."


@blueprint.get("/profile")
def ask_profile() -> str:
    """Ask for the address that the link goes to."""
    return render_template("subscriber/ask_profile.html", email="", problems=(), used=profile_in_use())


@blueprint.post("/profile")
def send_profile() -> str | tuple[str, int]:
    """Queue the link; say the same in every case. Or forget the profile in this browser."""
    if request.form.get("do") == "forget":
        forget_profile()
        return ask_profile()
    email = drop_unwritable(request.form.get("email", "")).strip()
    count_mail("profile")
    try:
        if not request.form.get(TRAP):
            with database().write() as session:
                ask_for_profile(session, email, now())
    except InvalidAddress as error:
        page = render_template(
            "subscriber/ask_profile.html", email=email, problems=(("email", str(error)),), used=profile_in_use()
        )
        return page, 400
    return render_template("subscriber/check_mail.html", next="It opens your profile.")


@blueprint.get("/profile/<token>")
def show_profile(token: str) -> str:
    """Show a profile, to be changed."""
    return _profile(signer().read("profile", token))


@blueprint.post("/profile/<token>")
def change_profile(token: str) -> str | tuple[str, int]:
    """Save a profile, fill it in from a number, use it in this browser, or erase it."""
    profile_id = signer().read("profile", token)
    do = request.form.get("do", "save")
    if do == "erase":
        with database().write() as session:
            erase_profile(session, profile_id)
        forget_profile()
        return render_template("subscriber/gone.html", what="Your profile is erased", way_on="/plan")
    if do in ("use", "forget"):
        use_profile(profile_id) if do == "use" else forget_profile()
        return _profile(profile_id, message=USED if do == "use" else "Forms are filled in no more.")
    answers, problems = read_profile_form(request.form)
    if problems:
        return _profile(profile_id, answers, problems), 400
    if do == "look up":
        return _look_up(profile_id, answers)
    with database().write() as session:
        save_profile(session, profile_id, answers, now())
    if do == "save and use":
        use_profile(profile_id)
    return _profile(profile_id, message=SAVED_AND_USED if do == "save and use" else "Saved.")


@blueprint.get("/profile/<token>/my-profile.json")
def download_profile(token: str) -> Response:
    """Give an organisation its profile as data."""
    profile_id = signer().read("profile", token)
    with database().read() as session:
        view = profile_view(session, profile_id)
    answers = {name: list(value) if isinstance(value, tuple) else value for name, value in vars(view.answers).items()}
    return own_copy({"address": view.email, **answers}, "my-profile.json")


def _look_up(profile_id: uuid.UUID, answers: ProfileAnswers) -> str:
    """Fill in what is known of the organisation with these numbers. Nothing is stored yet."""
    with database().read() as session:
        known = known_by_number(session, charity=answers.charity_number, company=answers.company_number)
        name, patch = (known.name, patch_of(session, known.id)) if known else ("", ())
    if not name:
        return _profile(profile_id, answers, message=UNKNOWN)
    filled = fill_in(answers, name, patch)
    return _profile(profile_id, filled, message=f"Filled in from {name}. Look through it, then save.")


def _profile(
    profile_id: uuid.UUID, answers: ProfileAnswers | None = None, problems: Problems = (), message: str = ""
) -> str:
    with database().read() as session:
        view = profile_view(session, profile_id)
    used = profile_in_use()
    return render_template(
        "subscriber/profile.html",
        view=view,
        answers=answers or view.answers,
        action=f"/profile/{signer().sign('profile', view.id)}",
        areas=choosable_areas(sample=settings().development),
        typed=read_chosen_areas(request.form).unknown,
        themes=themes(),
        incomes=INCOMES,
        staff=STAFF,
        used=used is not None and used.id == view.id,
        message=message,
        problems=problems,
        problem_of=dict(problems),
    )
